"""Calls as the phone page and the control interface see them."""

from typing import Any

from simulator.calls import Call
from simulator.handsets import WITHHELD


def line(call: Call) -> dict[str, Any]:
    """One telephone line: who, with whom, what is going on, and every word heard."""
    return {
        "sid": call.sid,
        "account": call.account.sid,
        "company": call.account.name,
        "from": call.from_,
        "to": call.to,
        "withheld": call.from_ == WITHHELD,
        "name": call.display_name or _known_name(call),
        "direction": call.direction,
        "status": call.status,
        "state": call.state,
        "connected_with": call.connected_with,
        "muted": bool(call.participant and call.participant.muted),
        "created_at": call.created_at.isoformat(),
        "answered_at": call.answered_at.isoformat() if call.answered_at else None,
        "ended_at": call.ended_at.isoformat() if call.ended_at else None,
        "duration": call.duration,
        "gather": call.listener.describe() if call.listener and call.listener.kind == "listening" else None,
        "recording": bool(call.listener and call.listener.kind == "recording"),
        "queue": _queue(call),
        "conference": _conference(call),
        "transcript": [heard.describe() for heard in call.transcript],
    }


def _known_name(call: Call) -> str:
    callers = call.world.directory.callers
    return next((caller.name for caller in callers if caller.number == call.far_end), "")


def _queue(call: Call) -> dict[str, Any] | None:
    member = call.member
    if member is None:
        return None
    return {
        "sid": member.queue.sid,
        "name": member.queue.friendly_name,
        "position": member.queue.position(member),
        "size": len(member.queue.members),
        "waited": member.wait_seconds,
    }


def _conference(call: Call) -> dict[str, Any] | None:
    participant = call.participant
    if participant is None:
        return None
    room = participant.conference
    return {
        "sid": room.sid,
        "name": room.friendly_name,
        "status": room.status,
        "hold": participant.hold,
        "muted": participant.muted,
        "participants": [
            {
                "call_sid": other.call.sid,
                "label": other.label,
                "address": other.call.far_end,
                "status": other.status,
            }
            for other in room.participants.values()
        ],
    }
