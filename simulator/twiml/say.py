"""<Say>: the words appear in the transcript, and saying them takes time."""

import asyncio
import xml.etree.ElementTree as ET

from simulator.twiml.document import whole, words
from simulator.twiml.scope import Scope

FOREVER = 1000


async def perform(scope: Scope, element: ET.Element) -> None:
    """Say the text `loop` times; 0 is for ever, which Twilio ends at 1000."""
    text = words(element)
    if not text:
        return
    for _ in range(min(whole(element, "loop", 1) or FOREVER, FOREVER)):
        scope.call.note("say", text)
        await asyncio.sleep(max(scope.world.settings.speaking(text), 0))
