"""What customers say about being contacted holds at once, through every door, and goes with the person."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.actors import IVR_ACTOR
from cases import suppression
from cases.actions import open_case, solve_case
from cases.permission import contact_permissions
from cases.tasks import write_suppression_lists
from customers import actions
from customers.consent import queries
from customers.consent.actions import (
    define_purpose,
    hold_contact,
    record_consent,
    release_hold,
    resume_sender,
    set_preference,
    set_quiet_hours,
    stop_contact,
    stop_sender,
)
from customers.consent.handlers import keep_stops_of_both
from customers.consent.models import Consent
from customers.exports.models import Export
from customers.exports.tables import as_csv
from customers.models import Customer, TimelineEntry
from foundation import clock
from foundation.errors import Forbidden, Refusal
from foundation.events import RecordedEvent
from foundation.models import Event
from tests.people import Cast

NUMBER = "+447700900123"


@pytest.fixture
def robert(cast: Cast) -> Customer:
    return actions.create_customer(
        actor=cast.ana.actor, display_name="Robert", phones=[NUMBER], emails=["robert@example.com"]
    )


def noon() -> datetime:
    return clock.now().replace(hour=13, minute=0) + timedelta(days=1)


def codes(
    cast: Cast, customer: Customer, purpose: str = "marketing", channel: str = "sms", by: Any = None
) -> list[str]:
    viewer = cast.viewer(by or cast.ana)
    [asked] = contact_permissions(viewer, [customer.pk], purpose=purpose, channel=channel, at=noon())
    assert asked.permission.allowed is not bool(asked.permission.reasons)
    return [reason.code for reason in asked.permission.reasons]


def say(
    cast: Cast, customer: Customer, answer: str, purpose: str = "", channel: str = "", **more: Any
) -> Consent:
    wording = "May we send you offers?" if answer == "granted" else ""
    said = {"purpose": purpose, "channel": channel, "source": "desk", "wording": wording} | more
    return record_consent(customer.pk, answer=answer, actor=cast.ana.actor, **said)


def test_a_yes_is_kept_with_its_wording_and_evidence_and_a_stop_ends_it_everywhere(
    cast: Cast, robert: Customer
) -> None:
    assert codes(cast, robert) == ["no_consent"]
    kept = say(cast, robert, "granted", "marketing", evidence="form 17")
    assert (kept.hand, kept.author, kept.evidence) == ("inhouse", "Ana", "form 17")
    assert codes(cast, robert) == []
    stop_contact(robert.pk, actor=IVR_ACTOR, source="ivr", said_on="voice")
    for channel in ("sms", "email", "voice"):
        assert codes(cast, robert, "marketing", channel) == ["stopped"]
        assert codes(cast, robert, "renewal", channel) == ["stopped"]
    assert codes(cast, robert, "service", "email") == []
    assert codes(cast, robert, "service", "voice") == ["stopped"]
    story = TimelineEntry.objects.filter(customer=robert, kind="consent").order_by("id")
    assert [entry.title for entry in story] == [
        "Yes to Marketing",
        "No to everything",
        "No to everything by call",
    ]
    assert Event.objects.filter(name="consent.changed").count() == 3


def test_what_was_said_cannot_be_changed_even_by_sql(cast: Cast, robert: Customer) -> None:
    consent = stop_contact(robert.pk, actor=IVR_ACTOR, source="ivr")[0]
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Consent.objects.filter(id=consent.pk).update(answer="granted")


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"answer": "maybe"}, "answer"),
        ({"answer": "granted", "wording": "x"}, "purpose"),
        ({"answer": "granted", "purpose": "marketing"}, "wording"),
        ({"answer": "refused", "purpose": "nothing"}, "purpose"),
        ({"answer": "refused", "channel": "fax"}, "channel"),
        ({"answer": "refused", "wording": "x" * 4_001}, "wording"),
        ({"answer": "refused", "said_at": clock.now() + timedelta(hours=1)}, "said_at"),
    ],
)
def test_what_is_no_answer_is_refused_by_name(
    cast: Cast, robert: Customer, said: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refusal) as refused:
        record_consent(robert.pk, actor=cast.ana.actor, source="desk", **said)
    assert refused.value.field == field


def test_a_consent_told_late_does_not_undo_a_newer_stop(cast: Cast, robert: Customer) -> None:
    stop_contact(robert.pk, actor=IVR_ACTOR, source="ivr")
    say(cast, robert, "granted", "marketing", "sms", said_at=clock.now() - timedelta(days=3))
    assert codes(cast, robert) == ["stopped"]
    say(cast, robert, "granted", "marketing", "sms")
    assert codes(cast, robert) == []


def test_marketing_waits_while_a_case_is_open_and_while_somebody_holds_it(
    cast: Cast, robert: Customer
) -> None:
    say(cast, robert, "granted", "marketing")
    case = open_case(robert.pk, title="Two issues missing", reason="missing_issue", actor=cast.ana.actor)
    hold = hold_contact(robert.pk, why="Bereaved", actor=cast.ana.actor)
    assert codes(cast, robert) == ["open_case", "hold"]
    assert codes(cast, robert, "service") == []
    solve_case(case.pk, actor=cast.ana.actor)
    assert release_hold(robert.pk, hold.pk, actor=cast.ana.actor)
    assert not release_hold(robert.pk, hold.pk, actor=cast.ana.actor)
    assert codes(cast, robert) == []
    with pytest.raises(Forbidden):
        hold_contact(robert.pk, why="x", actor=cast.paula.actor)


def test_a_partner_learns_that_it_may_not_but_not_of_anothers_case(cast: Cast, robert: Customer) -> None:
    other = actions.create_customer(actor=cast.ana.actor, display_name="Nobody of theirs")
    say(cast, robert, "granted", "marketing")
    actions.share_record(robert.pk, partner_id=cast.partner.id, reason="test")
    open_case(robert.pk, title="Theirs alone", actor=cast.ana.actor, partner_id=cast.other_partner.id)
    assert codes(cast, robert, by=cast.paula) == ["hold"]
    assert codes(cast, other, by=cast.paula) == ["unknown"]
    own = record_consent(robert.pk, answer="refused", actor=cast.paula.actor, source="partner:api")
    seen = queries.consents_of(cast.viewer(cast.paula), robert.pk)
    assert [one.pk for one in seen] == [own.pk]
    assert len(queries.consents_of(cast.viewer(cast.ana), robert.pk)) == 2


def test_quiet_hours_are_those_of_where_the_customer_is(cast: Cast, robert: Customer) -> None:
    def hours(at: str) -> list[str]:
        when = datetime.fromisoformat(at)
        [asked] = contact_permissions(
            cast.viewer(cast.ana), [robert.pk], purpose="service", channel="sms", at=when
        )
        return [f"{reason.until:%H:%M}" for reason in asked.permission.reasons if reason.until]

    assert hours("2026-11-24T06:00:00+00:00") == ["08:00"]
    assert hours("2026-11-24T12:00:00+00:00") == []
    set_preference(robert.pk, actor=cast.ana.actor, time_zone="America/New_York")
    assert hours("2026-11-24T12:00:00+00:00") == ["13:00"]
    set_quiet_hours(
        "sms", starts=datetime(1, 1, 1, 0).time(), ends=datetime(1, 1, 1, 0).time(), actor=cast.sam.actor
    )
    assert hours("2026-11-24T12:00:00+00:00") == []


def test_a_stop_goes_with_the_person_through_a_merge_and_its_undoing(cast: Cast, robert: Customer) -> None:
    twin = actions.create_customer(actor=cast.ana.actor, display_name="Bob", phones=["+447700900777"])
    say(cast, robert, "granted", "marketing")
    stop_contact(twin.pk, actor=IVR_ACTOR, source="sms", said_on="sms")
    merge = actions.merge_customers(robert.pk, twin.pk, actor=cast.sam.actor)
    assert codes(cast, robert) == ["stopped"]
    [asked] = contact_permissions(
        cast.viewer(cast.ana), [twin.pk], purpose="marketing", channel="sms", at=noon()
    )
    assert (asked.stands_for_id, asked.permission.allowed) == (robert.pk, False)
    say(cast, robert, "refused", "research")
    actions.unmerge_customers(merge.pk, actor=cast.sam.actor)
    assert codes(cast, robert) == []
    assert codes(cast, twin) == ["stopped"]
    parted = recorded("customer.unmerged")
    keep_stops_of_both(parted)
    keep_stops_of_both(parted)
    assert [one.purpose for one in queries.consents_of(cast.viewer(cast.ana), twin.pk)].count("research") == 1
    assert codes(cast, robert, "research") == ["stopped"]


def test_a_text_stops_its_sender_wherever_the_number_stands(cast: Cast, robert: Customer) -> None:
    say(cast, robert, "granted", "marketing")
    stop_sender(NUMBER, channel="sms", source="sms", actor=IVR_ACTOR, evidence="SM1")
    assert codes(cast, robert, "marketing", "email") == ["stopped"]
    resume_sender(NUMBER, channel="sms", source="sms", actor=IVR_ACTOR)
    assert codes(cast, robert, "renewal") == []
    assert codes(cast, robert) == ["no_consent"]
    wife = actions.create_customer(actor=cast.ana.actor, display_name="Anne", phones=[NUMBER])
    stop_sender(NUMBER, channel="sms", source="sms", actor=IVR_ACTOR)
    assert [
        codes(cast, one, "renewal", channel) for one in (robert, wife) for channel in ("sms", "email")
    ] == [
        ["stopped"],
        [],
        ["stopped"],
        [],
    ]
    stop_sender("+447700900999", channel="sms", source="sms", actor=IVR_ACTOR)
    stranger = Customer.objects.get(identities__value="+447700900999")
    assert codes(cast, stranger, "renewal") == ["stopped"]


def test_an_organisation_has_purposes_of_its_own(cast: Cast, robert: Customer) -> None:
    define_purpose("events", actor=cast.sam.actor, name="Readers' evenings", basis="opt_out", is_held=False)
    assert codes(cast, robert, "events") == []
    define_purpose("events", actor=cast.sam.actor, name="Readers' evenings", basis="opt_out", is_active=False)
    assert codes(cast, robert, "events") == ["unknown"]
    with pytest.raises(Refusal) as refused:
        codes(cast, robert, "nothing")
    assert refused.value.field == "purpose"
    for slug in ("", "a b", "ü", "x" * 41):
        with pytest.raises(Refusal):
            define_purpose(slug, actor=cast.sam.actor, name="x", basis="consent")


def test_a_thousand_are_answered_with_as_many_questions_as_one(cast: Cast, robert: Customer) -> None:
    others = [
        actions.create_customer(actor=cast.ana.actor, display_name=f"C {number}").pk for number in range(5)
    ]

    def asked(ids: list[int]) -> int:
        with CaptureQueriesContext(connection) as captured:
            contact_permissions(cast.viewer(cast.ana), ids, purpose="marketing", channel="sms")
        return len(captured)

    assert asked([robert.pk, *others]) == asked([robert.pk])
    with pytest.raises(Refusal) as refused:
        contact_permissions(cast.viewer(cast.ana), list(range(1, 1_002)), purpose="marketing", channel="sms")
    assert refused.value.field == "customer_ids"


def recorded(name: str) -> RecordedEvent:
    names = [field.name for field in fields(RecordedEvent)]
    return RecordedEvent(**Event.objects.values(*names).get(name=name))


def listed(cast: Cast, **choices: str) -> list[list[str]]:
    pieces = as_csv(suppression.LIST.columns, suppression.LIST.rows(cast.viewer(cast.sam), choices))
    text = b"".join(content for content, _ in pieces).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))[1:]


def test_the_suppression_list_has_who_said_no_who_waits_and_who_is_held(
    cast: Cast, robert: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suppression, "_BATCH", 2)
    waiting = actions.create_customer(actor=cast.ana.actor, display_name="W", emails=["w@example.com"])
    for number in range(3):
        actions.create_customer(actor=cast.ana.actor, display_name="C", emails=[f"c{number}@example.com"])
    stop_contact(robert.pk, actor=IVR_ACTOR, source="sms")
    open_case(waiting.pk, title="Late", actor=cast.ana.actor)
    plain = listed(cast, purpose="marketing", identities="plain")
    assert ["marketing", "email", "robert@example.com", "email", "stopped", str(robert.pk)] in plain
    assert ["marketing", "phone", NUMBER[1:], "voice; sms", "stopped", str(robert.pk)] in plain
    assert ["marketing", "email", "w@example.com", "email", "open_case", str(waiting.pk)] in plain
    assert len(plain) == 3
    assert {row[2] for row in listed(cast, purpose="marketing")} >= {
        hashlib.sha256(b"w@example.com").hexdigest()
    }
    assert len(listed(cast, purpose="marketing", which="all")) == 6
    assert {row[0] for row in listed(cast)} == {"marketing", "research", "renewal"}


def test_the_nightly_list_is_asked_for_once_a_night(cast: Cast) -> None:
    write_suppression_lists()
    write_suppression_lists()
    export = Export.objects.get(kind="suppression")
    assert (export.member, export.file_format) == (None, "csv")
