"""Who listens to what: the one page. Real-time handlers move calls; background ones inform."""

from foundation.events import listen
from partners import handlers as partners
from partners.feed import PARTNER_EVENTS


def register() -> None:
    """Register every handler. Called once, when Django is ready."""
    for name in PARTNER_EVENTS:
        listen(name, partners.queue_webhooks, lane="background")
