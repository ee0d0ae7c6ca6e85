"""Ask the simulator, and compute what was asked."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db.models import Q

from accounts.models import Member
from foundation import clock, live
from foundation.errors import Refusal
from foundation.events import emit
from foundation.tenancy import tenant
from foundation.timers import emit_at
from routing.events import SimulationRequested
from routing.models import SimulationRun, SurgePlanVersion
from routing.queries.simulations import HISTORY, STANDS_STILL, Outline, given, outline
from routing.queries.traffic import check_history
from routing.simulation.changes import (
    MOST_SEATS,
    Change,
    QueueChange,
    change_words,
    changed_profile,
    changed_rulebook,
)
from routing.simulation.preview import preview
from routing.simulation.profile import Profile
from routing.simulation.router import Rulebook
from routing.simulation.run import simulate
from routing.surge.bundle import of_json
from routing.surge.overlay import overlaid

logger = logging.getLogger(__name__)

BEAT_SECONDS = 1.0
State = SimulationRun.State


def request_simulation(
    *,
    member: Member,
    source: str,
    weeks: int,
    change: Change,
    seed: int = 1,
    surge: SurgePlanVersion | None = None,
) -> SimulationRun:
    """Have it computed in the background; with a surge plan running all the time, where one is given.

    Refusal where source, weeks or change make no sense.
    """
    known = outline(source)
    if source == HISTORY:
        check_history(weeks)
    check_change(change, known)
    run = SimulationRun.objects.create(
        member=member,
        source=source,
        weeks=weeks if source == HISTORY else 0,
        change=change_json(change),
        surge=surge,
        words=(f"“{surge.plan.name}” all the time" if surge else change_words(change, known.rulebook))[:240],
        seed=seed,
    )
    emit(SimulationRequested(simulation_id=run.id), actor=member.actor.as_json())
    _look_again(run.id)
    live.hint("floor", "simulations")
    return run


def _look_again(run_id: int) -> None:
    """Somebody sees to it that it is finished, whatever becomes of the first worker."""
    emit_at(
        SimulationRequested(simulation_id=run_id),
        clock.now() + STANDS_STILL + timedelta(seconds=5),
        key=f"simulation:{run_id}",
    )


def check_change(change: Change, known: Outline) -> None:
    """Refusal `bad_seats` or `bad_number`, naming the field, for what cannot be tried."""
    for pool_id, count in change.seats.items():
        there = known.people.get(pool_id, 0)
        if count and not -there <= count <= (MOST_SEATS if there else 0):
            most = MOST_SEATS if there else 0
            raise Refusal("bad_seats", f"Between −{there} and {most}.", field=f"seats-{pool_id}")
    for queue_id, one in change.queues.items():
        _check_queue(queue_id, one, known.rulebook)


def _check_queue(queue_id: int, one: QueueChange, rulebook: Rulebook) -> None:
    if queue_id not in rulebook.plans:
        raise Refusal("bad_number", "There is no such queue.", field=f"wait-{queue_id}")
    limits = (
        ("wait", one.wait, 3600),
        ("acceleration", one.acceleration, 1000),
        ("class", one.priority_class, 31),
    )
    for name, value, most in limits:
        if value is not None and not 0 <= value <= most:
            raise Refusal("bad_number", f"Between 0 and {most}.", field=f"{name}-{queue_id}")


def push_simulation(run_id: int, *, member: Member) -> None:
    """Have a run that stands still taken up at once."""
    if SimulationRun.objects.filter(id=run_id, state__in=[State.REQUESTED, State.RUNNING]).exists():
        emit(SimulationRequested(simulation_id=run_id), actor=member.actor.as_json())


def change_json(change: Change) -> dict[str, Any]:
    """As it is stored."""
    return {
        "seats": {str(pool_id): count for pool_id, count in change.seats.items() if count},
        "queues": {
            str(queue_id): {
                "wait": one.wait,
                "acceleration": one.acceleration,
                "priority_class": one.priority_class,
            }
            for queue_id, one in change.queues.items()
            if one != QueueChange()
        },
    }


def change_of(stored: Mapping[str, Any]) -> Change:
    """The same again."""
    return Change(
        seats={int(pool_id): count for pool_id, count in stored.get("seats", {}).items()},
        queues={int(queue_id): QueueChange(**one) for queue_id, one in stored.get("queues", {}).items()},
    )


def run_simulation(run_id: int, organization_id: int) -> None:
    """Compute a run unless it is done or somebody is at it. Opens its own transactions."""
    with tenant(organization_id):
        run = _take(run_id)
        if run is None:
            return
        try:
            rulebook, profile = given(run.source, run.weeks)
        except Refusal as refusal:
            _finish(run_id, state=State.FAILED, problem=refusal.message[:240])
            return
    try:
        found = _compute(run, rulebook, profile, _beats(run_id, organization_id))
    except ValueError as error:
        logger.info("a simulation failed", exc_info=True, extra={"simulation_id": run_id})
        with tenant(organization_id):
            _finish(run_id, state=State.FAILED, problem=str(error)[:240])
        return
    with tenant(organization_id):
        _finish(run_id, state=State.DONE, result=found, progress=1.0)


def _take(run_id: int) -> SimulationRun | None:
    """The run, claimed; None when it is over, or when somebody moves it (then this looks again later)."""
    now = clock.now()
    stale = Q(beat_at=None) | Q(beat_at__lt=now - STANDS_STILL)
    mine = SimulationRun.objects.filter(id=run_id, state__in=[State.REQUESTED, State.RUNNING]).filter(stale)
    if mine.update(state=State.RUNNING, beat_at=now, progress=0):
        _look_again(run_id)
        return SimulationRun.objects.select_related("surge").get(id=run_id)
    if SimulationRun.objects.filter(id=run_id, state=State.RUNNING).exists():
        _look_again(run_id)
    return None


def _compute(
    run: SimulationRun, rulebook: Rulebook, profile: Profile, progress: Callable[[float], None]
) -> dict[str, Any]:
    change = change_of(run.change)
    if not change and run.surge is None:
        return {
            "after": simulate(rulebook, profile, seed=run.seed, progress=progress).as_json(),
            "before": None,
        }
    after, change = _with_surge(run, changed_rulebook(rulebook, change), change, profile)
    found = preview(
        rulebook,
        after,
        profile,
        run.seed,
        profile_after=changed_profile(profile, change),
        change=run.words,
        progress=progress,
    )
    return found.as_json()


def _with_surge(
    run: SimulationRun, rulebook: Rulebook, change: Change, profile: Profile
) -> tuple[Rulebook, Change]:
    """The plan laid over, and the seats it asks for as if all were promised, where anybody works already."""
    if run.surge is None:
        return rulebook, change
    bundle = of_json(run.surge.bundle)
    staffed = {worker.pool_id for worker in profile.workers}
    wanted = {wish.partner_id: wish.seats for wish in bundle.asks}
    more = {
        pool.id: change.seats.get(pool.id, 0) + wanted[pool.partner_id]
        for pool in rulebook.pools.values()
        if pool.partner_id in wanted and pool.id in staffed
    }
    return overlaid(rulebook, bundle), replace(change, seats={**change.seats, **more})


def _beats(run_id: int, organization_id: int) -> Callable[[float], None]:
    """Writes the progress down, once a second at most."""
    written = time.monotonic()

    def progress(share: float) -> None:
        nonlocal written
        if time.monotonic() - written >= BEAT_SECONDS:
            written = time.monotonic()
            with tenant(organization_id):
                running = SimulationRun.objects.filter(id=run_id, state=State.RUNNING)
                running.update(progress=share, beat_at=clock.now())
                live.hint("floor", "simulations")

    return progress


def _finish(run_id: int, **changes: Any) -> None:
    SimulationRun.objects.filter(id=run_id, state=State.RUNNING).update(finished_at=clock.now(), **changes)
    live.hint("floor", "simulations")
