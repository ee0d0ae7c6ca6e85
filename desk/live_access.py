"""Who may follow what: asked when a desktop follows a topic, when it catches up, and every few seconds.

`member:<id>` is the person's own; `record:<customer id>` whoever may see that record; `audience:…` the
people it means; `floor` supervisors. Anything else does not exist.
"""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils.crypto import constant_time_compare

from accounts.access import scope_of_partner, viewer_of_member
from accounts.models import Member
from customers.access import known_records
from foundation import clock
from foundation.tenancy import system, tenant

_LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Desktop:
    """Who sits behind a socket, as far as it decides what the socket may hear."""

    organization_id: int
    member_id: int
    user_id: int
    partner_id: int | None
    role: str
    session_key: str
    password: str


def desktop_of_session(session_key: str) -> Desktop | None:
    """The desktop a session cookie stands for; None when signed out, deactivated or without a contract.

    Thousands of desktops come back at once after a restart: one transaction, two rows, no cache between.
    """
    with system():
        session = Session.objects.filter(session_key=session_key, expire_date__gt=clock.now()).first()
        member = _member_of(session.get_decoded()) if session else None
    if member is None:
        return None
    desktop = Desktop(
        organization_id=member.organization_id,
        member_id=member.id,
        user_id=member.user_id,
        partner_id=member.partner_id,
        role=sys.intern(member.role),
        session_key=session_key,
        password=member.user.password,
    )
    if desktop.partner_id is None:
        return desktop
    with tenant(desktop.organization_id):
        return desktop if partner_serves(desktop.partner_id) else None


def _member_of(session: dict[str, Any]) -> Member | None:
    """Whom Django's own `get_user` would name, as a member: the oldest membership, as pages have it."""
    user_id = session.get(SESSION_KEY)
    if user_id is None or session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return None
    members = Member.objects.select_related("user").filter(
        user_id=user_id, is_active=True, user__is_active=True
    )
    member = members.order_by("id").first()
    if member is None:
        return None
    known = [member.user.get_session_auth_hash(), *member.user.get_session_auth_fallback_hash()]
    given = str(session.get(HASH_SESSION_KEY, ""))
    return member if any(constant_time_compare(given, each) for each in known) else None


def allowed_topics(member: Member, topics: Iterable[str]) -> set[str]:
    """Those of `topics` this member may follow now. Inside a tenant transaction."""
    topics = set(topics)
    fixed = _fixed_topics(member.id, member.partner_id, member.role)
    record_ids = [found for topic in topics if (found := _record_id(topic)) is not None]
    if not record_ids:
        return topics & fixed
    # Whoever has a record open that was merged is still to hear of it, and goes to the one it is part of.
    visible = known_records(viewer_of_member(member)).filter(id__in=record_ids)
    records = {f"record:{customer_id}" for customer_id in visible.values_list("id", flat=True)}
    return topics & (fixed | records)


def allowed_for_desktop(desktop: Desktop, topics: Iterable[str]) -> set[str]:
    """`allowed_topics` for a socket, in a transaction of its own; nothing when the member is gone."""
    topics = set(topics)
    if all(_record_id(topic) is None for topic in topics):
        return topics & _fixed_topics(desktop.member_id, desktop.partner_id, desktop.role)
    with tenant(desktop.organization_id):
        member = Member.objects.filter(id=desktop.member_id, is_active=True).first()
        return allowed_topics(member, topics) if member else set()


def _fixed_topics(member_id: int, partner_id: int | None, role: str) -> set[str]:
    audience = f"audience:partner:{partner_id}" if partner_id else "audience:inhouse"
    topics = {f"member:{member_id}", "audience:all", audience}
    return topics | {"floor"} if role in {Member.Role.SUPERVISOR, Member.Role.ADMIN} else topics


def _record_id(topic: str) -> int | None:
    kind, _, number = topic.partition(":")
    if kind != "record" or not number.isascii() or not number.isdigit() or number.startswith("0"):
        return None
    return int(number) if len(number) < 20 and int(number) <= _LARGEST_ID else None


def no_longer_signed_in(desktops: Iterable[Desktop]) -> set[Desktop]:
    """Those whose session, password, login, membership, role or partner's contract has ended or changed."""
    by_organization: dict[int, list[Desktop]] = {}
    for desktop in desktops:
        by_organization.setdefault(desktop.organization_id, []).append(desktop)
    gone: set[Desktop] = set()
    for organization_id, mine in by_organization.items():
        gone |= _gone_of_organization(organization_id, mine)
    return gone


def _gone_of_organization(organization_id: int, desktops: list[Desktop]) -> set[Desktop]:
    with system():
        sessions = set(
            Session.objects.filter(
                session_key__in=[each.session_key for each in desktops], expire_date__gt=clock.now()
            ).values_list("session_key", flat=True)
        )
        members = {
            row[0]: row[1:]
            for row in Member.objects.filter(
                id__in=[each.member_id for each in desktops], is_active=True, user__is_active=True
            ).values_list("id", "role", "partner_id", "user__password")
        }
    with tenant(organization_id):
        serving = {each: partner_serves(each) for each in {desktop.partner_id for desktop in desktops}}
    return {
        each
        for each in desktops
        if each.session_key not in sessions
        or members.get(each.member_id) != (each.role, each.partner_id, each.password)
        or not serving[each.partner_id]
    }


def partner_serves(partner_id: int | None) -> bool:
    """Whether a contract is in force; in-house needs none."""
    return partner_id is None or scope_of_partner(partner_id).in_force


def records_no_longer_visible(following: dict[Desktop, set[str]]) -> dict[Desktop, set[str]]:
    """Of the record topics partners' desktops follow, those outside their scope now. In-house sees all.

    A partner's people share one scope, so each partner is asked about once.
    """
    partners: dict[tuple[int, int | None], list[Desktop]] = {}
    for desktop in following:
        partners.setdefault((desktop.organization_id, desktop.partner_id), []).append(desktop)
    ended: dict[Desktop, set[str]] = {}
    for desktops in partners.values():
        topics = set().union(*(following[desktop] for desktop in desktops))
        lost = topics - allowed_for_desktop(desktops[0], topics)
        ended |= {desktop: mine for desktop in desktops if (mine := following[desktop] & lost)}
    return ended
