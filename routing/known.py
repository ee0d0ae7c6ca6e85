"""What is set up, for those who only read: kept in this process for a moment.

The owner of the order reads it itself (`config`) and at once when it changes.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.conf import settings

from foundation.tenancy import current_organization_id
from routing.config import lent_texts, load_agents, load_rules
from routing.engine import Agent, Rulebook

MOST_KEPT = 1_000
T = TypeVar("T")


@dataclass(frozen=True)
class Known:
    """The rules, who takes work, and what surge plans have callers hear, by queue."""

    rules: Rulebook
    agents: Mapping[int, Agent]
    lent_texts: Mapping[int, str]


_kept: dict[tuple[int, str], tuple[float, Any]] = {}
_lock = threading.Lock()


def known_setup() -> Known:
    """The current organisation's, at most `ROUTING_SETUP_KEPT_SECONDS` old."""
    return kept("setup", lambda: Known(rules=load_rules(), agents=load_agents(), lent_texts=lent_texts()))


def kept(name: str, read: Callable[[], T]) -> T:
    """What `read` found for the current organisation, at most `ROUTING_SETUP_KEPT_SECONDS` ago."""
    place = current_organization_id(), name
    read_at, value = _kept.get(place, (float("-inf"), None))
    if time.monotonic() - read_at < settings.ROUTING_SETUP_KEPT_SECONDS:
        return value  # type: ignore[no-any-return]
    value = read()
    with _lock:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        _kept[place] = time.monotonic(), value
    return value
