"""The rules and people of an organisation for those who only read: kept in this process for a moment.

The owner of the order reads them itself (`config`) and at once when they change.
"""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings

from foundation.tenancy import current_organization_id
from routing.config import lent_texts, load_agents, load_rules
from routing.engine import Agent, Rulebook

MOST_ORGANIZATIONS = 500


@dataclass(frozen=True)
class Known:
    """What is set up, and who takes work; `read_at` in monotonic seconds."""

    rules: Rulebook
    agents: Mapping[int, Agent]
    lent_texts: Mapping[int, str]  # what surge plans have callers hear, by queue
    read_at: float


_kept: dict[int, Known] = {}
_lock = threading.Lock()


def known_setup() -> Known:
    """The current organisation's, at most `ROUTING_SETUP_KEPT_SECONDS` old."""
    organization_id = current_organization_id()
    found = _kept.get(organization_id)
    if found is None or time.monotonic() - found.read_at >= settings.ROUTING_SETUP_KEPT_SECONDS:
        found = Known(
            rules=load_rules(), agents=load_agents(), lent_texts=lent_texts(), read_at=time.monotonic()
        )
        with _lock:
            if len(_kept) >= MOST_ORGANIZATIONS:
                _kept.clear()
            _kept[organization_id] = found
    return found
