"""Events set for later."""

from datetime import timedelta

import pytest

from foundation import clock, deliveries, timers
from foundation.models import Event, Timer
from foundation.tenancy import tenant
from tests.foundation.conftest import ORGANIZATION
from tests.foundation.listeners import Rang

pytestmark = pytest.mark.usefixtures("no_listeners")
PAST, FUTURE = timedelta(seconds=-1), timedelta(hours=1)


def set_timer(key: str, after: timedelta, note: str = "", organization_id: int = ORGANIZATION) -> None:
    with tenant(organization_id):
        timers.emit_at(Rang(bell_id=3, note=note), clock.now() + after, key=key, actor={"hand": "system"})


def notes(organization_id: int = ORGANIZATION) -> list[str]:
    with tenant(organization_id):
        return [event.payload["note"] for event in Event.objects.order_by("id")]


def test_a_due_timer_is_recorded_as_if_it_happened_now(db):
    set_timer("a", PAST, "due")
    set_timer("b", FUTURE, "later")
    assert deliveries.fire_due_timers() == 1
    assert notes() == ["due"]
    with tenant(ORGANIZATION):
        event = Event.objects.get()
        assert (event.subject, event.actor) == ("bell:3", {"hand": "system"})
        assert Timer.objects.get().key == "b"


def test_a_timer_fires_once(db):
    set_timer("a", PAST)
    deliveries.fire_due_timers()
    assert deliveries.fire_due_timers() == 0


def test_a_timer_of_the_same_key_is_replaced(db):
    set_timer("a", PAST, "old")
    set_timer("a", PAST, "new")
    deliveries.fire_due_timers()
    assert notes() == ["new"]


def test_a_cancelled_timer_does_not_fire(db):
    set_timer("a", PAST)
    with tenant(ORGANIZATION):
        timers.cancel_timer("a")
    assert deliveries.fire_due_timers() == 0


def test_timers_of_several_organisations_fire_each_in_its_own(db):
    set_timer("a", PAST, "ours")
    set_timer("a", PAST, "theirs", organization_id=ORGANIZATION + 1)
    assert deliveries.fire_due_timers() == 2
    assert (notes(), notes(ORGANIZATION + 1)) == (["ours"], ["theirs"])
