"""A marquee to 3,000 open desktops: until the last one has it, against `websockets.broadcast`."""

from __future__ import annotations

import asyncio
import json
import socket
import statistics
import sys
import time
from dataclasses import dataclass, field

import redis
import uvloop

from contactcenter.embedded.valkey import free_port
from script.benches import broadcast_baseline
from script.benches.figures import ROUNDS, Figure, medians
from script.benches.ground import Ground, await_http, quiet_collector, sign_in
from script.benches.light_clients import Client, Crowd, connect

about = "a marquee to 3,000 desktops, the last one, against websockets.broadcast"
GOAL = 1.5
SLOW_GOAL = 2.0
DESKTOPS, GOOD, SLOW = 3_000, 1_500, 60
TOPIC = "audience:all"
_MOST_SECONDS = 20.0


@dataclass
class Side:
    """One server with its sockets, and how to make it broadcast."""

    channel: str
    prefix: str
    crowd: Crowd = field(default_factory=Crowd)
    clients: list[Client] = field(default_factory=list)


class Broadcasts:
    """Publishes and waits until the last socket has it."""

    def __init__(self, redis_url: str) -> None:
        self._redis = redis.Redis.from_url(redis_url)
        self._number = 0

    async def once(self, side: Side, *, padding: int = 60, count: int | None = None) -> float:
        """Milliseconds from publishing to the last socket's frame; infinite after _MOST_SECONDS."""
        self._number += 1
        marker = f"marquee {self._number:09d}"
        body = {"announcement_id": self._number, "title": marker, "padding": "x" * padding}
        frame = json.dumps({"t": TOPIC, "kind": "marquee.posted", "body": body})
        done = side.crowd.expect(marker.encode(), len(side.clients) if count is None else count)
        began = time.perf_counter()
        self._redis.publish(side.channel, side.prefix + frame)
        try:
            await asyncio.wait_for(done, _MOST_SECONDS)
        except TimeoutError:
            return float("inf")
        return (time.perf_counter() - began) * 1e3


def measure(*, quick: bool) -> list[Figure]:
    """The last of 3,000 against the baseline; then the same with 60 readers that never read."""
    with Ground() as ground, quiet_collector():
        port, _ = ground.run_live()
        organization_id, cookies = sign_in(DESKTOPS)
        ours = Side(channel=f"rt:{organization_id}", prefix=f"{TOPIC}\n")
        baseline_port = free_port()
        command = [sys.executable, "-m", broadcast_baseline.__name__, str(baseline_port)]
        ground.run("baseline", command)
        await_http(f"http://127.0.0.1:{baseline_port}/")
        baseline = Side(channel=broadcast_baseline.CHANNEL, prefix="")
        return uvloop.run(
            _measure(ground.urls.redis_url, (port, ours, cookies), (baseline_port, baseline), quick)
        )


async def _measure(
    redis_url: str, mine: tuple[int, Side, list[str]], theirs: tuple[int, Side], quick: bool
) -> list[Figure]:
    port, ours, cookies = mine
    baseline_port, baseline = theirs
    broadcasts = Broadcasts(redis_url)
    baseline.clients = await connect(baseline_port, [""] * DESKTOPS, on_frame=baseline.crowd.heard, path="/")
    ours.clients = await connect(port, cookies, on_frame=ours.crowd.heard, topic=TOPIC)
    await asyncio.sleep(4)  # sweeps and looks of the connecting phase are over
    pairs = []
    for _ in range(ROUNDS):
        times: tuple[list[float], list[float]] = ([], [])
        for _ in range(5 if quick else 15):
            for side, kept in zip((ours, baseline), times, strict=True):
                kept.append(await broadcasts.once(side))
        pairs.append((statistics.median(times[0]), statistics.median(times[1])))
    ours_ms, baseline_ms, ratio = medians(pairs)
    note = f"{DESKTOPS} desktops, p50 of the last one"
    fanout = Figure("fanout", ours_ms, baseline_ms, ratio, GOAL, ratio <= GOAL, "ms", note)
    return [fanout, await _slow_readers(port, ours, cookies, broadcasts, quick)]


async def _cut_off(slow: list[Client]) -> int:
    """How many the server has closed: each finds that out behind what the kernel still holds for it."""
    for client in slow:
        client.transport.resume_reading()
    until = time.perf_counter() + _MOST_SECONDS
    while time.perf_counter() < until and not all(client.closed for client in slow):
        await asyncio.sleep(0.1)
    return sum(client.closed for client in slow)


async def _slow_readers(
    port: int, side: Side, cookies: list[str], broadcasts: Broadcasts, quick: bool
) -> Figure:
    """With 60 readers that never read: large frames to 1,500 others, against the same without them."""
    for client in side.clients[GOOD:]:
        client.transport.abort()
    del side.clients[GOOD:]
    await asyncio.sleep(1)
    # The kernel holds about 4 MB for a reader that does not read; only then does it show.
    times = 180 if quick else 300
    without = [await broadcasts.once(side, padding=32_000) for _ in range(times // 6)]
    slow = await connect(port, cookies[GOOD : GOOD + SLOW], on_frame=lambda *_: None, topic=TOPIC)
    for client in slow:
        client.transport.pause_reading()
        client.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
    with_slow = [await broadcasts.once(side, padding=32_000) for _ in range(times)]
    cut = await _cut_off(slow)
    delivered = all(each != float("inf") for each in with_slow)
    ours_ms, baseline_ms = statistics.median(with_slow), statistics.median(without)
    ratio = ours_ms / baseline_ms
    ok = ratio <= SLOW_GOAL and cut == SLOW and delivered
    note = f"{cut} of {SLOW} slow readers cut; {times} frames of 32 KB to {GOOD} others, all: {delivered}"
    return Figure("fanout_slow_readers", ours_ms, baseline_ms, ratio, SLOW_GOAL, ok, "ms", note)
