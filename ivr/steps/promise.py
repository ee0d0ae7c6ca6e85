"""Promise to call back, and end the call: what a queue may do when its time is over."""

from ivr.actions.calls import take_to_voicemail
from ivr.actions.voicemail import want_call_back
from ivr.call import Call


def enter(call: Call) -> str | None:
    """Say it and hang up; who hides their number is asked for a message instead."""
    if not call.session.caller_id:
        return "voicemail"
    if not take_to_voicemail(call.session, kind="callback"):
        return None
    if call.tries("promise") == 0:
        call.count_try("promise")
        want_call_back(call.session)
    call.document.say(
        call.final_words or "Nobody can take your call right now. We will call you back. Goodbye."
    )
    call.document.hang_up()
    return None
