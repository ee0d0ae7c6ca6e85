"""Tell the caller what is already known, so that nobody has to say it again."""

from cases.spoken import spoken_summary
from ivr.call import Call
from ivr.known_lines import line_of
from routing.queries import callback_owed_to, place_of


def enter(call: Call) -> str | None:
    """Say where things stand, once per call."""
    if call.customer is not None and call.tries("tell") == 0:
        summary = spoken_summary(call.customer.id, call.now, call.organization.time_zone)
        if summary:
            call.document.say(summary)
            call.count_try("tell")
    if call.customer is not None and _keeps_place(call, call.customer.id):
        return "enqueue"
    return "reason" if call.number.asks else "enqueue"


def _keeps_place(call: Call, customer_id: int) -> bool:
    """Whoever calls while we owe them a call has that place, without being asked why."""
    owed = callback_owed_to(customer_id) if line_of(call.session.number_id).calls_back else None
    if owed is None or not (call.number.asks or owed.queue_id == call.number.queue_id):
        return False
    place = place_of(owed)
    where = f"You are number {place} in line; we" if place else "We"
    call.document.say(f"{where} would have called you back. You keep your place.")
    call.change(tries={**call.session.tries, "owed": owed.id}, queue_slug=owed.queue.slug)
    return True
