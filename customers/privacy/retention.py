"""How long each kind of data is kept: the usual times, an organisation's own, and the nightly work."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import F, Model, Q, QuerySet

from accounts.models import Member
from customers.models import Customer
from customers.privacy.events import RetentionChanged
from customers.privacy.models import LegalHold, RetentionRule, RetentionRun
from foundation import clock
from foundation.errors import Forbidden, Refusal
from foundation.events import emit
from foundation.tenancy import current_organization_id, tenant

BATCH = 1000
# More than so many rows of one kind wait for the next night.
MOST_A_NIGHT = 500_000
GIVEN_UP_AFTER = timedelta(hours=6)
RUNS_KEPT_FOR = timedelta(days=90)
_FORGETTING = "SELECT set_config('app.forgetting', 'on', true)"
_HOLDS = "SELECT pg_advisory_xact_lock{shared}(hashtextextended(%s, 0))"
logger = logging.getLogger(__name__)
State = RetentionRun.State


@dataclass(frozen=True)
class RetentionKind:
    """Rows that are not kept for ever. `rows(before)` are those old enough, yet to be forgotten;
    `held(ids)` says which of them belong to these customers. With `blank` they stay without those fields;
    `first` is what must be done about them before.

    Days: the usual, the least and the most an organisation may choose; `usual_days` None: for good.
    """

    name: str
    label: str
    then: str
    rows: Callable[[datetime], QuerySet[Any]]
    held: Callable[[list[int]], Q]
    usual_days: int | None
    least_days: int = 1
    most_days: int | None = None
    blank: Mapping[str, Any] = field(default_factory=dict)
    first: Callable[[QuerySet[Any]], object] | None = None


@dataclass(frozen=True)
class RetentionLine:
    """A kind as it stands here: how long it is kept, who said so, and the last run."""

    kind: RetentionKind
    keep_days: int | None
    rule: RetentionRule | None
    run: RetentionRun | None


_kinds: dict[str, RetentionKind] = {}


def register(*kinds: RetentionKind) -> None:
    """Make kinds known; again is harmless."""
    _kinds.update({kind.name: kind for kind in kinds})


def retention_kinds() -> list[RetentionKind]:
    """Every kind, in the order of registration."""
    return list(_kinds.values())


def retention_lines() -> list[RetentionLine]:
    """Every kind of this organisation's, with the last run of each."""
    rules = {rule.kind: rule for rule in RetentionRule.objects.all()}
    runs = {run.kind: run for run in RetentionRun.objects.order_by("kind", "-id").distinct("kind")}
    lines = []
    for kind in retention_kinds():
        rule = rules.get(kind.name)
        days = rule.keep_days if rule else kind.usual_days
        lines.append(RetentionLine(kind, days, rule, runs.get(kind.name)))
    return lines


def keep_for(name: str, *, days: int | None, member: Member) -> RetentionRule:
    """Keep a kind for so many days from now on; None: for good.

    Refusal `unknown_kind`, `bad_days`; Forbidden `admins_only`.
    """
    if not member.administers:
        raise Forbidden("admins_only", "Only administrators say how long data is kept.")
    kind = _kinds.get(name)
    if kind is None:
        raise Refusal("unknown_kind", "There is no such kind of data.", field="kind")
    _check_days(kind, days)
    rule, _ = RetentionRule.objects.update_or_create(
        kind=name,
        defaults={"keep_days": days, "changed_by": member.display_name, "changed_at": clock.now()},
    )
    emit(RetentionChanged(kind=name, keep_days=days), actor=member.actor.as_json())
    return rule


def _check_days(kind: RetentionKind, days: int | None) -> None:
    most = kind.most_days or 36_500
    if days is None and kind.most_days is None:
        return
    if days is None or not kind.least_days <= days <= most:
        raise Refusal("bad_days", f"From {kind.least_days} to {most:,} days.", field="days")


def hold_off_retention(*, shared: bool = False) -> None:
    """Whoever places a hold waits for the batch that is being forgotten (`shared`), no longer."""
    with connection.cursor() as cursor:
        cursor.execute(
            _HOLDS.format(shared="_shared" if shared else ""), [f"holds:{current_organization_id()}"]
        )


def apply_retention(organization_id: int) -> list[RetentionRun]:
    """Forget what is old enough, kind by kind, a thousand rows in a transaction; a run that is cut off is
    gone on with the next night. Legal holds keep what is under them."""
    runs = []
    for kind in retention_kinds():
        with tenant(organization_id):
            run = _begin(kind)
        if run is not None:
            _work(kind, run, organization_id)
            runs.append(run)
    return runs


def _begin(kind: RetentionKind) -> RetentionRun | None:
    """A run of this kind, unless it is kept for good or somebody is at it."""
    hold_off_retention()
    rule = RetentionRule.objects.filter(kind=kind.name).first()
    days = rule.keep_days if rule else kind.usual_days
    at_it = RetentionRun.objects.filter(kind=kind.name, state=State.RUNNING)
    if days is None or at_it.filter(started_at__gt=clock.now() - GIVEN_UP_AFTER).exists():
        return None
    at_it.update(state=State.STOPPED, finished_at=clock.now())
    RetentionRun.objects.filter(kind=kind.name, started_at__lt=clock.now() - RUNS_KEPT_FOR).delete()
    return RetentionRun.objects.create(kind=kind.name, keep_days=days, started_at=clock.now())


def _work(kind: RetentionKind, run: RetentionRun, organization_id: int) -> None:
    before = run.started_at - timedelta(days=run.keep_days)
    try:
        more = True
        while more and run.removed < MOST_A_NIGHT:
            with tenant(organization_id):
                gone = _forget_some(kind, before)
                RetentionRun.objects.filter(id=run.pk).update(removed=F("removed") + gone)
            run.removed += gone
            more = gone == BATCH
        with tenant(organization_id):
            run.held = kind.rows(before).filter(kind.held(held_customers())).count()
            _finish(run, State.STOPPED if more else State.DONE)
    except Exception as error:
        logger.exception("forgetting old %s failed", kind.name)
        with tenant(organization_id):
            _finish(run, State.FAILED, problem=type(error).__name__)


def _finish(run: RetentionRun, state: str, *, problem: str = "") -> None:
    run.state, run.problem, run.finished_at = state, problem, clock.now()
    run.save(update_fields=["state", "problem", "finished_at", "held"])


def _forget_some(kind: RetentionKind, before: datetime) -> int:
    hold_off_retention(shared=True)
    rows = kind.rows(before)
    held = held_customers()
    if held:
        rows = rows.exclude(pk__in=kind.rows(before).filter(kind.held(held)).values("pk"))
    ids = list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])
    if not ids:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_FORGETTING)
    model: type[Model] = rows.model
    chosen = model._base_manager.filter(pk__in=ids)
    if kind.first is not None:
        kind.first(chosen)
    if kind.blank:
        chosen.update(**{name: value() if callable(value) else value for name, value in kind.blank.items()})
    else:
        chosen.delete()
    return len(ids)


def held_customers() -> list[int]:
    """The customers under a legal hold, with the records that were merged into them."""
    held = LegalHold.objects.filter(lifted_at=None).values("customer_id")
    found = Customer.objects.filter(Q(id__in=held) | Q(merged_into_id__in=held))
    return list(found.values_list("id", flat=True))
