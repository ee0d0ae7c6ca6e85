"""<Gather>: keys and words, with prompts that either may interrupt."""

import asyncio
import xml.etree.ElementTree as ET
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from simulator.twiml.document import flag, whole, words
from simulator.twiml.scope import Scope

Prompt = Callable[[Scope, ET.Element], Awaitable[None]]

DEFAULT_TIMEOUT = 5
# Somebody in the middle of a sentence is given this long to finish it.
PATIENCE_WHILE_SPEAKING = 15.0
ACTIVITY = ("activity", "", None)

Input = tuple[str, str, float | None]


@dataclass
class GatherListener:
    """Collects what the caller does while the verb waits."""

    element: ET.Element
    prompt: str
    wants_digits: bool
    wants_speech: bool
    inputs: "asyncio.Queue[Input]" = field(default_factory=asyncio.Queue)
    deaf: bool = False
    kind = "listening"

    def on_digit(self, digit: str) -> bool:
        """Take a key unless the verb is deaf to keys now."""
        return self._take(self.wants_digits, ("digit", digit, None))

    def on_speech(self, text: str, confidence: float | None) -> bool:
        """Take words unless the verb is deaf to words now."""
        return self._take(self.wants_speech, ("speech", text, confidence))

    def on_activity(self) -> None:
        """The caller has begun to speak."""
        self._take(self.wants_speech, ACTIVITY)

    def _take(self, wanted: bool, item: Input) -> bool:
        if not wanted or self.deaf:
            return False
        self.inputs.put_nowait(item)
        return True

    def describe(self) -> dict[str, Any]:
        """What is being waited for, as JSON."""
        return {
            "input": self.element.get("input", "dtmf"),
            "num_digits": whole(self.element, "numDigits", 0) or None,
            "finish_on_key": self.element.get("finishOnKey", "#"),
            "timeout": self.element.get("timeout", str(DEFAULT_TIMEOUT)),
            "action": self.element.get("action", ""),
            "hints": self.element.get("hints", ""),
            "prompt": self.prompt,
        }


@dataclass
class Result:
    """What was gathered."""

    digits: str = ""
    finished_on: str = ""
    speech: str = ""
    confidence: float | None = None

    def params(self) -> dict[str, str]:
        """As the action address gets it."""
        if self.speech:
            params = {"SpeechResult": self.speech}
            return params if self.confidence is None else params | {"Confidence": str(self.confidence)}
        return {"Digits": self.digits, "msg": "Gather End", "FinishedOnKey": self.finished_on}


class Gather:
    """One gathering on one leg."""

    def __init__(self, scope: Scope, element: ET.Element, prompts: Prompt) -> None:
        kinds = element.get("input", "dtmf").split()
        self.scope, self.element = scope, element
        self.listener = GatherListener(element, words(element), "dtmf" in kinds, "speech" in kinds)
        self.finish_on = element.get("finishOnKey", "#")
        self.num_digits = whole(element, "numDigits", 0)
        self.timeout = self._timeout()
        self.prompts = asyncio.ensure_future(self._play(prompts))

    def _timeout(self) -> float:
        seconds = whole(self.element, "timeout", DEFAULT_TIMEOUT)
        return self.scope.world.settings.seconds(seconds)

    async def _play(self, prompts: Prompt) -> None:
        barge_in = flag(self.element, "bargeIn", True)
        self.listener.deaf = not barge_in
        try:
            for child in self.element:
                await prompts(self.scope, child)
        finally:
            self.listener.deaf = False

    async def run(self) -> Result:
        """Play and listen until there is a result or silence."""
        self.scope.call.listen(self.listener)
        try:
            return await self._collect()
        finally:
            self.prompts.cancel()
            self.scope.call.listen(None)

    async def _collect(self) -> Result:
        result = Result()
        patience = self.timeout
        while True:
            item = await self._next(patience)
            patience = self.timeout
            if item is None:
                return result
            kind, text, confidence = item
            if kind == "speech":
                return Result(speech=text, confidence=confidence)
            if kind == "activity":
                patience = max(self.timeout, PATIENCE_WHILE_SPEAKING)
            elif text in self.finish_on and self.finish_on:
                result.finished_on = text
                return result
            else:
                result.digits += text
                if len(result.digits) == self.num_digits:
                    return result

    async def _next(self, patience: float) -> Input | None:
        waiting = asyncio.ensure_future(self.listener.inputs.get())
        try:
            await asyncio.wait({waiting, self.prompts}, return_when=asyncio.FIRST_COMPLETED)
            if not waiting.done():
                await asyncio.wait({waiting}, timeout=patience)
            if not waiting.done():
                return None
            self.prompts.cancel()
            return waiting.result()
        finally:
            waiting.cancel()


async def perform(scope: Scope, element: ET.Element, prompts: Prompt) -> None:
    """Gather, and go to the action with the result; without a result go on, unless actionOnEmptyResult."""
    result = await Gather(scope, element, prompts).run()
    if result.digits or result.speech:
        scope.goto(element.get("action"), element.get("method"), result.params())
    if flag(element, "actionOnEmptyResult"):
        scope.goto(element.get("action"), element.get("method"), _empty(element, result))


def _empty(element: ET.Element, result: Result) -> dict[str, str]:
    if result.finished_on:
        return result.params()
    return {"SpeechResult": ""} if element.get("input") == "speech" else {"Digits": ""}
