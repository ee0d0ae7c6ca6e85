"""The product and the carrier over real HTTP: a caller, an agent's browser, and what each sees."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import LazySettings

from accounts.actors import IVR_ACTOR
from customers.actions import create_customer
from foundation.tenancy import tenant
from ivr.actions import hang_up_call, hold_call, resume_call, voice_token
from ivr.models import CallSession
from simulator.client import PhoneCall
from tests.ivr.line import CALLER, NUMBER, TOKEN, Line
from tests.people import make_cast
from tests.simulator.browser import BrowserPhone
from tests.simulator.stage import Stage


@pytest.fixture
def stage() -> Iterator[Stage]:
    """A carrier beside the product; its clock is ours, so that nothing rings out on a busy machine."""
    made = Stage()
    made.client.set_speed(time_scale=1)
    yield made
    made.client.reset()
    made.close()


@pytest.fixture
def line(transactional_db: None, live_server: Any, settings: LazySettings, stage: Stage) -> Line:
    """The publisher's number at that carrier."""
    settings.PUBLIC_BASE_URL = live_server.url
    settings.TWILIO_API_URL = stage.url
    made = Line(make_cast(), SimpleNamespace(answering=None))
    with tenant(made.organization_id):
        account = made.number.account
        stage.world.directory.load(
            {
                "accounts": [
                    {
                        "sid": account.account_sid,
                        "auth_token": TOKEN,
                        "api_key_sid": account.api_key_sid,
                        "api_key_secret": account.api_key_secret,
                        "numbers": [
                            {
                                "number": NUMBER,
                                "voice_url": f"{live_server.url}/twilio/voice/",
                                "status_callback": f"{live_server.url}/twilio/status/",
                            }
                        ],
                    }
                ]
            }
        )
        create_customer(
            actor=IVR_ACTOR, display_name="Robin Field", phones=[CALLER], subscriber_number="4711"
        )
    return made


@pytest.fixture
def desk(stage: Stage, line: Line) -> Iterator[BrowserPhone]:
    """Ana's browser, registered with a token of ours."""
    with tenant(line.organization_id):
        token, _, _ = voice_token(line.cast.ana)
    phone = BrowserPhone(stage, "ana").open(token)
    phone.send("register")
    phone.hear("registered")
    yield phone
    phone.drop()


def until(line: Line, stage: Stage, test: Callable[[], bool]) -> None:
    for _ in range(60):
        line.pump()
        stage.client.settle()
        if test():
            return
    told = [(sent["url"], sent["event"], sent["status"]) for sent in stage.client.requests()]
    raise AssertionError(f"not yet, after {told}")


def connected(stage: Stage, line: Line, desk: BrowserPhone) -> PhoneCall:
    phone = stage.client.call(from_=CALLER, to=NUMBER)
    phone.wait_text("Why are you calling?")
    phone.press("1")
    phone.wait_state("in-queue")
    line.take(SimpleNamespace(session=session_of(line, phone)), line.cast.ana)
    line.pump()
    sid = desk.hear("incoming")["sid"]
    desk.send("accept", sid=sid)
    desk.hear("accepted")
    until(line, stage, lambda: phone.state == "connected")
    return phone


def session_of(line: Line, phone: PhoneCall) -> CallSession:
    with tenant(line.organization_id):
        return CallSession.objects.select_related("interaction").get(call_sid=phone.sid)


def test_a_caller_is_connected_held_and_let_go(stage: Stage, line: Line, desk: BrowserPhone) -> None:
    phone = connected(stage, line, desk)
    session = session_of(line, phone)
    with tenant(line.organization_id):
        hold_call(session.interaction_id, member=line.cast.ana)
    until(line, stage, lambda: phone.state == "on-hold")
    with tenant(line.organization_id):
        resume_call(session.interaction_id, member=line.cast.ana)
    until(line, stage, lambda: phone.state == "connected")
    phone.hang_up()
    assert desk.hear("disconnect")["sid"]
    until(line, stage, lambda: session_of(line, phone).state == CallSession.State.ENDED)
    assert stage.client.alerts() == []
    assert {entry["status"] for entry in stage.client.requests()} <= {200, 204}


def test_the_agent_hanging_up_ends_the_call(stage: Stage, line: Line, desk: BrowserPhone) -> None:
    phone = connected(stage, line, desk)
    with tenant(line.organization_id):
        hang_up_call(session_of(line, phone).interaction_id, member=line.cast.ana)
    until(line, stage, lambda: phone.state == "ended")
    assert session_of(line, phone).state == CallSession.State.ENDED
    assert stage.client.alerts() == []


@pytest.mark.parametrize("effect", ["duplicate", "reorder"])
def test_bad_weather_ends_in_the_same_state(
    stage: Stage, line: Line, desk: BrowserPhone, effect: str
) -> None:
    stage.client.set_weather({"effect": effect, "kinds": ["status", "conference"], "ms": 50})
    phone = connected(stage, line, desk)
    phone.hang_up()
    until(line, stage, lambda: session_of(line, phone).state == CallSession.State.ENDED)
    assert stage.client.alerts() == []
