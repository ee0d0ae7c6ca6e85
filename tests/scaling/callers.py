"""Callers: each makes one call and behaves as one kind of caller does."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from simulator.client import PhoneCall, SimulatorClient
from tests.scaling.company import NUMBER, Company, caller_number
from tests.scaling.desks import Desk, Floor

PATIENCE = 150.0
AT_ONCE = 8


class Callers:
    """A crowd that calls, a few at a time; `finished` counts the calls that are over."""

    def __init__(self, company: Company, floor: Floor, ways: list[str]) -> None:
        self._company, self._floor = company, floor
        self._ways: dict[str, Callable[[PhoneCall], None]] = {
            "talks": self._talk,
            "is hung up on": self._be_hung_up_on,
            "is transferred": self._be_transferred,
            "gives up": self._give_up,
            "leaves the menu": self._leave_the_menu,
        }
        self._pool = ThreadPoolExecutor(AT_ONCE)
        self._calls: list[Future[None]] = [
            self._pool.submit(self._call, index, way) for index, way in enumerate(ways)
        ]

    @property
    def finished(self) -> int:
        return sum(call.done() for call in self._calls)

    @property
    def done(self) -> bool:
        return self.finished == len(self._calls)

    def failures(self) -> list[BaseException]:
        """Why callers did not get through."""
        return [error for call in self._calls if call.done() and (error := call.exception())]

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _call(self, index: int, way: str) -> None:
        phones = SimulatorClient(self._company.carrier_url, timeout=60)
        call = phones.call(to=NUMBER, from_=caller_number(index % self._company.customers))
        try:
            self._ways[way](call)
            call.wait_state("ended", timeout=PATIENCE)
        except (TimeoutError, AssertionError) as error:
            error.add_note(f"call {index} {way}")
            raise

    def _talk(self, call: PhoneCall) -> None:
        self._get_through(call)
        call.hang_up()

    def _be_hung_up_on(self, call: PhoneCall) -> None:
        self._floor.ask(self._get_through(call).hang_up())

    def _be_transferred(self, call: PhoneCall) -> None:
        first = self._get_through(call)
        self._floor.ask(first.transfer("digital"))
        view = call.wait_until(
            lambda view: view["state"] == "connected" and self._desk(view) not in {None, first}, PATIENCE
        )
        assert view["state"] == "connected"
        call.hang_up()

    def _give_up(self, call: PhoneCall) -> None:
        call.press("1", timeout=PATIENCE)
        call.wait_state("in-queue", "connected", timeout=PATIENCE)
        call.hang_up()

    def _leave_the_menu(self, call: PhoneCall) -> None:
        call.wait_gather(timeout=PATIENCE)
        call.hang_up()

    def _get_through(self, call: PhoneCall) -> Desk:
        call.press("1", timeout=PATIENCE)
        view = call.wait_state("connected", timeout=PATIENCE)
        desk = self._desk(view)
        assert desk is not None
        return desk

    def _desk(self, view: dict) -> Desk | None:
        return next(
            (self._floor.desks[name] for name in view["connected_with"] if name in self._floor.desks), None
        )
