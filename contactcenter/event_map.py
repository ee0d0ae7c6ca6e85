"""Who listens to what: the one page. Real-time handlers move calls; background ones inform."""

from cases import handlers as cases
from cases.events import PromiseDue, PromiseDueSoon
from foundation.events import listen
from knowledge import handlers as knowledge
from knowledge.events import AnnouncementRunsOut, AnnouncementStarts
from partners import handlers as partners
from partners.feed import PARTNER_EVENTS
from routing import handlers as routing
from routing.events import OfferExpiryDue, WrapUpDue


def register() -> None:
    """Register every handler. Called once, when Django is ready."""
    listen(PromiseDueSoon, cases.warn_about_promise)
    listen(PromiseDue, cases.escalate_promise)
    listen(AnnouncementStarts, knowledge.release_announcement, lane="realtime")
    listen(AnnouncementRunsOut, knowledge.end_announcement)
    for name in PARTNER_EVENTS:
        listen(name, partners.queue_webhooks)
    listen(OfferExpiryDue, routing.expire_due_offer, lane="realtime")
    listen(WrapUpDue, routing.close_due_wrap_up, lane="realtime")
