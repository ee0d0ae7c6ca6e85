"""Signed webhooks a second, committed by one web worker, against a bare view that inserts a row."""

from __future__ import annotations

import os
import secrets
from itertools import count

import psycopg2
import uvloop

from contactcenter.embedded.valkey import free_port
from script.benches import webhook_baseline_table
from script.benches.carrier import Carrier, Request, call_sid, caller, flood
from script.benches.figures import ROUNDS, Figure, medians
from script.benches.ground import Ground, quiet_collector, sign_in

about = "signed webhooks stored per second, one web worker, against one bare insert"
GOAL = 0.5


def measure(*, quick: bool) -> list[Figure]:
    """Status callbacks, each of another call; processing them is other processes' work and not counted."""
    times = 400 if quick else 2_000
    with Ground() as ground, quiet_collector():
        web_port = free_port()
        os.environ["PUBLIC_BASE_URL"] = f"http://127.0.0.1:{web_port}"
        organization_id, _ = sign_in(1)
        from script.benches import phone_line

        phone_line.connect_number(organization_id)
        with psycopg2.connect(ground.urls.owner_database_url) as owner, owner.cursor() as cursor:
            cursor.execute(webhook_baseline_table.TABLE)
        ground.run_web(port=web_port)
        baseline_port = ground.run_web("script.benches.webhook_baseline")
        carrier, numbers, run = Carrier(os.environ["PUBLIC_BASE_URL"]), count(), secrets.token_hex(4)

        def ours(how_many: int) -> float:
            requests = [
                carrier.status(call_sid(number, run), caller(0), 1)
                for number, _ in zip(numbers, range(how_many), strict=False)
            ]
            return uvloop.run(flood(web_port, requests))

        def baseline(how_many: int) -> float:
            return uvloop.run(flood(baseline_port, [_bare_insert(baseline_port)] * how_many))

        ours(100), baseline(100)
        pairs = [(ours(times), baseline(times)) for _ in range(ROUNDS)]
    mine, theirs, ratio = medians(pairs)
    note = f"{times} status callbacks a round over 8 connections"
    return [Figure("webhook_throughput", mine, theirs, ratio, GOAL, ratio >= GOAL, "req/s", note)]


def _bare_insert(port: int) -> Request:
    body = "x" * 200
    head = f"POST /insert HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: {len(body)}\r\n\r\n"
    return Request((head + body).encode())
