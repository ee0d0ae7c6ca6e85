"""Recording events and running their handlers."""

import json

import pytest
from django.db import connection

from foundation import deliveries
from foundation.events import emit, listen
from foundation.models import Delivery, Event, Timer
from foundation.tenancy import NoTenantError, system, tenant
from tests.foundation import listeners
from tests.foundation.conftest import ORGANIZATION
from tests.foundation.listeners import Rang

pytestmark = pytest.mark.usefixtures("no_listeners")


def ring(note: str = "") -> int:
    with tenant(ORGANIZATION):
        emit(Rang(bell_id=3, note=note), actor={"hand": "ivr"})
        return Event.objects.latest("id").id


def ring_and_fail() -> None:
    with tenant(ORGANIZATION):
        emit(Rang(bell_id=3))
        raise ZeroDivisionError


def the_delivery() -> Delivery:
    return Delivery.objects.get()


def states() -> list[str]:
    return sorted(Delivery.objects.values_list("state", flat=True))


def marks() -> int:
    return Timer.objects.filter(name="mark").count()


def run_all() -> None:
    """Play relay and worker until nothing is due."""
    sent: list[tuple[list[int], int]] = []
    deliveries.send_due_deliveries(lambda ids, organization, lane: sent.append((ids, organization)))
    for delivery_ids, organization_id in sent:
        deliveries.run_deliveries(delivery_ids, organization_id)


def make_due() -> None:
    with tenant(ORGANIZATION), connection.cursor() as cursor:
        cursor.execute("UPDATE foundation_delivery SET next_attempt_at = now() WHERE state <> 'done'")


def test_an_event_is_recorded_with_a_delivery_for_each_listener(db):
    listen(Rang, listeners.remember)
    listen("*", listeners.remember_and_nudge, lane="realtime")
    event_id = ring("x")
    with tenant(ORGANIZATION):
        event = Event.objects.get(id=event_id)
        assert (event.name, event.subject, event.payload) == (
            "bell.rang",
            "bell:3",
            {"bell_id": 3, "note": "x"},
        )
        assert event.actor == {"hand": "ivr"}
        assert set(Delivery.objects.values_list("handler", "lane", "state")) == {
            ("tests.foundation.listeners.remember", "background", "pending"),
            ("tests.foundation.listeners.remember_and_nudge", "realtime", "pending"),
        }


def test_event_and_deliveries_vanish_with_the_change_they_tell_of(db):
    listen(Rang, listeners.remember)
    with pytest.raises(ZeroDivisionError):
        ring_and_fail()
    with tenant(ORGANIZATION):
        assert not Event.objects.exists()
        assert not Delivery.objects.exists()


def test_outside_a_tenant_nothing_can_be_recorded(db):
    with pytest.raises(NoTenantError):
        emit(Rang(bell_id=3))


def test_an_event_without_listeners_is_recorded_too(organization):
    emit(Rang(bell_id=3))
    assert Event.objects.count() == 1


def test_a_handler_registered_twice_hears_once(organization):
    listen(Rang, listeners.remember)
    listen(Rang, listeners.remember)
    emit(Rang(bell_id=3))
    assert Delivery.objects.count() == 1


def test_what_a_handler_does_commits_together_with_the_done_mark(db):
    listen(Rang, listeners.remember)
    ring()
    run_all()
    with tenant(ORGANIZATION):
        assert the_delivery().state == "done"
        assert marks() == 1


def test_a_second_message_for_a_done_delivery_changes_nothing(db):
    listen(Rang, listeners.remember)
    ring()
    run_all()
    with tenant(ORGANIZATION):
        delivery = the_delivery()
    deliveries.run_delivery(delivery.id, ORGANIZATION)
    with tenant(ORGANIZATION):
        assert marks() == 1
        assert the_delivery().last_error == ""


def test_a_failing_handler_leaves_nothing_and_is_tried_again_later(db):
    listen(Rang, listeners.fail)
    ring()
    run_all()
    with tenant(ORGANIZATION):
        delivery = the_delivery()
        assert (delivery.state, delivery.attempts, delivery.last_error) == (
            "pending",
            1,
            "ValueError: no bell",
        )
        assert marks() == 0
        assert delivery.next_attempt_at > delivery.event.occurred_at


def test_after_the_last_attempt_a_delivery_is_dead_until_somebody_revives_it(db):
    listen(Rang, listeners.fail)
    ring()
    for _ in range(deliveries.MAX_ATTEMPTS):
        make_due()
        run_all()
    with tenant(ORGANIZATION):
        delivery = the_delivery()
        assert (delivery.state, delivery.attempts) == ("dead", deliveries.MAX_ATTEMPTS)
        make_due()
    run_all()
    with tenant(ORGANIZATION):
        assert the_delivery().attempts == deliveries.MAX_ATTEMPTS
        deliveries.retry_dead(delivery.id)
        assert the_delivery().state == "pending"


def test_back_off_doubles_to_two_hours_with_jitter():
    for attempts in range(1, 30):
        plain = min(0.5 * 2 ** (attempts - 1), 7200)
        assert 0.8 * plain <= deliveries.backoff(attempts).total_seconds() <= 1.2 * plain


def test_waiting_long_in_a_full_queue_is_no_failure(db):
    listen(Rang, listeners.remember)
    ring()
    for _ in range(3):
        deliveries.send_due_deliveries(lambda *_: None)
        make_due()
    run_all()
    with tenant(ORGANIZATION):
        delivery = the_delivery()
        assert (delivery.state, delivery.attempts, delivery.sends) == ("done", 0, 4)


def test_a_delivery_is_leased_so_that_two_relays_do_not_both_send_it(db):
    listen(Rang, listeners.remember)
    ring()
    assert deliveries.send_due_deliveries(lambda *_: None) == 1
    assert deliveries.send_due_deliveries(lambda *_: None) == 0


def test_what_the_broker_does_not_take_is_pending_again(db):
    listen(Rang, listeners.remember)
    ring()

    def broker_away(*_: object) -> None:
        raise ConnectionError("away")

    with pytest.raises(ConnectionError):
        deliveries.send_due_deliveries(broker_away)
    assert deliveries.send_due_deliveries(lambda *_: None) == 1


def test_an_outward_handler_runs_outside_any_transaction(transactional_db, monkeypatch):
    monkeypatch.setattr(listeners, "outside", [])
    listen(Rang, listeners.reach_out, lane="realtime", outward=True)
    event_id = ring()
    run_all()
    assert listeners.outside == [event_id]
    with tenant(ORGANIZATION):
        assert the_delivery().state == "done"


def test_while_an_outward_handler_runs_a_second_message_does_not_start_it_again(
    transactional_db, monkeypatch
):
    monkeypatch.setattr(listeners, "outside", [])

    listen(Rang, listeners.reach_out_while_told_again, outward=True)
    event_id = ring()
    run_all()
    assert listeners.outside == [event_id]


def test_an_outward_handler_whose_worker_died_is_run_again_after_its_lease(transactional_db, monkeypatch):
    monkeypatch.setattr(listeners, "outside", [])
    listen(Rang, listeners.reach_out, outward=True)
    event_id = ring()
    with tenant(ORGANIZATION):
        Delivery.objects.update(state="running")
    make_due()
    run_all()
    assert listeners.outside == [event_id]


def test_a_handler_that_this_release_does_not_have_is_done(db):
    listen(Rang, listeners.remember)
    ring()
    from foundation import events

    events._by_name.clear()
    run_all()
    with tenant(ORGANIZATION):
        assert (the_delivery().state, marks()) == ("done", 0)


def test_each_lane_gets_its_share_whatever_waits_in_the_other(db):
    with system(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM foundation_delivery")  # what tests of real processes left behind
    listen(Rang, listeners.remember, lane="background")
    for _ in range(5):
        ring()
    listen(Rang, listeners.remember_and_nudge, lane="realtime")
    ring()
    lanes: list[str] = []
    deliveries.send_due_deliveries(lambda ids, organization, lane: lanes.extend(lane for _ in ids), limit=2)
    assert lanes == ["realtime", "background", "background"]


def test_background_work_goes_to_workers_in_parcels(db):
    listen(Rang, listeners.remember)
    ring(), ring()
    parcels: list[int] = []
    deliveries.send_due_deliveries(lambda ids, organization, lane: parcels.append(len(ids)))
    assert parcels == [2]
    make_due()
    run_all()
    with tenant(ORGANIZATION):
        assert (marks(), states()) == (2, ["done", "done"])


def test_of_a_parcel_only_the_one_that_fails_is_not_done(db):
    listen(Rang, listeners.remember)
    listen(Rang, listeners.fail)
    ring(), ring()
    run_all()
    with tenant(ORGANIZATION):
        assert (marks(), states()) == (2, ["done", "done", "pending", "pending"])


def test_an_outward_handler_in_a_parcel_runs_outside_any_transaction(transactional_db, monkeypatch):
    monkeypatch.setattr(listeners, "outside", [])
    listen(Rang, listeners.remember)
    listen(Rang, listeners.reach_out, outward=True)
    event_id = ring()
    run_all()
    with tenant(ORGANIZATION):
        assert (listeners.outside, states()) == ([event_id], ["done", "done"])


def test_what_may_have_killed_its_worker_travels_alone(db):
    listen(Rang, listeners.remember)
    ring(), ring()
    deliveries.send_due_deliveries(lambda *_: None)
    make_due()
    parcels: list[int] = []
    deliveries.send_due_deliveries(lambda ids, organization, lane: parcels.append(len(ids)))
    assert parcels == [1, 1]


def test_finished_deliveries_are_swept_and_their_events_stay(db):
    listen(Rang, listeners.remember)
    ring()
    run_all()
    with tenant(ORGANIZATION), connection.cursor() as cursor:
        cursor.execute("UPDATE foundation_delivery SET done_at = now() - interval '3 days'")
    ring("fresh")
    deliveries.sweep_finished()
    with tenant(ORGANIZATION):
        assert the_delivery().event.payload["note"] == "fresh"
        assert Event.objects.count() == 2


@pytest.mark.parametrize("value", ["é", "\u2028", "'; DROP TABLE x; --", "x" * 20_000])
def test_any_text_survives_in_a_payload(organization, value):
    emit(Rang(bell_id=3, note=value))
    assert Event.objects.get().payload["note"] == value
    assert json.dumps(value)
