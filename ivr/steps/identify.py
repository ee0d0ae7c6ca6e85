"""Who calls: by number; else by subscriber number, asked for once. Never guessed."""

from accounts.actors import IVR_ACTOR
from customers.actions import identify_interaction
from customers.models import Confidence, Customer
from customers.queries import customer_by_identity
from ivr.call import Call
from ivr.rules import MAX_TRIES, Heard, number_in


def enter(call: Call) -> str | None:
    """Go on with a caller whose number is known; ask the others, if this line asks."""
    if call.session.is_recognised or not call.number.asks or call.tries("identify") >= MAX_TRIES:
        return "tell"
    _ask(call)
    return None


def hear(call: Call, heard: Heard) -> str | None:
    """Look the subscriber number up; an unknown one may be given once more."""
    digits = number_in(heard)
    customer = customer_by_identity("subscriber_number", digits) if digits else None
    if customer is not None:
        _identify(call, customer, "subscriber_number", Confidence.CLAIMED)
        call.remember("identify", key="subscriber_number", value=digits, heard=heard)
        return "tell"
    if call.tries("identify") >= MAX_TRIES or (heard.is_passed_over and not digits):
        return "tell"
    if digits:
        call.document.say("I could not find that number.")
    _ask(call)
    return None


def _identify(call: Call, customer: Customer, by: str, confidence: str) -> None:
    identify_interaction(
        call.session.interaction_id,
        customer=customer,
        identified_by=by,
        confidence=confidence,
        actor=IVR_ACTOR,
    )
    call.session.interaction.refresh_from_db()


def _ask(call: Call) -> None:
    call.document.say(
        "Please enter your subscriber number, then press hash. If you do not have it at hand, just press"
        " hash. For a person, press 0."
    )
    call.ask("identify", finish_on_key="#")
