"""<Dial><Queue>: talk with whoever waits longest in a queue."""

import asyncio
import xml.etree.ElementTree as ET

from simulator.bridges import Bridge
from simulator.twiml.document import whole, words
from simulator.twiml.scope import Scope

POLL_SECONDS = 0.5


async def perform(scope: Scope, dial: ET.Element, noun: ET.Element) -> None:
    """Wait up to the dial's timeout for somebody, talk until one leaves, then post to the action."""
    if noun.get("url"):
        scope.warn(13222, "the url of <Queue> is not played by this carrier")
    bridge = await _connect(scope, words(noun), whole(dial, "timeout", 30))
    if bridge is None:
        scope.finish(dial, {"DialCallStatus": "no-answer", "DialBridged": "false"})
        return
    other = bridge.others(scope.call)[0]
    result = {"DialCallStatus": "completed", "DialBridged": "true", "DialCallSid": other.sid}
    try:
        await bridge.hold_together()
    except asyncio.CancelledError:
        scope.inform(dial, result)
        raise
    scope.finish(dial, result | {"DialCallDuration": str(other.duration)})


async def _connect(scope: Scope, name: str, timeout: float) -> Bridge | None:
    settings = scope.world.settings
    try:
        async with asyncio.timeout(settings.seconds(timeout)):
            while True:
                queue = scope.world.queues.named(scope.call.account, name)
                member = queue.front() if queue else None
                if member and not member.outcome.done():
                    bridge = Bridge(scope.call, member.call)
                    member.settle(bridge)
                    return bridge
                await asyncio.sleep(min(POLL_SECONDS, settings.seconds(POLL_SECONDS)))
    except TimeoutError:
        return None
