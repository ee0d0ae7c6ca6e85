"""Two legs joined by `<Dial>`: when one leaves, both know."""

import asyncio

from simulator.calls import Call


class Bridge:
    """A conversation of two legs outside a conference."""

    def __init__(self, *calls: Call) -> None:
        self.calls = calls
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        for call in calls:
            call.bridge = self
        for call in calls:
            call.changed()

    def others(self, call: Call) -> list[Call]:
        """The other leg, as a list."""
        return [other for other in self.calls if other is not call]

    def close(self) -> None:
        """Part the legs. Once."""
        if self.closed.done():
            return
        self.closed.set_result(None)
        for call in self.calls:
            call.bridge = None
        for call in self.calls:
            if not call.over:
                call.changed()

    async def hold_together(self) -> None:
        """Wait until the legs part; being stopped parts them."""
        try:
            await asyncio.shield(self.closed)
        finally:
            self.close()
