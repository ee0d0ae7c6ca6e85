"""One leg: its status, what is heard and pressed on it, and the program (TwiML or a bridge) that runs it."""

import asyncio
import math
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qsl

from simulator.accounts import Account
from simulator.callbacks import Callback
from simulator.clock import now, rfc2822
from simulator.places import geography
from simulator.sids import new_sid
from simulator.webhooks import Outgoing

if TYPE_CHECKING:
    from simulator.bridges import Bridge
    from simulator.conferences import Participant
    from simulator.queues import Member
    from simulator.world import World

TERMINAL = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
SIP_CODES = {"completed": 200, "busy": 486, "failed": 404, "no-answer": 487, "canceled": 487}

Program = Callable[[], Coroutine[Any, Any, None]]


class Line(Protocol):
    """The telephone at the other end of a leg."""

    def ring(self, call: "Call") -> bool:
        """Start ringing; False when there is nobody to ring."""

    def silence(self, call: "Call") -> None:
        """Stop ringing: nobody answered in time, or the caller gave up."""

    def answered(self, call: "Call") -> None:
        """The company's side has answered a call made from this telephone."""

    def ended(self, call: "Call") -> None:
        """The leg is over."""


class Listener(Protocol):
    """A verb that wants to hear the caller."""

    kind: str

    def on_digit(self, digit: str) -> bool:
        """A key was pressed; False when it is of no use now."""

    def on_speech(self, text: str, confidence: float | None) -> bool:
        """Something was said; False when it is of no use now."""

    def on_activity(self) -> None:
        """The caller is speaking, and not finished yet."""

    def describe(self) -> dict[str, Any]:
        """What is being waited for, as JSON."""


@dataclass(frozen=True)
class Heard:
    """One line of the transcript. `kind` is say, play, keys, speech, state, beep or error."""

    at: datetime
    kind: str
    text: str

    def describe(self) -> dict[str, Any]:
        """The line as JSON."""
        return {"at": self.at.isoformat(), "kind": self.kind, "text": self.text}


def split_client_parameters(address: str) -> tuple[str, dict[str, str]]:
    """`client:x?a=b` is the browser x, to be told a=b; other addresses are themselves."""
    if not address.startswith("client:"):
        return address, {}
    identity, _, query = address.partition("?")
    return identity, dict(parse_qsl(query, keep_blank_values=True))


class Call:
    """A leg. queued → initiated → ringing → in-progress → one of TERMINAL, which never reopens."""

    def __init__(
        self,
        world: "World",
        account: Account,
        line: Line,
        *,
        from_: str,
        to: str,
        direction: str,
        status: str = "queued",
        parent: "Call | None" = None,
        callback: Callback | None = None,
        fallback: tuple[str, str] = ("", "POST"),
        extra: dict[str, str] | None = None,
    ) -> None:
        self.world = world
        self.account = account
        self.line = line
        self.sid = new_sid("CA")
        self.from_, self.direction, self.parent = from_, direction, parent
        self.to, self.client_parameters = split_client_parameters(to)
        self.status = status
        self.callback = callback
        self.fallback = fallback
        self.extra = extra or {}
        self.display_name = ""
        self.answered_by_machine = False
        self.created_at = self.updated_at = now()
        self.answered_at: datetime | None = None
        self.ended_at: datetime | None = None
        self.sequence = 0
        self.sip_code: int | None = None
        self.cookies: dict[str, str] = {}
        self.transcript: list[Heard] = []
        self.listener: Listener | None = None
        self.answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.participant: Participant | None = None
        self.member: Member | None = None
        self.bridge: Bridge | None = None
        self.dialling = False
        # Why the program is being stopped: "hangup" or "redirected".
        self.interruption = ""
        self._program: asyncio.Task[None] | None = None
        self._last_state = ""
        world.calls[self.sid] = self

    # Facts

    @property
    def over(self) -> bool:
        """Whether the leg has ended."""
        return self.status in TERMINAL

    @property
    def duration(self) -> int:
        """Whole seconds since the answer; 0 when it was never answered."""
        if not self.answered_at:
            return 0
        return max(0, round(((self.ended_at or now()) - self.answered_at).total_seconds()))

    @property
    def state(self) -> str:
        """What somebody holding the telephone would say is going on."""
        if self.over:
            return "ended"
        if self.status != "in-progress":
            return "ringing"
        if self.participant and self.participant.joined:
            return self.participant.state
        if self.bridge:
            return "connected"
        if self.member:
            return "in-queue"
        if self.dialling:
            return "dialling"
        if self.listener:
            return self.listener.kind
        return "speaking"

    @property
    def connected_with(self) -> list[str]:
        """Addresses of those who can be heard, e.g. `client:agent_42`."""
        if self.bridge:
            return [other.far_end for other in self.bridge.others(self)]
        if self.participant and self.participant.joined:
            return [other.call.far_end for other in self.participant.company()]
        return []

    @property
    def far_end(self) -> str:
        """The outside party of this leg: the caller of an inbound call, else whom we rang."""
        return self.from_ if self.direction == "inbound" else self.to

    def params(self) -> dict[str, str]:
        """The parameters of every voice request about this leg."""
        params = {
            "AccountSid": self.account.sid,
            "ApiVersion": "2010-04-01",
            "CallSid": self.sid,
            "From": self.from_,
            "Caller": self.from_,
            "To": self.to,
            "Called": self.to,
            "Direction": self.direction,
            "CallStatus": self.status,
        }
        if self.parent:
            params["ParentCallSid"] = self.parent.sid
        if self.from_.startswith("+") and self.to.startswith("+"):
            params |= geography(self.from_, self.to)
        return params | self.extra

    # Life

    def change_status(self, status: str, event: str) -> None:
        """Move to `status` and tell the callback; a leg that is over stays over."""
        if self.over:
            return
        self.status = status
        self.updated_at = now()
        if status == "in-progress":
            self.answered_at = self.updated_at
            self.line.answered(self)
        self._tell(event)
        self.changed()

    def end(self, status: str = "completed", sip_code: int | None = None) -> None:
        """End the leg: stop its program, hang the telephone up, send the final status. Once."""
        if self.over:
            return
        self.ended_at = self.updated_at = now()
        self.sip_code = sip_code or SIP_CODES[status]
        self.status = status
        self.interruption = "hangup"
        self._stop_program()
        if not self.answer.done():
            self.answer.set_result(status)
        self.line.ended(self)
        self.world.recordings.call_ended(self)
        self._tell("completed")
        self.changed()

    def hang_up_by_caller(self) -> None:
        """The person at this leg puts the receiver down."""
        self.end("completed" if self.answered_at else "no-answer")

    def run(self, program: Program) -> None:
        """Start the first program of this leg."""
        self._program = self.world.spawn(program())

    def replace_program(self, program: Program) -> None:
        """Stop what the leg is doing, wherever it is, and do this instead."""
        self.interruption = "redirected"
        self._program = self.world.spawn(self._after(self._program, program))

    async def _after(self, old: "asyncio.Task[None] | None", program: Program) -> None:
        if old is not None and not old.done():
            old.cancel()
            await asyncio.wait([old])
        self.interruption = ""
        if not self.over:
            await program()

    def _stop_program(self) -> None:
        program, self._program = self._program, None
        if program is not None and program is not asyncio.current_task():
            program.cancel()

    async def ring_out(self, timeout: float) -> bool:
        """Ring the far end for `timeout` simulated seconds; True when answered, else the leg has ended."""
        self.change_status("initiated", "initiated")
        if not self.line.ring(self):
            self.end("no-answer", sip_code=480)
            return False
        self.change_status("ringing", "ringing")
        try:
            settings = self.world.settings
            async with asyncio.timeout(settings.seconds(timeout + settings.ring_buffer)):
                outcome = await asyncio.shield(self.answer)
        except TimeoutError:
            outcome = "no-answer"
        if outcome == "answered":
            self.change_status("in-progress", "answered")
            return not self.over
        self.line.silence(self)
        self.end(outcome)
        return False

    def pick_up(self) -> bool:
        """The far end answers; False when it no longer rings."""
        if self.answer.done() or self.over:
            return False
        self.answer.set_result("answered")
        return True

    def refuse(self, outcome: str = "busy") -> bool:
        """The far end declines (busy, failed, no-answer); False when it no longer rings."""
        if self.answer.done() or self.over:
            return False
        self.answer.set_result(outcome)
        return True

    # Ears and mouth

    def note(self, kind: str, text: str) -> None:
        """Add a line to the transcript."""
        self.transcript.append(Heard(now(), kind, text))
        self.changed()

    def press(self, digits: str) -> int:
        """Press keys; the number of them that somebody was listening for."""
        self.note("keys", digits)
        used = 0
        for digit in digits:
            if self.listener and self.listener.on_digit(digit):
                used += 1
        return used

    def speak(self, text: str, confidence: float | None = 0.9) -> bool:
        """Say something; whether somebody was listening for words."""
        self.note("speech", text)
        return bool(self.listener and self.listener.on_speech(text, confidence))

    def listen(self, listener: Listener | None) -> None:
        """Let a verb hear the caller from now on, or nobody."""
        self.listener = listener
        self.changed()

    def changed(self) -> None:
        """Tell those who watch; a new state also becomes a line of the transcript."""
        state = self.state
        if state != self._last_state:
            self._last_state = state
            self.transcript.append(Heard(now(), "state", state))
        self.world.call_changed(self)

    # Status callbacks

    def _tell(self, event: str) -> None:
        callback = self.callback
        if callback is None or event not in callback.events:
            return
        params = self.params() | {
            "CallbackSource": "call-progress-events",
            "SequenceNumber": str(self.sequence),
            "Timestamp": rfc2822(now()) or "",
        }
        if self.over:
            params |= {
                "Duration": str(math.ceil(self.duration / 60)),
                "CallDuration": str(self.duration),
                "SipResponseCode": str(self.sip_code),
            }
        self.sequence += 1
        request = Outgoing(self.account, callback.url, params, "status", callback.method, event)
        self.world.webhooks.notify(request, stream=self.sid)
