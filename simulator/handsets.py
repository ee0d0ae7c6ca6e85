"""Telephones behind ordinary numbers: rung by calls out, answered by the phone page or by a script."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulator.accounts import Account, Number
from simulator.callbacks import Callback
from simulator.calls import Call
from simulator.twiml.scope import Source

if TYPE_CHECKING:
    from simulator.world import World

WITHHELD = "+266696687"
POLICIES = frozenset({"ring", "answer", "machine", "busy", "no-answer", "failed"})


class UnknownNumber(Exception):
    """Nobody has the dialled number."""


@dataclass(frozen=True)
class Policy:
    """What a number does when rung: `ring` waits for a person; `after` is in simulated seconds.

    `machine` answers, too: an answering machine, which machine detection recognises.
    """

    outcome: str = "ring"
    after: float = 0.0


class Handsets:
    """All ordinary telephones; none needs to be set up before it is used."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.policies: dict[str, Policy] = {}

    def ring(self, call: Call) -> bool:
        """Ring; the number's policy may answer by itself."""
        policy = self.policies.get(call.to, Policy())
        if policy.outcome != "ring":
            delay = self.world.settings.seconds(policy.after)
            asyncio.get_running_loop().call_later(delay, self._decide, call, policy.outcome)
        return True

    def _decide(self, call: Call, outcome: str) -> None:
        if outcome == "machine":
            call.answered_by_machine = True
        if outcome in {"answer", "machine"}:
            call.pick_up()
        else:
            call.refuse(outcome)

    def silence(self, call: Call) -> None:
        """The page sees the state of the call; nothing else to do."""

    def answered(self, call: Call) -> None:
        """The page sees the state of the call; nothing else to do."""

    def ended(self, call: Call) -> None:
        """The page sees the state of the call; nothing else to do."""

    def dial(self, from_: str, to: str, name: str = "", account: str = "") -> Call:
        """Somebody dials a company's number; UnknownNumber when no account has it."""
        owner = self._owner(to, account)
        if owner is None:
            raise UnknownNumber(to)
        holder, number = owner
        call = Call(
            self.world,
            holder,
            self,
            from_=from_ or WITHHELD,
            to=number.number,
            direction="inbound",
            status="ringing",
            callback=Callback.of(number.status_callback, number.status_callback_method, "", "completed"),
            fallback=(number.voice_fallback_url, number.voice_fallback_method),
            extra=_extra(number, name),
        )
        call.display_name = name
        call.changed()
        if number.voice_url:
            self.world.run_twiml(call, Source(number.voice_url, number.voice_method))
        else:
            self.world.alert(call, 11100, "", f"{number.number} has no voice address")
            call.end("failed")
        return call

    def _owner(self, to: str, account: str) -> tuple[Account, Number] | None:
        if not account:
            return self.world.directory.owner_of(to)
        holder = self.world.directory.account(account)
        owned = next((entry for entry in holder.numbers if entry.number == to), None) if holder else None
        return (holder, owned) if holder and owned else None


def _extra(number: Number, name: str) -> dict[str, str]:
    extra: dict[str, Any] = {"StirVerstat": "TN-Validation-Passed-A"}
    if number.caller_id_lookup and name:
        extra["CallerName"] = name
    return extra
