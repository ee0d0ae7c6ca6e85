"""<Hangup>: the end."""

import xml.etree.ElementTree as ET

from simulator.twiml.scope import HangUp, Scope


async def perform(scope: Scope, element: ET.Element) -> None:
    """End the call."""
    raise HangUp
