"""Recordings of calls and conferences: their states, their callbacks, and silence as their sound."""

import io
import wave
from datetime import datetime
from typing import TYPE_CHECKING

from simulator.accounts import Account
from simulator.callbacks import Callback
from simulator.calls import Call
from simulator.clock import now, rfc2822
from simulator.sids import new_sid
from simulator.webhooks import Outgoing

if TYPE_CHECKING:
    from simulator.conferences import Conference
    from simulator.world import World

FINISHED = frozenset({"completed", "stopped", "absent"})
SAMPLE_RATE = 8000


class Recording:
    """in-progress ⇄ paused → completed or absent."""

    def __init__(
        self,
        account: Account,
        source: str,
        *,
        call: Call | None = None,
        conference: "Conference | None" = None,
        channels: int = 1,
        track: str = "both",
        callback: Callback | None = None,
    ) -> None:
        self.sid = new_sid("RE")
        self.account, self.source = account, source
        self.call, self.conference = call, conference
        self.channels, self.track, self.callback = channels, track, callback
        self.status = "in-progress"
        self.started_at = self.updated_at = now()
        self.skipping_since: datetime | None = None
        self.skipped = 0.0
        self.ended_at: datetime | None = None
        self.words: list[str] = []

    @property
    def finished(self) -> bool:
        """Whether nothing more is recorded."""
        return self.status in FINISHED

    @property
    def duration(self) -> int:
        """Recorded seconds without skipped pauses; -1 while under way, as Twilio says it."""
        if not self.ended_at:
            return -1
        return max(1, round((self.ended_at - self.started_at).total_seconds() - self.skipped))

    def media(self) -> bytes:
        """A WAV file of silence as long as the recording."""
        buffer = io.BytesIO()
        with wave.open(buffer, "wb") as sound:
            sound.setnchannels(self.channels)
            sound.setsampwidth(2)
            sound.setframerate(SAMPLE_RATE)
            sound.writeframes(b"\0\0" * self.channels * SAMPLE_RATE * max(1, self.duration))
        return buffer.getvalue()


class Recordings:
    """All recordings."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.by_sid: dict[str, Recording] = {}

    def start(self, recording: Recording) -> Recording:
        """Begin recording and say so."""
        recording.started_at = recording.updated_at = now()
        self.by_sid[recording.sid] = recording
        self._tell(recording)
        return recording

    def url(self, recording: Recording) -> str:
        """Where the sound is, with `.wav` added or without."""
        account = recording.account.sid
        return f"{self.world.base_url}/2010-04-01/Accounts/{account}/Recordings/{recording.sid}"

    def of_call(self, call: Call) -> list[Recording]:
        """Recordings of one leg, newest last."""
        return [recording for recording in self.by_sid.values() if recording.call is call]

    def of_conference(self, conference: "Conference") -> list[Recording]:
        """Recordings of one conference, newest last."""
        return [recording for recording in self.by_sid.values() if recording.conference is conference]

    def pause(self, recording: Recording, behavior: str) -> None:
        """Stop taking sound for a while; `skip` also leaves no gap."""
        recording.status = "paused"
        recording.updated_at = now()
        recording.skipping_since = now() if behavior == "skip" else None

    def resume(self, recording: Recording) -> None:
        """Take sound again."""
        self._count_skip(recording)
        recording.status = "in-progress"
        recording.updated_at = now()

    def finish(self, recording: Recording, status: str = "completed") -> None:
        """End a recording and say so. Once."""
        if recording.finished:
            return
        self._count_skip(recording)
        recording.status = status
        recording.ended_at = recording.updated_at = now()
        self._tell(recording)

    def call_ended(self, call: Call) -> None:
        """Finish what was recorded of a leg that ended."""
        for recording in self.of_call(call):
            self.finish(recording)

    def conference_ended(self, conference: "Conference") -> None:
        """Finish what was recorded of a conference that ended."""
        for recording in self.of_conference(conference):
            self.finish(recording)

    def _count_skip(self, recording: Recording) -> None:
        if recording.skipping_since:
            recording.skipped += (now() - recording.skipping_since).total_seconds()
            recording.skipping_since = None

    def _tell(self, recording: Recording) -> None:
        callback = recording.callback
        if callback is None or recording.status not in callback.events:
            return
        params = {
            "AccountSid": recording.account.sid,
            "RecordingSid": recording.sid,
            "RecordingUrl": self.url(recording),
            "RecordingStatus": recording.status,
            "RecordingChannels": str(recording.channels),
            "RecordingStartTime": rfc2822(recording.started_at) or "",
            "RecordingSource": recording.source,
            "RecordingTrack": recording.track,
        }
        if recording.conference:
            params["ConferenceSid"] = recording.conference.sid
        elif recording.call:
            params["CallSid"] = recording.call.sid
        if recording.ended_at:
            params["RecordingDuration"] = str(recording.duration)
        request = Outgoing(
            recording.account, callback.url, params, "recording", callback.method, recording.status
        )
        self.world.webhooks.notify(request, stream=recording.sid)
