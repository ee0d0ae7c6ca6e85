"""Wait for a person."""

from datetime import datetime

from foundation.errors import Refusal
from ivr.actions.calls import queue_call
from ivr.addresses import address
from ivr.call import Call
from ivr.models import CallSession
from ivr.steps.closed import closing_of
from routing.actions import take_place


def enter(call: Call) -> str | None:
    """Queue the caller, once; to voicemail when that queue takes nobody, to `closed` while it is."""
    session = call.session
    if session.state == CallSession.State.VOICEMAIL:
        return "voicemail"
    if session.state == CallSession.State.IN_IVR:
        queue_slug = session.queue_slug or call.number.queue.slug
        if closing_of(call, queue_slug) is not None:
            return "closed"
        try:
            call.changed |= queue_call(session, queue_slug=queue_slug, entered_at=_place_owed(call))
        except Refusal:
            return "voicemail"
        call.document.say("Thank you. I am putting you through; you will not have to say this again.")
    call.document.enqueue(
        f"waiting-{session.organization_id}", action=address("after_queue"), wait_url=address("wait")
    )
    return None


def _place_owed(call: Call) -> datetime | None:
    """The age of the call we owed them, which this one takes the place of."""
    owed = call.session.tries.get("owed")
    return take_place(owed) if owed else None
