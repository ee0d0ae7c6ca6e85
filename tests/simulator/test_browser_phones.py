"""Browsers as telephones: tokens, ringing, accepting, and what becomes of a lost one."""

import time

import jwt
import pytest
from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant

from tests.simulator.browser import BrowserPhone
from tests.simulator.stage import ACCOUNT, APP, COMPANY, KEY, SECRET


def token(identity="agent_42", *, ttl=3600, incoming=True, secret=SECRET, key=KEY, account=ACCOUNT):
    grant = VoiceGrant(outgoing_application_sid=APP, incoming_allow=incoming)
    return AccessToken(account, key, secret, identity=identity, ttl=ttl, grants=[grant]).to_jwt()


@pytest.fixture
def browser(stage):
    opened = []

    def open_one(access_token=None, key="one"):
        opened.append(BrowserPhone(stage, key).open(access_token or token()))
        return opened[-1]

    yield open_one
    for one in opened:
        one.drop()


@pytest.fixture
def registered(browser):
    def register(**options):
        one = browser(**options)
        one.send("register")
        one.hear("registered")
        return one

    return register


def ring(rest, **options):
    return rest.conferences("room").participants.create(
        from_=COMPANY, to="client:agent_42", timeout=500, **options
    )


def test_every_registered_browser_rings_and_the_first_to_accept_has_the_call(stage, rest, registered):
    first, second = registered(key="one"), registered(key="two")
    person = ring(rest)
    incoming = first.hear("incoming")
    assert second.hear("incoming")["sid"] == person.call_sid
    assert incoming["parameters"]["From"] == COMPANY
    assert incoming["parameters"]["To"] == "client:agent_42"
    first.send("accept", sid=person.call_sid)
    assert first.hear("accepted")["sid"] == person.call_sid
    assert second.hear("cancel")["sid"] == person.call_sid
    assert rest.calls(person.call_sid).fetch().status == "in-progress"


def test_parameters_in_the_address_reach_the_page(rest, registered):
    one = registered()
    rest.conferences("room").participants.create(
        from_=COMPANY, to="client:agent_42?contact=c7&why=link", timeout=500
    )
    assert one.hear("incoming")["custom"] == {"contact": "c7", "why": "link"}


def test_rejecting_is_busy(stage, rest, registered):
    one = registered()
    person = ring(rest)
    one.hear("incoming")
    one.send("reject", sid=person.call_sid)
    stage.client.wait_until_over(person.call_sid)
    assert rest.calls(person.call_sid).fetch().status == "busy"


def test_giving_up_stops_the_ringing(rest, registered):
    one = registered()
    person = ring(rest)
    one.hear("incoming")
    rest.calls(person.call_sid).update(status="canceled")
    assert one.hear("cancel")["sid"] == person.call_sid


def test_hanging_up_at_either_end_is_told_to_the_other(stage, rest, registered):
    one = registered()
    person = ring(rest)
    one.hear("incoming")
    one.send("accept", sid=person.call_sid)
    one.hear("accepted")
    rest.calls(person.call_sid).update(status="completed")
    assert one.hear("disconnect")["sid"] == person.call_sid
    again = ring(rest)
    one.hear("incoming")
    one.send("accept", sid=again.call_sid)
    one.hear("accepted")
    one.send("hangup", sid=again.call_sid)
    stage.client.wait_until_over(again.call_sid)
    assert rest.calls(again.call_sid).fetch().status == "completed"


def test_a_browser_that_does_not_come_back_loses_its_call(stage, rest, registered):
    one = registered()
    person = ring(rest)
    one.hear("incoming")
    one.send("accept", sid=person.call_sid)
    one.hear("accepted")
    one.drop()
    stage.client.wait_until_over(person.call_sid)
    assert stage.client.devices() == []


def test_a_browser_that_comes_back_in_time_keeps_its_call(stage, rest, registered, browser):
    stage.client.set_speed(time_scale=100)
    one = registered()
    person = ring(rest)
    one.hear("incoming")
    one.send("accept", sid=person.call_sid)
    one.hear("accepted")
    one.drop()
    again = browser(key="one")
    assert again.hear("connected")["calls"] == [person.call_sid]
    assert rest.calls(person.call_sid).fetch().status == "in-progress"


def test_a_call_from_the_browser_goes_to_the_application(stage, browser):
    stage.answers(browser="<Say>Dialling.</Say><Pause length='500'/>")
    one = browser()
    one.send("connect", ticket="t1", params={"contact": "c7", "From": "client:somebody_else"})
    dialled = one.hear("dialled")
    one.hear("answered")
    params = stage.product.at("/browser")[0].params
    assert params["From"] == "client:agent_42"
    assert (params["contact"], params["ApplicationSid"], params["To"]) == ("c7", APP, "")
    one.send("hangup", sid=dialled["sid"])
    assert one.hear("disconnect")["sid"] == dialled["sid"]


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: "not-a-token", 20101),
        (lambda: token(secret="another-secret-of-thirty-two-letters"), 31202),
        (lambda: token(key="SK" + "0" * 32), 20101),
        (lambda: token(account="AC" + "f" * 32), 20101),
        (lambda: token(ttl=-10), 20104),
        (lambda: jwt.encode({"iss": KEY, "sub": ACCOUNT, "exp": time.time() + 60}, SECRET), 20101),
        (lambda: token(identity=""), 20101),
    ],
)
def test_bad_tokens_are_refused_with_the_sdks_numbers(browser, make, code):
    assert browser(access_token=make()).hear("error")["code"] == code


def test_a_token_without_incoming_calls_cannot_register(browser):
    one = browser(access_token=token(incoming=False))
    one.send("register")
    assert one.hear("error")["code"] == 31207


def test_an_expired_token_takes_the_registration_away(stage, registered):
    one = registered(access_token=token(ttl=1))
    assert one.hear("error")["code"] == 20104
    assert stage.client.devices()[0]["registered"] is False


def test_a_fresh_token_keeps_it(stage, registered):
    one = registered(access_token=token(ttl=2))
    one.send("token", token=token(ttl=3600))
    assert one.hear("token")["ttl"] > 3000
    assert stage.client.devices()[0]["registered"] is True
