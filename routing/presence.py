"""What agents declare, and whether their desktops still breathe: two facts, kept apart."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from accounts.models import Member
from customers.models import Interaction
from foundation import clock
from foundation.errors import Refusal
from foundation.tenancy import tenant
from routing.actions.agent_state import BUSY, State, lock_presence, move, replace_seat, tell
from routing.actions.offers import expire_now, lock_open_offer_of
from routing.actions.wrap_up import close_wrap_up
from routing.models import Presence
from routing.rules import CONNECTION_LOST, HEARTBEAT_LOST, HEARTBEAT_STALE, heard_within
from routing.sweeps import organization_ids

DECLARABLE = {State.READY, State.PAUSED, State.OFFLINE}


@transaction.atomic
def set_presence(member: Member, *, state: str, reason: str = "") -> Presence:
    """The agent declares ready, paused or offline; while busy it takes effect afterwards.

    It ends the time after a transfer, when there is nothing to wrap up.

    Refusal `bad_state`, or `takes_no_work` for people who do not serve customers.
    """
    if state not in DECLARABLE:
        raise Refusal("bad_state", f"Presence can be ready, paused or offline, not “{state}”.", field="state")
    if not member.takes_work:
        raise Refusal("takes_no_work", "Only agents take contacts.", field="state")
    presence = lock_presence(member.id)
    reason = reason.strip()[:60]
    presence.heartbeat_at = clock.now()
    if presence.state in BUSY:
        _remember_for_later(presence, state, reason)
        if presence.state == State.WRAP_UP and presence.interaction_id is not None:
            _end_if_passed_on(presence, presence.interaction_id)
    elif (presence.state, presence.reason) != (state, reason) or _seat_missing(presence):
        presence.misses = 0
        move(presence, state, reason=reason)
    else:
        presence.save(update_fields=["heartbeat_at"])
    return presence


def _end_if_passed_on(presence: Presence, interaction_id: int) -> None:
    """What became of a contact that was passed on is for the next agent to write down."""
    if not Interaction.objects.filter(id=interaction_id, member_id=presence.member_id).exists():
        close_wrap_up(presence.member, interaction_id=interaction_id)
        presence.refresh_from_db()


def _remember_for_later(presence: Presence, state: str, reason: str) -> None:
    ready = state == State.READY
    presence.after_work = "" if ready else state
    presence.after_reason = "" if ready else reason
    presence.save(update_fields=["after_work", "after_reason", "heartbeat_at"])
    tell(presence)


def _seat_missing(presence: Presence) -> bool:
    return presence.state == State.READY and presence.seat_token_id is None


@transaction.atomic
def heartbeat(member: Member) -> None:
    """The agent's desktop is there. A ready agent who was silent too long gets a seat again."""
    now = clock.now()
    fresh = Presence.objects.filter(member_id=member.id, heartbeat_at__gt=now - HEARTBEAT_STALE)
    if fresh.update(heartbeat_at=now):
        return
    presence = lock_presence(member.id)
    silent = not heard_within(presence.heartbeat_at, now, HEARTBEAT_STALE)
    presence.heartbeat_at = now
    if silent and presence.state == State.READY:
        replace_seat(presence, now, ready=True)
    presence.save(update_fields=["heartbeat_at", "seat_token_id"])


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
        silent = _silent_since(now - HEARTBEAT_STALE)
        members = silent.exclude(state__in=[State.OFFLINE, State.SERVING, State.WRAP_UP])
        member_ids = list(members.values_list("member_id", flat=True))
    changed = 0
    for member_id in member_ids:
        with tenant(organization_id):
            changed += _check_silent(member_id)
    return changed


def _silent_since(moment: datetime) -> QuerySet[Presence]:
    return Presence.objects.filter(Q(heartbeat_at__lte=moment) | Q(heartbeat_at=None, since__lte=moment))


def _check_silent(member_id: int) -> bool:
    """One agent, in one transaction; True when something changed."""
    offer = lock_open_offer_of(member_id)
    if offer is not None and not _heard(Presence.objects.get(member_id=member_id), HEARTBEAT_LOST):
        expire_now(offer)
    presence = lock_presence(member_id)
    if _heard(presence, HEARTBEAT_STALE):
        return False
    if _heard(presence, HEARTBEAT_LOST):
        return _take_seat(presence)
    if presence.state in {State.READY, State.PAUSED, State.NOT_RESPONDING}:
        move(presence, State.OFFLINE, reason=CONNECTION_LOST)
        return True
    return False


def _heard(presence: Presence, span: timedelta) -> bool:
    return heard_within(presence.heartbeat_at or presence.since, clock.now(), span)


def _take_seat(presence: Presence) -> bool:
    if presence.state != State.READY or presence.seat_token_id is None:
        return False
    replace_seat(presence, presence.since, ready=False)
    presence.save(update_fields=["seat_token_id"])
    tell(presence)
    return True
