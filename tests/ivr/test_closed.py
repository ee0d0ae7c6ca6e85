"""Outside opening hours: when it opens again is said, and the final action taken."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from accounts.hours.models import BusinessHours, HoursSpan
from foundation import clock
from foundation.tenancy import tenant
from ivr.known_lines import forget_lines
from ivr.rules import spoken_opening
from routing.models import Queue, WorkItem
from tests.ivr.line import Call, Line

SATURDAY = datetime(2026, 11, 21, 12, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 10, tzinfo=UTC)


@pytest.fixture
def office(line: Line) -> Line:
    """The service queue is open from Monday to Friday, nine to five."""
    with tenant(line.organization_id):
        hours = BusinessHours.objects.create(slug="office", name="Office", time_zone="Europe/London")
        for weekday in range(5):
            HoursSpan.objects.create(hours=hours, weekday=weekday, opens=time(9), closes=time(17))
        Queue.objects.filter(slug="service").update(hours=hours)
    return line


def calls(line: Line, monkeypatch: pytest.MonkeyPatch, at: datetime) -> Call:
    """A caller who asks for a person at this moment."""
    forget_lines()
    monkeypatch.setattr(clock, "now", lambda: at)
    call = line.call()
    call.dial()
    call.press("0")
    return call


def test_a_caller_on_saturday_hears_when_it_opens_and_leaves_a_message(
    office: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = calls(office, monkeypatch, SATURDAY)
    assert call.heard is not None
    assert "We are closed. We open again Monday at 9." in call.heard.words
    assert "Record" in call.heard.verbs
    assert call.session.state == "voicemail"
    with tenant(office.organization_id):
        assert not WorkItem.objects.exists()
    forget_lines()
    monday = calls(office, monkeypatch, MONDAY)
    assert monday.heard is not None
    assert "Enqueue" in monday.heard.verbs
    assert "closed" not in monday.heard.words


def test_the_final_action_may_be_words_or_another_queue(
    office: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = Queue.objects.filter(slug="service")
    with tenant(office.organization_id):
        service.update(final_action="message", final_text="Write to us at any time.")
    told = calls(office, monkeypatch, SATURDAY)
    assert told.heard is not None
    assert told.heard.words.endswith("Write to us at any time.")
    assert told.heard.verbs[-1] == "Hangup"
    with tenant(office.organization_id):
        service.update(final_action="queue", final_queue=Queue.objects.get(slug="digital"))
    sent_on = calls(office, monkeypatch, SATURDAY)
    assert sent_on.heard is not None
    assert "Enqueue" in sent_on.heard.verbs
    with tenant(office.organization_id):
        assert WorkItem.objects.get().queue.slug == "digital"
        service.update(final_action="partner", final_queue=None)
    to_partner = calls(office, monkeypatch, SATURDAY)
    assert to_partner.heard is not None
    assert "Enqueue" in to_partner.heard.verbs


def test_the_day_is_said_as_people_do() -> None:
    def said(opens: datetime | None) -> str:
        return spoken_opening(opens, SATURDAY, "Europe/London").removeprefix("We are closed. We open again ")

    assert said(SATURDAY.replace(hour=14, minute=30)) == "today at 14:30."
    assert said(SATURDAY.replace(day=22, hour=9)) == "tomorrow at 9."
    assert said(SATURDAY.replace(day=23, hour=9)) == "Monday at 9."
    assert said(SATURDAY.replace(day=30, hour=9)) == "on Monday 30 November at 9."
    assert said(None) == "We are closed."
