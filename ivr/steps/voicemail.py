"""Take a message when nobody can answer."""

from ivr.actions.calls import take_to_voicemail
from ivr.addresses import address
from ivr.call import Call

MAX_SECONDS = 180


def enter(call: Call) -> str | None:
    """Ask for a message, and record it."""
    if not take_to_voicemail(call.session):
        # An agent has taken the call in this very moment.
        return None
    call.document.say(
        call.final_words
        or "Nobody can take your call right now. Please leave a message after the tone, and we will call you"
        " back. Press hash when you are done."
    )
    call.document.record(
        action=address("voicemail"), recording_url=address("recording"), max_seconds=MAX_SECONDS
    )
    return None
