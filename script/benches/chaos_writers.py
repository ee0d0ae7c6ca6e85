"""`python -m script.benches.chaos_writers ORGANIZATION SECONDS TOPIC…`: changes with nudges, six threads.

Two in a hundred are rolled back, two in a hundred commit and are never published.
"""

from __future__ import annotations

import random
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import django

WRITERS = 6


def write(organization_id: int, seconds: float, topics: list[str], seed: int) -> None:
    from django.db import connection, transaction

    from foundation import live
    from foundation.tenancy import tenant

    dice, until = random.Random(seed), time.monotonic() + seconds
    while time.monotonic() < until:
        fate = dice.random()
        _silent.on = fate > 0.98
        with tenant(organization_id):
            for topic in dice.sample(topics, k=dice.randint(1, 3)):
                live.nudge(topic, "record.changed", what="timeline")
            if fate < 0.02:
                transaction.set_rollback(True)
        time.sleep(dice.uniform(0, 0.02))
    connection.close()


_silent = threading.local()


def main(organization_id: int, seconds: float, topics: list[str]) -> None:
    django.setup()
    from foundation import wake

    publish_all = wake.publish_all

    def publish_unless_silent(messages: Sequence[tuple[str, str | bytes]]) -> None:
        if not _silent.on:
            publish_all(messages)

    wake.publish_all = publish_unless_silent
    with ThreadPoolExecutor(WRITERS) as pool:
        for writer in [pool.submit(write, organization_id, seconds, topics, seed) for seed in range(WRITERS)]:
            writer.result()


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), sys.argv[3:])
