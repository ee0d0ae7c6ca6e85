"""What a caller hears while waiting in the queue: where they stand, and nothing is asked."""

from foundation.twilio_gateway import Document
from ivr import queries
from ivr.addresses import address
from ivr.call import Call
from ivr.models import CallSession
from ivr.rules import Heard, spoken_wait
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
    _tell_outlook(made, outlook)
    if _waited(call) >= call.number.voicemail_after_seconds:
        made.say("To leave a message instead, press 1. Or simply stay on the line.")
        made.ask(action=address("wait"), digits=1, timeout_seconds=ROUND_SECONDS, then_continue=True)
        return made
    made.say((outlook and outlook.announcement) or "Thank you for waiting.")
    return play_music(made)


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
