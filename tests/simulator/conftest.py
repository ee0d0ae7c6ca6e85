"""Fixtures of the carrier's tests."""

from collections.abc import Iterator

import pytest
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from tests.chromium import browser  # noqa: F401
from tests.simulator.stage import ACCOUNT, TOKEN, Stage, quick_settings


@pytest.fixture(scope="session")
def _stage() -> Iterator[Stage]:
    stage = Stage()
    yield stage
    stage.close()


@pytest.fixture
def stage(_stage: Stage) -> Iterator[Stage]:
    """A fresh world."""
    yield _stage
    _stage.client.reset()
    _stage.product.replies.clear()
    _stage.product.seen.clear()
    _stage.world.settings.__dict__.update(vars(quick_settings()))
    _stage.configure()


class Pointed(TwilioHttpClient):
    """The real library's transport, pointed at the stage's carrier."""

    def __init__(self, base_url: str) -> None:
        super().__init__(timeout=10)
        self.base_url = base_url

    def request(self, method, url, *args, **kwargs):
        """Send to the carrier what was meant for Twilio."""
        return super().request(method, url.replace("https://api.twilio.com", self.base_url), *args, **kwargs)


@pytest.fixture
def rest(stage: Stage) -> Client:
    """The real client library, signed in to the stage's account."""
    return Client(ACCOUNT, TOKEN, http_client=Pointed(stage.url))
