"""What the engine must know of an organisation besides tokens: its rules, and the people who take work."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Prefetch

from accounts.access import scopes_of_partners
from accounts.hours.models import BusinessHours
from accounts.hours.rules import OpenHours, openings
from accounts.models import Member, Organization
from customers.queries import language_name
from foundation import clock
from foundation.tenancy import current_organization_id
from routing import models
from routing.engine import (
    DEFAULT_CHANNELS,
    DEFAULT_ORDER,
    IN_HOUSE,
    Agent,
    ChannelRule,
    FinalAction,
    Lending,
    OpenSpans,
    Overflow,
    PoolPlan,
    QueuePlan,
    Requirement,
    Rulebook,
    Share,
    Split,
    Step,
)
from routing.engine.ranks import RANKS
from routing.engine.values import Standing
from routing.surge.bundle import of_json
from routing.surge.overlay import overlaid

HOURS_AHEAD = timedelta(days=8)  # how far opening hours are worked out; read anew long before
_STANDINGS: dict[str, Standing] = {
    "ready": "ready",
    "offered": "busy",
    "serving": "busy",
    "wrap_up": "busy",
    "paused": "paused",
    "not_responding": "paused",
}


@dataclass(frozen=True)
class Helping:
    """An overflow rule, and since when its pool helps."""

    id: int
    rule: Overflow
    state: Lending


@dataclass(frozen=True)
class RoutingConfig:
    """The rules, agents by member id, how each of them stands, and which pool may help which queue."""

    rules: Rulebook = field(default_factory=lambda: Rulebook({}))
    agents: dict[int, Agent] = field(default_factory=dict)
    staff: dict[int, Standing] = field(default_factory=dict)
    overflows: tuple[Helping, ...] = ()


def load_config() -> RoutingConfig:
    """The current organisation's rules and the people who take work."""
    return RoutingConfig(
        rules=load_rules(), agents=load_agents(), staff=load_staff(), overflows=load_overflows()
    )


def load_overflows() -> tuple[Helping, ...]:
    """The overflow rules in use, in one order."""
    return tuple(
        Helping(
            id=row.id,
            rule=Overflow(
                queue_id=row.queue_id,
                pool_id=row.pool_id,
                home_queue_id=row.home_queue_id,
                opens_at=row.opens_at_wait_seconds,
                closes_at=row.closes_at_wait_seconds,
                home_most=row.home_max_wait_seconds,
                hold=row.min_hold_seconds,
            ),
            state=Lending(row.opened_at.timestamp() if row.opened_at else None),
        )
        for row in models.OverflowRule.objects.filter(is_active=True).order_by("id")
    )


def load_rules() -> Rulebook:
    """What counts now: everything that is set up, with what running surge plans lend to it."""
    rules = load_set_up()
    for run in running_surges():
        rules = overlaid(rules, of_json(run.version.bundle))
    return rules


def load_set_up() -> Rulebook:
    """Everything that is set up; contacts still waiting in a closed queue are served."""
    return Rulebook(plans=load_plans(), pools=_load_pools(), channels=load_channels())


def lent_texts() -> dict[int, str]:
    """What running surge plans have callers hear while they wait, by queue."""
    found: dict[int, str] = {}
    for run in running_surges():
        found |= dict(of_json(run.version.bundle).announcements)
    return found


def running_surges() -> list[models.SurgeRun]:
    """The surge plans that run, the earliest first: a later one lies on top."""
    running = models.SurgeRun.objects.filter(reverted_at=None, expires_at__gt=clock.now())
    return list(running.select_related("version__plan").order_by("id"))


def load_plans() -> dict[int, QueuePlan]:
    """The plan of each queue, by id."""
    queues = models.Queue.objects.prefetch_related(
        Prefetch("requirements", models.QueueSkill.objects.select_related("skill")),
        "steps__pools",
        Prefetch("steps__requirements", models.StepSkill.objects.select_related("skill")),
        "shares",
        Prefetch("overflows", models.OverflowRule.objects.filter(is_active=True).exclude(opened_at=None)),
    )
    return {queue.id: plan_of(queue) for queue in queues}


def plan_of(queue: models.Queue) -> QueuePlan:
    """One queue's rules as the engine takes them. A queue without steps is served in-house at once."""
    return QueuePlan(
        id=queue.id,
        slug=queue.slug,
        name=queue.name,
        priority_class=queue.priority_class,
        acceleration=queue.acceleration,
        score_cap=queue.score_cap,
        newest_first=queue.newest_first,
        delay=queue.delay_seconds,
        requirements=_needs(queue.requirements.all()),
        fit=queue.fit,  # type: ignore[arg-type]
        steps=tuple(_step(step) for step in queue.steps.all()) or (Step(name="in-house"),),
        deadline=queue.deadline_seconds,
        final=_final(queue),
        agent_order=tuple(name for name in queue.agent_order if name in RANKS) or DEFAULT_ORDER,
        idle_clock=queue.idle_clock,  # type: ignore[arg-type]
        local_first=queue.local_first,
        sticky_wait=0 if queue.sticky == models.Queue.Sticky.NONE else queue.sticky_wait_seconds,
        split=_split(queue),
        borrowed=frozenset(rule.pool_id for rule in queue.overflows.all()),
        offers_at_once=queue.offers_at_once,
    )


def _step(step: models.QueueStep) -> Step:
    return Step(
        pools=frozenset(_pool_id(opened.pool_id) for opened in step.pools.all()) or frozenset({IN_HOUSE}),
        wait=step.wait_seconds,
        requirements=_needs(step.requirements.all()) if step.own_requirements else None,
        alone=step.is_alone,
        skip_if_unstaffed=step.skip_if_unstaffed,
        name=step.name,
    )


def _needs(rows: Iterable[models.QueueSkill | models.StepSkill]) -> tuple[Requirement, ...]:
    return tuple(Requirement(need.skill.slug, need.level, need.skill.name) for need in rows)


def _final(queue: models.Queue) -> FinalAction:
    targets = {"queue": queue.final_queue_id, "partner": queue.final_pool_id}
    kind: Any = queue.final_action
    return FinalAction(kind, targets.get(kind), queue.final_text)


def _split(queue: models.Queue) -> Split | None:
    shares = tuple(
        Share(_pool_id(share.pool_id), share.percent, share.floor_percent, share.ceiling_percent)
        for share in queue.shares.all()
    )
    if not shares:
        return None
    return Split(shares, queue.split_minutes, queue.split_override_seconds, queue.split_is_strict)


def _pool_id(pool_id: int | None) -> int:
    return IN_HOUSE if pool_id is None else pool_id


def _load_pools() -> dict[int, PoolPlan]:
    rows = models.Pool.objects.prefetch_related("hours__spans", "hours__holidays")
    pools = list(rows)
    scopes = scopes_of_partners({pool.partner_id for pool in pools if pool.partner_id is not None})
    found = {IN_HOUSE: PoolPlan(IN_HOUSE, "in-house")}
    for pool in pools:
        covered = scopes[pool.partner_id].queues if pool.partner_id else None
        found[pool.id] = PoolPlan(
            id=pool.id,
            name=pool.name,
            partner_id=pool.partner_id,
            hours=open_spans(pool.hours) if pool.hours else None,
            queues=covered if pool.is_active else frozenset(),
        )
    return found


def open_spans(hours: BusinessHours) -> OpenSpans:
    """When these hours are on, from yesterday on for as long as plans look ahead."""
    weekdays: list[list[tuple[time, time]]] = [[] for _ in range(7)]
    for span in hours.spans.all():
        weekdays[span.weekday].append((span.opens, span.closes))
    holidays: dict[date, tuple[tuple[time, time], ...]] = {
        day.date: ((day.opens, day.closes),) if day.opens is not None and day.closes is not None else ()
        for day in hours.holidays.all()
    }
    rules = OpenHours(hours.time_zone, tuple(tuple(sorted(day)) for day in weekdays), holidays)
    start = clock.now() - timedelta(days=1)
    found = openings(rules, start, start + timedelta(days=1) + HOURS_AHEAD)
    return OpenSpans(tuple((opens.timestamp(), closes.timestamp()) for opens, closes in found))


def load_channels() -> dict[str, ChannelRule]:
    """The usual channels, and those the organisation has set up instead or besides."""
    own = {
        row.channel: ChannelRule(
            channel=row.channel,
            units=row.units,
            most=row.most,
            excludes=frozenset(row.excludes),
            interruptible=row.is_interruptible,
        )
        for row in models.ChannelRule.objects.all()
    }
    return {**DEFAULT_CHANNELS, **own}


def load_agents() -> dict[int, Agent]:
    """Everyone who takes work, with pools, skills, licences and languages."""
    skills: dict[int, dict[str, int]] = defaultdict(dict)
    valid_until: dict[int, dict[str, float]] = defaultdict(dict)
    zone = ZoneInfo(Organization.objects.get(id=current_organization_id()).time_zone)
    for row in models.AgentSkill.objects.select_related("skill"):
        skills[row.member_id][row.skill.slug] = row.level
        if row.valid_until is not None:
            ends = datetime.combine(row.valid_until + timedelta(days=1), time(), zone).astimezone(UTC)
            valid_until[row.member_id][row.skill.slug] = ends.timestamp()
    people = _People()
    return {
        member.id: Agent(
            id=member.id,
            name=member.display_name,
            pools=people.pools_of(member),
            partner_id=member.partner_id,
            skills=skills.get(member.id, {}),
            valid_until=valid_until.get(member.id, {}),
            languages={code[:2].lower(): language_name(code) for code in member.languages},
            regions=people.regions_of(member),
        )
        for member in Member.objects.filter(is_active=True)
        if member.takes_work
    }


class _People:
    """Who belongs to which pool: teams by their members, a partner's agents to its pool."""

    def __init__(self) -> None:
        pools = list(models.Pool.objects.all())
        self._of_partner = {pool.partner_id: pool.id for pool in pools if pool.partner_id is not None}
        self._regions = {pool.id: frozenset(pool.regions) for pool in pools}
        self._teams: dict[int, set[int]] = defaultdict(set)
        for member_id, pool_id in models.PoolMember.objects.values_list("member_id", "pool_id"):
            self._teams[member_id].add(pool_id)

    def pools_of(self, member: Member) -> frozenset[int]:
        """Everybody in-house is a pool, too; nobody of a partner belongs to a team in-house."""
        if member.partner_id is None:
            return frozenset({IN_HOUSE, *self._teams.get(member.id, ())})
        own = self._of_partner.get(member.partner_id)
        return frozenset() if own is None else frozenset({own})

    def regions_of(self, member: Member) -> frozenset[str]:
        """The regions of all their pools."""
        return frozenset().union(*(self._regions.get(one, frozenset()) for one in self.pools_of(member)))


def load_staff() -> dict[int, Standing]:
    """How each agent who was ever seen stands."""
    states = models.Presence.objects.values_list("member_id", "state")
    return {member_id: standing_of(state) for member_id, state in states}


def standing_of(state: str) -> Standing:
    """What a presence state means to the engine."""
    return _STANDINGS.get(state, "offline")


def needs_staff(rules: Rulebook) -> bool:
    """Whether any rule looks at who is at work beyond those who are free."""
    return any(
        plan.sticky_wait
        or (plan.split is not None and plan.split.strict)
        or any(step.skip_if_unstaffed for step in plan.steps)
        for plan in rules.plans.values()
    )
