"""What a customer hears who is called back: to the agent who is there, or to the head of the queue."""

from foundation.twilio_gateway import Document
from ivr.actions import note_answered_by_person
from ivr.addresses import address
from ivr.call import Call


def document(call: Call) -> Document:
    """They have answered."""
    made, session = call.document, call.session
    made.say(f"Hello, this is {call.organization.name}. You asked us to call you back.")
    if note_answered_by_person(session):
        made.join_conference(
            session.conference_name,
            label="customer",
            action=address("after_call"),
            conference_url=address("conference"),
        )
    else:
        made.say("Please hold for the next agent; it is your turn.")
        made.enqueue(
            f"waiting-{session.organization_id}", action=address("after_queue"), wait_url=address("wait")
        )
    return made
