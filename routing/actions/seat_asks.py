"""Asking partners for more seats, and their answers. Inside `tenancy.tenant()`."""

from datetime import datetime, timedelta

from accounts.actors import SYSTEM_ACTOR, Actor
from foundation import clock, live
from foundation.errors import Conflict, NotVisible, Refusal
from foundation.events import emit
from foundation.timers import cancel_timer, emit_at
from routing.events import SeatsAnswerDue, SeatsAnswered, SeatsAsked, SeatsReleased
from routing.models import SeatAsk, SurgeRun
from routing.queries.surges import house_now, measured, seats_now
from routing.surge.bundle import SeatWish, ask_problems

ANSWERS = (SeatAsk.State.ACCEPTED, SeatAsk.State.PARTIAL, SeatAsk.State.REFUSED)
LONGEST_NOTE = 240
State = SeatAsk.State


def ask_more_seats(run_id: int, wish: SeatWish, *, actor: Actor) -> SeatAsk:
    """Ask a partner while the plan runs. Conflict `not_running`; Refusal naming the field."""
    run = SurgeRun.objects.select_for_update().filter(id=run_id).first()
    if run is None:
        raise NotVisible("run of a surge plan")
    now = clock.now()
    if run.reverted_at is not None or run.expires_at <= now:
        raise Conflict("not_running", "The plan does not run any more.")
    if wish.partner_id not in house_now().partners:
        raise NotVisible("partner")
    for problem in ask_problems(wish, int((run.expires_at - now).total_seconds() // 60)):
        raise Refusal(problem.code, problem.message, field=problem.field)
    return ask_partner(run, wish, actor=actor)


def ask_partner(run: SurgeRun, wish: SeatWish, *, actor: Actor) -> SeatAsk:
    """Write the ask down and tell the partner: its desktops, its change feed, its webhooks."""
    now = clock.now()
    ask = SeatAsk.objects.create(
        run=run,
        partner_id=wish.partner_id,
        seats=wish.seats,
        seats_before=seats_now(wish.partner_id),
        asked_at=now,
        starts_at=now + timedelta(minutes=wish.from_minutes),
        ends_at=run.expires_at,
        answer_by=now + timedelta(minutes=wish.answer_minutes),
    )
    asked = SeatsAsked(
        plan_id=run.plan_id,
        ask_id=ask.id,
        asked_partner_id=ask.partner_id,
        seats=ask.seats,
        starts_at=ask.starts_at.isoformat(),
        ends_at=ask.ends_at.isoformat(),
        answer_by=ask.answer_by.isoformat(),
    )
    emit(asked, actor=actor.as_json())
    due = SeatsAnswerDue(plan_id=run.plan_id, ask_id=ask.id, asked_partner_id=ask.partner_id)
    emit_at(due, ask.answer_by, key=_timer(ask.id))
    _tell(ask)
    return ask


def answer_ask(
    ask_id: int, *, actor: Actor, answer: str, seats: int | None = None, note: str = ""
) -> SeatAsk:
    """The partner's answer; the first one counts. `seats` only where it is partial.

    Refusal `bad_choice`, `bad_seats`, `too_long`; Conflict `answered` (by somebody else, or withdrawn), or
    `too_late`; NotVisible.
    """
    ask = SeatAsk.objects.select_related("run").filter(id=ask_id).first()
    if ask is None:
        raise NotVisible("ask for seats")
    promised = _promised(ask, answer, seats)
    note = " ".join(note.split())
    if len(note) > LONGEST_NOTE:
        raise Refusal("too_long", f"At most {LONGEST_NOTE} characters.", field="note")
    now = clock.now()
    answered = SeatAsk.objects.filter(id=ask_id, state=State.OPEN, answer_by__gt=now).update(
        state=answer,
        seats_promised=promised,
        note=note,
        answered_at=now,
        answered_by=actor.name[:120] or "API",
    )
    if not answered:
        _refuse_late(ask_id)
    cancel_timer(_timer(ask_id))
    return _answered(ask_id, actor, by_deadline=False)


def _promised(ask: SeatAsk, answer: str, seats: int | None) -> int:
    if answer not in ANSWERS:
        raise Refusal("bad_choice", "Answer accepted, partial or refused.", field="answer")
    if answer == State.PARTIAL:
        if seats is None or not 1 <= seats < ask.seats:
            most = ask.seats - 1
            told = (
                f"Between 1 and {most}: for all {ask.seats}, accept." if most else "Accept it or refuse it."
            )
            raise Refusal("bad_seats", told, field="seats")
        return seats
    wanted = ask.seats if answer == State.ACCEPTED else 0
    if seats not in {None, wanted}:
        raise Refusal("bad_seats", f"That would be {wanted} seats.", field="seats")
    return wanted


def _refuse_late(ask_id: int) -> None:
    ask = SeatAsk.objects.get(id=ask_id)
    if ask.state == State.OPEN:
        raise Conflict("too_late", "The time to answer is over: it counts as refused.")
    by = f" by {ask.answered_by}" if ask.answered_by else ""
    raise Conflict("answered", f"It is {ask.get_state_display().lower()} already{by}.")


def refuse_unanswered(ask_id: int) -> bool:
    """Nobody answered in time: that is a refusal. False when somebody did, or it is not due."""
    now = clock.now()
    overdue = SeatAsk.objects.filter(id=ask_id, state=State.OPEN, answer_by__lte=now)
    if not overdue.update(state=State.REFUSED, answered_at=now):
        return False
    _answered(ask_id, SYSTEM_ACTOR, by_deadline=True)
    return True


def _answered(ask_id: int, actor: Actor, *, by_deadline: bool) -> SeatAsk:
    ask = SeatAsk.objects.select_related("run__plan", "partner").get(id=ask_id)
    event = SeatsAnswered(
        plan_id=ask.run.plan_id,
        ask_id=ask.id,
        asked_partner_id=ask.partner_id,
        answer=ask.state,
        seats_promised=ask.seats_promised,
        by_deadline=by_deadline,
    )
    emit(event, actor=actor.as_json())
    _tell(ask)
    return ask


def release_asks(run: SurgeRun, *, at: datetime, actor: Actor) -> None:
    """The plan has ended: what nobody answered is withdrawn, what was promised is measured and over."""
    for ask in SeatAsk.objects.select_for_update().filter(run=run).order_by("id"):
        if ask.state in {State.REFUSED, State.WITHDRAWN}:
            continue
        if ask.state == State.OPEN:
            ask.state = State.WITHDRAWN
        ask.ends_at = max(ask.asked_at, min(ask.ends_at, at))
        if ask.state != State.WITHDRAWN and ask.ends_at > ask.starts_at:
            ask.at_work = round(measured(ask, ask.ends_at), 3)
        ask.save(update_fields=["state", "ends_at", "at_work"])
        cancel_timer(_timer(ask.id))
        released = SeatsReleased(
            plan_id=run.plan_id, ask_id=ask.id, asked_partner_id=ask.partner_id, at_work=ask.at_work
        )
        emit(released, actor=actor.as_json())
        _tell(ask)


def _timer(ask_id: int) -> str:
    return f"seat_ask:{ask_id}:answer"


def _tell(ask: SeatAsk) -> None:
    live.nudge(f"audience:partner:{ask.partner_id}", "seats.changed", ask_id=ask.id)
    live.hint("floor", "surge")
