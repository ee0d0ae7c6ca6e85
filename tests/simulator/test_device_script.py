"""device.js in a real browser, used as a console uses Twilio's script, under a strict content policy."""

import pytest
from aiohttp import web

from tests.simulator.stage import COMPANY
from tests.simulator.test_browser_phones import token

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><title>desk</title><script src="{src}"></script><script src="/desk.js"></script>"""
DESK = """
window.heard = [];
window.begin = function (token, options) {
  const device = new Twilio.Device(token, options);
  window.device = device;
  const note = (name) => (...args) => window.heard.push(name + (name === "error" ? " " + args[0].code : ""));
  for (const name of ["registering", "registered", "unregistered", "tokenWillExpire", "error", "destroyed"])
    device.on(name, note(name));
  device.on("incoming", (call) => {
    window.call = call;
    window.heard.push("incoming");
    for (const name of ["accept", "disconnect", "cancel", "reject", "mute"]) call.on(name, note(name));
  });
  return device.register().then(() => "registered", (error) => "refused " + error.code);
};
"""


@pytest.fixture
def desk(stage, browser):
    policy = (
        f"default-src 'none'; script-src 'self' {stage.url}; connect-src {stage.url.replace('http', 'ws')}"
    )

    def page(_):
        body = PAGE.format(src=f"{stage.url}/carrier/sdk/device.js")
        return web.Response(text=body, content_type="text/html", headers={"Content-Security-Policy": policy})

    stage.product.replies |= {
        "/desk": page,
        "/desk.js": lambda _: web.Response(text=DESK, content_type="text/javascript"),
    }
    context = browser.new_context()
    opened = context.new_page()
    errors = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.goto(f"{stage.product.url}/desk")
    yield opened
    context.close()
    assert errors == []


def begin(desk, access_token, **options):
    return desk.evaluate("([token, options]) => begin(token, options)", [access_token, options])


def until(desk, script, tries=200):
    # The page's own policy forbids the polling helper's eval, so this polls from outside.
    for _ in range(tries):
        if desk.evaluate(script):
            return
        desk.wait_for_timeout(25)
    raise AssertionError(desk.evaluate("() => window.heard"))


def heard(desk, name):
    until(desk, f"() => window.heard.includes({name!r})")


def test_an_agent_registers_is_rung_answers_and_is_hung_up_on(stage, rest, desk):
    assert desk.evaluate("() => Twilio.Device.isSupported")
    assert begin(desk, token()) == "registered"
    assert desk.evaluate("() => [device.state, device.identity]") == ["registered", "agent_42"]
    person = rest.conferences("room").participants.create(
        from_=COMPANY, to="client:agent_42?contact=c7", timeout=500
    )
    heard(desk, "incoming")
    facts = desk.evaluate(
        "() => [call.parameters.CallSid, call.parameters.From, call.direction, call.status(),"
        " call.customParameters.get('contact')]"
    )
    assert facts == [person.call_sid, COMPANY, "INCOMING", "pending", "c7"]
    desk.evaluate("() => call.accept()")
    heard(desk, "accept")
    assert desk.evaluate("() => [call.status(), device.isBusy]") == ["open", True]
    desk.evaluate("() => { call.mute(true); call.mute(true); }")
    assert desk.evaluate("() => call.isMuted()") is True
    rest.calls(person.call_sid).update(status="completed")
    heard(desk, "disconnect")
    assert desk.evaluate("() => [call.status(), device.isBusy, device.calls.length]") == ["closed", False, 0]
    assert desk.evaluate("() => window.heard.filter((name) => name === 'mute').length") == 1


def test_a_call_given_up_is_canceled_and_a_rejected_one_is_busy(stage, rest, desk):
    begin(desk, token())
    person = rest.conferences("room").participants.create(from_=COMPANY, to="client:agent_42", timeout=500)
    heard(desk, "incoming")
    rest.calls(person.call_sid).update(status="canceled")
    heard(desk, "cancel")
    person = rest.conferences("room").participants.create(from_=COMPANY, to="client:agent_42", timeout=500)
    until(desk, "() => call.status() === 'pending'")
    desk.evaluate("() => call.reject()")
    assert stage.client.wait_until_over(person.call_sid)["status"] == "busy"


def test_a_bad_token_rejects_the_registration_with_an_error(desk):
    assert begin(desk, token(secret="another-secret-of-thirty-two-letters")) == "refused 31202"
    assert desk.evaluate("() => [device.state, window.heard.includes('error 31202')]") == [
        "unregistered",
        True,
    ]


def test_the_page_is_warned_before_its_token_expires_and_goes_on_with_a_new_one(stage, desk):
    begin(desk, token(ttl=3))
    heard(desk, "tokenWillExpire")
    desk.evaluate("(token) => device.updateToken(token)", token(ttl=3600))
    until(desk, "() => window.heard.includes('tokenWillExpire') && device.state === 'registered'")
    assert stage.client.devices()[0]["registered"] is True


def test_a_call_from_the_page_is_made_and_ended(stage, desk):
    stage.answers(browser="<Pause length='3000'/>")
    begin(desk, token())
    desk.evaluate("async () => { window.out = await device.connect({ params: { contact: 'c7' } }); }")
    until(desk, "() => out.status() === 'open'")
    assert desk.evaluate("() => [out.direction, device.isBusy]") == ["OUTGOING", True]
    sid = desk.evaluate("() => out.parameters.CallSid")
    assert stage.product.at("/browser")[0].params["contact"] == "c7"
    desk.evaluate("() => out.disconnect()")
    stage.client.wait_until_over(sid)


def test_leaving_the_page_ends_its_call_and_its_registration(stage, rest, desk):
    begin(desk, token())
    person = rest.conferences("room").participants.create(from_=COMPANY, to="client:agent_42", timeout=500)
    heard(desk, "incoming")
    desk.evaluate("() => call.accept()")
    heard(desk, "accept")
    desk.goto("about:blank")
    stage.client.wait_until_over(person.call_sid)
    assert stage.client.devices() == []


def test_unregistering_stops_the_ringing_and_destroying_ends_everything(stage, desk):
    begin(desk, token())
    desk.evaluate("() => device.unregister()")
    assert desk.evaluate("() => device.state") == "unregistered"
    desk.evaluate("() => device.register()")
    assert desk.evaluate("() => device.state") == "registered"
    desk.evaluate("() => device.destroy()")
    assert desk.evaluate("() => device.state") == "destroyed"
