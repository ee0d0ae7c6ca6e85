"""The cast of the story: everyone at their own screen, on a demo stack of its own."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Page

from contactcenter.stack import DemoStack
from simulator.client import SimulatorClient

SECOND = 1_000


@pytest.fixture(scope="module")
def demo(stack: DemoStack) -> dict[str, Any]:
    """What `script/demo` writes for those who want to look around."""
    cast = dict(json.loads((Path(stack.data.path) / "demo.json").read_text()))
    SimulatorClient(cast["base_url"]).set_speed(speech_rate=150)
    return cast


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[[], Page]]:
    """A page in a browser profile of its own; page errors fail the test."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def make() -> Page:
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30 * SECOND)
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield make
    for context in contexts:
        context.close()
    assert not errors, errors


@pytest.fixture
def sign_in(open_page: Callable[[], Page], demo: dict[str, Any]) -> Callable[[str], Page]:
    """Sign a person of the cast in, in a browser of their own."""

    def enter(who: str) -> Page:
        page = open_page()
        person = demo["users"][who]
        page.goto(demo["base_url"] + "/login/")
        page.fill("[name=username]", person["username"])
        page.fill("[name=password]", person["password"])
        page.click("button[type=submit]")
        page.wait_for_url(lambda url: "/login/" not in url)
        return page

    return enter


class PartnerSystem:
    """Digipress's own system: OAuth2 client credentials and JSON."""

    def __init__(self, credentials: dict[str, str]) -> None:
        answer = requests.post(
            credentials["token_url"],
            data={"grant_type": "client_credentials"},
            auth=(credentials["client_id"], credentials["client_secret"]),
            timeout=10,
        )
        answer.raise_for_status()
        self.api_url = credentials["api_url"].rstrip("/")
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def get(self, path: str, **params: Any) -> requests.Response:
        return self.session.get(f"{self.api_url}/{path}", params=params, timeout=10)

    def post(self, path: str, body: dict[str, Any], *, key: str, etag: str = "") -> requests.Response:
        headers = {"Idempotency-Key": key} | ({"If-Match": etag} if etag else {})
        return self.session.post(f"{self.api_url}/{path}", json=body, headers=headers, timeout=10)


@pytest.fixture
def digipress(demo: dict[str, Any]) -> PartnerSystem:
    """The partner's system, signed in."""
    return PartnerSystem(demo["partner"])
