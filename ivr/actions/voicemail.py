"""Messages callers leave when nobody can answer: on the record, with a case to call back."""

from accounts.actors import IVR_ACTOR
from cases.actions import open_case
from customers.actions import (
    add_note,
    create_customer,
    find_or_create_by_phone,
    identify_interaction,
)
from customers.models import Confidence, Customer
from ivr.models import CallSession, Voicemail

SHORTEST_SECONDS = 1


def store_voicemail(
    session: CallSession, *, recording_sid: str, recording_url: str, seconds: int
) -> Voicemail | None:
    """Keep a message with its note and case, once per recording; None when nothing was said."""
    if not recording_sid or seconds < SHORTEST_SECONDS:
        return None
    voicemail, made = Voicemail.objects.get_or_create(
        recording_sid=recording_sid[:34],
        defaults={"session": session, "recording_url": recording_url[:300], "seconds": seconds},
    )
    if not made:
        return voicemail
    customer = _whose(session)
    text = f"Left a message of {seconds} seconds: {recording_url[:300]}"
    # The recording's address opens it for whoever has it: only in-house reads this note.
    add_note(
        customer.id,
        text=text,
        actor=IVR_ACTOR,
        interaction_id=session.interaction_id,
        for_partners=False,
    )
    case = open_case(
        customer.id, title="Call back: left a message", reason=session.interaction.reason, actor=IVR_ACTOR
    )
    voicemail.case_id = case.id
    voicemail.save(update_fields=["case_id"])
    return voicemail


def want_call_back(session: CallSession) -> None:
    """A case to call the caller back."""
    customer = _whose(session)
    reason = session.interaction.reason
    open_case(customer.id, title="Call back: nobody was free", reason=reason, actor=IVR_ACTOR)


def _whose(session: CallSession) -> Customer:
    """A message always belongs to a record, be it one of a caller nobody knows."""
    if session.interaction.customer is not None:
        return session.interaction.customer
    found = find_or_create_by_phone(session.caller_id, actor=IVR_ACTOR) if session.caller_id else None
    customer = found.customer if found and found.customer else None
    if customer is None:
        # A bare number is masked for partners where their contract says so; one inside a name would not be.
        customer = create_customer(actor=IVR_ACTOR, display_name=session.caller_id or "Unknown caller")
    identify_interaction(
        session.interaction_id,
        customer=customer,
        identified_by="phone" if found else "",
        confidence=Confidence.GUESSED,
        actor=IVR_ACTOR,
    )
    session.interaction.customer = customer
    return customer
