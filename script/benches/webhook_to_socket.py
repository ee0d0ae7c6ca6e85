"""From a caller's signed webhook to the offer on an agent's open socket, everything committed.

Two webhooks lead there: the call arrives (customer matched), the caller presses 0 (queued, routed, offered,
pushed). `webhook_to_socket` takes the second, which is the one an offer waits for, `webhook_to_offer_whole`
both with the caller's reaction of no time between them. Against: a bare view publishes, a bare socket hears.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import sys
import time
from dataclasses import dataclass, field

import uvloop

from contactcenter.embedded.valkey import free_port
from script.benches.carrier import Carrier, Line, Request, call_sid, caller
from script.benches.figures import ROUNDS, Figure, medians, percentile
from script.benches.ground import Ground, quiet_collector, sign_in
from script.benches.light_clients import Client, connect, masked

about = "from a signed webhook to the offer on the agent's socket, alone and with 50 calls a second"
GOAL, LOADED_GOAL_MS = 10.0, 150.0
CALLS_A_SECOND = 50
_PATIENCE_SECONDS = 30.0


@dataclass
class Offers:
    """When each contact was first offered to somebody's socket."""

    at: dict[int, float] = field(default_factory=dict)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def heard(self, client: Client, payload: bytes) -> None:
        """A frame on an agent's socket."""
        if b'"offer.made"' in payload:
            interaction_id = json.loads(payload)["body"]["interaction_id"]
            self.at.setdefault(interaction_id, time.perf_counter())
            self.news.set()


@dataclass
class Call:
    """One caller's way to the offer; seconds on this process's clock."""

    sid: str
    arrived_at: float
    pressed_at: float = 0.0


class Company:
    """The product's processes with a number, agents and their sockets."""

    def __init__(self, ground: Ground, agents: int) -> None:
        from script.benches import phone_line

        self._phone_line = phone_line
        self.web_port = free_port()
        os.environ["PUBLIC_BASE_URL"] = f"http://127.0.0.1:{self.web_port}"
        os.environ["TWILIO_API_URL"] = "http://127.0.0.1:9"  # nothing here is to ask the carrier
        self.organization_id, self.cookies = sign_in(agents)
        phone_line.connect_number(self.organization_id)
        phone_line.add_customers(self.organization_id, agents)
        self.members = phone_line.member_ids(self.organization_id)
        ground.run_web(port=self.web_port, threads=8, workers=2)  # one for each core
        self.live_port, _ = ground.run_live()
        celery = [sys.executable, "-m", "celery", "-A", "contactcenter", "worker", "-l", "WARNING"]
        quiet = ["--without-gossip", "--without-mingle"]
        ground.run(
            "realtime", [*celery, *quiet, "-Q", "realtime", "-P", "threads", "-c", "4", "-n", "r@bench"]
        )
        ground.run("background", [*celery, *quiet, "-Q", "background", "-c", "1", "-n", "b@bench"])
        ground.run("relay", [sys.executable, "manage.py", "relay"])
        self.carrier = Carrier(os.environ["PUBLIC_BASE_URL"])
        self.run = secrets.token_hex(4)
        self._next = 0

    async def open_desktops(self, offers: Offers) -> list[Client]:
        """All agents' sockets; then they are ready and their desktops breathe."""
        topics = [f"member:{member_id}" for member_id in self.members]
        clients = await connect(self.live_port, self.cookies, on_frame=offers.heard, topic=topics)
        await asyncio.to_thread(self._phone_line.make_ready, self.organization_id, self.members)
        self._breathing = asyncio.ensure_future(_breathe(clients))
        return clients

    async def call(self, line: Line) -> Call:
        """One call up to the key that leads to a person."""
        number, self._next = self._next, self._next + 1
        sid, of = call_sid(number, self.run), caller(number)
        made = Call(sid, time.perf_counter())
        status, document = await line.ask(self.carrier.voice(sid, of))
        assert status == 200, (status, document[:300])
        pressing = self.carrier.zero(sid, of, document)
        made.pressed_at = time.perf_counter()
        status, document = await line.ask(pressing)
        assert b"<Enqueue" in document, (status, document[:500])
        return made

    def interactions(self) -> dict[str, int]:
        """Which contact each call is."""
        from foundation.tenancy import tenant
        from ivr.models import CallSession

        with tenant(self.organization_id):
            return dict(CallSession.objects.values_list("call_sid", "interaction_id"))


async def _breathe(clients: list[Client]) -> None:
    beat = masked(1, b'{"heartbeat": {}}')
    while True:
        for client in clients:
            client.transport.write(beat)
            await asyncio.sleep(10 / len(clients))


def measure(*, quick: bool) -> list[Figure]:
    """Alone: p95 of single calls. Loaded: 50 calls a second for 20 seconds (5 when quick)."""
    seconds, alone = (5 if quick else 20), (20 if quick else 60)
    agents = alone * ROUNDS + CALLS_A_SECOND * seconds + 50
    with Ground() as ground, quiet_collector():
        company = Company(ground, agents)
        baseline_web = ground.run_web("script.benches.webhook_baseline")
        socket_port = free_port()
        ground.run_live(socket_port, "script.benches.webhook_baseline:socket")
        return uvloop.run(_measure(company, baseline_web, socket_port, alone, seconds))


async def _measure(
    company: Company, baseline_web: int, socket_port: int, alone: int, seconds: int
) -> list[Figure]:
    offers = Offers()
    await company.open_desktops(offers)
    bare = await Bare.open(baseline_web, socket_port)
    await _one_by_one(company, offers, 3)
    pairs, whole = [], []
    for _ in range(ROUNDS):
        pressed, arrived = await _one_by_one(company, offers, alone)
        bare_p95 = percentile(await bare.times(alone), 0.95)
        pairs.append((percentile(pressed, 0.95), bare_p95))
        whole.append((percentile(arrived, 0.95), bare_p95))
    ours, theirs, ratio = medians(pairs)
    both, _, both_ratio = medians(whole)
    note = f"p95 of {alone} calls a round, one at a time"
    return [
        Figure("webhook_to_socket", ours, theirs, ratio, GOAL, ratio <= GOAL, "ms", note),
        Figure(
            "webhook_to_offer_whole", both, theirs, both_ratio, 2 * GOAL, both_ratio <= 2 * GOAL, "ms", note
        ),
        await _loaded(company, offers, seconds),
    ]


async def _one_by_one(company: Company, offers: Offers, count: int) -> tuple[list[float], list[float]]:
    """Milliseconds to the offer from the key and from the call's arrival."""
    line, calls = Line(company.web_port), []
    for _ in range(count):
        before = len(offers.at)
        calls.append(await company.call(line))
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while len(offers.at) == before:
                offers.news.clear()
                await offers.news.wait()
    known = await asyncio.to_thread(company.interactions)
    times = [(offers.at[known[call.sid]], call) for call in calls]
    line.hang_up()
    return [(at - c.pressed_at) * 1e3 for at, c in times], [(at - c.arrived_at) * 1e3 for at, c in times]


async def _loaded(company: Company, offers: Offers, seconds: int) -> Figure:
    """Calls at a steady rate, whatever the answers take; who presses 0 waits for the offer."""
    lines = [Line(company.web_port) for _ in range(200)]
    calling: list[asyncio.Task[Call]] = []

    async def one() -> Call:
        line = lines.pop() if lines else Line(company.web_port)
        try:
            return await company.call(line)
        finally:
            lines.append(line)

    began = time.perf_counter()
    for number in range(CALLS_A_SECOND * seconds):
        await asyncio.sleep(max(0.0, began + number / CALLS_A_SECOND - time.perf_counter()))
        calling.append(asyncio.ensure_future(one()))
    calls = await asyncio.gather(*calling)
    known = await asyncio.to_thread(company.interactions)
    until = time.perf_counter() + _PATIENCE_SECONDS
    while time.perf_counter() < until and not all(known[call.sid] in offers.at for call in calls):
        await asyncio.sleep(0.1)
    times = [(offers.at[known[c.sid]] - c.pressed_at) * 1e3 for c in calls if known[c.sid] in offers.at]
    lost, p95 = len(calls) - len(times), percentile(times, 0.95)
    ok = p95 <= LOADED_GOAL_MS and lost == 0
    note = f"p95 with {CALLS_A_SECOND} calls/s for {seconds} s, p50 {percentile(times, 0.5):.0f}; {lost} lost"
    ratio = p95 / LOADED_GOAL_MS
    return Figure("webhook_to_socket_loaded", p95, LOADED_GOAL_MS, ratio, 1.0, ok, "ms", note)


class Bare:
    """The bare view and the bare socket."""

    def __init__(self, port: int) -> None:
        self._line = Line(port)
        self._port = port
        self._news: asyncio.Future[float]

    @classmethod
    async def open(cls, web_port: int, socket_port: int) -> Bare:
        """With its one socket open."""
        bare = cls(web_port)
        await connect(socket_port, [""], on_frame=bare._heard, path="/")
        return bare

    def _heard(self, client: Client, payload: bytes) -> None:
        if not self._news.done():
            self._news.set_result(time.perf_counter())

    async def times(self, count: int) -> list[float]:
        """Milliseconds from request to frame, one at a time."""
        body = json.dumps({"t": "member:1", "n": 1, "kind": "offer.made", "body": {"offer_id": 1}})
        head = (
            f"POST /publish HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        request, times = Request((head + body).encode()), []
        for _ in range(count):
            self._news = asyncio.get_running_loop().create_future()
            began = time.perf_counter()
            asking = asyncio.ensure_future(self._line.ask(request))
            times.append((await asyncio.wait_for(self._news, _PATIENCE_SECONDS) - began) * 1e3)
            await asking
        return times
