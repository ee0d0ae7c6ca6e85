"""What the owner of the order does besides pairing: changes, the end of patience, overflow, splits."""

from __future__ import annotations

import threading
from datetime import timedelta

from django.db import connection

from accounts.models import Member
from foundation.models import Event
from routing.actions import decline_offer
from routing.engine import replay
from routing.models import (
    ChangeToken,
    DecisionRecord,
    Offer,
    OverflowRule,
    Pool,
    PoolMember,
    Queue,
    QueueShare,
    QueueStep,
    RuleVersion,
    StepPool,
    WaitingToken,
    WorkItem,
)
from routing.owner import Owner
from routing.pools import add_step, pool_of_partner
from routing.presence import heartbeat, set_presence
from routing.rule_versions import inputs_of_records
from tests.routing.conftest import Clock, Floor


class Running:
    """An owner that keeps its memory; each round is a moment in which all that is due comes up."""

    def __init__(self) -> None:
        self.owner = Owner(threading.Event())

    def round(self) -> None:
        for _ in range(4):  # a stale seat, or a contact moved on, takes another look
            for floor in self.owner._floors.values():
                floor.next_upkeep = floor.next_overflow = 0.0
                floor.changed = True
            self.owner.round()


def team(slug: str, *members: Member) -> Pool:
    pool = Pool.objects.create(slug=slug, name=slug.title())
    for member in members:
        PoolMember.objects.create(pool=pool, member=member)
    return pool


def told(name: str) -> list[dict[str, object]]:
    return list(Event.objects.filter(name=name).order_by("id").values_list("payload", flat=True))


def only(queue: Queue, pool: Pool, **options: object) -> QueueStep:
    return add_step(queue, pool, **options)  # type: ignore[arg-type]


def test_what_is_set_up_counts_in_the_very_next_decision(floor: Floor) -> None:
    floor.ready(floor.cast.ana)
    vips = team("vips", floor.cast.mark)
    step = only(floor.service, vips)
    owner = Running()
    floor.call()
    owner.round()
    assert floor.offer_of(floor.cast.ana) is None
    StepPool.objects.filter(step=step).update(pool=None)
    owner.round()
    assert floor.offer_of(floor.cast.ana) is not None
    assert ChangeToken.objects.exists()


def test_who_was_not_taken_in_time_is_asked_of_the_door_and_still_waits_until_it_acts(
    floor: Floor, hands: Clock
) -> None:
    Queue.objects.filter(id=floor.service.id).update(deadline_seconds=60, final_text="We are sorry.")
    owner, item = Running(), floor.call()
    owner.round()
    assert told("work.final_wanted") == []
    hands.forward(61)
    for _ in range(3):
        owner.round()
    [wanted] = told("work.final_wanted")
    assert (wanted["kind"], wanted["text"]) == ("voicemail", "We are sorry.")
    assert WaitingToken.objects.filter(work_item=item).exists()
    hands.forward(31)
    owner.round()
    assert len(told("work.final_wanted")) == 2  # the door may have been closed


def test_a_contact_that_moves_to_another_queue_keeps_its_age_and_is_not_sent_round_in_circles(
    floor: Floor, hands: Clock
) -> None:
    night = Queue.objects.create(slug="night", name="Night", deadline_seconds=60)
    Queue.objects.filter(id=floor.service.id).update(
        deadline_seconds=60, final_action="queue", final_queue=night
    )
    Queue.objects.filter(id=night.id).update(final_action="queue", final_queue=floor.service)
    owner, item = Running(), floor.call()
    hands.forward(61)
    owner.round()
    moved = WorkItem.objects.select_related("queue", "interaction").get(id=item.id)
    assert (moved.queue.slug, moved.entered_at) == ("night", item.entered_at)
    assert moved.interaction.queue_slug == "night"
    assert told("work.final_wanted") == []
    hands.forward(61)
    owner.round()
    assert [one["kind"] for one in told("work.final_wanted")] == ["voicemail"]
    assert WorkItem.objects.get(id=item.id).state == "waiting"


def test_a_partner_at_work_takes_what_in_house_did_not(floor: Floor, hands: Clock) -> None:
    pool = pool_of_partner(floor.cast.partner)
    Queue.objects.filter(id=floor.digital.id).update(
        deadline_seconds=60, final_action="partner", final_pool=pool
    )
    QueueStep.objects.filter(queue=floor.digital, position=1).delete()
    QueueStep.objects.filter(queue=floor.digital).update(wait_seconds=None)
    floor.ready(floor.cast.paula)
    owner = Running()
    floor.call("digital")
    owner.round()
    assert floor.offer_of(floor.cast.paula) is None
    hands.forward(61)
    heartbeat(floor.cast.paula)
    owner.round()
    offer = floor.offer_of(floor.cast.paula)
    assert offer is not None
    assert offer.pool_id == pool.id


def test_a_pool_helps_a_queue_in_need_and_a_new_owner_knows_it(floor: Floor, hands: Clock) -> None:
    helpers = team("helpers", floor.cast.ana)
    only(floor.service, team("own", floor.cast.mark))
    home = Queue.objects.create(slug="home", name="Home")
    rule = OverflowRule.objects.create(
        queue=floor.service, pool=helpers, home_queue=home, opens_at_wait_seconds=30, min_hold_seconds=60
    )
    floor.ready(floor.cast.ana)
    owner = Running()
    floor.call()
    owner.round()
    hands.forward(31)
    heartbeat(floor.cast.ana)
    owner.round()
    offer = floor.offer_of(floor.cast.ana)
    assert offer is not None
    assert "Helpers helps out" in offer.reasons
    rule.refresh_from_db()
    assert rule.opened_at == hands.now
    second = Running()
    item = floor.call()
    second.round()
    hands.forward(61)
    WorkItem.objects.filter(id=item.id).update(queued_at=hands.now)
    WaitingToken.objects.filter(work_item=item).delete()
    floor.call()
    second.owner._next_sweep = 0.0
    second.round()
    rule.refresh_from_db()
    assert rule.opened_at is None
    assert [len(told(f"overflow.{what}")) for what in ("opened", "closed")] == [1, 1]


def test_the_counts_of_a_split_survive_the_owner_and_give_back_what_was_declined(
    floor: Floor, hands: Clock
) -> None:
    one, other = team("one", floor.cast.ana), team("other", floor.cast.mark)
    add_step(floor.service, one, other)
    QueueShare.objects.create(queue=floor.service, pool=one, percent=50)
    QueueShare.objects.create(queue=floor.service, pool=other, percent=50)
    Queue.objects.filter(id=floor.service.id).update(split_is_strict=True)
    floor.ready(floor.cast.ana, floor.cast.mark)
    floor.call()
    Running().round()
    [offer] = Offer.objects.all()
    assert offer.pool_id in {one.id, other.id}
    decline_offer(offer.id, member=offer.member)
    owner = Running()
    owner.round()
    [memory] = owner.owner._floors.values()
    assert sum(memory.taken.values()) == 1  # the declined one counts no more, the new offer does
    assert Offer.objects.filter(state="offered").count() == 1


def test_decisions_share_what_they_were_made_from_and_can_still_be_replayed(floor: Floor) -> None:
    floor.ready(floor.cast.ana, floor.cast.mark)
    floor.call()
    floor.call()
    Running().round()
    records = list(DecisionRecord.objects.order_by("id"))
    assert len(records) == 2
    assert RuleVersion.objects.filter(kind="queuepla").count() == 1
    for record, inputs in zip(records, inputs_of_records(records), strict=True):
        again = replay(inputs)
        assert list(again.reasons) == record.reasons
        assert again.agent_id == Offer.objects.get(id=record.offer_id).member_id


def test_notes_of_changes_are_swept_up(floor: Floor, hands: Clock) -> None:
    floor.call()
    ChangeToken.objects.create(made_at=hands.now - timedelta(minutes=10))
    recent = ChangeToken.objects.create(made_at=hands.now)
    Running().round()
    assert not ChangeToken.objects.filter(made_at__lt=hands.now - timedelta(minutes=5)).exists()
    assert ChangeToken.objects.filter(id=recent.id).exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.system', true)")
        assert cursor.fetchone()[0] in ("", None)


def test_a_step_opens_as_soon_as_nobody_of_the_one_before_is_at_work(floor: Floor) -> None:
    QueueStep.objects.filter(queue=floor.digital, position=0).update(skip_if_unstaffed=True)
    floor.ready(floor.cast.mark, floor.cast.paula)  # Mark lacks the skill, but he is somebody in-house
    owner = Running()
    floor.call("digital")
    owner.round()
    assert floor.offer_of(floor.cast.paula) is None
    set_presence(floor.cast.mark, state="paused")
    owner.round()
    assert floor.offer_of(floor.cast.paula) is not None
