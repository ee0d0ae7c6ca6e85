"""Where events of a call, conference or recording are sent."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Callback:
    """An address, its method and the events wanted there."""

    url: str
    method: str = "POST"
    events: frozenset[str] = frozenset()

    @classmethod
    def of(cls, url: str | None, method: str | None, events: str, default: str) -> "Callback | None":
        """A callback, `events` and `default` being space-separated; None without an address."""
        if not url:
            return None
        return cls(url, (method or "POST").upper(), frozenset((events or default).split()))
