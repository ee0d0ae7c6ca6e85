"""Conferences: who is in them, who hears whom, and the events they send."""

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulator.accounts import Account
from simulator.callbacks import Callback
from simulator.calls import Call
from simulator.clock import now, rfc2822
from simulator.recordings import Recording
from simulator.sids import new_sid
from simulator.webhooks import Outgoing

if TYPE_CHECKING:
    from simulator.world import World

# The name of an event in `statusCallbackEvent`, for each event that is sent.
EVENT_GROUPS = {
    "conference-start": "start",
    "conference-end": "end",
    "participant-join": "join",
    "participant-leave": "leave",
    "participant-mute": "mute",
    "participant-unmute": "mute",
    "participant-hold": "hold",
    "participant-unhold": "hold",
    "participant-modify": "modify",
    "announcement-end": "announcement",
    "announcement-fail": "announcement",
}


@dataclass
class ParticipantOptions:
    """How a leg takes part, from `<Conference>` attributes or REST parameters."""

    label: str = ""
    muted: bool = False
    beep: str = "true"
    start_on_enter: bool = True
    end_on_exit: bool = False
    coaching: bool = False
    coach_sid: str = ""
    wait_url: str | None = None
    wait_method: str = "POST"
    max_participants: int = 250
    record: bool = False
    callback: Callback | None = None
    recording_callback: Callback | None = None


@dataclass(eq=False)
class Participant:
    """A leg in a conference, or on its way into one."""

    conference: "Conference"
    call: Call
    options: ParticipantOptions
    left: "asyncio.Future[str]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def __post_init__(self) -> None:
        self.label = self.options.label
        self.muted = self.options.muted
        self.end_on_exit = self.options.end_on_exit
        self.start_on_enter = self.options.start_on_enter
        self.coaching = self.options.coaching
        self.coach_sid = self.options.coach_sid
        self.hold = False
        self.joined = False
        self.created_at = self.updated_at = now()
        self.music: asyncio.Task[None] | None = None

    @property
    def status(self) -> str:
        """queued, ringing, connected, complete or failed, as the REST resource says it."""
        if self.joined:
            return "connected"
        if self.call.over:
            return "complete" if self.call.status == "completed" else "failed"
        return {"ringing": "ringing", "in-progress": "connecting"}.get(self.call.status, "queued")

    @property
    def state(self) -> str:
        """on-hold, waiting (alone or not started) or connected."""
        if self.hold:
            return "on-hold"
        return "connected" if self.company() else "waiting"

    def company(self) -> list["Participant"]:
        """The others this participant can talk with now."""
        if self.hold or self.conference.status != "in-progress":
            return []
        return [other for other in self.conference.joined if other is not self and not other.hold]

    def play(self, url: str | None, method: str) -> None:
        """Let the leg hear a wait or hold document, over and over; None is silence."""
        self.hush()
        if url is not None:
            self.music = self.conference.world.play_music(self, url, method)

    def hush(self) -> None:
        """Stop what is being played to this leg."""
        if self.music:
            self.music.cancel()
            self.music = None


class Conference:
    """init → in-progress (two are in, one of whom starts it) → completed."""

    def __init__(self, world: "World", account: Account, name: str) -> None:
        self.world = world
        self.account = account
        self.sid = new_sid("CF")
        self.friendly_name = name
        self.status = "init"
        self.participants: dict[str, Participant] = {}
        self.callback: Callback | None = None
        self.sequence = 0
        self.created_at = self.updated_at = now()
        self.reason_ended = ""
        self.ended_by: Participant | None = None
        self.had_company = False

    @property
    def joined(self) -> list[Participant]:
        """Those who are in it, in order of entering."""
        return [participant for participant in self.participants.values() if participant.joined]

    def expect(self, call: Call, options: ParticipantOptions) -> Participant:
        """Make room for a leg that is still ringing or about to enter."""
        participant = Participant(self, call, options)
        self.participants[call.sid] = participant
        call.participant = participant
        # Twilio: set by the first participant, ignored on later ones.
        if self.callback is None:
            self.callback = options.callback
        return participant

    def join(self, participant: Participant) -> None:
        """The leg enters; the conference may start by it."""
        participant.joined = True
        self.had_company = True
        self.tell("participant-join", participant)
        if participant.options.record and not self.world.recordings.of_conference(self):
            self._record(participant.options)
        if self.status == "in-progress":
            self.refresh()
            return
        if len(self.joined) >= 2 and any(other.start_on_enter for other in self.joined):
            self._start()
        else:
            participant.play(self._wait_url(participant), participant.options.wait_method)
        self.refresh()

    def _wait_url(self, participant: Participant) -> str | None:
        url = participant.options.wait_url
        return self.world.default_music if url is None else (url or None)

    def _start(self) -> None:
        self.status = "in-progress"
        self.updated_at = now()
        for participant in self.joined:
            participant.hush()
        self.tell("conference-start")

    def _record(self, options: ParticipantOptions) -> None:
        self.world.recordings.start(
            Recording(self.account, "Conference", conference=self, callback=options.recording_callback)
        )

    def leave(self, participant: Participant, reason: str, *, kicked: bool = False) -> None:
        """The leg goes, for one of Twilio's reasons; the conference may end by it. Once."""
        if self.participants.pop(participant.call.sid, None) is None:
            return
        was_in, participant.joined = participant.joined, False
        participant.hush()
        participant.call.participant = None
        if not participant.left.done():
            participant.left.set_result(reason)
        self.tell(
            "participant-leave",
            participant,
            ReasonParticipantLeft=reason,
            ParticipantCallStatus=participant.call.status,
        )
        if self.status == "completed":
            return
        if was_in and participant.end_on_exit:
            way = "kicked" if kicked else "left"
            self.end(
                f"participant-with-end-conference-on-exit-{way}", participant, "moderator_ended_conference"
            )
        elif not self.participants:
            self.end("last-participant-kicked" if kicked else "last-participant-left", participant)
        else:
            self.refresh()

    def end(
        self, reason: str, by: Participant | None = None, reason_left: str = "conference_ended_via_api"
    ) -> None:
        """End it for everybody. Once."""
        if self.status == "completed":
            return
        self.status = "completed"
        self.updated_at = now()
        self.reason_ended, self.ended_by = reason, by
        for participant in list(self.participants.values()):
            self.leave(participant, reason_left)
        self.world.recordings.conference_ended(self)
        if self.had_company:
            extra = {"ReasonConferenceEnded": reason, "Reason": reason}
            if by:
                extra["CallSidEndingConference"] = by.call.sid
                if by.label:
                    extra["ParticipantLabelEndingConference"] = by.label
            self.tell("conference-end", None, **extra)

    def set_hold(self, participant: Participant, hold: bool, url: str | None, method: str) -> None:
        """Put a participant on hold with a document to hear, or take it back."""
        if hold:
            participant.play(self.world.default_music if url is None else (url or None), method)
        else:
            participant.hush()
        if participant.hold != hold:
            participant.hold = hold
            self.tell("participant-hold" if hold else "participant-unhold", participant)
        self.refresh()

    def set_muted(self, participant: Participant, muted: bool) -> None:
        """Mute or unmute."""
        if participant.muted != muted:
            participant.muted = muted
            self.tell("participant-mute" if muted else "participant-unmute", participant)
        self.refresh()

    def set_coaching(self, participant: Participant, coaching: bool, coach_sid: str) -> None:
        """Let a participant whisper to one other, or stop that."""
        participant.coaching = coaching
        participant.coach_sid = coach_sid if coaching else ""
        self.tell("participant-modify", participant)

    def may_coach(self, coach_sid: str) -> bool:
        """Whether that leg is here to be coached: it is in, and the conference is under way."""
        other = self.participants.get(coach_sid)
        return self.status == "in-progress" and other is not None and other.joined

    def refresh(self) -> None:
        """Everybody's situation may have changed."""
        self.updated_at = now()
        for participant in self.participants.values():
            participant.updated_at = self.updated_at
            participant.call.changed()

    def tell(self, event: str, participant: Participant | None = None, **extra: str) -> None:
        """Send an event to the conference's callback, numbered from 1."""
        self.sequence += 1
        callback = self.callback
        if callback is None or EVENT_GROUPS[event] not in callback.events:
            return
        params = {
            "AccountSid": self.account.sid,
            "ConferenceSid": self.sid,
            "FriendlyName": self.friendly_name,
            "SequenceNumber": str(self.sequence),
            "StatusCallbackEvent": event,
            "Timestamp": rfc2822(now()) or "",
        }
        if participant:
            params |= _participant_params(participant)
        request = Outgoing(self.account, callback.url, params | extra, "conference", callback.method, event)
        self.world.webhooks.notify(request, stream=self.sid)


def _participant_params(participant: Participant) -> dict[str, str]:
    params = {
        "CallSid": participant.call.sid,
        "Muted": _flag(participant.muted),
        "Hold": _flag(participant.hold),
        "Coaching": _flag(participant.coaching),
        "StartConferenceOnEnter": _flag(participant.start_on_enter),
        "EndConferenceOnExit": _flag(participant.end_on_exit),
    }
    if participant.label:
        params["ParticipantLabel"] = participant.label
    if participant.coach_sid:
        params["CallSidToCoach"] = participant.coach_sid
    return params


def _flag(value: bool) -> str:
    return "true" if value else "false"


class Conferences:
    """All conferences; a name means the one that is not over."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.by_sid: dict[str, Conference] = {}

    def of(self, account: Account) -> list[Conference]:
        """The conferences of one account, oldest first."""
        return [conference for conference in self.by_sid.values() if conference.account.sid == account.sid]

    def live(self, account: Account, name: str) -> Conference | None:
        """The conference of that name that is not over."""
        return next(
            (room for room in self.of(account) if room.friendly_name == name and room.status != "completed"),
            None,
        )

    def find(self, account: Account, key: str) -> Conference | None:
        """A conference by sid, or a live one by name."""
        conference = self.by_sid.get(key)
        if conference and conference.account.sid == account.sid:
            return conference
        return self.live(account, key)

    def get_or_create(self, account: Account, name: str) -> Conference:
        """The live conference of that name, made when there is none."""
        found = self.live(account, name)
        if found:
            return found
        conference = Conference(self.world, account, name)
        self.by_sid[conference.sid] = conference
        return conference
