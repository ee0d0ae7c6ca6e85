"""<Leave>: out of the queue, to the verb after <Enqueue>."""

import xml.etree.ElementTree as ET

from simulator.twiml.scope import LeaveQueue, Scope


async def perform(scope: Scope, element: ET.Element) -> None:
    """Leave the queue; outside one there is nothing to leave."""
    if scope.in_queue:
        raise LeaveQueue
    scope.warn(13610, "<Leave> outside a queue")
