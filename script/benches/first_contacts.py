"""First contacts of unknown people, 20 at once over two channels every second: one record each."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from script.benches.figures import Figure, percentile
from script.benches.ground import Ground, sign_in

about = "20 concurrent first contacts of one person a second, without a duplicate"
AT_ONCE = 20
SECONDS, QUICK_SECONDS = 60, 5
# A second's contacts must be through before the next second's come.
GOAL_SECONDS = 1.0


def measure(*, quick: bool) -> list[Figure]:
    """Two figures: records made beside the people who came, and how long the slowest of 20 took."""
    seconds = QUICK_SECONDS if quick else SECONDS
    with Ground():
        organization_id, _ = sign_in(1)
        run = _Run(organization_id)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for second in range(seconds):
                began = time.monotonic()
                list(pool.map(run.contact, [(second, n) for n in range(AT_ONCE)]))
                run.slowest.append(time.monotonic() - began)
                # A steady stream, not a flood: the next people come with the next second.
                time.sleep(max(0.0, 1.0 - (time.monotonic() - began)))
        customers, contacts = run.counted()
    p95 = percentile(run.slowest, 0.95)
    whole = contacts == seconds * AT_ONCE
    return [
        Figure(
            "first_contacts_records",
            customers,
            seconds,
            customers / seconds,
            1.0,
            ok=customers == seconds and whole,
            unit="records per person",
            note=f"{contacts} contacts",
        ),
        Figure(
            "first_contacts_of_20_p95",
            p95,
            GOAL_SECONDS,
            p95 / GOAL_SECONDS,
            1.0,
            ok=p95 <= GOAL_SECONDS,
            unit="s",
        ),
    ]


@dataclass
class _Run:
    organization_id: int
    slowest: list[float] = field(default_factory=list)

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
