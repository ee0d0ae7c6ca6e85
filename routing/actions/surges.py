"""Surge plans: compose, start with one click, end by the clock or by hand. Inside `tenancy.tenant()`."""

from dataclasses import asdict
from datetime import datetime, timedelta

from accounts.actors import SYSTEM_ACTOR, Actor
from accounts.models import Member
from foundation import clock, live
from foundation.errors import Conflict, Refusal
from foundation.events import emit
from foundation.timers import cancel_timer, emit_at
from routing.actions.seat_asks import ask_partner, release_asks
from routing.actions.setup import settings_changed
from routing.actions.simulations import request_simulation
from routing.config import running_surges
from routing.events import SurgeExpiryDue, SurgePlanChanged, SurgeReverted, SurgeStarted
from routing.models import SimulationRun, SurgePlan, SurgePlanVersion, SurgeRun
from routing.queries.simulations import HISTORY
from routing.queries.surges import (
    House,
    access_surge_plan,
    access_surge_run,
    current_version,
    hand_changes,
    house_now,
)
from routing.simulation.changes import Change
from routing.surge.bundle import Bundle, BundleProblem, as_json, of_json, problems
from routing.surge.overlay import beneath

PREVIEW_WEEKS = 4


class BundleRefused(Refusal):
    """A bundle that makes no sense; `problems` names every field at fault."""

    def __init__(self, found: list[BundleProblem]) -> None:
        super().__init__(found[0].code, found[0].message, field=found[0].field)
        self.problems = found


def compose_plan(*, member: Member, name: str, purpose: str, bundle: Bundle) -> SurgePlan:
    """A new plan. Refusal `missing`, `too_long`, `name_taken`, or BundleRefused."""
    name, purpose = _named(name, purpose)
    _check(bundle, house_now())
    if SurgePlan.objects.filter(name=name).exists():
        raise Refusal("name_taken", f"There is a plan “{name}” already.", field="name")
    plan = SurgePlan.objects.create(name=name, purpose=purpose)
    _add_version(plan, 1, bundle, member)
    return plan


def change_plan(
    plan_id: int, *, member: Member, name: str, purpose: str, bundle: Bundle, expected: int
) -> SurgePlanVersion:
    """A new version, unless nothing changes; a run that goes on keeps its own. `expected`: the version that
    was looked at. Conflict `stale`; Refusal as `compose_plan`; NotVisible."""
    access_surge_plan(plan_id)
    plan = SurgePlan.objects.select_for_update().get(id=plan_id)
    current = current_version(plan)
    name, purpose = _named(name, purpose)
    if current.number != expected:
        raise Conflict("stale", f"Somebody made version {current.number} meanwhile. Look at it first.")
    _check(bundle, house_now())
    if SurgePlan.objects.filter(name=name).exclude(id=plan_id).exists():
        raise Refusal("name_taken", f"There is a plan “{name}” already.", field="name")
    if of_json(current.bundle) == bundle and (plan.name, plan.purpose) == (name, purpose):
        return current
    SurgePlan.objects.filter(id=plan_id).update(name=name, purpose=purpose)
    return _add_version(plan, current.number + 1, bundle, member)


def _add_version(plan: SurgePlan, number: int, bundle: Bundle, member: Member) -> SurgePlanVersion:
    made = SurgePlanVersion.objects.create(
        plan=plan, number=number, bundle=as_json(bundle), made_by=member, made_at=clock.now()
    )
    emit(SurgePlanChanged(plan_id=plan.id, version_number=number), actor=member.actor.as_json())
    live.hint("floor", "surge")
    return made


def _named(name: str, purpose: str) -> tuple[str, str]:
    name, purpose = " ".join(name.split()), " ".join(purpose.split())
    if not name:
        raise Refusal("missing", "Give the plan a name.", field="name")
    for field, text, most in (("name", name, 80), ("purpose", purpose, 240)):
        if len(text) > most:
            raise Refusal("too_long", f"At most {most} characters.", field=field)
    return name, purpose


def _check(bundle: Bundle, house: House) -> None:
    found = problems(bundle, house.rules, house.partners)
    if found:
        raise BundleRefused(found)


def preview_plan(plan_id: int, *, member: Member, expected: int) -> SimulationRun:
    """Have the last four weeks played with and without the plan. Conflict `stale`; Refusal `no_history`."""
    plan = access_surge_plan(plan_id)
    version = _seen(plan, expected)
    return request_simulation(
        member=member, source=HISTORY, weeks=PREVIEW_WEEKS, change=Change(), surge=version
    )


def _seen(plan: SurgePlan, expected: int) -> SurgePlanVersion:
    version = current_version(plan)
    if version.number != expected:
        raise Conflict("stale", f"Somebody made version {version.number} meanwhile. Look at it first.")
    return version


def start_surge(plan_id: int, *, member: Member, expected: int) -> SurgeRun:
    """Lay the plan over what is set up, at once and for its time. `expected`: the version that was looked at.

    Conflict `already_running`, `overlaps` (another plan that runs replaces the same), `stale`; BundleRefused
    where it no longer fits what is set up; NotVisible.
    """
    plan = access_surge_plan(plan_id)
    # All plans: two that replace the same may be started in the same moment.
    list(SurgePlan.objects.select_for_update().order_by("id").values_list("id", flat=True))
    version = _seen(plan, expected)
    bundle, house = of_json(version.bundle), house_now()
    _refuse_clash(plan, bundle)
    _check(bundle, house)
    now = clock.now()
    run = SurgeRun.objects.create(
        plan=plan,
        version=version,
        started_by=member,
        started_at=now,
        expires_at=now + timedelta(minutes=bundle.minutes),
        before=beneath(bundle, house.rules, house.says),
    )
    emit(_started(run), actor=member.actor.as_json())
    emit_at(SurgeExpiryDue(plan_id=plan.id, run_id=run.id), run.expires_at, key=_timer(run.id))
    for wish in bundle.asks:
        ask_partner(run, wish, actor=member.actor)
    _tell()
    return run


def _refuse_clash(plan: SurgePlan, bundle: Bundle) -> None:
    if SurgeRun.objects.filter(plan=plan, reverted_at=None).exists():
        raise Conflict("already_running", f"“{plan.name}” runs already.")
    for run in running_surges():
        if of_json(run.version.bundle).replaces & bundle.replaces:
            other = run.version.plan.name
            raise Conflict("overlaps", f"“{other}” runs and replaces the same settings. Revert it first.")


def _started(run: SurgeRun) -> SurgeStarted:
    return SurgeStarted(
        plan_id=run.plan_id,
        run_id=run.id,
        version_number=run.version.number,
        expires_at=run.expires_at.isoformat(),
    )


def revert_surge(run_id: int, *, member: Member) -> SurgeRun:
    """Take the plan off what is set up, now. Conflict `not_running`; NotVisible."""
    run = access_surge_run(run_id)
    if not _end(run, SurgeRun.End.REVERTED, at=clock.now(), member=member):
        raise Conflict("not_running", f"“{run.plan.name}” does not run any more.")
    return access_surge_run(run_id)


def expire_surge(run_id: int) -> bool:
    """The same once its time is over. False when it was reverted before, or is not due."""
    run = SurgeRun.objects.select_related("plan", "version").filter(id=run_id).first()
    if run is None or run.expires_at > clock.now():
        return False
    return _end(run, SurgeRun.End.EXPIRED, at=run.expires_at, member=None)


def _end(run: SurgeRun, how: str, *, at: datetime, member: Member | None) -> bool:
    actor: Actor = member.actor if member else SYSTEM_ACTOR
    changes = hand_changes(run, house_now())
    ended = SurgeRun.objects.filter(id=run.id, reverted_at=None).update(
        reverted_at=at, reverted_by=member, end=how, changed_by_hand=[asdict(one) for one in changes]
    )
    if not ended:
        return False
    release_asks(run, at=at, actor=actor)
    settings = [one.setting for one in changes]
    event = SurgeReverted(plan_id=run.plan_id, run_id=run.id, how=how, changed_by_hand=settings)
    emit(event, actor=actor.as_json())
    cancel_timer(_timer(run.id))
    _tell()
    return True


def note_marquee(run_id: int, announcement_id: int) -> None:
    """Which announcement is the plan's."""
    SurgeRun.objects.filter(id=run_id).update(announcement_id=announcement_id)


def _timer(run_id: int) -> str:
    return f"surge:{run_id}:expiry"


def _tell() -> None:
    settings_changed()
    live.hint("floor", "surge")
    live.hint("floor", "queues")
