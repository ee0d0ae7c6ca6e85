"""The marquee: who gets it, when, and who has read it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection

from foundation.errors import Forbidden, NotVisible, Refusal
from foundation.models import Event, LiveEntry, Timer
from foundation.tenancy import tenant
from knowledge import actions
from knowledge.models import Announcement, AnnouncementReceipt
from knowledge.queries import acknowledgements, announcements_for, had_seen, readings_of
from tests.people import Cast

NOON = datetime(2026, 11, 9, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def post(cast: Cast, **changes: Any) -> Announcement:
    given = {"title": "Issue 11 is late", "body": "Offer the digital issue.", "actor": cast.sam.actor}
    return actions.post_announcement(**(given | changes))


def titles(cast: Cast, member: Any) -> list[str]:
    return [line.title for line in announcements_for(member)]


def topics() -> list[tuple[str, str]]:
    return list(LiveEntry.objects.order_by("created_at", "n").values_list("topic", "kind"))


def test_each_audience_gets_its_own(cast: Cast) -> None:
    post(cast, title="For all")
    post(cast, title="For the office", audience="inhouse")
    post(cast, title="For Digipress", audience="partner", partner_id=cast.partner.id)
    post(cast, title="For Postfast", audience="partner", partner_id=cast.other_partner.id)
    assert set(titles(cast, cast.ana)) == {"For all", "For the office"}
    assert set(titles(cast, cast.paula)) == {"For all", "For Digipress"}


def test_the_most_urgent_stands_first(cast: Cast) -> None:
    post(cast, title="Calm")
    post(cast, title="Now", urgency="now")
    post(cast, title="Soon", urgency="soon")
    assert titles(cast, cast.ana) == ["Now", "Soon", "Calm"]


def test_desktops_of_the_audience_are_told_at_once(committed_cast: Cast) -> None:
    cast = committed_cast
    with tenant(cast.organization.id):
        post(cast, audience="partner", partner_id=cast.partner.id)
    with tenant(cast.organization.id):
        assert topics() == [(f"audience:partner:{cast.partner.id}", "marquee.posted")]


def test_one_for_later_waits_for_its_time_and_goes_when_it_is_over(
    cast: Cast, noon: time_machine.Traveller
) -> None:
    later = post(cast, starts_at=NOON + timedelta(hours=1), ends_at=NOON + timedelta(hours=3))
    assert titles(cast, cast.ana) == []
    assert set(Timer.objects.values_list("name", flat=True)) == {
        "announcement.starts",
        "announcement.runs_out",
    }
    assert not actions.release_announcement(later.id)
    noon.move_to(NOON + timedelta(hours=1))
    assert actions.release_announcement(later.id)
    assert not actions.release_announcement(later.id)
    assert titles(cast, cast.ana) == ["Issue 11 is late"]
    noon.move_to(NOON + timedelta(hours=3))
    assert titles(cast, cast.ana) == []


def test_one_that_was_ended_is_gone_and_ending_it_twice_is_nothing(cast: Cast) -> None:
    made = post(cast, ends_at=NOON + timedelta(hours=3))
    assert actions.end_announcement(made.id, actor=cast.sam.actor)
    assert not actions.end_announcement(made.id, actor=cast.sam.actor)
    assert titles(cast, cast.ana) == []
    assert not Timer.objects.exists()
    assert Event.objects.filter(name="announcement.ended").count() == 1


def test_who_has_read_it_is_known_by_name(cast: Cast) -> None:
    made = post(cast)
    actions.acknowledge_announcement(made.id, member=cast.ana)
    actions.acknowledge_announcement(made.id, member=cast.ana)
    assert acknowledgements(made.id) == (["Ana"], ["Mark", "Paula", "Sam"])
    assert Event.objects.filter(name="announcement.acknowledged").count() == 1


def test_seeing_is_not_reading_and_the_first_sight_counts(cast: Cast, noon: time_machine.Traveller) -> None:
    made = post(cast)
    actions.note_seen([made.id], member=cast.ana)
    noon.shift(600)
    actions.note_seen([made.id], member=cast.ana)
    ana = next(reading for reading in readings_of(made.id) if reading.name == "Ana")
    assert (ana.seen_at, ana.acknowledged_at) == (NOON, None)
    assert had_seen(cast.ana.id, NOON) == [made]
    assert had_seen(cast.ana.id, NOON - timedelta(seconds=1)) == []


def test_what_is_for_others_cannot_be_acknowledged(cast: Cast) -> None:
    made = post(cast, audience="inhouse")
    with pytest.raises(NotVisible):
        actions.acknowledge_announcement(made.id, member=cast.paula)


def test_a_partner_neither_posts_nor_ends(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        post(cast, actor=cast.paula.actor)
    made = post(cast)
    with pytest.raises(Forbidden):
        actions.end_announcement(made.id, actor=cast.paula.actor)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 161}, "title"),
        ({"body": "x" * 2001}, "body"),
        ({"urgency": "panic"}, "urgency"),
        ({"audience": "world"}, "audience"),
        ({"audience": "partner"}, "partner"),
        ({"audience": "all", "partner_id": 1}, "partner"),
        ({"ends_at": NOON}, "ends_at"),
    ],
)
def test_one_that_makes_no_sense_names_the_field(cast: Cast, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Refusal) as refused:
        post(cast, **changes)
    assert refused.value.field == field
    assert not Announcement.objects.exists()


def test_ten_clicks_at_once_are_one_receipt(committed_cast: Cast) -> None:
    cast = committed_cast
    with tenant(cast.organization.id):
        made = post(cast)

    def click(_: int) -> None:
        try:
            with tenant(cast.organization.id):
                actions.acknowledge_announcement(made.id, member=cast.ana)
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(click, range(10)))
    with tenant(cast.organization.id):
        assert AnnouncementReceipt.objects.count() == 1
        assert Event.objects.filter(name="announcement.acknowledged").count() == 1
