"""What agents declare, and whether their desktops still breathe: two facts, kept apart."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from accounts.models import Member
from foundation import clock
from foundation.errors import Refusal
from foundation.tenancy import tenant
from routing.actions.agent_state import (
    BUSY,
    State,
    engagements_of,
    lock_presence,
    replace_seat,
    settle,
    tell,
)
from routing.actions.offers import miss_offer
from routing.actions.wrap_up import close_wrap_up
from routing.models import Engagement, Offer, Presence
from routing.pauses import pause_name
from routing.rules import CONNECTION_LOST, HEARTBEAT_LOST, HEARTBEAT_STALE, declared_of, heard_within
from routing.sweeps import organization_ids

DECLARABLE = {State.READY, State.PAUSED, State.OFFLINE}


@transaction.atomic
def set_presence(member: Member, *, state: str, reason: str = "") -> Presence:
    """The agent declares ready, paused or offline; while busy it takes effect afterwards, and no more comes.

    `reason` is a pause reason's code or name. It ends the time after a transfer, when there is nothing to
    wrap up. Refusal `bad_state`, `bad_reason`, or `takes_no_work` for people who do not serve customers.
    """
    if state not in DECLARABLE:
        raise Refusal("bad_state", f"Presence can be ready, paused or offline, not “{state}”.", field="state")
    if not member.takes_work:
        raise Refusal("takes_no_work", "Only agents take contacts.", field="state")
    reason = pause_name(reason) if state == State.PAUSED else ""
    _end_what_was_passed_on(member)
    presence = lock_presence(member.id)
    presence.heartbeat_at = clock.now()
    declared = declared_of(presence.state, presence.after_work)
    known = presence.after_reason if presence.state in BUSY else presence.reason
    if (declared, known) != (state, reason) or _seat_missing(presence) or presence.notice:
        presence.misses = 0
        settle(presence, declared=state, reason=reason, notice="")
    else:
        presence.save(update_fields=["heartbeat_at"])
    return presence


def _end_what_was_passed_on(member: Member) -> None:
    """What became of a contact that was passed on is for the next agent to write down."""
    wrapping = Engagement.objects.filter(member=member, state=Engagement.State.WRAP_UP, ended_at=None)
    passed_on = wrapping.exclude(interaction__member=member)
    for interaction_id in passed_on.values_list("interaction_id", flat=True):
        close_wrap_up(member, interaction_id=interaction_id)


def _seat_missing(presence: Presence) -> bool:
    return presence.state == State.READY and presence.seat_token_id is None


@transaction.atomic
def heartbeat(member: Member, *, microphone: bool | None = None) -> None:
    """The agent's desktop is there; a silent one gets a seat again. `microphone`: whether it has one, if
    the desktop says so: without one no calls are offered, other channels are.
    """
    now = clock.now()
    fresh = Presence.objects.filter(member_id=member.id, heartbeat_at__gt=now - HEARTBEAT_STALE)
    if microphone is None and fresh.update(heartbeat_at=now):
        return
    presence = lock_presence(member.id)
    silent = not heard_within(presence.heartbeat_at, now, HEARTBEAT_STALE)
    changed = microphone is not None and microphone == (presence.microphone_lost_at is not None)
    presence.heartbeat_at = now
    if changed:
        presence.microphone_lost_at = None if microphone else now
        tell(presence)
    if (silent or changed) and _declares_ready(presence):
        replace_seat(presence, engagements_of(member.id), now, ready=True)
    presence.save(update_fields=["heartbeat_at", "seat_token_id", "microphone_lost_at"])


def _declares_ready(presence: Presence) -> bool:
    return declared_of(presence.state, presence.after_work) == State.READY


_BEAT = """
WITH held AS MATERIALIZED (
  SELECT p.id FROM routing_presence p JOIN accounts_member m ON m.id = p.member_id AND m.is_active
  WHERE p.member_id = ANY (%s) AND p.heartbeat_at > %s
  ORDER BY p.id FOR NO KEY UPDATE OF p SKIP LOCKED
)
UPDATE routing_presence p SET heartbeat_at = %s FROM held WHERE p.id = held.id RETURNING p.member_id
"""


def heartbeats(member_ids: Collection[int]) -> set[int]:
    """Note many heartbeats at once; returns whose. The others' need `heartbeat`, each for itself.

    Those are silent too long, or somebody holds their presence at this moment.
    """
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(_BEAT, [list(member_ids), now - HEARTBEAT_STALE, now])
        return {member_id for (member_id,) in cursor.fetchall()}


def sweep_presence() -> int:
    """Take seats from silent desktops and set lost ones offline, everywhere. Returns how many changed."""
    return sum(_sweep(organization_id) for organization_id in organization_ids())


def _sweep(organization_id: int) -> int:
    now = clock.now()
    with tenant(organization_id):
        silent = _silent_since(now - HEARTBEAT_STALE).exclude(state=State.OFFLINE)
        engrossed = Q(state__in=[State.SERVING, State.WRAP_UP], seat_token_id=None)
        members = silent.exclude(engrossed & ~Q(member_id__in=_reserved()))
        member_ids = list(members.values_list("member_id", flat=True))
    changed = 0
    for member_id in member_ids:
        with tenant(organization_id):
            changed += _check_silent(member_id)
    return changed


def _reserved() -> QuerySet[Engagement, int]:
    """Who has an offer."""
    offered = Engagement.objects.filter(state=Engagement.State.OFFERED, ended_at=None)
    return offered.values_list("member_id", flat=True)


def _silent_since(moment: datetime) -> QuerySet[Presence]:
    return Presence.objects.filter(Q(heartbeat_at__lte=moment) | Q(heartbeat_at=None, since__lte=moment))


def _check_silent(member_id: int) -> bool:
    """One agent, in one transaction; True when something changed."""
    if not _heard(Presence.objects.get(member_id=member_id), HEARTBEAT_LOST):
        for offer_id in _open_offer_ids(member_id):
            miss_offer(offer_id)
    presence = lock_presence(member_id)
    if _heard(presence, HEARTBEAT_STALE):
        return False
    if _heard(presence, HEARTBEAT_LOST) or presence.state in BUSY:
        return _take_seat(presence)
    if presence.state in {State.READY, State.PAUSED, State.NOT_RESPONDING}:
        settle(presence, declared=State.OFFLINE, reason=CONNECTION_LOST)
        return True
    return False


def _open_offer_ids(member_id: int) -> list[int]:
    reserved = Engagement.objects.filter(member_id=member_id, state=Engagement.State.OFFERED, ended_at=None)
    offers = Offer.objects.filter(
        member_id=member_id, state=Offer.State.OFFERED, work_item__in=reserved.values("work_item_id")
    )
    return list(offers.order_by("id").values_list("id", flat=True))


def _heard(presence: Presence, span: timedelta) -> bool:
    return heard_within(presence.heartbeat_at or presence.since, clock.now(), span)


def _take_seat(presence: Presence) -> bool:
    if presence.seat_token_id is None:
        return False
    replace_seat(presence, [], presence.since, ready=False)
    presence.save(update_fields=["seat_token_id"])
    tell(presence)
    return True
