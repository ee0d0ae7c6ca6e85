"""The REST requests the product makes. Each raises CarrierError within TWILIO_TIMEOUT_SECONDS."""

from dataclasses import dataclass
from typing import Any, Protocol

from twilio.rest import Client

from foundation.twilio_gateway.errors import CarrierError, carrier_errors
from foundation.twilio_gateway.http import http_client

LEG_EVENTS = ["initiated", "ringing", "answered", "completed"]
# The first leg's choice counts for the whole conference, so every leg asks for the same.
CONFERENCE_EVENTS = ["start", "end", "join", "leave", "mute", "hold", "modify"]


class CarrierAccount(Protocol):
    """Whose account is used."""

    account_sid: str
    auth_token: str


@dataclass(frozen=True)
class CallState:
    """A leg as the carrier sees it; `status` is one of Twilio's CallStatus words."""

    call_sid: str
    status: str

    @property
    def is_over(self) -> bool:
        """Whether this leg has ended, however."""
        return self.status in {"completed", "busy", "failed", "no-answer", "canceled"}


@dataclass(frozen=True)
class ParticipantState:
    """A leg's place in a conference; `status` is queued, connecting, ringing, connected, complete, failed."""

    call_sid: str
    conference_sid: str
    status: str
    on_hold: bool
    muted: bool


class Carrier:
    """The carrier, asked on behalf of one account. Eventually consistent: a fetch may be behind a webhook."""

    def __init__(self, account: CarrierAccount) -> None:
        self._client = Client(account.account_sid, account.auth_token, http_client=http_client())

    def dial_participant(
        self,
        conference: str,
        *,
        to: str,
        from_: str,
        label: str,
        ring_seconds: int,
        status_url: str,
        conference_url: str,
    ) -> ParticipantState:
        """Ring `to` (e.g. `client:member_7`) and put it into the conference of that name once it answers."""
        with carrier_errors():
            participant = self._client.conferences(conference).participants.create(
                from_=from_,
                to=to,
                label=label,
                timeout=ring_seconds,
                early_media=False,
                beep="false",
                end_conference_on_exit=False,
                wait_url="",
                status_callback=status_url,
                status_callback_event=LEG_EVENTS,
                conference_status_callback=conference_url,
                conference_status_callback_event=CONFERENCE_EVENTS,
            )
        return _participant_state(participant)

    def dial_out(self, *, to: str, from_: str, url: str, status_url: str, ring_seconds: int) -> str:
        """Call somebody and let them hear `url`'s document, which is told who answered; the leg's SID.

        A machine is heard out first, so that a message can be left after its tone.
        """
        with carrier_errors():
            call = self._client.calls.create(
                to=to,
                from_=from_,
                url=url,
                method="POST",
                timeout=ring_seconds,
                machine_detection="DetectMessageEnd",
                status_callback=status_url,
                status_callback_event=LEG_EVENTS,
            )
        return str(call.sid)

    def fetch_participant(self, conference: str, call_sid_or_label: str) -> ParticipantState | None:
        """A leg in a conference under way, or None when it is not (or no longer) there."""
        try:
            with carrier_errors():
                return _participant_state(
                    self._client.conferences(conference).participants(call_sid_or_label).fetch()
                )
        except CarrierError as error:
            if error.kind == "gone":
                return None
            raise

    def hold_participant(self, conference: str, call_sid: str, *, hold_url: str) -> None:
        """Let a leg hear `hold_url`'s document instead of the conference."""
        self._update(conference, call_sid, hold=True, hold_url=hold_url, hold_method="POST")

    def resume_participant(self, conference: str, call_sid: str) -> None:
        """Take a leg off hold."""
        self._update(conference, call_sid, hold=False)

    def mute_participant(self, conference: str, call_sid: str, *, muted: bool) -> None:
        """Mute or unmute a leg."""
        self._update(conference, call_sid, muted=muted)

    def remove_participant(self, conference: str, call_sid: str) -> None:
        """Put a leg out of a conference, which ends a leg that was dialled into it."""
        with carrier_errors():
            self._client.conferences(conference).participants(call_sid).delete()

    def redirect_call(self, call_sid: str, *, twiml: str) -> None:
        """Let a live call carry out this document (at most 4,000 characters) instead of what it does."""
        with carrier_errors():
            self._client.calls(call_sid).update(twiml=twiml)

    def end_call(self, call_sid: str) -> None:
        """Hang a leg up, ringing or answered."""
        with carrier_errors():
            self._client.calls(call_sid).update(status="completed")

    def fetch_call(self, call_sid: str) -> CallState:
        """How a leg stands."""
        with carrier_errors():
            call = self._client.calls(call_sid).fetch()
        return CallState(call_sid=str(call.sid), status=str(call.status))

    def delete_recording(self, recording_sid: str) -> None:
        """Have the carrier delete a recording; one that is gone already is gone."""
        try:
            with carrier_errors():
                self._client.recordings(recording_sid).delete()
        except CarrierError as error:
            if error.kind != "gone":
                raise

    def _update(self, conference: str, call_sid: str, **changes: Any) -> None:
        with carrier_errors():
            self._client.conferences(conference).participants(call_sid).update(**changes)


def _participant_state(participant: Any) -> ParticipantState:
    return ParticipantState(
        call_sid=str(participant.call_sid),
        conference_sid=str(participant.conference_sid),
        status=str(participant.status or ""),
        on_hold=bool(participant.hold),
        muted=bool(participant.muted),
    )
