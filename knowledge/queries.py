"""What is on whose desktop, and who has read it."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from accounts.models import Member
from foundation import clock
from knowledge.access import announcements_meant_for, audience_members, is_meant_for
from knowledge.models import Announcement, AnnouncementReceipt

_MOST_URGENT_FIRST = Case(
    When(urgency="now", then=Value(0)),
    When(urgency="soon", then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)


@dataclass(frozen=True)
class MarqueeLine:
    """An announcement as one person has it on the desktop."""

    id: int
    title: str
    body: str
    urgency: str
    author: str
    hand: str
    audience: str
    starts_at: datetime
    ends_at: datetime | None
    seen_at: datetime | None
    acknowledged_at: datetime | None


@dataclass(frozen=True)
class Reading:
    """One person and what they did with an announcement."""

    name: str
    partner_name: str
    seen_at: datetime | None
    acknowledged_at: datetime | None


def running_announcements() -> QuerySet[Announcement]:
    """Those on desktops now, the most urgent and newest first."""
    now = clock.now()
    on = Announcement.objects.filter(ended_at=None, starts_at__lte=now)
    on = on.filter(Q(ends_at=None) | Q(ends_at__gt=now))
    return on.select_related("partner").order_by(_MOST_URGENT_FIRST, "-starts_at", "-id")


def announcements_for(member: Member) -> list[MarqueeLine]:
    """What is on this person's marquee now, the most urgent and newest first."""
    running = list(running_announcements().filter(id__in=announcements_meant_for(member).values("id")))
    mine = AnnouncementReceipt.objects.filter(member=member, announcement__in=running)
    receipts = {receipt.announcement_id: receipt for receipt in mine}
    return [_line(announcement, receipts.get(announcement.id)) for announcement in running]


def _line(announcement: Announcement, receipt: AnnouncementReceipt | None) -> MarqueeLine:
    return MarqueeLine(
        id=announcement.id,
        title=announcement.title,
        body=announcement.body,
        urgency=announcement.urgency,
        author=announcement.author,
        hand=announcement.hand,
        audience=announcement.audience,
        starts_at=announcement.starts_at,
        ends_at=announcement.ends_at,
        seen_at=receipt.seen_at if receipt else None,
        acknowledged_at=receipt.acknowledged_at if receipt else None,
    )


def acknowledgements(announcement_id: int) -> tuple[list[str], list[str]]:
    """The names of those it is meant for: who has acknowledged it, and who has not."""
    readings = readings_of(announcement_id)
    done = [reading.name for reading in readings if reading.acknowledged_at]
    return done, [reading.name for reading in readings if not reading.acknowledged_at]


def running_with_names() -> list[tuple[Announcement, list[str], list[str]]]:
    """Each running announcement with the names of who has acknowledged it, and who has not."""
    running = list(running_announcements())
    done = AnnouncementReceipt.objects.filter(announcement__in=running, acknowledged_at__isnull=False)
    acknowledged = set(done.values_list("announcement_id", "member_id"))
    people = list(Member.objects.filter(is_active=True).order_by("display_name", "id")) if running else []
    rows = []
    for announcement in running:
        meant = [member for member in people if is_meant_for(announcement, member)]
        seen = [one.display_name for one in meant if (announcement.id, one.id) in acknowledged]
        missing = [one.display_name for one in meant if (announcement.id, one.id) not in acknowledged]
        rows.append((announcement, seen, missing))
    return rows


def readings_of(announcement_id: int) -> list[Reading]:
    """Everyone it is meant for, with when they saw and acknowledged it; by name."""
    announcement = Announcement.objects.filter(id=announcement_id).first()
    if announcement is None:
        return []
    receipts = {receipt.member_id: receipt for receipt in announcement.receipts.all()}
    people = audience_members(announcement).select_related("partner").order_by("display_name", "id")
    return [
        Reading(
            name=member.display_name,
            partner_name=member.partner.name if member.partner else "",
            seen_at=mine.seen_at if (mine := receipts.get(member.id)) else None,
            acknowledged_at=mine.acknowledged_at if mine else None,
        )
        for member in people
    ]


def had_seen(member_id: int, at: datetime) -> list[Announcement]:
    """What this person had seen on the marquee by then, such as when a call was answered; newest first."""
    return list(
        Announcement.objects.filter(receipts__member_id=member_id, receipts__seen_at__lte=at).order_by(
            "-starts_at"
        )
    )
