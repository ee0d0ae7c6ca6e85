"""Posting, showing, acknowledging and ending announcements. Call inside `tenancy.tenant()`."""

from datetime import datetime

from accounts.actors import SYSTEM_ACTOR, Actor
from accounts.models import Member, Partner
from foundation import clock, live, timers
from foundation.errors import Forbidden, NotVisible, Refusal
from foundation.events import emit
from knowledge.access import access_announcement
from knowledge.events import (
    AnnouncementAcknowledged,
    AnnouncementEnded,
    AnnouncementPosted,
    AnnouncementRunsOut,
    AnnouncementStarts,
)
from knowledge.models import Announcement, AnnouncementReceipt

LONGEST_TITLE = 160
LONGEST_BODY = 2000


def post_announcement(
    *,
    actor: Actor,
    title: str,
    body: str = "",
    urgency: str = Announcement.Urgency.CALM,
    audience: str = Announcement.Audience.ALL,
    partner_id: int | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> Announcement:
    """Put a message on the desktops of an audience, now or from `starts_at` on.

    Refusal names the field at fault: `missing`, `too_long`, `bad_choice`, `bad_time`; Forbidden for partners;
    NotVisible for an unknown partner.
    """
    if actor.is_partner:
        raise Forbidden("not_allowed", "Partners do not post announcements.")
    now = clock.now()
    title = " ".join(title.split())
    _check_words(title, body)
    _check_audience(urgency, audience, partner_id)
    begins = starts_at or now
    if ends_at is not None and ends_at <= max(begins, now):
        raise Refusal("bad_time", "It would end before it starts.", field="ends_at")
    announcement = Announcement.objects.create(
        title=title,
        body=body.strip(),
        urgency=urgency,
        audience=audience,
        partner_id=partner_id,
        hand=actor.hand,
        author=actor.name[:120],
        author_member_id=actor.member_id,
        starts_at=begins,
        ends_at=ends_at,
        posted_at=now,
    )
    emit(AnnouncementPosted(announcement_id=announcement.id), actor=actor.as_json())
    _set_timers(announcement)
    if begins <= now:
        release_announcement(announcement.id)
    return announcement


def release_announcement(announcement_id: int) -> bool:
    """Tell the desktops, once, when its time has come. False when told already, ended, or gone."""
    now = clock.now()
    released = Announcement.objects.filter(
        id=announcement_id, released_at=None, ended_at=None, starts_at__lte=now
    ).update(released_at=now)
    if not released:
        return False
    announcement = Announcement.objects.get(id=announcement_id)
    live.nudge(topic_of(announcement), "marquee.posted", announcement_id=announcement_id)
    live.hint("floor", "announcements")
    return True


def acknowledge_announcement(announcement_id: int, *, member: Member) -> AnnouncementReceipt:
    """This person has read it; the first time counts. NotVisible when it is not meant for them."""
    access_announcement(member, announcement_id)
    note_seen([announcement_id], member=member)
    now = clock.now()
    mine = AnnouncementReceipt.objects.filter(announcement_id=announcement_id, member=member)
    if mine.filter(acknowledged_at=None).update(acknowledged_at=now):
        emit(
            AnnouncementAcknowledged(announcement_id=announcement_id, member_id=member.id),
            actor=member.actor.as_json(),
        )
        live.hint("floor", "announcements")
    return mine.get()


def note_seen(announcement_ids: list[int], *, member: Member) -> None:
    """These are on this person's screen; the first time counts. Call it with what was really drawn."""
    if not announcement_ids:
        return
    now = clock.now()
    AnnouncementReceipt.objects.bulk_create(
        [
            AnnouncementReceipt(announcement_id=announcement_id, member=member, seen_at=now)
            for announcement_id in announcement_ids
        ],
        ignore_conflicts=True,
    )


def end_announcement(announcement_id: int, *, actor: Actor = SYSTEM_ACTOR) -> bool:
    """Take it off the desktops. False when it is off already; NotVisible; Forbidden for partners."""
    if actor.is_partner:
        raise Forbidden("not_allowed", "Partners do not end announcements.")
    announcement = Announcement.objects.filter(id=announcement_id).first()
    if announcement is None:
        raise NotVisible("announcement")
    ended = Announcement.objects.filter(id=announcement_id, ended_at=None).update(ended_at=clock.now())
    if not ended:
        return False
    emit(AnnouncementEnded(announcement_id=announcement_id), actor=actor.as_json())
    live.nudge(topic_of(announcement), "marquee.ended", announcement_id=announcement_id)
    live.hint("floor", "announcements")
    for what in ("starts", "runs_out"):
        timers.cancel_timer(f"announcement:{announcement_id}:{what}")
    return True


def topic_of(announcement: Announcement) -> str:
    """The live topic its audience follows."""
    if announcement.audience == Announcement.Audience.PARTNER:
        return f"audience:partner:{announcement.partner_id}"
    return f"audience:{announcement.audience}"


def _set_timers(announcement: Announcement) -> None:
    key = f"announcement:{announcement.id}"
    if announcement.starts_at > clock.now():
        starts = AnnouncementStarts(announcement_id=announcement.id)
        timers.emit_at(starts, announcement.starts_at, key=f"{key}:starts")
    if announcement.ends_at is not None:
        runs_out = AnnouncementRunsOut(announcement_id=announcement.id)
        timers.emit_at(runs_out, announcement.ends_at, key=f"{key}:runs_out")


def _check_words(title: str, body: str) -> None:
    if not title:
        raise Refusal("missing", "Say what people must know.", field="title")
    if len(title) > LONGEST_TITLE:
        raise Refusal("too_long", f"At most {LONGEST_TITLE} characters.", field="title")
    if len(body) > LONGEST_BODY:
        raise Refusal("too_long", f"At most {LONGEST_BODY:,} characters.", field="body")


def _check_audience(urgency: str, audience: str, partner_id: int | None) -> None:
    if urgency not in Announcement.Urgency.values:
        raise Refusal("bad_choice", f"There is no urgency “{urgency}”.", field="urgency")
    if audience not in Announcement.Audience.values:
        raise Refusal("bad_choice", f"There is no audience “{audience}”.", field="audience")
    if (audience == Announcement.Audience.PARTNER) != (partner_id is not None):
        raise Refusal("bad_choice", "Name the partner when, and only when, it is for one.", field="partner")
    if partner_id is not None and not Partner.objects.filter(id=partner_id).exists():
        raise NotVisible("partner")
