"""<Dial> to numbers and browsers: new legs ring at once, the first to answer is connected."""

import asyncio
import xml.etree.ElementTree as ET

from simulator.bridges import Bridge
from simulator.callbacks import Callback
from simulator.calls import Call
from simulator.recordings import Recording
from simulator.twiml.document import flag, whole, words
from simulator.twiml.record import recording_callback
from simulator.twiml.scope import Scope

DEFAULT_TIMEOUT = 30


async def perform(scope: Scope, dial: ET.Element, nouns: list[ET.Element]) -> None:
    """Ring, connect, and post how it ended to the action."""
    call = scope.call
    legs = [_leg(scope, dial, noun) for noun in nouns]
    call.dialling = True
    call.changed()
    winner: Call | None = None
    try:
        winner = await _first_answer(scope, dial, legs)
        call.dialling = False
        if winner is None:
            scope.finish(dial, _result(legs[-1], bridged=False))
            return
        await _talk(scope, dial, winner, nouns[legs.index(winner)])
    except asyncio.CancelledError:
        for leg in legs:
            leg.end("completed" if leg.answered_at else "canceled")
        scope.inform(dial, _result(winner or legs[-1], bridged=winner is not None))
        raise
    finally:
        call.dialling = False
    scope.finish(dial, _result(winner, bridged=True))


def _leg(scope: Scope, dial: ET.Element, noun: ET.Element) -> Call:
    world, parent = scope.world, scope.call
    callback_url = noun.get("statusCallback")
    address = _address(noun)
    leg = Call(
        world,
        parent.account,
        world.line_for(address),
        from_=dial.get("callerId") or parent.from_,
        to=address,
        direction="outbound-dial",
        parent=parent,
        callback=Callback.of(
            scope.address(callback_url) if callback_url else None,
            noun.get("statusCallbackMethod"),
            noun.get("statusCallbackEvent", ""),
            "completed",
        ),
    )
    for parameter in noun.findall("Parameter"):
        leg.client_parameters[parameter.get("name", "")] = parameter.get("value", "")
    return leg


def _address(noun: ET.Element) -> str:
    if noun.tag == "Client":
        identity = noun.find("Identity")
        return "client:" + words(identity if identity is not None else noun)
    return words(noun)


async def _first_answer(scope: Scope, dial: ET.Element, legs: list[Call]) -> Call | None:
    timeout = whole(dial, "timeout", DEFAULT_TIMEOUT)
    if flag(dial, "sequential"):
        for leg in legs:
            if await leg.ring_out(timeout):
                return leg
        return None
    ringing = {asyncio.ensure_future(leg.ring_out(timeout)): leg for leg in legs}
    winner: Call | None = None
    try:
        while winner is None and any(not task.done() for task in ringing):
            await asyncio.wait(
                [task for task in ringing if not task.done()], return_when=asyncio.FIRST_COMPLETED
            )
            winner = next((leg for leg in legs if leg.status == "in-progress"), None)
        return winner
    finally:
        _stop_ringing(ringing, winner)


def _stop_ringing(ringing: "dict[asyncio.Task[bool], Call]", winner: Call | None) -> None:
    for task, leg in ringing.items():
        if leg is not winner:
            task.cancel()
            leg.line.silence(leg)
            leg.end("canceled")


async def _talk(scope: Scope, dial: ET.Element, leg: Call, noun: ET.Element) -> None:
    if noun.get("url"):
        await scope.world.whisper(leg, scope.address(noun.get("url")), noun.get("method", "POST"))
        if leg.over:
            return
    bridge = Bridge(scope.call, leg)
    if dial.get("record", "do-not-record") not in {"do-not-record", "false"}:
        _record(scope, dial)
    leg.run(lambda: _stay(leg, bridge))
    star = scope.world.star_key(scope.call) if flag(dial, "hangupOnStar") else None
    limit = whole(dial, "timeLimit", 0)
    futures = {bridge.closed} | ({star.pressed} if star else set())
    try:
        timeout = scope.world.settings.seconds(limit) if limit else None
        await asyncio.wait(futures, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
    finally:
        bridge.close()
        if star:
            scope.call.listen(None)
    leg.end()


async def _stay(leg: Call, bridge: Bridge) -> None:
    await bridge.hold_together()
    leg.end()


def _record(scope: Scope, dial: ET.Element) -> None:
    dual = dial.get("record", "").endswith("-dual")
    recording = Recording(
        scope.call.account,
        "DialVerb",
        # Recordings of a dialled conversation carry the parent leg.
        call=scope.call,
        channels=2 if dual else 1,
        track=dial.get("recordingTrack", "both"),
        callback=recording_callback(scope, dial),
    )
    scope.world.recordings.start(recording)


def _result(leg: Call, *, bridged: bool) -> dict[str, str]:
    result = {
        "DialCallSid": leg.sid,
        "DialCallStatus": "completed" if bridged else leg.status,
        "DialBridged": "true" if bridged else "false",
    }
    return result | {"DialCallDuration": str(leg.duration)} if bridged else result
