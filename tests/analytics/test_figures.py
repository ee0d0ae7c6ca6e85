"""The floor's figures equal a slow recount from the contacts themselves, on any day, in any zone."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from accounts.models import Member, Organization
from analytics import queries
from analytics.models import QueueInterval
from analytics.rules import Counts, day_of, quarter_of, service_level
from contactcenter.event_map import register
from customers.actions import count_asked_again, wrap_up_interaction
from customers.models import Interaction
from foundation import deliveries
from foundation.models import Delivery, Event
from routing.actions import accept_offer, close_wrap_up, finish_work, leave_queue, requeue
from routing.models import Presence
from tests.routing.conftest import Clock, Floor

LONDON = "Europe/London"
register()


def deliver(floor: Floor) -> None:
    """What relay and workers do, here and now."""
    for delivery in Delivery.objects.filter(state="pending", handler__startswith="analytics.").order_by("id"):
        deliveries.run_delivery(delivery.id, floor.cast.organization.id)


@dataclass
class Day:
    """Contacts at given moments; every event bears the moment of the test's clock."""

    floor: Floor
    hands: Clock
    seen: int = 0
    expected: Counter[str] = field(default_factory=Counter)

    def at(self, moment: datetime) -> None:
        self.stamp()
        self.hands.now = moment
        Presence.objects.update(heartbeat_at=moment)

    def stamp(self) -> None:
        fresh = Event.objects.filter(id__gt=self.seen)
        fresh.update(occurred_at=self.hands.now)
        self.seen = Event.objects.order_by("-id").values_list("id", flat=True).first() or 0

    def answered(self, member: Member, *, wait: float, talk: float, queue: str = "service") -> Interaction:
        """A whole contact from now on."""
        item = self.floor.call(queue)
        self.at(self.hands.now + timedelta(seconds=wait))
        self.floor.ready(member)
        assert self.floor.assign()
        offer = self.floor.offer_of(member)
        assert offer is not None
        accept_offer(offer.id, member=member)
        self.at(self.hands.now + timedelta(seconds=talk))
        return Interaction.objects.get(id=item.interaction_id)

    def end(self, member: Member, interaction: Interaction, *, wrap_up: float) -> None:
        finish_work(interaction.id)
        self.at(self.hands.now + timedelta(seconds=wrap_up))
        wrap_up_interaction(interaction.id, actor=member.actor, disposition="solved", summary="")
        close_wrap_up(member, interaction_id=interaction.id)
        self.stamp()

    def hung_up(self, *, wait: float, queue: str = "service") -> None:
        from routing.presence import set_presence

        set_presence(self.floor.cast.ana, state="paused")
        item = self.floor.call(queue)
        self.at(self.hands.now + timedelta(seconds=wait))
        assert leave_queue(item.interaction_id)
        self.stamp()


@pytest.fixture
def day(floor: Floor, hands: Clock) -> Day:
    return Day(floor, hands)


def recount(begin: datetime, end: datetime) -> Counter[str]:
    """Slowly, from the contacts as they stand; contacts that were never transferred only."""
    numbers: Counter[str] = Counter()
    for one in Interaction.objects.exclude(queued_at=None):
        waited = ((one.answered_at or one.ended_at) - one.queued_at).total_seconds()
        if begin <= one.queued_at < end:
            numbers["offered"] += 1
        if one.answered_at and begin <= one.answered_at < end:
            numbers["answered"] += 1
            numbers["answered_in_target"] += waited <= 20
        if one.state == "abandoned" and begin <= one.ended_at < end:
            numbers["abandoned"] += 1
            numbers["short_abandoned"] += waited <= 5
        if one.answered_at and one.ended_at and begin <= one.ended_at < end:
            numbers["handled"] += 1
    return +numbers


def counted() -> Counter[str]:
    today = queries.today()
    names = ("offered", "answered", "answered_in_target", "abandoned", "short_abandoned", "handled")
    return +Counter({name: getattr(today, name) for name in names})


@pytest.mark.parametrize(
    ("noon", "hours"),
    [
        (datetime(2028, 1, 19, 12, tzinfo=UTC), 24),
        (datetime(2028, 3, 26, 11, tzinfo=UTC), 23),
        (datetime(2028, 10, 29, 12, tzinfo=UTC), 25),
    ],
    ids=["ordinary day", "clocks go forward", "clocks go back"],
)
def test_todays_figures_equal_a_recount_also_when_the_clocks_change(
    day: Day, noon: datetime, hours: int
) -> None:
    begin, end = day_of(noon, LONDON)
    assert end - begin == timedelta(hours=hours)
    dice = random.Random(hours)
    moment = begin - timedelta(minutes=30)
    while moment < end + timedelta(minutes=30):
        day.at(max(moment, day.hands.now) if day.seen else moment)
        if dice.random() < 0.3:
            day.hung_up(wait=dice.choice([2, 5, 6, 300]))
        else:
            interaction = day.answered(day.floor.cast.ana, wait=dice.choice([0, 20, 21, 900]), talk=240)
            day.end(day.floor.cast.ana, interaction, wrap_up=30)
        moment = day.hands.now + timedelta(minutes=dice.choice([5, 40, 90]))
    deliver(day.floor)
    for inside in (begin, noon, end - timedelta(seconds=1)):
        day.hands.now = inside
        assert counted() == recount(begin, end)


def test_a_contact_across_midnight_is_offered_yesterday_and_answered_today(day: Day) -> None:
    midnight, _ = day_of(datetime(2028, 1, 19, 12, tzinfo=UTC), LONDON)
    day.at(midnight - timedelta(seconds=10))
    day.answered(day.floor.cast.ana, wait=15, talk=60)
    deliver(day.floor)
    assert counted() == Counter(answered=1, answered_in_target=1)
    day.hands.now = midnight - timedelta(seconds=1)
    assert counted() == Counter(offered=1)


def test_a_transferred_contact_is_offered_in_both_queues_and_answered_by_both_hands(day: Day) -> None:
    ana, paula = day.floor.cast.ana, day.floor.cast.paula
    day.at(datetime(2028, 1, 19, 12, tzinfo=UTC))
    interaction = day.answered(ana, wait=5, talk=60)
    requeue(interaction.id, queue_slug="digital", actor=ana.actor, note="Wants digital")
    day.floor.ready(paula)
    day.at(day.hands.now + timedelta(seconds=25))
    assert day.floor.assign()
    offer = day.floor.offer_of(paula)
    assert offer is not None
    accept_offer(offer.id, member=paula)
    day.at(day.hands.now + timedelta(seconds=100))
    day.end(paula, interaction, wrap_up=40)
    deliver(day.floor)
    queues = {one.queue_slug: one for one in queries.today_by_queue()}
    assert (queues["service"].counts.offered, queues["digital"].counts.offered) == (1, 1)
    assert (queues["service"].service_level, queues["digital"].service_level) == (1.0, 0.0)
    by_partner = queries.today_by_partner()
    assert by_partner["Digipress"] == Counts(
        answered=1, wait_seconds=25.0, handled=1, talk_seconds=100.0, wrap_up_seconds=40.0
    )


def test_an_event_delivered_twice_counts_once(day: Day) -> None:
    day.at(datetime(2028, 1, 19, 12, tzinfo=UTC))
    day.hung_up(wait=2)
    deliver(day.floor)
    Delivery.objects.filter(state="done").update(attempts=2)
    for delivery in Delivery.objects.filter(handler__startswith="analytics."):
        deliveries.run_delivery(delivery.id, day.floor.cast.organization.id)
    assert queries.today().offered == 1


def test_asking_again_is_counted_where_it_happened(day: Day) -> None:
    day.at(datetime(2028, 1, 19, 12, tzinfo=UTC))
    interaction = day.answered(day.floor.cast.ana, wait=5, talk=60)
    assert interaction.customer_id is not None
    count_asked_again(
        interaction.customer_id,
        key="preferred_device",
        reason="Customer says it changed",
        actor=day.floor.cast.ana.actor,
        interaction_id=interaction.id,
    )
    day.stamp()
    deliver(day.floor)
    assert queries.asked_again_today() == 1


def test_the_trend_shows_who_waited_at_the_end_of_each_quarter_hour(day: Day) -> None:
    noon = datetime(2028, 1, 19, 12, tzinfo=UTC)
    day.at(noon)
    day.floor.call()
    day.floor.call()
    day.at(noon + timedelta(minutes=20))
    day.floor.ready(day.floor.cast.ana)
    assert day.floor.assign()
    offer = day.floor.offer_of(day.floor.cast.ana)
    assert offer is not None
    accept_offer(offer.id, member=day.floor.cast.ana)
    day.at(noon + timedelta(minutes=31))
    deliver(day.floor)
    assert queries.trend("waiting", 1) == [0.0, 2.0, 1.0, 1.0]
    assert queries.trend("offered", 0.75, queue_slug="service") == [2.0, 0.0, 0.0]
    assert queries.trend("service_level", 0.75) == [0.0, 1.0, 1.0]


def test_who_serves_now_is_counted_by_company(day: Day) -> None:
    day.at(datetime(2028, 1, 19, 12, tzinfo=UTC))
    day.floor.ready(day.floor.cast.paula, day.floor.cast.mark)
    day.answered(day.floor.cast.ana, wait=1, talk=1, queue="digital")
    serving = {one.name: one for one in queries.serving_now()}
    assert (serving["Publisher"].busy, serving["Publisher"].ready) == (1, 1)
    assert serving["Digipress"].people == 1


def test_a_service_level_needs_somebody_who_came() -> None:
    assert service_level(Counts()) is None
    assert service_level(Counts(offered=1, short_abandoned=1)) is None
    assert service_level(Counts(offered=4, answered_in_target=2, short_abandoned=1)) == pytest.approx(2 / 3)


def test_quarters_begin_where_days_begin_even_in_kathmandu() -> None:
    begin, _ = day_of(datetime(2028, 1, 19, 12, tzinfo=UTC), "Asia/Kathmandu")
    assert quarter_of(begin) == begin
    assert begin.astimezone(ZoneInfo("Asia/Kathmandu")).hour == 0


def test_another_organisation_sees_none_of_it(day: Day) -> None:
    day.at(datetime(2028, 1, 19, 12, tzinfo=UTC))
    day.hung_up(wait=2)
    deliver(day.floor)
    assert QueueInterval.objects.count() == 1
    assert {row.organization_id for row in QueueInterval.objects.all()} == {Organization.objects.get().id}
