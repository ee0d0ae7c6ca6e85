"""What happens to announcements."""

from dataclasses import dataclass
from typing import ClassVar

from foundation.events import DomainEvent


@dataclass(frozen=True, kw_only=True)
class AnnouncementPosted(DomainEvent):
    """A marquee message was put on desktops."""

    NAME: ClassVar[str] = "announcement.posted"
    SUBJECT: ClassVar[tuple[str, str]] = ("announcement", "announcement_id")

    announcement_id: int


@dataclass(frozen=True, kw_only=True)
class AnnouncementAcknowledged(DomainEvent):
    """A person said that they have read it."""

    NAME: ClassVar[str] = "announcement.acknowledged"
    SUBJECT: ClassVar[tuple[str, str]] = ("announcement", "announcement_id")

    announcement_id: int
    member_id: int


@dataclass(frozen=True, kw_only=True)
class AnnouncementEnded(DomainEvent):
    """It was taken off the desktops."""

    NAME: ClassVar[str] = "announcement.ended"
    SUBJECT: ClassVar[tuple[str, str]] = ("announcement", "announcement_id")

    announcement_id: int
