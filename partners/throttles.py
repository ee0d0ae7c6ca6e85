"""How many requests a client may make: counted in Redis, open when Redis is away."""

import time
from dataclasses import dataclass

import redis

from foundation import wake

WINDOW_SECONDS = 60


@dataclass(frozen=True)
class Allowance:
    """What is left in this window."""

    limit: int
    left: int
    seconds: int

    @property
    def spent(self) -> bool:
        """Whether this request is one too many."""
        return self.left < 0

    @property
    def headers(self) -> dict[str, str]:
        """The RateLimit fields of the answer."""
        return {
            "RateLimit-Policy": f'"client";q={self.limit};w={WINDOW_SECONDS}',
            "RateLimit": f'"client";r={max(self.left, 0)};t={self.seconds}',
        }


def count_request(who: str, limit: int) -> Allowance | None:
    """Count one request of `who`; None when nobody counts."""
    now = time.time()
    window = int(now // WINDOW_SECONDS)
    key = f"bothhands:rate:{who}:{window}"
    try:
        pipeline = wake.client().pipeline(transaction=False)
        pipeline.incr(key)
        pipeline.expire(key, WINDOW_SECONDS * 2)
        count = int(pipeline.execute()[0])
    except redis.RedisError:
        return None
    seconds = int((window + 1) * WINDOW_SECONDS - now) + 1
    return Allowance(limit=limit, left=limit - count, seconds=seconds)
