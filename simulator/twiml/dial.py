"""<Dial>: connect the call with a conference, a queue, numbers or browsers."""

import xml.etree.ElementTree as ET

from simulator.twiml.document import words
from simulator.twiml.nouns import conference, legs, queue
from simulator.twiml.scope import Scope


async def perform(scope: Scope, element: ET.Element) -> None:
    """Dial what the element names; plain text is a number."""
    nouns = list(element)
    if not nouns and words(element):
        number = ET.Element("Number")
        number.text = words(element)
        nouns = [number]
    if not nouns:
        scope.warn(13201, "<Dial> without anybody to dial")
        return
    if nouns[0].tag == "Conference":
        await conference.perform(scope, element, nouns[0])
    elif nouns[0].tag == "Queue":
        await queue.perform(scope, element, nouns[0])
    else:
        await legs.perform(scope, element, nouns)
