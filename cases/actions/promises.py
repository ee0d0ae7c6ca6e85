"""What was promised: made, acknowledged, kept or withdrawn."""

from datetime import datetime, timedelta
from typing import Any

from accounts.actors import Actor
from accounts.models import Member, Partner
from cases import rules
from cases.actions.cases import company_of
from cases.events import (
    PromiseAcknowledged,
    PromiseDue,
    PromiseDueSoon,
    PromiseKept,
    PromiseMade,
    PromiseWithdrawn,
)
from cases.models import Case, Promise
from customers.actions import add_timeline_entry, share_record
from customers.actions.timeline import lock_customer
from customers.models import Interaction
from foundation import clock, live, timers
from foundation.errors import Conflict, Forbidden, NotVisible, Refusal
from foundation.events import emit

LONGEST = timedelta(days=366)
State = Promise.State


def make_promise(
    customer_id: int,
    *,
    text: str,
    due_at: datetime,
    actor: Actor,
    owed_by_id: int | None = None,
    case_id: int | None = None,
    interaction_id: int | None = None,
    owner_id: int | None = None,
) -> Promise:
    """Promise something until a time; the company that owes it sees the record and the clock runs.

    `owed_by_id` is a partner (None: in-house); `owner_id` the person who answers for it. Refusal `missing`,
    `too_long`, `due_in_past`, `due_too_far`, `not_of_customer`; Forbidden `not_yours`; NotVisible.
    """
    text = " ".join(text.split())
    now = clock.now()
    _check_words_and_time(text, due_at, now)
    _check_belongs(customer_id, case_id, interaction_id)
    lock_customer(customer_id)
    owed_by_id = company_of(actor, owed_by_id)
    _check_owner(owner_id, owed_by_id)
    promise = Promise.objects.create(
        customer_id=customer_id,
        case_id=case_id,
        interaction_id=interaction_id,
        text=text,
        due_at=due_at,
        owed_by_id=owed_by_id,
        owner_id=owner_id,
        hand=actor.hand,
        promised_by=actor.name[:120],
        promised_at=now,
    )
    if owed_by_id is not None:
        share_record(customer_id, partner_id=owed_by_id, reason="promise", actor=actor)
    _set_clock(promise)
    tell_record(promise, f"Promised: {text}", actor)
    emit(
        PromiseMade(
            customer_id=customer_id,
            promise_id=promise.id,
            owed_by_id=owed_by_id,
            text=text,
            due_at=due_at.isoformat(),
        ),
        actor=actor.as_json(),
    )
    return promise


def acknowledge_promise(promise_id: int, *, actor: Actor, expected_version: int | None = None) -> Promise:
    """The company that owes it has taken note; the first time counts.

    Conflict `stale` or `promise_settled`; Forbidden `not_yours`; NotVisible.
    """
    promise = lock_promise(promise_id, actor=actor, expected_version=expected_version)
    if promise.acknowledged_at is not None:
        return promise
    _check_unsettled(promise)
    promise.acknowledged_at = clock.now()
    promise.acknowledged_by = actor.name[:120]
    _save(promise, "acknowledged_at", "acknowledged_by")
    tell_record(promise, f"Acknowledged: {promise.text}", actor)
    emit(
        PromiseAcknowledged(
            customer_id=promise.customer_id, promise_id=promise.id, owed_by_id=promise.owed_by_id
        ),
        actor=actor.as_json(),
    )
    return promise


def keep_promise(
    promise_id: int, *, actor: Actor, outcome: str = "", expected_version: int | None = None
) -> Promise:
    """open | broken → kept; late when its time had passed. Keeping it twice writes nothing.

    Conflict `stale`, or `promise_settled` when withdrawn; Forbidden `not_yours`; NotVisible.
    """
    promise = lock_promise(promise_id, actor=actor, expected_version=expected_version)
    if promise.state == State.KEPT:
        return promise
    _check_unsettled(promise)
    promise.state = State.KEPT
    promise.kept_at = clock.now()
    promise.outcome = outcome.strip()[:240]
    _save(promise, "state", "kept_at", "outcome")
    _stop_clock(promise)
    late = promise.kept_at > promise.due_at
    title = f"Promise kept{' late' if late else ''}: {promise.text}"
    tell_record(promise, title, actor, body=promise.outcome)
    emit(
        PromiseKept(
            customer_id=promise.customer_id,
            promise_id=promise.id,
            owed_by_id=promise.owed_by_id,
            late=late,
        ),
        actor=actor.as_json(),
    )
    return promise


def withdraw_promise(
    promise_id: int, *, actor: Actor, reason: str, expected_version: int | None = None
) -> Promise:
    """open | broken → withdrawn: it no longer holds, and the customer knows why.

    Refusal `missing_reason`; Conflict `stale`, or `promise_settled` when kept; Forbidden; NotVisible.
    """
    reason = reason.strip()[:240]
    if not reason:
        raise Refusal("missing_reason", "Say why the promise is withdrawn.", field="reason")
    promise = lock_promise(promise_id, actor=actor, expected_version=expected_version)
    if promise.state == State.WITHDRAWN:
        return promise
    _check_unsettled(promise)
    promise.state = State.WITHDRAWN
    promise.withdrawn_at = clock.now()
    promise.outcome = reason
    _save(promise, "state", "withdrawn_at", "outcome")
    _stop_clock(promise)
    tell_record(promise, f"Promise withdrawn: {promise.text}", actor, body=reason)
    emit(
        PromiseWithdrawn(
            customer_id=promise.customer_id, promise_id=promise.id, owed_by_id=promise.owed_by_id
        ),
        actor=actor.as_json(),
    )
    return promise


def lock_promise(
    promise_id: int, *, actor: Actor | None = None, expected_version: int | None = None
) -> Promise:
    """The row, locked. A partner's actor must owe it. NotVisible, Forbidden `not_yours`, Conflict `stale`."""
    promise = Promise.objects.select_for_update(no_key=True).filter(id=promise_id).first()
    if promise is None:
        raise NotVisible("promise")
    if actor is not None and actor.partner_id is not None and promise.owed_by_id != actor.partner_id:
        raise Forbidden("not_yours", "Another company owes this promise.")
    if expected_version is not None and promise.version != expected_version:
        raise Conflict("stale", "Somebody else changed this promise; look again before you save.")
    return promise


def tell_record(promise: Promise, title: str, actor: Actor, *, body: str = "") -> None:
    """Write the timeline, nudge whoever has the record open, and the floor's figures."""
    add_timeline_entry(
        promise.customer_id,
        kind="promise",
        title=title,
        body=body,
        actor=actor,
        interaction_id=promise.interaction_id,
        ref=("promise", promise.id),
        partner_id=promise.owed_by_id,
    )
    live.hint("floor", "promises")


def _save(promise: Promise, *fields: str) -> None:
    promise.version += 1
    promise.save(update_fields=[*fields, "version"])


def _check_unsettled(promise: Promise) -> None:
    if promise.state not in {State.OPEN, State.BROKEN}:
        told = promise.get_state_display().lower()
        raise Conflict("promise_settled", f"This promise is already {told}.")


def _check_words_and_time(text: str, due_at: datetime, now: datetime) -> None:
    if not text:
        raise Refusal("missing", "Say what is promised.", field="text")
    if len(text) > 240:
        raise Refusal("too_long", "At most 240 characters.", field="text")
    if due_at <= now:
        raise Refusal("due_in_past", "That time has passed. Promise a later one.", field="due_at")
    if due_at > now + LONGEST:
        raise Refusal("due_too_far", "Promise something within a year.", field="due_at")


def _check_belongs(customer_id: int, case_id: int | None, interaction_id: int | None) -> None:
    wrong_case = case_id is not None and not Case.objects.filter(id=case_id, customer_id=customer_id).exists()
    if wrong_case:
        raise Refusal("not_of_customer", "The case is another customer's.", field="case_id")
    if (
        interaction_id is not None
        and not Interaction.objects.filter(id=interaction_id, customer_id=customer_id).exists()
    ):
        raise Refusal("not_of_customer", "The contact is another customer's.", field="interaction_id")


def _check_owner(owner_id: int | None, owed_by_id: int | None) -> None:
    if owed_by_id is not None and not Partner.objects.filter(id=owed_by_id).exists():
        raise NotVisible("partner")
    if owner_id is not None and not Member.objects.filter(id=owner_id).exists():
        raise NotVisible("member")


def _set_clock(promise: Promise) -> None:
    ids: dict[str, Any] = {
        "customer_id": promise.customer_id,
        "promise_id": promise.id,
        "owed_by_id": promise.owed_by_id,
    }
    warn_at = rules.warning_time(promise.promised_at, promise.due_at)
    timers.emit_at(PromiseDueSoon(**ids), warn_at, key=f"promise:{promise.id}:due_soon")
    timers.emit_at(PromiseDue(**ids), promise.due_at, key=f"promise:{promise.id}:due")


def _stop_clock(promise: Promise) -> None:
    for what in ("due_soon", "due"):
        timers.cancel_timer(f"promise:{promise.id}:{what}")
