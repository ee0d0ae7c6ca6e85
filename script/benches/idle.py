"""10,000 idle desktops on one live process: its memory."""

from __future__ import annotations

import asyncio
import subprocess
import time

import uvloop

from script.benches.figures import Figure
from script.benches.ground import Ground, memory_mb, raise_file_limit, sign_in
from script.benches.light_clients import Client, connect

about = "memory of one live process with 10,000 idle desktops"
DESKTOPS = 10_000
BUDGET_MB = 350.0
_SPARE_FILES = 500


def measure(*, quick: bool) -> list[Figure]:
    """Resident memory after all have connected and a minute's sweeps are over (a few seconds when quick)."""
    desktops = min(DESKTOPS, raise_file_limit() - _SPARE_FILES)
    with Ground() as ground:
        port, process = ground.run_live()
        _, cookies = sign_in(desktops)
        empty = memory_mb(process)
        full, seconds = uvloop.run(_fill(port, cookies, process, settle=10 if quick else 60))
    ratio = full / BUDGET_MB * DESKTOPS / desktops
    each, rate = (full - empty) * 1e3 / desktops, desktops / seconds
    note = f"{desktops} desktops, {each:.1f} KB each over {empty:.0f} MB; connected at {rate:.0f}/s"
    return [Figure("idle", full, BUDGET_MB, ratio, 1.0, ratio <= 1.0, "MB", note)]


async def _fill(
    port: int, cookies: list[str], process: subprocess.Popen[bytes], settle: float
) -> tuple[float, float]:
    began = time.perf_counter()
    clients = await connect(port, cookies, on_frame=_ignore, topic="audience:all", at_once=100)
    seconds = time.perf_counter() - began
    await asyncio.sleep(settle)
    memory = memory_mb(process)
    assert not any(client.closed for client in clients), "desktops were cut off"
    return memory, seconds


def _ignore(client: Client, payload: bytes) -> None:
    """Idle."""
