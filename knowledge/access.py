"""Whose desktop an announcement belongs on."""

from django.db.models import Q, QuerySet

from accounts.models import Member
from foundation.errors import NotVisible
from knowledge.models import Announcement


def announcements_meant_for(member: Member) -> QuerySet[Announcement]:
    """Those for this person's desktop, running or not."""
    meant = Q(audience="all")
    if member.partner_id is None:
        return Announcement.objects.filter(meant | Q(audience="inhouse"))
    return Announcement.objects.filter(meant | Q(audience="partner", partner_id=member.partner_id))


def visible_announcements(member: Member) -> QuerySet[Announcement]:
    """Those this person may know of: their own, and every one for who supervises."""
    return Announcement.objects.all() if member.supervises else announcements_meant_for(member)


def is_meant_for(announcement: Announcement, member: Member) -> bool:
    """Whether it belongs on this person's desktop; the same rule as `announcements_meant_for`."""
    if announcement.audience == Announcement.Audience.PARTNER:
        return member.partner_id is not None and member.partner_id == announcement.partner_id
    return announcement.audience == Announcement.Audience.ALL or member.partner_id is None


def access_announcement(member: Member, announcement_id: int) -> Announcement:
    """The announcement. NotVisible when there is none, or it is not meant for this person."""
    announcement = visible_announcements(member).filter(id=announcement_id).first()
    if announcement is None:
        raise NotVisible("announcement")
    return announcement


def audience_members(announcement: Announcement) -> QuerySet[Member]:
    """The people whose desktops it is meant for."""
    people = Member.objects.filter(is_active=True)
    if announcement.audience == Announcement.Audience.INHOUSE:
        return people.filter(partner=None)
    if announcement.partner_id is not None:
        return people.filter(partner_id=announcement.partner_id)
    return people
