"""Nobody may take a contact before it has been in its queue for the queue's delay."""

from routing.engine.durations import clock_text
from routing.engine.filters.refusal import Refusal
from routing.engine.scene import Scene
from routing.engine.values import Contact, Seat


def allows(contact: Contact, seat: Seat, scene: Scene) -> bool:
    """Whether the delay is over."""
    return ready(contact, scene)


def ready(contact: Contact, scene: Scene) -> bool:
    """Whether the contact may go to anybody."""
    delay = scene.plan(contact).delay
    return delay <= 0 or scene.now - contact.queued_at >= delay


def refusal(contact: Contact, seat: Seat, scene: Scene) -> Refusal:
    """How long it still runs."""
    until = contact.queued_at + scene.plan(contact).delay
    return Refusal(f"the queue's delay runs for {clock_text(until - scene.now)} more", until)
