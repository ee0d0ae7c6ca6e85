"""What a webhook may ask of the database: callers wait for each round trip, and 50 may call in a second."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.actions import define_fact_key
from foundation.tenancy import tenant
from tests.ivr.line import CALLER, Line
from tests.ivr.test_the_menu import known_caller

pytestmark = pytest.mark.django_db(transaction=True)


def round_trips(of: Callable[[], object]) -> list[str]:
    """Everything sent, BEGIN and COMMIT included."""
    with CaptureQueriesContext(connection) as sent:
        of()
    return [query["sql"] for query in sent.captured_queries]


@pytest.fixture
def busy_line(line: Line, settings: Any) -> Line:
    """A line that has had its first call, so that this process knows number, menu, account and set-up."""
    settings.ROUTING_SETUP_KEPT_SECONDS = 60  # as in production, where it is kept for a moment
    known_caller(line)
    with tenant(line.organization_id):
        define_fact_key("reason_for_contact", label="Reason for contact")
    first = line.call("+447700900999")
    first.dial()
    first.press("0")
    first.wait()
    return line


def test_a_known_caller_is_received_in_13_round_trips(busy_line: Line) -> None:
    sent = round_trips(busy_line.call(CALLER).dial)
    assert len(sent) <= 13, sent


def test_a_key_that_leads_to_a_person_takes_11_round_trips(busy_line: Line) -> None:
    call = busy_line.call(CALLER)
    call.dial()
    sent = round_trips(lambda: call.press("0"))
    assert call.heard is not None
    assert "Enqueue" in call.heard.verbs
    assert len(sent) <= 11, sent


def test_a_reason_that_is_recorded_takes_17_round_trips(busy_line: Line) -> None:
    call = busy_line.call(CALLER)
    call.dial()
    sent = round_trips(lambda: call.press("1"))
    assert call.heard is not None
    assert "Enqueue" in call.heard.verbs
    assert len(sent) <= 17, sent


def test_a_round_of_waiting_takes_16_round_trips(busy_line: Line) -> None:
    call = busy_line.call(CALLER)
    call.dial()
    call.press("0")
    sent = round_trips(call.wait)
    assert len(sent) <= 16, sent


def test_a_callback_is_stored_in_one_round_trip(busy_line: Line) -> None:
    call = busy_line.call(CALLER)
    call.dial()
    assert len(round_trips(call.hang_up)) == 1
