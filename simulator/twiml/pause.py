"""<Pause>: silence."""

import xml.etree.ElementTree as ET

from simulator.twiml.document import whole
from simulator.twiml.scope import Scope


async def perform(scope: Scope, element: ET.Element) -> None:
    """Let `length` seconds pass, one by default."""
    await scope.wait(whole(element, "length", 1))
