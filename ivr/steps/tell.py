"""Tell the caller what is already known, so that nobody has to say it again."""

from cases.spoken import spoken_summary
from ivr.call import Call


def enter(call: Call) -> str | None:
    """Say where things stand, once per call."""
    if call.customer is not None and call.tries("tell") == 0:
        summary = spoken_summary(call.customer.id, call.now, call.organization.time_zone)
        if summary:
            call.document.say(summary)
            call.count_try("tell")
    return "reason" if call.number.asks else "enqueue"
