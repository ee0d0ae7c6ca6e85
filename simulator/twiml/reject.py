"""<Reject>: refuse a call that has not been answered."""

import xml.etree.ElementTree as ET

from simulator.twiml.scope import HangUp, Scope


async def perform(scope: Scope, element: ET.Element) -> None:
    """End an unanswered call as busy, or as rejected, which the caller's side sees as no-answer."""
    if scope.call.status == "ringing":
        scope.call.note("error", "call rejected")
        scope.call.end("busy" if element.get("reason") == "busy" else "no-answer")
    raise HangUp
