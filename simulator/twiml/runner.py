"""Carrying out documents: a call's own program, and the wait and hold documents that repeat."""

import asyncio
import logging
import time
import xml.etree.ElementTree as ET
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from simulator.calls import Call
from simulator.twiml import (
    dial,
    document,
    enqueue,
    gather,
    hangup,
    leave,
    pause,
    play,
    record,
    redirect,
    reject,
    say,
)
from simulator.twiml.grammar import SPEECH
from simulator.twiml.scope import GoTo, HangUp, LeaveQueue, Scope, Source, no_params
from simulator.webhooks import WebhookFailed

if TYPE_CHECKING:
    from simulator.world import World

logger = logging.getLogger(__name__)

APPLICATION_ERROR = "We are sorry. An application error has occurred. Goodbye."
MUSIC = "music:"
HOLD_VERBS = SPEECH | {"Redirect"}
QUEUE_VERBS = SPEECH | {"Redirect", "Gather", "Leave", "Hangup"}


async def _prompt(scope: Scope, element: ET.Element) -> None:
    await SPEECH_VERBS[element.tag](scope, element)


async def _gather(scope: Scope, element: ET.Element) -> None:
    await gather.perform(scope, element, _prompt)


Verb = Callable[[Scope, ET.Element], Awaitable[None]]

SPEECH_VERBS: dict[str, Verb] = {"Say": say.perform, "Play": play.perform, "Pause": pause.perform}
VERBS: dict[str, Verb] = SPEECH_VERBS | {
    "Gather": _gather,
    "Redirect": redirect.perform,
    "Enqueue": enqueue.perform,
    "Leave": leave.perform,
    "Dial": dial.perform,
    "Record": record.perform,
    "Hangup": hangup.perform,
    "Reject": reject.perform,
}


async def load(scope: Scope) -> list[ET.Element]:
    """The verbs of the scope's document; WebhookFailed when it cannot be had or read."""
    if scope.source.twiml:
        return document.parse(scope.source.twiml.encode(), scope.source.url or "twiml", scope.warn)
    return document.read(await scope.fetch(scope.source), scope.warn)


async def run(world: "World", call: Call, source: Source) -> None:
    """A call's program from its first document to its end; the call has ended afterwards."""
    try:
        await _documents(world, call, source)
    except HangUp:
        pass
    except LeaveQueue:
        logger.warning("leave outside a queue on %s", call.sid)
    call.end()


async def _documents(world: "World", call: Call, source: Source) -> None:
    falling_back = False
    while True:
        scope = Scope(world, call, source)
        try:
            verbs = await load(scope)
            _answer(call, verbs)
            for element in verbs:
                await VERBS[element.tag](scope, element)
            return
        except GoTo as move:
            source, falling_back = move.source, False
        except WebhookFailed as failure:
            world.alert(call, failure.code, failure.url, failure.detail)
            fallback, method = call.fallback
            if falling_back or not fallback:
                await _apologise(scope)
                return
            falling_back = True
            source = Source(fallback, method, {"ErrorCode": str(failure.code), "ErrorUrl": failure.url})


def _answer(call: Call, verbs: list[ET.Element]) -> None:
    """The first verb answers an inbound call, unless it rejects it."""
    if call.status == "ringing" and not (verbs and verbs[0].tag == "Reject"):
        call.change_status("in-progress", "answered")


async def _apologise(scope: Scope) -> None:
    _answer(scope.call, [])
    scope.call.note("say", APPLICATION_ERROR)
    await asyncio.sleep(scope.world.settings.speaking(APPLICATION_ERROR))


async def repeat(
    world: "World",
    call: Call,
    source: Source,
    verbs: frozenset[str],
    standing: Callable[[], dict[str, str]] = no_params,
) -> None:
    """A document over and over; ends only by LeaveQueue, HangUp, WebhookFailed or being stopped."""
    if source.url == MUSIC:
        call.note("play", "hold music")
        await asyncio.Event().wait()
    while True:
        started = time.monotonic()
        await once(world, call, source, verbs, standing)
        settings = world.settings
        spent = time.monotonic() - started
        await asyncio.sleep(max(settings.seconds(settings.wait_interval) - spent, 0.02))


async def once(
    world: "World",
    call: Call,
    source: Source,
    verbs: frozenset[str],
    standing: Callable[[], dict[str, str]] = no_params,
) -> None:
    """One pass through a document and those it leads to."""
    next_source: Source | None = source
    while next_source:
        scope = Scope(world, call, next_source, standing, in_queue="Leave" in verbs)
        next_source = None
        try:
            for element in await load(scope):
                if element.tag in verbs:
                    await VERBS[element.tag](scope, element)
                else:
                    scope.warn(12200, f"<{element.tag}> is not allowed in a wait document")
        except GoTo as move:
            next_source = move.source
