"""A caller who wants no more calls or messages from us."""

from accounts.actors import Actor, Hand
from customers.actions.timeline import standing
from customers.consent.actions import stop_contact, stop_sender
from ivr.call import Call
from ivr.rules import MAX_TRIES

CALLER = Actor(hand=Hand.CUSTOMER, name="Caller")
SOURCE = "ivr"


def enter(call: Call) -> str | None:
    """Write it down at once, say so, and go on: the call itself may be about something else."""
    if call.tries("stop") >= MAX_TRIES:
        return "enqueue"
    call.count_try("stop")
    if not _stop(call):
        call.document.say("I cannot see whose number this is. A person will note it for you.")
        return "enqueue"
    call.document.say("That is noted: we will not contact you with offers or surveys any more.")
    if not call.number.asks:
        return "enqueue"
    call.change(tries={**call.session.tries, "reason": 0})
    return "reason"


def _stop(call: Call) -> bool:
    customer = standing(call.customer)
    if customer is not None:
        stop_contact(
            customer.pk,
            actor=CALLER,
            source=SOURCE,
            said_on="voice",
            evidence=call.session.call_sid,
            interaction_id=call.session.interaction_id,
        )
        return True
    number = call.session.caller_id
    return bool(
        number
        and stop_sender(number, channel="voice", source=SOURCE, actor=CALLER, evidence=call.session.call_sid)
    )
