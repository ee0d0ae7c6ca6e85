"""Who listens to what: the one page. Real-time handlers move calls; background ones inform."""

import cases.handlers
import knowledge.handlers
from cases.events import PromiseDue, PromiseDueSoon
from foundation.events import listen
from knowledge.events import AnnouncementRunsOut, AnnouncementStarts


def register() -> None:
    """Register every handler. Called once, when Django is ready."""
    listen(PromiseDueSoon, cases.handlers.warn_about_promise)
    listen(PromiseDue, cases.handlers.escalate_promise)
    listen(AnnouncementStarts, knowledge.handlers.release_announcement, lane="realtime")
    listen(AnnouncementRunsOut, knowledge.handlers.end_announcement)
