"""What happens to announcements."""

from dataclasses import dataclass
from typing import ClassVar

from foundation.events import DomainEvent


@dataclass(frozen=True, kw_only=True)
class AnnouncementEvent(DomainEvent):
    """Base: something happened to an announcement."""

    SUBJECT: ClassVar[tuple[str, str]] = ("announcement", "announcement_id")

    announcement_id: int


@dataclass(frozen=True, kw_only=True)
class AnnouncementPosted(AnnouncementEvent):
    """A marquee message was written; it may start later."""

    NAME: ClassVar[str] = "announcement.posted"


@dataclass(frozen=True, kw_only=True)
class AnnouncementStarts(AnnouncementEvent):
    """Timer: it goes on the desktops."""

    NAME: ClassVar[str] = "announcement.starts"


@dataclass(frozen=True, kw_only=True)
class AnnouncementRunsOut(AnnouncementEvent):
    """Timer: it comes off the desktops."""

    NAME: ClassVar[str] = "announcement.runs_out"


@dataclass(frozen=True, kw_only=True)
class AnnouncementAcknowledged(AnnouncementEvent):
    """A person said that they have read it."""

    NAME: ClassVar[str] = "announcement.acknowledged"

    member_id: int


@dataclass(frozen=True, kw_only=True)
class AnnouncementEnded(AnnouncementEvent):
    """It was taken off the desktops."""

    NAME: ClassVar[str] = "announcement.ended"
