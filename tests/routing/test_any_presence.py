"""Whatever agents, callers, supervisors and clocks do, in any order: states are legal, no time is lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from foundation.errors import Refusal
from routing.actions import (
    accept_offer,
    close_wrap_up,
    decline_offer,
    expire_offer,
    finish_work,
    leave_queue,
    requeue,
    return_to_queue,
)
from routing.models import ChannelRule, Engagement, Offer, PresencePeriod, Queue, WorkItem
from routing.presence import heartbeat, set_presence, sweep_presence
from routing.supervision import assign_contact, end_wrap_up, force_state, move_to_queue, prioritise, pull_back
from tests.routing.conftest import Clock, Floor
from tests.routing.invariants import assert_sound
from tests.routing.test_live_state import message

numbers = st.integers(0, 5)
people = st.sampled_from(["ana", "mark", "paula"])


def test_no_order_of_events_leaves_an_illegal_state_or_a_gap_in_anybodys_time(
    floor: Floor, hands: Clock
) -> None:
    ChannelRule.objects.create(channel="email", units=20, is_interruptible=True)
    Queue.objects.filter(slug="service").update(offers_at_once=2)
    Queue.objects.filter(slug="digital").update(wrap_up="none")

    class Day(RuleBasedStateMachine):
        """One company's floor, undone after each run."""

        def __init__(self) -> None:
            super().__init__()
            self.undo = transaction.atomic()
            self.undo.__enter__()

        def teardown(self) -> None:
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)

        def try_to(self, what: Any, *args: Any, **options: Any) -> None:
            """A refusal is an answer; it changes nothing."""
            try:
                with transaction.atomic():
                    what(*args, **options)
            except Refusal:
                return

        def one_of(self, rows: Any, number: int) -> Any:
            found = list(rows.order_by("id"))
            return found[number % len(found)] if found else None

        @rule(who=people, state=st.sampled_from(["ready", "ready", "paused", "offline"]))
        def declares(self, who: str, state: str) -> None:
            set_presence(getattr(floor.cast, who), state=state, reason="lunch")

        @rule(who=people, microphone=st.sampled_from([None, True, False]))
        def beats(self, who: str, microphone: bool | None) -> None:
            heartbeat(getattr(floor.cast, who), microphone=microphone)

        @rule(queue=st.sampled_from(["service", "digital"]), written=st.booleans())
        def contacts(self, queue: str, written: bool) -> None:
            if written:
                message(floor, queue)
            else:
                floor.call(queue)

        @rule()
        def owner_decides(self) -> None:
            floor.assign()

        @rule(number=numbers, how=st.sampled_from(["accept", "accept", "decline", "expire"]))
        def settles(self, number: int, how: str) -> None:
            offer = self.one_of(Offer.objects.filter(state="offered"), number)
            if offer is None:
                return
            if how == "expire":
                hands.now = max(hands.now, offer.expires_at)
                expire_offer(offer.id)
            else:
                act = accept_offer if how == "accept" else decline_offer
                self.try_to(act, offer.id, member=offer.member)

        @rule(number=numbers, how=st.sampled_from([finish_work, finish_work, return_to_queue, requeue]))
        def ends(self, number: int, how: Any) -> None:
            item = self.one_of(WorkItem.objects.filter(state="assigned"), number)
            options = {
                return_to_queue: {"why": "No line"},
                requeue: {"queue_slug": "digital", "actor": floor.cast.ana.actor},
            }.get(how, {})
            if item is not None:
                how(item.interaction_id, **options)

        @rule(number=numbers, by_supervisor=st.booleans())
        def closes(self, number: int, by_supervisor: bool) -> None:
            one = self.one_of(Engagement.objects.filter(state="wrap_up", ended_at=None), number)
            if one is None:
                return
            if by_supervisor:
                end_wrap_up(one.member, interaction_id=one.interaction_id, by=floor.cast.sam)
            else:
                close_wrap_up(one.member, interaction_id=one.interaction_id)

        @rule(number=numbers)
        def hangs_up(self, number: int) -> None:
            item = self.one_of(WorkItem.objects.filter(state__in=["waiting", "offered"]), number)
            if item is not None:
                leave_queue(item.interaction_id)

        @rule(number=numbers, who=people, how=st.sampled_from(["assign", "pull", "move", "points", "force"]))
        def supervisor_steers(self, number: int, who: str, how: str) -> None:
            sam, member = floor.cast.sam, getattr(floor.cast, who)
            item = self.one_of(WorkItem.objects.filter(done_at=None), number)
            if how == "force":
                state = ["ready", "paused", "offline"][number % 3]
                self.try_to(force_state, member, state=state, reason="Because", by=sam)
            elif item is not None:
                act, options = {
                    "assign": (assign_contact, {"member": member, "force": True, "note": "Knows them"}),
                    "pull": (pull_back, {}),
                    "move": (move_to_queue, {"queue_slug": "digital"}),
                    "points": (prioritise, {"points": 10.0 * number}),
                }[how]
                self.try_to(act, item.interaction_id, by=sam, **options)

        @rule(seconds=st.sampled_from([0, 1, 10, 26, 61, -60]))
        def time_passes(self, seconds: int) -> None:
            hands.forward(seconds)

        @rule()
        def sweep(self) -> None:
            sweep_presence()

        @invariant()
        def all_is_legal(self) -> None:
            assert_sound()
            assert not PresencePeriod.objects.filter(started_at__gt=hands.now + timedelta(hours=1)).exists()

    few = settings(
        max_examples=12,
        stateful_step_count=30,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Day, settings=few)
