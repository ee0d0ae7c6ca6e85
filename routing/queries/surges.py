"""Surge plans: what they do, which run, what it brought; the seats partners were asked for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from accounts.access import Viewer
from accounts.models import Partner
from foundation import clock
from foundation.errors import NotVisible
from foundation.models import Event
from routing.config import lent_texts, load_set_up, running_surges
from routing.engine import Rulebook
from routing.models import PresencePeriod, Queue, SeatAsk, SurgePlan, SurgePlanVersion, SurgeRun
from routing.surge.bundle import Bundle, of_json
from routing.surge.delivery import delivered, seats_at_work
from routing.surge.overlay import HandChange, beneath, bundle_words, changed_by_hand

AT_WORK = ("ready", "offered", "serving", "wrap_up")
SHOWN = 30


@dataclass(frozen=True)
class House:
    """What bundles are about: the set-up without any plan, what queues say, partners by id."""

    rules: Rulebook
    says: Mapping[int, str]
    partners: Mapping[int, str]

    def words(self, bundle: Bundle) -> list[str]:
        """What a bundle does, a sentence each."""
        queues = {plan.id: plan.name for plan in self.rules.plans.values()}
        pools = {pool.id: pool_name(pool.id, pool.name) for pool in self.rules.pools.values()}
        return bundle_words(bundle, queues=queues, pools=pools, partners=self.partners)


def pool_name(pool_id: int, name: str) -> str:
    """As screens say it."""
    return name if pool_id else "everybody in-house"


def house_now() -> House:
    """As it is set up now."""
    return House(
        rules=load_set_up(),
        says=dict(Queue.objects.values_list("id", "announcement")),
        partners=dict(Partner.objects.filter(is_active=True).values_list("id", "name")),
    )


def surge_plans() -> list[SurgePlan]:
    """All of them, by name; `current` is the newest version's id."""
    newest = SurgePlanVersion.objects.filter(plan=OuterRef("id")).order_by("-number")
    return list(SurgePlan.objects.annotate(current=Subquery(newest.values("id")[:1])).order_by("name"))


def access_surge_plan(plan_id: int) -> SurgePlan:
    """One of them. NotVisible."""
    plan = SurgePlan.objects.filter(id=plan_id).first()
    if plan is None:
        raise NotVisible("surge plan")
    return plan


def current_version(plan: SurgePlan) -> SurgePlanVersion:
    """What a start would start."""
    return plan.versions.select_related("made_by").order_by("-number")[0]


def access_surge_run(run_id: int) -> SurgeRun:
    """One time a plan ran. NotVisible."""
    run = SurgeRun.objects.select_related("plan", "version", "started_by").filter(id=run_id).first()
    if run is None:
        raise NotVisible("run of a surge plan")
    return run


def running_run(plan: SurgePlan) -> SurgeRun | None:
    """The plan's run that goes on, if any."""
    return plan.runs.filter(reverted_at=None).select_related("plan", "version", "started_by").first()


def past_runs(plan: SurgePlan) -> list[SurgeRun]:
    """When it ran before, the newest first."""
    over = plan.runs.exclude(reverted_at=None)
    return list(over.select_related("version", "started_by", "reverted_by").order_by("-id")[:SHOWN])


def hand_changes(run: SurgeRun, house: House) -> list[HandChange]:
    """What somebody changed by hand beneath the plan: it is kept, and counts once the plan has ended."""
    now = beneath(of_json(run.version.bundle), house.rules, house.says)
    return list(changed_by_hand(run.before, now))


def surge_history(plan: SurgePlan) -> list[Event]:
    """Everything that happened to the plan, the newest first."""
    told = Event.objects.filter(subject=f"surge_plan:{plan.id}").exclude(
        name__in=["surge.expiry_due", "seats.answer_due"]
    )
    return list(told.order_by("-id")[:SHOWN])


@dataclass(frozen=True)
class Loan:
    """A setting on which a running plan lies: what is set up counts again from `until` on."""

    setting: str
    plan_id: int
    plan_name: str
    until: datetime


def loans() -> list[Loan]:
    """All settings on loan now, named as in `SurgeRun.before`: `split:QUEUE`, `channel:NAME`…"""
    return [
        Loan(setting, run.plan_id, run.version.plan.name, run.expires_at)
        for run in running_surges()
        for setting in sorted(run.before)
    ]


def announcement_of(queue: Queue) -> str:
    """What callers hear while they wait: a running plan's text, else the queue's own."""
    return lent_texts().get(queue.id, queue.announcement)


# --- seats ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Delivery:
    """What became of promised seats. None while none were due yet."""

    at_work: float
    delivered: float
    until: datetime


def visible_seat_asks(viewer: Viewer) -> QuerySet[SeatAsk]:
    """A partner's own, where a contract is in force; all of them in-house, for those who supervise."""
    asks = SeatAsk.objects.select_related("partner", "run__plan")
    if viewer.scope is not None:
        return asks.filter(partner_id=viewer.scope.partner_id) if viewer.scope.in_force else asks.none()
    return asks if viewer.role in {"supervisor", "admin"} else asks.none()


def access_seat_ask(viewer: Viewer, ask_id: int) -> SeatAsk:
    """One of them. NotVisible."""
    ask = visible_seat_asks(viewer).filter(id=ask_id).first()
    if ask is None:
        raise NotVisible("ask for seats")
    return ask


def open_seat_asks(viewer: Viewer) -> list[SeatAsk]:
    """Those that wait for an answer, the most urgent first."""
    waiting = Q(state=SeatAsk.State.OPEN, answer_by__gt=clock.now())
    return list(visible_seat_asks(viewer).filter(waiting).order_by("answer_by", "id"))


def seats_now(partner_id: int) -> int:
    """How many of a partner's people are at work now."""
    open_periods = PresencePeriod.objects.filter(ended_at=None, state__in=AT_WORK)
    return open_periods.filter(member__partner_id=partner_id).count()


def deliveries(asks: Iterable[SeatAsk]) -> dict[int, Delivery | None]:
    """What each partner brought, by ask: as measured at the end, until then as measured so far."""
    now = clock.now()
    return {ask.id: _delivery(ask, now) for ask in asks}


def _delivery(ask: SeatAsk, now: datetime) -> Delivery | None:
    until = min(now, ask.ends_at)
    if until <= ask.starts_at:
        return None
    at_work = measured(ask, until) if ask.at_work is None else ask.at_work
    return Delivery(round(at_work, 2), delivered(at_work, ask.seats_before), until)


def measured(ask: SeatAsk, until: datetime) -> float:
    """How many of the partner's people were at work on average from the beginning until then."""
    periods = PresencePeriod.objects.filter(
        Q(ended_at=None) | Q(ended_at__gt=ask.starts_at),
        member__partner_id=ask.partner_id,
        state__in=AT_WORK,
        started_at__lt=until,
    )
    return seats_at_work(periods.values_list("started_at", "ended_at"), ask.starts_at, until)


def bundle_of(version: SurgePlanVersion) -> Bundle:
    """What a version changes."""
    stored: Mapping[str, Any] = version.bundle
    return of_json(stored)
