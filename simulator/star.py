"""The star key on a connected call (`hangupOnStar`)."""

import asyncio
from typing import Any


class StarKey:
    """Hears only `*`."""

    kind = "connected"

    def __init__(self) -> None:
        self.pressed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def on_digit(self, digit: str) -> bool:
        """`*` ends the conversation, other keys do nothing."""
        if digit == "*" and not self.pressed.done():
            self.pressed.set_result(None)
            return True
        return False

    def on_speech(self, text: str, confidence: float | None) -> bool:
        """Words are for the other party."""
        return False

    def on_activity(self) -> None:
        """Nothing to do."""

    def describe(self) -> dict[str, Any]:
        """What is being waited for, as JSON."""
        return {"input": "star"}
