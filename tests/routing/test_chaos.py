"""A busy while, all at once: agents answer, decline, miss and pause, callers hang up, owners fight.

Calls and messages are mixed, and each is offered to two agents at once.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from django.db import connection

from accounts.models import Member
from customers.models import Interaction
from foundation.deliveries import fire_due_timers, run_deliveries, send_due_deliveries
from foundation.errors import Conflict
from foundation.models import Delivery, Event
from foundation.tenancy import tenant
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
from routing.models import Offer, Presence, WorkItem
from routing.owner import Owner
from routing.presence import heartbeat, set_presence
from tests.routing.conftest import Floor
from tests.routing.invariants import assert_sound
from tests.routing.test_live_state import message
from tests.routing.test_owner import new_agent

AGENTS, CALLERS = 10, 60


class Crowd:
    """Everybody's doings, each in transactions of their own; lost races are part of life."""

    def __init__(self, floor: Floor, members: list[Member]) -> None:
        self.floor, self.members = floor, members
        self.organization_id = floor.cast.organization.id
        self.over = threading.Event()

    def change(self, what: Callable[[], object]) -> None:
        with tenant(self.organization_id):
            try:
                what()
            except Conflict:
                return

    def agent(self, member: Member) -> None:
        """Takes what comes, mostly."""
        dice = random.Random(member.id)
        self.change(lambda: set_presence(member, state="ready"))
        while not self.over.is_set():
            self.change(lambda: heartbeat(member))
            with tenant(self.organization_id):
                presence = Presence.objects.get(member=member)
            self._step(member, presence, dice)

    def _step(self, member: Member, presence: Presence, dice: random.Random) -> None:
        luck = dice.random()
        interaction_id = presence.interaction_id or 0
        if presence.state == "offered":
            self._answer(member, luck)
        elif presence.state == "serving" and luck < 0.1:
            self.change(lambda: return_to_queue(interaction_id, why="The line failed"))
        elif presence.state == "serving" and luck < 0.2:
            self.change(lambda: requeue(interaction_id, queue_slug="service", actor=member.actor))
        elif presence.state == "serving":
            self.change(lambda: finish_work(interaction_id))
        elif presence.state == "wrap_up":
            self.change(lambda: close_wrap_up(member, interaction_id=interaction_id))
        elif presence.state != "ready" or luck < 0.05:
            self.change(lambda: set_presence(member, state="paused" if luck < 0.05 else "ready"))

    def _answer(self, member: Member, luck: float) -> None:
        with tenant(self.organization_id):
            offer = self.floor.offer_of(member)
        if offer is None:
            return
        if luck < 0.1:
            self.change(lambda: decline_offer(offer.id, member=member, reason="Busy"))
        elif luck < 0.2:
            overdue = Offer.objects.filter(id=offer.id, state="offered")
            self.change(lambda: overdue.update(expires_at="2000-01-01T00:00Z"))
            self.change(lambda: expire_offer(offer.id))
        else:
            self.change(lambda: accept_offer(offer.id, member=member))

    def callers(self) -> None:
        """Call, and some hang up at any moment."""
        dice = random.Random(1)
        calls: list[WorkItem] = []
        for _ in range(CALLERS):
            with tenant(self.organization_id):
                calls.append(message(self.floor) if dice.random() < 0.4 else self.floor.call())
            if dice.random() < 0.3:
                gone = dice.choice(calls)
                self.change(lambda: leave_queue(gone.interaction_id))  # noqa: B023

    def own(self) -> None:
        owner = Owner(threading.Event())
        while not self.over.is_set():
            owner.round()


def in_thread(work: Callable[[], None]) -> Callable[[], None]:
    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    return run


def everybody_served() -> bool:
    return not WorkItem.objects.exclude(state__in=["done", "left"]).exists()


def test_in_a_busy_while_with_two_owners_every_caller_ends_served_or_gone(
    committed_floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    from tests.routing.test_owner import eventually

    monkeypatch.setattr("routing.rules.COOL_DOWN", timedelta(milliseconds=50))
    monkeypatch.setattr("routing.owner.LOOK_AGAIN_SECONDS", 0.05)
    floor = committed_floor
    with tenant(floor.cast.organization.id):
        members = [new_agent(f"agent-{number}") for number in range(AGENTS)]
        floor.service.offers_at_once = 2
        floor.service.save()
    crowd = Crowd(floor, members)

    def served() -> bool:
        with tenant(crowd.organization_id):
            return WorkItem.objects.count() >= CALLERS and everybody_served()

    with ThreadPoolExecutor(AGENTS + 3) as pool:
        running: list[Future[None]] = [pool.submit(in_thread(crowd.callers))]
        running += [pool.submit(in_thread(lambda m=member: crowd.agent(m))) for member in members]  # type: ignore[misc]
        running += [pool.submit(in_thread(crowd.own)) for _ in range(2)]
        try:
            eventually(served, seconds=120)
        finally:
            crowd.over.set()
        for one in running:
            one.result()
    with tenant(crowd.organization_id):
        assert_sound()
        assert Interaction.objects.filter(state__in=["waiting", "serving"]).count() == 0
        accepted = Event.objects.filter(name="offer.accepted").values_list("payload__offer_id", flat=True)
        assert len(accepted) == len(set(accepted))
        answered = Event.objects.filter(name="interaction.answered").count()
        assert answered == len(accepted)


def test_an_offer_nobody_answers_expires_by_the_relay_and_a_worker(committed_floor: Floor) -> None:
    from foundation.models import Timer

    floor, ana = committed_floor, committed_floor.cast.ana
    with tenant(floor.cast.organization.id):
        floor.ready(ana)
        floor.call()
    floor.assign()
    with tenant(floor.cast.organization.id):
        Offer.objects.update(expires_at="2000-01-01T00:00Z")
        Timer.objects.update(due_at="2000-01-01T00:00Z")
    assert fire_due_timers() == 1
    send_due_deliveries(lambda ids, organization_id, lane: run_deliveries(ids, organization_id))
    with tenant(floor.cast.organization.id):
        assert Offer.objects.get().state == "expired"
        assert not Delivery.objects.filter(last_error__gt="").exists()
        assert_sound()
