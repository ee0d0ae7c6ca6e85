"""Text messages that arrive: a stop is a stop, and the rest stands in the sender's story."""

from collections.abc import Mapping

from accounts.actors import Actor, Hand
from customers.actions import add_timeline_entry
from customers.consent.actions import resume_sender, stop_sender
from customers.consent.words import asks_to_start, asks_to_stop
from customers.queries import customer_by_identity
from foundation.phones import is_withheld, parse_phone

SENDER = Actor(hand=Hand.CUSTOMER, name="Customer")
_WHATSAPP = "whatsapp:"


def take_message(params: Mapping[str, str]) -> None:
    """Do what a message asks for: STOP, START (the carrier's own reading of it counts too), or be kept."""
    sender, channel = _sender(params.get("From", ""))
    if sender is None:
        return
    body, asked = params.get("Body", ""), params.get("OptOutType", "").upper()
    evidence = params.get("MessageSid", "")
    if asked == "STOP" or asks_to_stop(body):
        stop_sender(sender, channel=channel, source=channel, actor=SENDER, evidence=evidence)
    elif asked == "START" or asks_to_start(body):
        resume_sender(sender, channel=channel, source=channel, actor=SENDER, evidence=evidence)
    elif customer := customer_by_identity("phone", sender):
        add_timeline_entry(customer.pk, kind="message", title="Message received", body=body, actor=SENDER)


def _sender(given: str) -> tuple[str | None, str]:
    """The number (E.164; None: nobody's) and the channel."""
    number = given.removeprefix(_WHATSAPP)
    phone = None if is_withheld(number) else parse_phone(number, country_code="")
    return phone.e164 if phone else None, "whatsapp" if given.startswith(_WHATSAPP) else "sms"
