"""<Play>: sound from an address, or tones."""

import asyncio
import xml.etree.ElementTree as ET

from simulator.twiml.document import whole, words
from simulator.twiml.scope import Scope
from simulator.webhooks import Outgoing, WebhookFailed

# A sound's length is not looked at; it plays as long as a sentence of this many characters.
SOUND_AS_CHARACTERS = 75
FOREVER = 1000


async def perform(scope: Scope, element: ET.Element) -> None:
    """Play the sound `loop` times; 0 is for ever. One that cannot be had leaves an alert."""
    digits = element.get("digits")
    if digits:
        scope.call.note("play", f"tones {digits}")
        return
    url = scope.address(words(element))
    if not await _available(scope, url):
        return
    endless = whole(element, "loop", 1) == 0
    for _ in range(min(whole(element, "loop", 1) or FOREVER, FOREVER)):
        scope.call.note("play", url)
        pace = scope.world.settings.speaking("x" * SOUND_AS_CHARACTERS)
        await asyncio.sleep(max(pace, scope.world.settings.seconds(1.0)) if endless else pace)


async def _available(scope: Scope, url: str) -> bool:
    known = scope.world.sounds.get(url)
    if known is None:
        try:
            await scope.world.webhooks.fetch(Outgoing(scope.call.account, url, {}, "media", "GET"))
            known = True
        except WebhookFailed as failure:
            scope.warn(failure.code, f"<Play> {url}: {failure.detail}")
            scope.call.note("error", f"sound not available: {url}")
            known = False
        # Like the carrier's own cache: good sounds are kept, bad ones asked for again.
        if known:
            scope.world.sounds[url] = True
    return known
