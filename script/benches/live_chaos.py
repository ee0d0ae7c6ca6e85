"""Nudges under accidents: Valkey killed and flushed, the live process killed, half the desktops frozen."""

from __future__ import annotations

import asyncio
import random
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import redis

from contactcenter.embedded.valkey import free_port
from script.benches import chaos_writers, proxy
from script.benches.chaos_desktops import Desktop
from script.benches.figures import Figure
from script.benches.ground import Ground, await_http, sign_in

about = "nudges lost or doubled while Valkey and the live process are killed and desktops freeze"
DESKTOPS, RECORDS, RECORDS_EACH = 40, 20, 8
LEAST_NUDGES = 50_000
FREEZE_SECONDS = 30.0
_PATIENCE_SECONDS = 120.0


@dataclass
class Stage:
    """What the accidents happen to."""

    ground: Ground
    live_port: int
    live: subprocess.Popen[bytes]
    proxy: subprocess.Popen[bytes]

    async def restart_valkey(self) -> None:
        """Killed as in a power cut; four seconds later it is back, empty."""
        self.ground.valkey.kill()
        await asyncio.sleep(4)
        await asyncio.to_thread(self._start_valkey)

    def _start_valkey(self) -> None:
        self.ground.valkey.start()

    async def flush_valkey(self) -> None:
        """Everything forgotten, all subscriptions cut."""
        client = redis.Redis.from_url(self.ground.urls.redis_url)
        client.flushall()
        client.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
        client.close()

    async def kill_live(self) -> None:
        """Killed with -9, and started again as a supervisor would."""
        self.live.send_signal(signal.SIGKILL)
        self.live.wait()
        _, self.live = self.ground.run_live(self.live_port)

    async def freeze(self) -> None:
        """The link of half the desktops hangs without an error."""
        self.proxy.send_signal(signal.SIGSTOP)
        await asyncio.sleep(FREEZE_SECONDS)
        self.proxy.send_signal(signal.SIGCONT)


def measure(*, quick: bool) -> list[Figure]:
    """Lost and doubled nudges over all desktops; the baseline is how many were due."""
    with Ground() as ground:
        organization_id, cookies = sign_in(DESKTOPS)
        topics = ["audience:all", "audience:inhouse", *_records(organization_id)]
        live_port, live = ground.run_live()
        web_port, proxy_port = ground.run_web(), free_port()
        frozen = ground.run("proxy", [sys.executable, "-m", proxy.__name__, str(proxy_port), str(live_port)])
        await_http(f"http://127.0.0.1:{proxy_port}/")
        stage = Stage(ground, live_port, live, frozen)
        desktops = [
            Desktop(
                f"http://127.0.0.1:{live_port if number % 2 else proxy_port}/live/",
                f"http://127.0.0.1:{web_port}/live-since/",
                cookie,
                topics[:2] + random.sample(topics[2:], RECORDS_EACH),
            )
            for number, cookie in enumerate(cookies)
        ]
        heads = asyncio.run(_play(stage, desktops, organization_id, topics, quick))
    return [_figure(desktops, heads, quick)]


def _records(organization_id: int) -> list[str]:
    from accounts.actors import SYSTEM_ACTOR
    from customers.actions import create_customer
    from foundation.tenancy import tenant

    with tenant(organization_id):
        made = [create_customer(actor=SYSTEM_ACTOR, display_name=f"Customer {n}") for n in range(RECORDS)]
    return [f"record:{customer.id}" for customer in made]


async def _play(
    stage: Stage, desktops: list[Desktop], organization_id: int, topics: list[str], quick: bool
) -> dict[str, int]:
    """Traffic with accidents, then quiet until every desktop has all; the topics' heads."""
    listening = [asyncio.create_task(desktop.run()) for desktop in desktops]
    seconds = 25 if quick else 70
    command = [sys.executable, "-m", chaos_writers.__name__, str(organization_id), str(seconds), *topics]
    writers = stage.ground.run("writers", command)
    freezing = asyncio.create_task(_after(3, stage.freeze))
    for accident in (stage.restart_valkey, stage.flush_valkey, stage.kill_live):
        await _after(3 if quick else 8, accident)
    while writers.poll() is None:
        await asyncio.sleep(0.2)
    assert writers.returncode == 0, (stage.ground.folder / "writers.log").read_text()[-3000:]
    await stage.restart_valkey()
    await freezing
    heads = await asyncio.to_thread(_heads, organization_id, topics)
    await _until_all_have(desktops, heads)
    for task in listening:
        task.cancel()
    await asyncio.gather(*listening, return_exceptions=True)
    return heads


async def _after(seconds: float, accident: Callable[[], Awaitable[None]]) -> None:
    await asyncio.sleep(seconds)
    await accident()


def _heads(organization_id: int, topics: list[str]) -> dict[str, int]:
    from foundation.live_queries import read_heads

    return read_heads(organization_id, topics)


async def _until_all_have(desktops: list[Desktop], heads: dict[str, int]) -> None:
    """Wait until nobody is behind, or patience ends: what is missing then is lost."""
    until = asyncio.get_running_loop().time() + _PATIENCE_SECONDS
    while asyncio.get_running_loop().time() < until:
        if all(topic.last >= heads[topic.name] for desktop in desktops for topic in desktop.topics.values()):
            return
        await asyncio.sleep(0.2)


def _figure(desktops: list[Desktop], heads: dict[str, int], quick: bool) -> Figure:
    due = lost = doubled = disorder = 0
    for desktop in desktops:
        for topic in desktop.topics.values():
            due += heads[topic.name]
            got = set(topic.applied)
            lost += heads[topic.name] - len(got)
            doubled += len(topic.applied) - len(got)
            disorder += topic.applied != sorted(topic.applied)
    wrong = lost + doubled + disorder
    fetches, dropped = sum(each.gap_fetches for each in desktops), sum(each.dropped for each in desktops)
    note = (
        f"{lost} lost, {doubled} doubled, {disorder} out of order; {fetches} fetches, "
        f"{dropped} repetitions dropped, {sum(each.reconnects for each in desktops)} reconnects"
    )
    enough = quick or due >= LEAST_NUDGES
    return Figure("live_chaos", wrong, due, wrong / max(due, 1), 0.0, wrong == 0 and enough, "nudges", note)
