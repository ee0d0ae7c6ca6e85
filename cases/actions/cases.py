"""Opening and settling what a customer is waiting for."""

from accounts.actors import SYSTEM_ACTOR, Actor
from cases.events import CaseOpened, CaseReopened, CaseSolved
from cases.models import Case
from cases.queries import holds_marketing
from customers.actions import add_timeline_entry, share_record
from customers.actions.timeline import lock_customer
from foundation import clock
from foundation.errors import Conflict, Forbidden, NotVisible, Refusal
from foundation.events import emit


def open_case(
    customer_id: int, *, title: str, reason: str = "", actor: Actor, partner_id: int | None = None
) -> Case:
    """Open a matter; `partner_id` works on it (None: in-house). While one is open, marketing is held.

    Refusal `missing`, `too_long`; Forbidden `not_yours` when a partner opens one for another; NotVisible.
    """
    title = " ".join(title.split())
    if not title or len(title) > 200:
        raise Refusal("missing" if not title else "too_long", "Say what it is about.", field="title")
    lock_customer(customer_id)
    held = holds_marketing(customer_id)
    worker_id = company_of(actor, partner_id)
    case = Case.objects.create(
        customer_id=customer_id,
        title=title,
        reason=reason[:60],
        partner_id=worker_id,
        opened_at=clock.now(),
    )
    if worker_id is not None:
        share_record(customer_id, partner_id=worker_id, reason="case", actor=actor)
    _tell(case, f"Case opened: {title}", actor)
    if not held:
        _tell_marketing(customer_id, "Marketing and renewal notices are held")
    emit(
        CaseOpened(customer_id=customer_id, case_id=case.id, partner_id=worker_id),
        actor=actor.as_json(),
    )
    return case


def solve_case(case_id: int, *, actor: Actor, outcome: str = "", expected_version: int | None = None) -> Case:
    """open → solved. Conflict `stale`, or `promises_open` while a promise of the case is neither kept nor
    withdrawn; NotVisible."""
    case = _lock(case_id, actor, expected_version)
    if case.state == Case.State.SOLVED:
        return case
    if case.promises.filter(state__in=["open", "broken"]).exists():
        raise Conflict("promises_open", "A promise of this case is still open: keep or withdraw it first.")
    _set_state(case, Case.State.SOLVED)
    _tell(case, f"Case solved: {case.title}", actor, body=outcome.strip())
    if not holds_marketing(case.customer_id):
        _tell_marketing(case.customer_id, "Marketing and renewal notices resume")
    emit(
        CaseSolved(customer_id=case.customer_id, case_id=case.id, partner_id=case.partner_id),
        actor=actor.as_json(),
    )
    return case


def reopen_case(case_id: int, *, actor: Actor, why: str, expected_version: int | None = None) -> Case:
    """solved → open: it was not settled after all. Conflict `stale`; NotVisible."""
    case = _lock(case_id, actor, expected_version)
    if case.state == Case.State.OPEN:
        return case
    held = holds_marketing(case.customer_id)
    _set_state(case, Case.State.OPEN)
    _tell(case, f"Case reopened: {case.title}", actor, body=why.strip())
    if not held:
        _tell_marketing(case.customer_id, "Marketing and renewal notices are held")
    emit(
        CaseReopened(customer_id=case.customer_id, case_id=case.id, partner_id=case.partner_id),
        actor=actor.as_json(),
    )
    return case


def company_of(actor: Actor, partner_id: int | None) -> int | None:
    """Which company a partner or an in-house person may name. Forbidden when a partner names another."""
    if actor.partner_id is None:
        return partner_id
    if partner_id not in {None, actor.partner_id}:
        raise Forbidden("not_yours", "A partner speaks only for itself.")
    return actor.partner_id


def _lock(case_id: int, actor: Actor, expected_version: int | None) -> Case:
    case = Case.objects.select_for_update(no_key=True).filter(id=case_id).first()
    if case is None:
        raise NotVisible("case")
    if actor.partner_id is not None and case.partner_id != actor.partner_id:
        raise Forbidden("not_yours", "Another company works on this case.")
    if expected_version is not None and case.version != expected_version:
        raise Conflict("stale", "Somebody else changed this case; look again before you save.")
    return case


def _set_state(case: Case, state: str) -> None:
    case.state = state
    now = clock.now()
    before = case.turns or ([case.solved_at] if case.solved_at else [])
    case.turns = [*before, now]
    case.solved_at = now if state == Case.State.SOLVED else None
    case.version += 1
    case.save(update_fields=["state", "solved_at", "turns", "version"])


def _tell(case: Case, title: str, actor: Actor, *, body: str = "") -> None:
    add_timeline_entry(
        case.customer_id,
        kind="case",
        title=title,
        body=body,
        actor=actor,
        ref=("case", case.id),
        partner_id=case.partner_id,
    )


def _tell_marketing(customer_id: int, title: str) -> None:
    add_timeline_entry(customer_id, kind="marketing", title=title, actor=SYSTEM_ACTOR, for_partners=False)
