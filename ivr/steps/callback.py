"""Hang up and keep the place: we call back, at the caller's number or at one they key in."""

from foundation.phones import is_ordinary, parse_phone
from ivr.actions.tries import promise_call
from ivr.call import Call
from ivr.models import CallSession
from ivr.rules import MAX_TRIES, Heard, number_in, said_digits

WAITS = "Stay on the line, please."


def enter(call: Call) -> str | None:
    """Promise it at once where the number is known; ask for one that was withheld."""
    if call.session.caller_id:
        return _promise(call, call.session.caller_id)
    if call.tries("callback") >= MAX_TRIES:
        call.document.say(f"We cannot call you back without a number. {WAITS}")
        return "enqueue"
    call.document.say("Please enter the number at which we reach you, then press hash.")
    call.ask("callback", finish_on_key="#")
    return None


def hear(call: Call, heard: Heard) -> str | None:
    """Take a number of the company's own country: nobody has us call dear ones, or round the world."""
    country = call.organization.country_code
    phone = parse_phone(number_in(heard), country_code=country)
    if phone is None or not is_ordinary(phone.e164, country_code=country):
        call.document.say("That is no number we can call.")
        return "callback"
    return _promise(call, phone.e164)


def _promise(call: Call, number: str) -> str | None:
    if call.session.state == CallSession.State.QUEUED and promise_call(call.session, number=number):
        call.document.say(
            f"Thank you. We call you back at the number ending in {said_digits(number)}, and you keep your"
            " place in line. Goodbye."
        )
        call.document.hang_up()
        return None
    call.document.say(f"We cannot call you back just now. {WAITS}")
    return "enqueue"
