"""Say what the queue has to say when its time is over, and end the call."""

from ivr.actions.calls import take_to_voicemail
from ivr.call import Call


def enter(call: Call) -> str | None:
    """Say it and hang up; nothing when an agent has taken the call in this very moment."""
    if not take_to_voicemail(call.session, kind="message"):
        return None
    call.document.say(call.final_words or "Nobody can take your call now. Please call us again. Goodbye.")
    call.document.hang_up()
    return None
