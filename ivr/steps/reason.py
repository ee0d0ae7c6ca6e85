"""Why the caller calls, in keys or words."""

from ivr.call import Call
from ivr.rules import MAX_TRIES, Choice, Heard, chosen, spoken_menu

# A menu's key for those who want no more calls or messages.
STOP_CONTACT = "stop_contact"


def enter(call: Call) -> str | None:
    """Ask, unless it has been asked often enough."""
    if call.tries("reason") > MAX_TRIES:
        return "enqueue"
    if call.tries("reason") > 0:
        call.document.say("I did not understand that.")
    call.document.say(spoken_menu(call.menu))
    call.ask("reason", digits=1, hints=_hints(call.menu))
    return None


def hear(call: Call, heard: Heard) -> str | None:
    """Keep the reason, and choose the queue by it; ask again after silence or a wrong key."""
    choice = chosen(heard, call.menu)
    if choice is None:
        return "reason"
    if choice.reason == STOP_CONTACT:
        return "stop"
    call.remember("reason", key="reason_for_contact", value=choice.reason, heard=heard)
    if choice.queue_slug:
        call.change(queue_slug=choice.queue_slug)
    return "enqueue"


def _hints(menu: tuple[Choice, ...]) -> str:
    words = [word for choice in menu for word in choice.keywords]
    return ", ".join(["agent", *words])[:500]
