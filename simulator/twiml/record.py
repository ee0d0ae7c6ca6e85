"""<Record>: a message after the beep."""

import asyncio
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from typing import Any

from simulator.callbacks import Callback
from simulator.recordings import Recording
from simulator.twiml.document import flag, whole
from simulator.twiml.scope import Scope

DEFAULT_SILENCE = 5
DEFAULT_MAX_LENGTH = 3600
PATIENCE_WHILE_SPEAKING = 15.0


@dataclass
class RecordListener:
    """Hears the message and the key that ends it."""

    finish_on: str
    recording: Recording
    events: "asyncio.Queue[str]" = field(default_factory=asyncio.Queue)
    kind = "recording"

    def on_digit(self, digit: str) -> bool:
        """A key of finishOnKey ends the message."""
        if digit not in self.finish_on:
            return False
        self.events.put_nowait(digit)
        return True

    def on_speech(self, text: str, confidence: float | None) -> bool:
        """Words of the message."""
        self.recording.words.append(text)
        self.events.put_nowait("")
        return True

    def on_activity(self) -> None:
        """The caller is speaking."""
        self.events.put_nowait("speaking")

    def describe(self) -> dict[str, Any]:
        """What is being waited for, as JSON."""
        return {"input": "message", "finish_on_key": self.finish_on}


async def perform(scope: Scope, element: ET.Element) -> None:
    """Record until a key, silence or the length limit; then go to the action (default: this document)."""
    call = scope.call
    if flag(element, "playBeep", True):
        call.note("beep", "beep")
    recording = scope.world.recordings.start(
        Recording(call.account, "RecordVerb", call=call, callback=recording_callback(scope, element))
    )
    listener = RecordListener(element.get("finishOnKey", "1234567890*#"), recording)
    call.listen(listener)
    try:
        key = await _listen(scope, element, listener)
    except asyncio.CancelledError:
        scope.world.recordings.finish(recording)
        if call.over:
            scope.inform(element, _result(scope, recording, "hangup"))
        raise
    finally:
        call.listen(None)
    if not key and not recording.words:
        # Twilio: an empty recording makes no request; the next verb runs.
        scope.world.recordings.finish(recording, "absent")
        return
    scope.world.recordings.finish(recording)
    scope.goto(element.get("action"), element.get("method"), _result(scope, recording, key))


async def _listen(scope: Scope, element: ET.Element, listener: RecordListener) -> str:
    settings = scope.world.settings
    silence = settings.seconds(whole(element, "timeout", DEFAULT_SILENCE))
    patience = silence
    try:
        async with asyncio.timeout(settings.seconds(whole(element, "maxLength", DEFAULT_MAX_LENGTH))):
            while True:
                event = await asyncio.wait_for(listener.events.get(), patience)
                if event and event != "speaking":
                    return event
                patience = max(silence, PATIENCE_WHILE_SPEAKING) if event else silence
    except TimeoutError:
        return ""


def _result(scope: Scope, recording: Recording, key: str) -> dict[str, str]:
    return {
        "RecordingSid": recording.sid,
        "RecordingUrl": scope.world.recordings.url(recording),
        "RecordingDuration": str(recording.duration),
        "Digits": key,
    }


def recording_callback(scope: Scope, element: ET.Element) -> Callback | None:
    """Where the recording's own events go, by the element's attributes."""
    url = element.get("recordingStatusCallback")
    return Callback.of(
        scope.address(url) if url else None,
        element.get("recordingStatusCallbackMethod"),
        element.get("recordingStatusCallbackEvent", ""),
        "completed",
    )
