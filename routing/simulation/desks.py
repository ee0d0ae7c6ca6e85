"""The agents of a simulation: who is at work, with how many contacts, since when."""

from typing import Any

from routing.simulation.profile import Worker
from routing.simulation.router import Standing


class Desk:
    """One agent. `seat` is the free capacity that the router is told of, under `seat_id`; None: none."""

    __slots__ = (
        "agent",
        "at_work",
        "away",
        "busy_since",
        "end_at",
        "held",
        "inbound_at",
        "misses",
        "offer_at",
        "offers",
        "pool_id",
        "ready_since",
        "seat",
        "seat_id",
        "staffed_since",
        "units",
    )

    def __init__(self, worker: Worker) -> None:
        self.agent, self.pool_id = worker.agent, worker.pool_id
        self.at_work = self.away = False
        self.units = self.offers = self.misses = self.seat_id = 0
        self.held: dict[str, int] = {}
        self.seat: Any = None
        self.busy_since = self.staffed_since = self.ready_since = 0.0
        self.inbound_at: float | None = None
        self.offer_at: float | None = None
        self.end_at: float | None = None

    @property
    def state(self) -> Standing:
        """ready, busy, paused or offline, as routing asks for it."""
        if self.held:
            return "busy"
        if not self.at_work:
            return "offline"
        return "paused" if self.away else "ready"

    def hold(self, channel: str, units: int, now: float) -> None:
        """One more contact; capacity is taken from the offer on."""
        if not self.held:
            self.busy_since = now
        self.held[channel] = self.held.get(channel, 0) + 1
        self.units += units
        self.offer_at = self.inbound_at = now

    def let_go(self, channel: str, units: int) -> None:
        """One less."""
        self.held[channel] -= 1
        self.units -= units
        if not self.held[channel]:
            del self.held[channel]
