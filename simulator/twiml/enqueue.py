"""<Enqueue>: wait in a queue, hearing the wait document, until somebody or something ends it."""

import asyncio
import xml.etree.ElementTree as ET

from simulator.bridges import Bridge
from simulator.queues import Member
from simulator.twiml.document import whole, words
from simulator.twiml.scope import Scope


async def perform(scope: Scope, element: ET.Element) -> None:
    """Wait; then post QueueResult to the action, whose answer counts only while the call is still here."""
    call = scope.call
    queue = scope.world.queues.get_or_create(call.account, words(element) or "default")
    if element.get("maxQueueSize"):
        queue.max_size = whole(element, "maxQueueSize", queue.max_size)
    member = queue.join(call)
    if member is None:
        scope.finish(element, {"QueueResult": "queue-full", "QueueSid": queue.sid})
        return
    call.changed()
    music = scope.world.play_wait(scope, member, element)
    result = "bridged"
    try:
        outcome = await asyncio.shield(member.outcome)
        music.cancel()
        if isinstance(outcome, Bridge):
            await outcome.hold_together()
        else:
            result = outcome
    except asyncio.CancelledError:
        scope.inform(element, _result(member, _cut_short(member, call.over)))
        raise
    finally:
        music.cancel()
    scope.finish(element, _result(member, result))


def _cut_short(member: Member, over: bool) -> str:
    if member.settle("hangup"):
        return "hangup" if over else "redirected"
    return "bridged" if over else "redirected-from-bridged"


def _result(member: Member, result: str) -> dict[str, str]:
    return {"QueueResult": result, "QueueSid": member.queue.sid, "QueueTime": str(member.wait_seconds)}
