"""<Redirect>: continue elsewhere."""

import xml.etree.ElementTree as ET

from simulator.twiml.document import words
from simulator.twiml.scope import Scope


async def perform(scope: Scope, element: ET.Element) -> None:
    """Leave this document for the one named."""
    scope.goto(words(element), element.get("method"))
