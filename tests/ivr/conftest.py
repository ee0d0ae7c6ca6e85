"""Fixtures: a company's telephone line, and a carrier that notes what it is asked."""

from collections.abc import Iterator
from typing import Any

import pytest

from ivr.known_lines import forget_lines
from tests.ivr.line import Line
from tests.ivr.stage import Stage
from tests.people import Cast, make_cast
from tests.scripted_carrier import ScriptedCarrier


@pytest.fixture
def scripted(settings: Any) -> Iterator[ScriptedCarrier]:
    """A carrier's REST side."""
    carrier = ScriptedCarrier()
    settings.TWILIO_API_URL = carrier.url
    yield carrier
    carrier.stop()


@pytest.fixture
def cast(db: None) -> Cast:
    """The publisher's people, outside any tenant: webhooks find their own."""
    return make_cast()


@pytest.fixture
def line(cast: Cast, scripted: ScriptedCarrier) -> Line:
    """The publisher's number."""
    return Line(cast, scripted)


@pytest.fixture
def stage(transactional_db: None, live_server: Any, settings: Any) -> Iterator[Stage]:
    """The publisher with its number, on real sockets."""
    made = Stage(make_cast(), live_server.url, settings)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _read_lines_anew() -> None:
    """What a test changes on its line counts at once."""
    forget_lines()
