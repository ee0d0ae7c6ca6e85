"""First contacts of unknown people, 20 at once over two channels every second: one record each."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from script.benches.figures import Figure, medians
from script.benches.ground import Ground, sign_in

about = "20 concurrent first contacts of one person a second, without a duplicate"
AT_ONCE = 20
SECONDS, QUICK_SECONDS = 60, 5
# What waiting for each other may cost: the slowest of 20 at once against the same 20 one after the other.
GOAL = 2.0


def measure(*, quick: bool) -> list[Figure]:
    """Two figures: records made beside the people who came, and what it costs that they come at once."""
    seconds = QUICK_SECONDS if quick else SECONDS
    with Ground():
        organization_id, _ = sign_in(1)
        run = _Run(organization_id)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            run.at_once(pool, second=0)  # opens the connections
            pairs = [_second(run, pool, second) for second in range(1, seconds + 1)]
        customers, contacts = run.counted()
    people = 1 + 2 * seconds
    ours, theirs, ratio = medians(pairs)
    return [
        Figure(
            "first_contacts_records",
            customers,
            people,
            customers / people,
            1.0,
            ok=customers == people and contacts == people * AT_ONCE,
            unit="records",
            note=f"{contacts} contacts of {people} people",
        ),
        Figure("first_contacts_at_once", ours, theirs, ratio, GOAL, ok=ratio <= GOAL, unit="s for 20"),
    ]


def _second(run: _Run, pool: ThreadPoolExecutor, second: int) -> tuple[float, float]:
    """One person's 20 contacts at once, another's one after the other; seconds of each."""
    began = time.monotonic()
    ours, theirs = run.at_once(pool, second=second), run.in_turn(second=second + 50_000)
    # A steady stream, not a flood: the next people come with the next second.
    time.sleep(max(0.0, 1.0 - (time.monotonic() - began)))
    return ours, theirs


@dataclass
class _Run:
    organization_id: int

    def at_once(self, pool: ThreadPoolExecutor, *, second: int) -> float:
        """A new person's 20 contacts at the same moment; until the last is through."""
        began = time.monotonic()
        list(pool.map(self.contact, [(second, n) for n in range(AT_ONCE)]))
        return time.monotonic() - began

    def in_turn(self, *, second: int) -> float:
        """The same, one after the other."""
        began = time.monotonic()
        for n in range(AT_ONCE):
            self.contact((second, n))
        return time.monotonic() - began

    def contact(self, which: tuple[int, int]) -> None:
        """One contact of the second's new person: a call, or a message with their mail too."""
        from accounts.actors import IVR_ACTOR
        from customers.actions import find_or_create_by_phone, find_or_create_customer, open_interaction
        from foundation.tenancy import tenant

        second, n = which
        number = f"+4477009{second:05}"
        with tenant(self.organization_id):
            if n % 2:
                found = find_or_create_by_phone(number, actor=IVR_ACTOR)
            else:
                found = find_or_create_customer(
                    [("whatsapp", number), ("email", f"person{second}@example.com")],
                    actor=IVR_ACTOR,
                    display_name=f"Person {second}",
                )
            open_interaction(
                actor=IVR_ACTOR,
                channel="voice" if n % 2 else "web_form",
                address=number,
                customer=found.customer,
                confidence=found.confidence,
            )

    def counted(self) -> tuple[int, int]:
        """Records and contacts that are there now."""
        from customers.models import Customer, Interaction
        from foundation.tenancy import tenant

        with tenant(self.organization_id):
            return Customer.objects.count(), Interaction.objects.exclude(customer=None).count()
