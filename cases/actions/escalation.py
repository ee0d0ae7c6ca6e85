"""A promise's clock: warn its owner before, tell both companies after."""

from zoneinfo import ZoneInfo

from accounts.actors import SYSTEM_ACTOR
from accounts.models import Member, Organization
from cases.actions.promises import lock_promise, tell_record
from cases.events import PromiseBroken, PromiseDue, PromiseWarned
from cases.models import Promise
from foundation import clock, live, timers
from foundation.errors import NotVisible
from foundation.events import emit
from foundation.tenancy import current_organization_id

SUPERVISORS = (Member.Role.SUPERVISOR, Member.Role.ADMIN)


def warn_promise(promise_id: int) -> Promise | None:
    """Warn whoever must keep it, once. None when it is settled, broken or warned already, or gone."""
    promise = _locked_open(promise_id)
    if promise is None or promise.warned_at is not None or promise.due_at <= clock.now():
        return None
    promise.warned_at = clock.now()
    promise.version += 1
    promise.save(update_fields=["warned_at", "version"])
    tell_record(promise, f"Due soon: {promise.text} (by {_local_due(promise)})", SYSTEM_ACTOR)
    emit(
        PromiseWarned(customer_id=promise.customer_id, promise_id=promise.id, owed_by_id=promise.owed_by_id),
        actor=SYSTEM_ACTOR.as_json(),
    )
    _nudge(_keepers(promise), "promise.warned", promise)
    return promise


def break_promise(promise_id: int) -> Promise | None:
    """Its time has come unkept: open → broken, told to the company that owes it and to the supervisors.

    None when it is settled or broken already, or gone. Set again when this clock is behind the database's.
    """
    promise = _locked_open(promise_id)
    if promise is None:
        return None
    now = clock.now()
    if promise.due_at > now:
        event = PromiseDue(
            customer_id=promise.customer_id, promise_id=promise.id, owed_by_id=promise.owed_by_id
        )
        timers.emit_at(event, promise.due_at, key=f"promise:{promise.id}:due")
        return None
    promise.state = Promise.State.BROKEN
    promise.escalated_at = now
    promise.version += 1
    promise.save(update_fields=["state", "escalated_at", "version"])
    tell_record(promise, f"Promise broken: {promise.text} (was due {_local_due(promise)})", SYSTEM_ACTOR)
    emit(
        PromiseBroken(customer_id=promise.customer_id, promise_id=promise.id, owed_by_id=promise.owed_by_id),
        actor=SYSTEM_ACTOR.as_json(),
    )
    _nudge(_keepers(promise) | _supervisors(), "promise.broken", promise)
    return promise


def _locked_open(promise_id: int) -> Promise | None:
    try:
        promise = lock_promise(promise_id)
    except NotVisible:
        return None
    return promise if promise.state == Promise.State.OPEN else None


def _keepers(promise: Promise) -> set[int]:
    """Its owner, and everyone of the partner that owes it; without either, the supervisors."""
    owners = {promise.owner_id} if promise.owner_id is not None else set()
    if promise.owed_by_id is not None:
        people = Member.objects.filter(partner_id=promise.owed_by_id, is_active=True)
        owners |= set(people.values_list("id", flat=True))
    return owners or _supervisors()


def _supervisors() -> set[int]:
    return set(Member.objects.filter(role__in=SUPERVISORS, is_active=True).values_list("id", flat=True))


def _nudge(member_ids: set[int], kind: str, promise: Promise) -> None:
    for member_id in sorted(member_ids):
        live.nudge(f"member:{member_id}", kind, promise_id=promise.id, customer_id=promise.customer_id)


def _local_due(promise: Promise) -> str:
    zone = Organization.objects.values_list("time_zone", flat=True).get(id=current_organization_id())
    return f"{promise.due_at.astimezone(ZoneInfo(zone)):%-d %B, %H:%M}"
