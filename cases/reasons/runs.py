"""Trainings that are asked for, and how far they are: one at a time for an organisation."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import IntegrityError, transaction

from accounts.actors import Actor
from cases.events import ReasonTrainingWanted
from cases.reasons.models import TrainingRun
from foundation import clock, live
from foundation.events import emit
from foundation.tenancy import current_organization_id, tenant

# Longer than the longest training may take; after a sign of life it has as long again.
SILENT = timedelta(minutes=20)
KEPT = 90
State = TrainingRun.State
_OPEN = (State.WAITING, State.RUNNING)


def want_training(*, actor: Actor) -> bool:
    """Ask for a training soon, in the background. False when one is under way or about to start."""
    run = _open_run(actor.name, State.WAITING)
    if run is None:
        return False
    wanted = ReasonTrainingWanted(organization_id=current_organization_id(), run_id=run.pk)
    emit(wanted, actor=actor.as_json())
    _tell_screens()
    return True


def current_run() -> TrainingRun | None:
    """The training that is asked for or under way, or the last one."""
    _give_up_silent()
    return TrainingRun.objects.order_by("-id").first()


@contextmanager
def under_way(organization_id: int, run_id: int | None) -> Iterator[int | None]:
    """Inside, this is the one training of the organisation; None when another one is. `run_id` is one that
    was asked for, which may have been begun by a worker that died; without it, a new one at night."""
    with tenant(organization_id):
        begun = _begin(run_id)
    if begun is None:
        yield None
        return
    try:
        yield begun
    except BaseException as error:
        with tenant(organization_id):
            _end(begun, State.FAILED, problem=f"{type(error).__name__}: {error}"[:200])
        raise
    with tenant(organization_id):
        _end(begun, State.DONE)


def tell_progress(run_id: int, *, read: int, wanted: int) -> None:
    """So many contacts are read; inside a tenant."""
    TrainingRun.objects.filter(id=run_id).update(
        contacts_read=read, contacts_wanted=wanted, told_at=clock.now()
    )
    _tell_screens()


def _begin(run_id: int | None) -> int | None:
    if run_id is None:
        made = _open_run("every night", State.RUNNING)
        return made.pk if made else None
    try:
        with transaction.atomic():
            begun = TrainingRun.objects.filter(id=run_id).exclude(state=State.DONE)
            return run_id if begun.update(state=State.RUNNING, told_at=clock.now()) else None
    except IntegrityError:  # it had failed, and another one has begun since
        return None


def _open_run(asked_by: str, state: str) -> TrainingRun | None:
    _give_up_silent()
    try:
        with transaction.atomic():
            return TrainingRun.objects.create(asked_by=asked_by[:120], state=state)
    except IntegrityError:
        return None


def _give_up_silent() -> None:
    silent = TrainingRun.objects.filter(state__in=_OPEN, told_at__lt=clock.now() - SILENT)
    silent.update(state=State.FAILED, problem="It stopped without a word.", finished_at=clock.now())


def _end(run_id: int, state: str, *, problem: str = "") -> None:
    TrainingRun.objects.filter(id=run_id, state=State.RUNNING).update(
        state=state, problem=problem, finished_at=clock.now()
    )
    kept = TrainingRun.objects.order_by("-id").values_list("id", flat=True)[:KEPT]
    TrainingRun.objects.exclude(id__in=list(kept)).delete()
    _tell_screens()


def _tell_screens() -> None:
    live.hint("floor", "reasons")
