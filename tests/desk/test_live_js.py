"""What the browser does with nudges: `static/js/live.js` in Chromium, its server played by the test."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route, WebSocketRoute, expect

from tests.engines import ROOT

pytestmark = pytest.mark.browser
TOPIC = "member:3"
_PAGE = """<!doctype html><title>Desk</title><body><ol></ol><script type="module">
import { connect } from "/static/js/live.js";
window.heard = []; window.states = []; window.said = [];
for (const name of ["followed", "refused", "signed-out"])
  document.body.addEventListener(`live:${name}`, ({ detail }) => window.said.push([name, detail.topic]));
window.live = connect({
  url: "/live/", sinceUrl: "/live-since/", cursors: {"member:3": 10},
  onFrame: (topic, kind, body) => window.heard.push([topic, kind, body.n ?? null]),
  onState: (state) => window.states.push(state),
});
window.live.follow(["member:3"]);
</script>"""


class Server:
    """The live process and the catch-up, as far as a page sees them."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.sockets: list[WebSocketRoute] = []
        self.asked: list[dict[str, Any]] = []
        self.fetched: list[tuple[str, int]] = []
        self.head = 10
        self.blocked = False
        self.status = 200
        page.route("http://desk.test/**", self._http)
        page.route_web_socket("ws://desk.test/live/", self._socket)

    def _http(self, route: Route) -> None:
        address = urlsplit(route.request.url)
        if address.path.startswith("/static/"):
            route.fulfill(path=ROOT / address.path[1:], content_type="text/javascript")
        elif address.path == "/live-since/":
            self._since(route, {name: values[0] for name, values in parse_qs(address.query).items()})
        else:
            route.fulfill(body=_PAGE, content_type="text/html")

    def _since(self, route: Route, query: dict[str, str]) -> None:
        if self.status != 200:
            route.fulfill(status=self.status, json={})
        elif "heads" in query:
            route.fulfill(json={"heads": dict.fromkeys(query["heads"].split(","), self.head)})
        else:
            after = int(query["after"])
            self.fetched.append((query["t"], after))
            numbers = range(after + 1, min(self.head, after + 3) + 1)
            entries = [{"n": n, "kind": "work.changed", "body": {"n": n}} for n in numbers]
            route.fulfill(json={"entries": entries, "head": self.head})

    def _socket(self, socket: WebSocketRoute) -> None:
        if self.blocked:
            socket.close(code=1011)
            return
        self.sockets.append(socket)
        socket.on_message(lambda text: self.asked.append(json.loads(text)))

    def say(self, **message: Any) -> None:
        self.sockets[-1].send(json.dumps(message))

    def nudge(self, number: int) -> None:
        self.head = max(self.head, number)
        self.say(t=TOPIC, n=number, kind="work.changed", body={"n": number})

    def open(self) -> None:
        self.page.goto("http://desk.test/")
        self.page.wait_for_function("window.states?.length > 0")

    def heard(self, count: int) -> list[int]:
        self.page.wait_for_function(f"window.heard.length >= {count}")
        return [number for _, _, number in self.page.evaluate("window.heard")]

    def has_said(self, name: str) -> None:
        self.page.wait_for_function("name => window.said.some(([each]) => each === name)", arg=name)


@pytest.fixture
def server(page: Page) -> Server:
    return Server(page)


def test_it_follows_from_the_page_s_number(server):
    server.open()
    server.page.wait_for_function("window.states.includes('live')")
    assert server.asked[0] == {"follow": [TOPIC], "last": {TOPIC: 10}}


def test_a_fact_told_goes_with_every_heartbeat_also_after_a_new_connection(server):
    server.open()
    server.page.wait_for_function("window.states.includes('live')")
    server.page.evaluate("window.live.tell({ microphone: false })")
    server.page.evaluate("window.live.socket.close()")
    server.page.wait_for_function("window.states.at(-1) === 'stale'")
    server.page.evaluate("window.live.reconnectSoon(0)")
    server.page.wait_for_function("window.states.at(-1) === 'live'")
    beats = [asked["heartbeat"] for asked in server.asked if "heartbeat" in asked]
    assert beats == [{}, {"microphone": False}, {"microphone": False}]


def test_nudges_are_applied_in_order_and_once(server):
    server.open()
    for number in (11, 12, 12, 11, 13):
        server.nudge(number)
    assert server.heard(3) == [11, 12, 13]


def test_a_nudge_is_an_event_on_the_body(server):
    server.open()
    server.page.evaluate(
        "document.body.addEventListener('live:offer.made', (event) => { window.offer = event.detail; })"
    )
    server.say(t=TOPIC, n=11, kind="offer.made", body={"offer_id": 5})
    server.page.wait_for_function("window.offer")
    assert server.page.evaluate("window.offer") == {"topic": TOPIC, "body": {"offer_id": 5}}


def test_two_nudges_in_the_other_order_need_no_fetch(server):
    # However long the second takes on a busy machine, it comes within the page's patience.
    server.page.add_init_script(
        "const real = setTimeout; window.setTimeout = (call, ms) => real(call, 100 * ms)"
    )
    server.open()
    server.nudge(12)
    server.nudge(11)
    server.nudge(13)
    assert server.heard(3) == [11, 12, 13]
    assert server.fetched == []


def test_a_gap_is_fetched_page_by_page(server):
    server.open()
    server.nudge(18)
    assert server.heard(8) == list(range(11, 19))
    assert server.fetched == [(TOPIC, 10), (TOPIC, 13), (TOPIC, 16)]


def test_a_head_beyond_ours_is_fetched(server):
    server.open()
    server.head = 12
    server.say(t=TOPIC, head=12)
    assert server.heard(2) == [11, 12]


def test_hints_are_passed_on_without_a_number(server):
    server.open()
    server.page.evaluate("window.live.follow(['floor'])")
    server.say(t="floor", kind="queues")
    server.page.wait_for_function("window.heard.length")
    assert server.page.evaluate("window.heard") == [["floor", "queues", None]]


def test_without_a_number_the_page_is_told_to_read_anew(server):
    server.open()
    server.page.evaluate("window.live.follow(['record:5'])")
    server.say(t="record:5", head=7)
    server.has_said("followed")
    server.say(t="record:5", n=8, kind="record.changed", body={"n": 8})
    assert server.heard(1) == [8]


def test_a_number_beyond_the_server_s_starts_anew(server):
    server.open()
    server.head = 2
    server.say(t=TOPIC, head=2, reset=True)
    server.nudge(3)
    assert server.heard(1) == [3]


def test_being_away_for_days_starts_anew(server):
    server.open()
    server.page.route(
        "http://desk.test/live-since/**",
        lambda route: route.fulfill(
            json={"entries": [{"n": 70, "kind": "work.changed", "body": {}}], "head": 70}
        ),
    )
    server.say(t=TOPIC, head=70)
    server.has_said("followed")
    server.nudge(71)
    assert server.heard(1) == [71]


def test_a_lost_socket_is_opened_again_and_followed_from_the_last_number(server):
    server.open()
    server.nudge(11)
    server.heard(1)
    server.sockets[-1].close(code=1012)
    server.page.wait_for_function("window.states.includes('stale')")
    server.page.wait_for_function("window.states.at(-1) === 'live'")
    assert {"follow": [TOPIC], "last": {TOPIC: 11}} in server.asked


def test_where_sockets_are_blocked_it_polls(server):
    server.blocked = True
    server.open()
    server.head = 12
    assert server.heard(2) == [11, 12]
    assert server.page.evaluate("window.states.at(-1)") == "stale"


def test_when_nothing_answers_it_says_offline(server):
    server.blocked, server.status = True, 502
    server.open()
    server.page.wait_for_function("window.states.at(-1) === 'offline'")
    server.status = 200
    server.page.wait_for_function("window.states.at(-1) === 'stale'")


def test_a_closed_session_ends_it(server):
    server.open()
    server.sockets[-1].close(code=4401)
    server.has_said("signed-out")
    assert server.page.evaluate("window.states.at(-1)") == "offline"


def test_a_refused_topic_is_forgotten(server):
    server.open()
    server.say(refused=[TOPIC])
    server.has_said("refused")
    server.nudge(11)
    server.say(t=TOPIC, head=11)
    expect(server.page.locator("ol")).to_be_empty()
    assert server.page.evaluate("window.heard") == []


def test_each_tab_keeps_its_own_numbers(server, page):
    server.open()
    other = Server(page.context.new_page())
    other.open()
    server.nudge(11)
    other.nudge(11)
    assert server.heard(1) == [11]
    assert other.heard(1) == [11]
