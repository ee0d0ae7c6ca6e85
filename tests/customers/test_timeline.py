"""The stream of a record: what is asked for is found, page by page, and nobody sees past their mask."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from accounts.actors import IVR_ACTOR, Hand
from customers import actions
from customers.access import visible_timeline
from customers.models import Customer, Interaction, TimelineEntry
from customers.timeline_queries import filtered, older_than, read_filters, writers
from foundation.errors import Refusal
from tests.people import Cast

LONDON = ZoneInfo("Europe/London")
NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)


@pytest.fixture
def robert(cast: Cast) -> Customer:
    customer = actions.create_customer(actor=cast.ana.actor, display_name="Robert")
    TimelineEntry.objects.filter(customer=customer).delete()
    call = Interaction.objects.create(customer=customer, channel="voice")
    mail = Interaction.objects.create(customer=customer, channel="email")
    for number, (kind, title, actor, contact) in enumerate(
        [
            ("interaction", "Call answered", cast.ana.actor, call),
            ("message", "Wrote about the blue envelope", IVR_ACTOR, mail),
            ("note", "Envelope was torn", cast.paula.actor, None),
            ("promise", "Promised a new one", cast.mark.actor, None),
        ]
    ):
        actions.add_timeline_entry(
            customer.id, kind=kind, title=title, actor=actor, interaction_id=contact and contact.id
        )
        TimelineEntry.objects.filter(title=title).update(at=NOON + timedelta(days=number))
    actions.add_timeline_entry(
        customer.id,
        kind="customer",
        title="Became one",
        actor=cast.sam.actor,
        ref=("merge", 1),
        for_partners=False,
    )
    TimelineEntry.objects.filter(title="Became one").update(at=NOON + timedelta(days=4))
    return customer


def titles(cast: Cast, robert: Customer, **given: str) -> list[str]:
    story = visible_timeline(cast.viewer(cast.ana), robert.id)
    return [entry.title for entry in filtered(story, read_filters(given, LONDON))]


def test_each_filter_keeps_what_fits_and_they_combine(cast: Cast, robert: Customer) -> None:
    assert titles(cast, robert, kind="merge") == ["Became one"]
    assert titles(cast, robert, kind="customer") == []
    assert titles(cast, robert, kind="partner") == ["Envelope was torn"]
    assert titles(cast, robert, q="ENVELOPE") == ["Envelope was torn", "Wrote about the blue envelope"]
    assert titles(cast, robert, q="envelope paula") == ["Envelope was torn"]
    assert titles(cast, robert, q="100%_") == []
    assert titles(cast, robert, by="ivr") == ["Wrote about the blue envelope"]
    assert titles(cast, robert, by=f"partner:{cast.partner.id}") == ["Envelope was torn"]
    assert titles(cast, robert, by="person:mark") == ["Promised a new one"]
    assert titles(cast, robert, channel="voice") == ["Call answered"]
    assert titles(cast, robert, **{"from": "2026-06-11", "to": "2026-06-12"}) == [
        "Envelope was torn",
        "Wrote about the blue envelope",
    ]
    assert titles(cast, robert, **{"from": "2026-06-14T12:00:00Z"}) == ["Became one"]
    assert titles(cast, robert, to="2026-06-10T13:00:00 01:00") == []  # a plus, as addresses undo it
    assert titles(cast, robert, kind="note", q="envelope", channel="email") == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "cas"),
        ("by", "nobody"),
        ("by", "partner:x"),
        ("by", "partner:" + "9" * 30),
        ("by", "person:"),
        ("channel", "fax"),
        ("from", "yesterday"),
        ("from", "2026-02-30"),
        ("to", "9999-12-31"),
        ("to", "0001-01-01"),
        ("q", "x" * 201),
    ],
)
def test_a_filter_that_is_none_is_refused_by_name(field: str, value: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_filters({field: value}, LONDON)
    assert refused.value.field == field


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        read_filters({"from": "2026-06-12", "to": "2026-06-10"}, LONDON)
    assert refused.value.field == "to"


def test_a_partner_searches_only_what_it_may_read(cast: Cast, robert: Customer) -> None:
    actions.share_record(robert.id, partner_id=cast.partner.id, reason="test")
    actions.add_note(robert.id, text="An envelope of gold", actor=cast.ana.actor, for_partners=False)
    actions.record_fact(
        robert.id, key="missing_issues", value=["envelope 9"], actor=cast.ana.actor, source="desk"
    )
    theirs = visible_timeline(cast.viewer(cast.paula), robert.id)
    found = [entry.title for entry in filtered(theirs, read_filters({"q": "envelope"}, LONDON))]
    assert found == ["Envelope was torn", "Wrote about the blue envelope"]
    assert list(filtered(theirs, read_filters({"kind": "merge"}, LONDON))) == []
    assert ("person:Sam", "Sam") not in writers(theirs)
    assert (f"partner:{cast.partner.id}", "Digipress") in writers(theirs)


def test_lines_of_one_moment_are_paged_without_a_gap(cast: Cast, robert: Customer) -> None:
    TimelineEntry.objects.bulk_create(
        TimelineEntry(customer=robert, at=NOON, kind="fact", hand=Hand.FILE, title=f"line {number}")
        for number in range(60)
    )
    story = visible_timeline(cast.viewer(cast.ana), robert.id)
    whole, read = list(story), list(story[:7])
    while more := list(older_than(story, read[-1])[:7]):
        read += more
    assert [entry.id for entry in read] == [entry.id for entry in whole]
