"""The queue is closed: say until when, and do what is set up for contacts nobody takes."""

from ivr.call import Call
from ivr.known_lines import line_of
from ivr.queries import Closing
from ivr.rules import spoken_opening

# Queue.Final: what leads to a queue of its own, and what to words alone.
_TO_QUEUE, _TO_PARTNER, _TO_WORDS = "queue", "partner", "message"


def closing_of(call: Call, queue_slug: str) -> Closing | None:
    """What holds while this queue is closed; None while it is open, or once the caller was told."""
    closing = line_of(call.session.number_id).closings.get(queue_slug)
    if closing is None or call.tries(_told(queue_slug)):
        return None
    return closing if closing.is_closed(call.now) else None


def enter(call: Call) -> str | None:
    """Say when it opens again, then go the way of the final action."""
    queue_slug = call.session.queue_slug or call.number.queue.slug
    closing = closing_of(call, queue_slug)
    if closing is None:
        return "enqueue"
    call.count_try(_told(queue_slug))
    call.document.say(spoken_opening(closing.opens_at(call.now), call.now, closing.hours.time_zone))
    if closing.action == _TO_WORDS:
        call.document.say(closing.text)
        call.document.hang_up()
        return None
    if closing.action == _TO_QUEUE and closing.queue_slug:
        call.change(queue_slug=closing.queue_slug)
        return "enqueue"
    return "enqueue" if closing.action == _TO_PARTNER else "voicemail"


def _told(queue_slug: str) -> str:
    return f"closed:{queue_slug}"
