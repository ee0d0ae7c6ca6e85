"""The change feed: everything that concerns the partner, once, in order, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from cases.actions import make_promise
from customers.actions import add_note, record_fact, share_record
from foundation import clock
from foundation.events import emit_raw
from foundation.models import Event
from foundation.tenancy import tenant
from partners import feed
from partners.models import ApiClient
from tests.partners.conftest import INHOUSE, Api, Company, run_relay


def follow(api: Api, **params: Any) -> tuple[list[dict[str, Any]], str]:
    """Everything from the cursor on, and the cursor for next time."""
    seen: list[dict[str, Any]] = []
    while True:
        answer = api.get("events", params=params)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        seen += page["results"]
        params["after"] = page["cursor"]
        if page["next"] is None:
            return seen, page["cursor"]


def test_the_feed_tells_what_happened_to_shared_customers_only(api: Api, meridian: Company) -> None:
    run_relay()
    events, _ = follow(api)
    assert {event["customer_id"] for event in events} == {meridian.shared.id}
    assert [event["type"] for event in events if event["type"].startswith("promise")] == ["promise.made"]


def test_a_cursor_goes_on_where_it_stood_and_skips_nothing(api: Api, meridian: Company) -> None:
    run_relay()
    before, cursor = follow(api, limit=1)
    assert follow(api, after=cursor) == ([], cursor)
    api.post(f"customers/{meridian.shared.id}/notes/", {"text": "one"})
    api.post(f"customers/{meridian.shared.id}/notes/", {"text": "two"})
    run_relay()
    after, _ = follow(api, after=cursor, limit=1)
    assert [event["type"] for event in after] == ["note.added", "note.added"]
    everything, _ = follow(api)
    assert everything == before + after


def test_an_event_id_is_a_cursor_too(api: Api) -> None:
    run_relay()
    everything, _ = follow(api)
    rest, _ = follow(api, after=everything[0]["id"])
    assert rest == everything[1:]


def test_the_cursor_moves_on_past_what_is_not_ours(
    api: Api, meridian: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "SCAN", 3)
    run_relay()
    _, cursor = follow(api)
    with tenant(meridian.id):
        for number in range(7):
            add_note(meridian.hidden.id, text=f"hidden {number}", actor=INHOUSE)
        add_note(meridian.shared.id, text="shared", actor=INHOUSE)
    run_relay()
    page = api.get("events", params={"after": cursor}).json()
    assert (page["results"], page["next"] is not None) == ([], True)
    seen, _ = follow(api, after=cursor)
    assert [event["type"] for event in seen] == ["note.added"]


GARBAGE_CURSORS = [
    "garbage",
    "",
    "1",
    "-1",
    "0",
    "ZjE6MQ==",
    "ZjE6",
    "evt_",
    "evt_999999999",
    "evt_x",
    "%00",
    "é",
]


def test_a_garbage_cursor_is_a_400(api: Api) -> None:
    for cursor in GARBAGE_CURSORS:
        answer = api.get(f"events?after={cursor}")
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_cursor")
        assert answer.json()["errors"][0] | {"message": ""} == {
            "in": "query",
            "field": "/after",
            "code": "bad_cursor",
            "message": "",
        }


def test_another_companys_event_id_is_no_cursor(
    api: Api, orbit: Company, connect: Callable[..., Api]
) -> None:
    run_relay()
    with tenant(orbit.id):
        event = Event.objects.order_by("id").first()
    assert event is not None
    assert api.get("events", params={"after": f"evt_{event.id}"}).status_code == 400


def test_facts_and_notes_outside_the_contract_are_not_told(api: Api, meridian: Company) -> None:
    run_relay()
    _, cursor = follow(api)
    with tenant(meridian.id):
        record_fact(meridian.shared.id, key="mood", value="angry", actor=INHOUSE, source="agent")
        record_fact(meridian.shared.id, key="missing_issues", value=2, actor=INHOUSE, source="agent")
        add_note(meridian.shared.id, text="not for partners", actor=INHOUSE, for_partners=False)
    run_relay()
    seen, _ = follow(api, after=cursor)
    assert [(event["type"], event["data"]["key"]) for event in seen] == [("fact.recorded", "missing_issues")]


def test_nothing_that_stays_in_the_house_is_told(api: Api, meridian: Company) -> None:
    run_relay()
    _, cursor = follow(api)
    with tenant(meridian.id):
        told = json.dumps({"customer_id": meridian.shared.id, "member_id": 7, "note": "he shouts"})
        for name in ("offer.made", "presence.changed", "call.control_requested", "webhook_endpoint.created"):
            emit_raw(name, 1, "", told, {})
        emit_raw("interaction.transferred", 1, f"customer:{meridian.shared.id}", told, {"hand": "inhouse"})
    run_relay()
    seen, _ = follow(api, after=cursor)
    assert [event["type"] for event in seen] == ["interaction.transferred"]
    assert "he shouts" not in str(seen)
    assert "member_id" not in seen[0]["data"]


def test_a_promise_made_today_shares_the_record_and_comes_in_the_feed(
    postvan: tuple[ApiClient, str], meridian: Company, connect: Callable[..., Api]
) -> None:
    theirs = connect(*postvan)
    run_relay()
    assert follow(theirs)[0] == []
    with tenant(meridian.id):
        make_promise(
            meridian.hidden.id,
            text="a paper copy",
            due_at=clock.now() + timedelta(days=1),
            actor=INHOUSE,
            owed_by_id=postvan[0].partner_id,
        )
    run_relay()
    promises = [event["data"] for event in follow(theirs)[0] if event["type"] == "promise.made"]
    assert [promise["owed_by_id"] for promise in promises] == [None, postvan[0].partner_id]


def test_another_partners_promises_cases_and_notes_on_a_shared_record_are_not_told(
    postvan: tuple[ApiClient, str], api: Api, meridian: Company, connect: Callable[..., Api]
) -> None:
    theirs = connect(*postvan)
    with tenant(meridian.id):
        share_record(meridian.shared.id, partner_id=postvan[0].partner_id, reason="test")
    api.post(f"customers/{meridian.shared.id}/notes/", {"text": "between us"})
    api.post("cases/", {"customer_id": meridian.shared.id, "title": "Ours"})
    run_relay()
    seen, _ = follow(theirs)
    assert "note.added" not in [event["type"] for event in seen]
    assert "access link" not in str(seen)
    assert [event["data"]["case_id"] for event in seen if event["type"] == "case.opened"] == [
        meridian.case_id
    ]
