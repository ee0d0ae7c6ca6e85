"""What was promised, and its clock."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
import time_machine
from django.db import connection

from cases import actions, handlers
from cases.access import visible_cases, visible_promises
from cases.models import Promise
from cases.queries import (
    PromiseCounts,
    holds_marketing,
    open_promises,
    promise_counts,
    promises_at_risk,
)
from customers.actions import create_customer
from customers.models import Customer, RecordShare, TimelineEntry
from foundation.deliveries import fire_due_timers
from foundation.errors import Conflict, Forbidden, Refusal
from foundation.models import Event, LiveEntry, Timer
from foundation.tenancy import tenant
from tests.people import Cast

NOON = datetime(2026, 11, 9, 12, 0, tzinfo=UTC)


@pytest.fixture
def robert(cast: Cast) -> Customer:
    return create_customer(actor=cast.ana.actor, display_name="Robert Whitfield", phones=["+442079460123"])


def promise(cast: Cast, customer: Customer, **changes: Any) -> Promise:
    given = {"text": "access link by e-mail", "due_at": NOON + timedelta(hours=8), "actor": cast.ana.actor}
    return actions.make_promise(customer.id, **(given | changes))


def names() -> list[str]:
    return list(Event.objects.order_by("id").values_list("name", flat=True))


@pytest.fixture(autouse=True)
def at_noon(request: pytest.FixtureRequest) -> Any:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def test_a_promise_shares_the_record_with_the_partner_that_owes_it_and_sets_the_clock(
    cast: Cast, robert: Customer
) -> None:
    made = promise(cast, robert, owed_by_id=cast.partner.id)
    assert RecordShare.objects.get().partner == cast.partner
    due = dict(Timer.objects.values_list("name", "due_at"))
    assert due == {"promise.due_soon": made.due_at - timedelta(hours=2), "promise.due": made.due_at}
    assert open_promises(robert.id) == [made]


def test_a_warning_goes_once_to_the_people_of_the_company_that_owes_it(cast: Cast, robert: Customer) -> None:
    made = promise(cast, robert, owed_by_id=cast.partner.id)
    assert actions.warn_promise(made.id)
    assert actions.warn_promise(made.id) is None
    assert names().count("promise.warned") == 1
    assert promises_at_risk() == [made]


def test_a_broken_promise_is_told_to_both_companies(
    committed_cast: Cast, at_noon: time_machine.Traveller
) -> None:
    cast = committed_cast
    with tenant(cast.organization.id):
        robert = create_customer(actor=cast.ana.actor, display_name="Robert")
        made = promise(cast, robert, owed_by_id=cast.partner.id)
    at_noon.move_to(made.due_at + timedelta(seconds=1))
    with tenant(cast.organization.id):
        assert actions.break_promise(made.id)
        assert actions.break_promise(made.id) is None
    with tenant(cast.organization.id):
        told = set(LiveEntry.objects.filter(kind="promise.broken").values_list("topic", flat=True))
        assert told == {f"member:{cast.paula.id}", f"member:{cast.sam.id}"}
        line = TimelineEntry.objects.filter(kind="promise").latest("id")
        assert line.title == "Promise broken: access link by e-mail (was due 9 November, 20:00)"
        assert names().count("promise.broken") == 1
        assert promises_at_risk()[0].id == made.id


def test_the_floor_counts_all_that_are_at_risk_and_lists_the_most_urgent(
    cast: Cast, robert: Customer
) -> None:
    later, soon, safe = (
        promise(cast, robert, due_at=NOON + timedelta(hours=hours)) for hours in (3, 0.5, 30)
    )
    Promise.objects.filter(id=later.id).update(state=Promise.State.BROKEN)
    assert promises_at_risk(limit=1) == [soon]
    assert promises_at_risk() == [soon, later]
    assert promise_counts() == PromiseCounts(open=2, kept=0, broken=1, at_risk=2)
    assert safe not in promises_at_risk()


def test_a_due_time_that_this_clock_has_not_reached_is_set_again(cast: Cast, robert: Customer) -> None:
    made = promise(cast, robert)
    Timer.objects.all().delete()
    assert actions.break_promise(made.id) is None
    assert Timer.objects.get().due_at == made.due_at


def test_the_relay_rings_the_clock_by_events(committed_cast: Cast) -> None:
    cast = committed_cast
    with tenant(cast.organization.id):
        robert = create_customer(actor=cast.ana.actor, display_name="Robert")
        promise(cast, robert)
        Timer.objects.update(due_at=NOON - timedelta(days=400))
    assert fire_due_timers() == 2
    with tenant(cast.organization.id):
        assert set(names()) >= {"promise.due", "promise.due_soon"}


def test_keeping_a_promise_stops_the_clock_and_is_said_once(cast: Cast, robert: Customer) -> None:
    made = promise(cast, robert)
    kept = actions.keep_promise(made.id, actor=cast.ana.actor, outcome="Link sent")
    again = actions.keep_promise(made.id, actor=cast.mark.actor, outcome="Sent again")
    assert (kept.state, again.outcome, again.version) == ("kept", "Link sent", kept.version)
    assert not Timer.objects.exists()
    assert names().count("promise.kept") == 1
    handlers.escalate_promise(_recorded(made))
    assert Promise.objects.get(id=made.id).state == "kept"


def _recorded(made: Promise) -> Any:
    class Recorded:
        payload = {"promise_id": made.id}

    return Recorded()


def test_a_broken_promise_can_be_kept_late(
    cast: Cast, robert: Customer, at_noon: time_machine.Traveller
) -> None:
    made = promise(cast, robert)
    at_noon.move_to(made.due_at + timedelta(hours=1))
    actions.break_promise(made.id)
    actions.keep_promise(made.id, actor=cast.ana.actor, outcome="Sent at last")
    assert Event.objects.get(name="promise.kept").payload["late"] is True
    assert open_promises(robert.id) == []


def test_acknowledging_twice_counts_once(cast: Cast, robert: Customer) -> None:
    made = promise(cast, robert, owed_by_id=cast.partner.id)
    first = actions.acknowledge_promise(made.id, actor=cast.paula.actor)
    second = actions.acknowledge_promise(made.id, actor=cast.ana.actor)
    assert second.acknowledged_by == "Paula"
    assert second.version == first.version
    assert names().count("promise.acknowledged") == 1


def test_a_partner_settles_only_what_it_owes(cast: Cast, robert: Customer) -> None:
    ours = promise(cast, robert)
    for act in (actions.acknowledge_promise, actions.keep_promise):
        with pytest.raises(Forbidden):
            act(ours.id, actor=cast.paula.actor)
    with pytest.raises(Forbidden):
        promise(cast, robert, actor=cast.paula.actor, owed_by_id=cast.other_partner.id)
    assert promise(cast, robert, actor=cast.paula.actor).owed_by_id == cast.partner.id


def test_an_old_version_is_refused(cast: Cast, robert: Customer) -> None:
    made = promise(cast, robert)
    actions.acknowledge_promise(made.id, actor=cast.ana.actor, expected_version=1)
    with pytest.raises(Conflict) as refused:
        actions.keep_promise(made.id, actor=cast.ana.actor, outcome="", expected_version=1)
    assert refused.value.code == "stale"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"text": "  "}, "missing"),
        ({"text": "x" * 241}, "too_long"),
        ({"due_at": NOON}, "due_in_past"),
        ({"due_at": NOON + timedelta(days=400)}, "due_too_far"),
        ({"case_id": 987654}, "not_of_customer"),
    ],
)
def test_a_promise_that_makes_no_sense_is_refused(
    cast: Cast, robert: Customer, changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        promise(cast, robert, **changes)
    assert refused.value.code == code
    assert not Promise.objects.exists()


def test_marketing_is_held_while_a_case_is_open(cast: Cast, robert: Customer) -> None:
    case = actions.open_case(robert.id, title="Issues 9 and 10 missing", actor=cast.ana.actor)
    assert holds_marketing(robert.id)
    actions.solve_case(case.id, actor=cast.ana.actor, outcome="Sent again")
    assert not holds_marketing(robert.id)
    titles = list(
        TimelineEntry.objects.filter(kind="marketing").order_by("id").values_list("title", flat=True)
    )
    assert titles == ["Marketing and renewal notices are held", "Marketing and renewal notices resume"]


def test_a_case_is_not_solved_while_its_promise_is_open(cast: Cast, robert: Customer) -> None:
    case = actions.open_case(robert.id, title="No link", actor=cast.ana.actor)
    made = promise(cast, robert, case_id=case.id)
    with pytest.raises(Conflict, match="still open"):
        actions.solve_case(case.id, actor=cast.ana.actor)
    actions.withdraw_promise(made.id, actor=cast.ana.actor, reason="No longer wanted")
    assert actions.solve_case(case.id, actor=cast.ana.actor).state == "solved"
    assert actions.reopen_case(case.id, actor=cast.ana.actor, why="It came back").state == "open"


def test_a_partner_never_sees_what_another_partner_works_on(cast: Cast, robert: Customer) -> None:
    promise(cast, robert, owed_by_id=cast.partner.id)
    theirs = promise(cast, robert, owed_by_id=cast.other_partner.id)
    other_case = actions.open_case(
        robert.id, title="Parcel", actor=cast.ana.actor, partner_id=cast.other_partner.id
    )
    viewer = cast.viewer(cast.paula)
    assert theirs not in visible_promises(viewer)
    assert visible_promises(viewer).count() == 1
    assert other_case not in visible_cases(viewer)


def _at_once(organization_id: int, *steps: Callable[[], object]) -> list[object]:
    barrier = Barrier(len(steps))

    def run(step: Callable[[], object]) -> object:
        try:
            with tenant(organization_id):
                barrier.wait(timeout=10)
                return step()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(steps)) as pool:
        return list(pool.map(run, steps))


def test_kept_and_broken_at_the_same_moment_end_as_kept(
    committed_cast: Cast, at_noon: time_machine.Traveller
) -> None:
    cast = committed_cast
    with tenant(cast.organization.id):
        robert = create_customer(actor=cast.ana.actor, display_name="Robert")
        made = promise(cast, robert)
    at_noon.move_to(made.due_at + timedelta(seconds=1))
    for _ in range(5):
        with tenant(cast.organization.id):
            Promise.objects.update(state="open", kept_at=None)
        _at_once(
            cast.organization.id,
            lambda: actions.break_promise(made.id),
            lambda: actions.keep_promise(made.id, actor=cast.ana.actor, outcome="Sent"),
        )
        with tenant(cast.organization.id):
            assert Promise.objects.get().state == "kept"


def test_ten_hands_acknowledge_at_once_and_one_event_is_written(committed_cast: Cast) -> None:
    cast = committed_cast
    with tenant(cast.organization.id):
        made = promise(cast, create_customer(actor=cast.ana.actor, display_name="Robert"))
    steps = [lambda: actions.acknowledge_promise(made.id, actor=cast.ana.actor)] * 10
    _at_once(cast.organization.id, *steps)
    with tenant(cast.organization.id):
        assert names().count("promise.acknowledged") == 1
        assert Promise.objects.get().version == 2
