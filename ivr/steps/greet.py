"""Welcome the caller."""

from ivr.call import Call


def enter(call: Call) -> str | None:
    """Say whose line this is; urgent lines go on without questions."""
    call.document.say(call.number.greeting or f"Welcome to {call.organization.name}.")
    return "identify"
