"""A small floor: two queues, a skill, and hands to drive the clock and the owner of the order."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from accounts.actors import IVR_ACTOR
from accounts.models import Member
from customers.actions import create_customer, open_interaction
from foundation import clock
from foundation.tenancy import tenant
from routing.actions import queue_work
from routing.models import AgentSkill, Offer, Queue, QueueSkill, Skill, WorkItem
from routing.owner import Owner
from routing.pools import add_step, pool_of_partner
from routing.presence import set_presence
from tests.people import Cast, cast, committed_cast  # noqa: F401


class Clock:
    """The product's clock, in the test's hand."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def forward(self, seconds: float) -> datetime:
        self.now += timedelta(seconds=seconds)
        return self.now


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Time stands still unless moved."""
    held = Clock()
    monkeypatch.setattr(clock, "now", lambda: held.now)
    return held


@dataclass
class Floor:
    """A company's queues, and short ways to say what happens in them."""

    cast: Cast
    service: Queue
    digital: Queue

    def call(self, queue: str = "service", **options: object) -> WorkItem:
        """A call from a customer of its own waits.

        The name is its own too: two transactions that bring the same new word into the search wait for
        each other.
        """
        customer = create_customer(actor=IVR_ACTOR, display_name=secrets.token_hex(6))
        interaction = open_interaction(
            actor=IVR_ACTOR, channel="voice", address="+442071234567", customer=customer
        )
        return queue_work(interaction.id, queue_slug=queue, actor=IVR_ACTOR, **options)  # type: ignore[arg-type]

    def ready(self, *members: Member) -> None:
        for member in members:
            set_presence(member, state="ready")

    def assign(self) -> bool:
        """One round of a new owner, on this connection."""
        return Owner(threading.Event()).round()

    def offer_of(self, member: Member) -> Offer | None:
        """The agent's open offer."""
        open_offers = Offer.objects.filter(member=member, state="offered")
        return open_offers.select_related("work_item").first()


def make_floor(cast: Cast) -> Floor:  # noqa: F811
    """`service`: in-house. `digital`: in-house first, Digipress after 20 s; needs the skill."""
    service = Queue.objects.create(slug="service", name="Service")
    digital = Queue.objects.create(slug="digital", name="Digital edition")
    add_step(digital, wait_seconds=20)
    add_step(digital, pool_of_partner(cast.partner))
    skill = Skill.objects.create(slug="digital", name="Digital edition")
    QueueSkill.objects.create(queue=digital, skill=skill, level=2)
    for member, level in ((cast.ana, 3), (cast.paula, 5), (cast.mark, 1)):
        AgentSkill.objects.create(member=member, skill=skill, level=level)
    return Floor(cast=cast, service=service, digital=digital)


@pytest.fixture
def floor(cast: Cast, hands: Clock) -> Floor:  # noqa: F811
    """The floor inside the tenant's transaction, time standing still."""
    return make_floor(cast)


@pytest.fixture
def committed_floor(committed_cast: Cast) -> Floor:  # noqa: F811
    """The floor, committed."""
    with tenant(committed_cast.organization.id):
        return make_floor(committed_cast)


InTenant = Callable[[Callable[[], object]], object]


@pytest.fixture
def owner_thread(transactional_db: None) -> Iterator[threading.Thread]:
    """A running owner of the order, on a connection of its own."""
    from routing import owner

    stopped = threading.Event()
    thread = threading.Thread(target=owner.run, args=(stopped,), daemon=True)
    thread.start()
    yield thread
    stopped.set()
    thread.join(timeout=10)
    assert not thread.is_alive()
