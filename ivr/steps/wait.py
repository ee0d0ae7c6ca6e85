"""What a caller hears while waiting in the queue: where they stand, and nothing is asked."""

from foundation.twilio_gateway import Document
from ivr import queries
from ivr.addresses import address
from ivr.call import Call
from ivr.models import CallSession
from ivr.rules import Heard, said_digits, spoken_wait
from routing.actions import note_estimate
from routing.queries import Outlook, outlook_of

ROUND_SECONDS = 20
QUIET_SECONDS = 4
ALONE_SECONDS = 60
PATIENCE = 4


def document(call: Call, heard: Heard) -> Document:
    """One round of waiting, bounded; the carrier asks for the next."""
    session, made = call.session, call.document
    if session.state == CallSession.State.VOICEMAIL:
        # Led out of the queue, but the carrier did not hear of it: what comes next is asked for again.
        made.leave_queue()
        return made
    if session.state != CallSession.State.QUEUED:
        return play_music(made)
    if heard.digits == "1" or _waited_enough(call):
        call.change(step="voicemail")
        call.save()
        made.leave_queue()
        return made
    outlook = outlook_of(session.interaction_id)
    calls_back = _calls_back(call, outlook)
    if heard.digits == "2" and calls_back:
        call.change(step="callback")
        call.save()
        made.leave_queue()
        return made
    _tell_outlook(made, outlook)
    choices = [_call_back_words(session.caller_id)] if calls_back else []
    if _waited(call) >= call.number.voicemail_after_seconds:
        choices.append("To leave a message instead, press 1.")
    if choices:
        made.say(" ".join([*choices, "Or simply stay on the line."]))
        made.ask(action=address("wait"), digits=1, timeout_seconds=ROUND_SECONDS, then_continue=True)
        return made
    made.say((outlook and outlook.announcement) or "Thank you for waiting.")
    return play_music(made)


def _calls_back(call: Call, outlook: Outlook | None) -> bool:
    """Whether this queue calls back, the caller has waited for it, and was not called back already."""
    after = outlook.callback_after_seconds if outlook else None
    return after is not None and call.session.callback_id is None and _waited(call) >= after


def _call_back_words(number: str) -> str:
    where = f" at the number ending in {said_digits(number)}" if number else ""
    return f"Press 2 and we call you back{where}; you keep your place."


def _tell_outlook(made: Document, outlook: Outlook | None) -> None:
    """What is said is kept, so that its error is known; so is what would have been said."""
    if outlook is None:
        return
    note_estimate(outlook)
    made.say(
        spoken_wait(
            outlook.position if outlook.tells_position else None,
            outlook.seconds if outlook.tells_wait else None,
            outlook.error_seconds,
        )
    )


def play_music(made: Document) -> Document:
    """One round of music, and a moment of quiet that bounds how often the carrier comes back."""
    made.play(address("music"))
    made.pause(QUIET_SECONDS)
    return made


def _waited(call: Call) -> float:
    since = call.session.queued_at
    return (call.now - since).total_seconds() if since else 0.0


def _waited_enough(call: Call) -> bool:
    waited = _waited(call)
    if waited >= PATIENCE * call.number.voicemail_after_seconds:
        return True
    return waited >= ALONE_SECONDS and not queries.somebody_is_on()
