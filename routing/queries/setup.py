"""Settings as documents: plain values, other things by slug; with a version that says what somebody saw."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Prefetch, QuerySet

from accounts.access import scopes_of_partners
from accounts.hours.models import BusinessHours
from accounts.hours.queries import load_hours
from accounts.models import Member, Organization
from foundation import clock
from foundation.tenancy import current_organization_id
from routing.engine import DEFAULT_CHANNELS
from routing.models import (
    AgentSkill,
    ChannelRule,
    OverflowRule,
    PauseReason,
    Pool,
    PoolMember,
    Queue,
    QueueShare,
    QueueSkill,
    QueueStep,
    Skill,
    StepPool,
    StepSkill,
)
from routing.setup_rules import HOUSE, Person, PoolFacts, World

Document = dict[str, Any]

QUEUE_FIELDS = (
    "name",
    "is_active",
    "announcement",
    "target_seconds",
    "short_abandon_seconds",
    "waiting_target",
    "priority_class",
    "acceleration",
    "score_cap",
    "newest_first",
    "delay_seconds",
    "fit",
    "agent_order",
    "idle_clock",
    "local_first",
    "sticky",
    "sticky_hours",
    "sticky_wait_seconds",
    "offer_seconds",
    "offers_at_once",
    "wrap_up",
    "wrap_up_seconds",
    "deadline_seconds",
    "final_action",
    "final_text",
    "tells_position",
    "tells_wait",
    "offers_callback",
    "callback_after_seconds",
    "callback_mode",
    "callback_tries",
    "split_minutes",
    "split_is_strict",
    "split_override_seconds",
)
STEP_FIELDS = ("name", "wait_seconds", "is_alone", "skip_if_unstaffed", "own_requirements")
SHARE_FIELDS = ("percent", "floor_percent", "ceiling_percent")
OVERFLOW_FIELDS = (
    "opens_at_wait_seconds",
    "closes_at_wait_seconds",
    "home_max_wait_seconds",
    "min_hold_seconds",
    "is_active",
)
CHANNEL_FIELDS = ("channel", "units", "most", "excludes", "is_interruptible")
REASON_FIELDS = ("slug", "name", "is_productive", "position", "is_active")


def version_of(document: Mapping[str, Any], names: Iterable[str] | None = None) -> int:
    """A number that differs when what it stands for differs: of the whole document, or of some fields."""
    seen = {name: document[name] for name in (document if names is None else names)}
    text = json.dumps(seen, sort_keys=True, cls=DjangoJSONEncoder)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") % 10**9


def queues_with_rules() -> QuerySet[Queue]:
    """Queues with all that belongs to their documents, in nine statements however many."""
    skilled = StepSkill.objects.select_related("skill").order_by("skill__slug")
    return Queue.objects.select_related("hours", "final_queue", "final_pool").prefetch_related(
        Prefetch("requirements", QueueSkill.objects.select_related("skill").order_by("skill__slug")),
        Prefetch("steps", QueueStep.objects.order_by("position", "id")),
        Prefetch("steps__pools", StepPool.objects.select_related("pool").order_by("id")),
        Prefetch("steps__requirements", skilled),
        Prefetch("shares", QueueShare.objects.select_related("pool").order_by("id")),
        Prefetch("overflows", OverflowRule.objects.select_related("pool", "home_queue").order_by("id")),
    )


def queue_document(queue: Queue) -> Document:
    """One queue with its steps, shares and overflow rules."""
    return {
        "slug": queue.slug,
        **{name: getattr(queue, name) for name in QUEUE_FIELDS},
        "hours": queue.hours.slug if queue.hours else None,
        "final_queue": queue.final_queue.slug if queue.final_queue else None,
        "final_pool": queue.final_pool.slug if queue.final_pool else None,
        "requirements": _needs(queue.requirements.all()),
        "steps": [_step(step) for step in queue.steps.all()],
        "shares": [
            {"pool": _pool_slug(share.pool), **{name: getattr(share, name) for name in SHARE_FIELDS}}
            for share in queue.shares.all()
        ],
        "overflows": [
            {
                "pool": rule.pool.slug,
                "home_queue": rule.home_queue.slug if rule.home_queue else None,
                **{name: getattr(rule, name) for name in OVERFLOW_FIELDS},
            }
            for rule in queue.overflows.all()
        ],
    }


def queue_documents() -> dict[str, Document]:
    """All queues by slug, by name."""
    return {queue.slug: queue_document(queue) for queue in queues_with_rules().order_by("name", "id")}


def _step(step: QueueStep) -> Document:
    return {
        **{name: getattr(step, name) for name in STEP_FIELDS},
        "pools": [_pool_slug(opened.pool) for opened in step.pools.all()],
        "requirements": _needs(step.requirements.all()),
    }


def _needs(needs: Iterable[QueueSkill | StepSkill]) -> list[Document]:
    return [{"skill": need.skill.slug, "level": need.level} for need in needs]


def _pool_slug(pool: Pool | None) -> str:
    return pool.slug if pool else HOUSE


def pool_document(pool: Pool) -> Document:
    """A pool with its members' ids; a partner's people belong to it without being named."""
    members = PoolMember.objects.filter(pool=pool).order_by("member_id")
    return {
        "slug": pool.slug,
        "name": pool.name,
        "partner": pool.partner.slug if pool.partner else None,
        "hours": pool.hours.slug if pool.hours else None,
        "regions": pool.regions,
        "is_active": pool.is_active,
        "members": list(members.values_list("member_id", flat=True)),
    }


def skill_document(skill: Skill) -> Document:
    """A skill or licence."""
    return {"slug": skill.slug, "name": skill.name, "kind": skill.kind}


def agent_skills_document(member: Member) -> Document:
    """What one agent can do."""
    had = AgentSkill.objects.filter(member=member).select_related("skill").order_by("skill__slug")
    return {
        "member_id": member.id,
        "skills": [
            {"skill": one.skill.slug, "level": one.level, "valid_until": one.valid_until} for one in had
        ],
    }


def hours_document(hours: BusinessHours) -> Document:
    """Opening hours with their spans and holidays."""
    return {
        "slug": hours.slug,
        "name": hours.name,
        "time_zone": hours.time_zone,
        "spans": [
            {"weekday": span.weekday, "opens": span.opens, "closes": span.closes}
            for span in hours.spans.order_by("weekday", "opens")
        ],
        "holidays": [
            {"date": day.date, "name": day.name, "opens": day.opens, "closes": day.closes}
            for day in hours.holidays.order_by("date")
        ],
    }


def reason_document(reason: PauseReason) -> Document:
    """A reason to pause."""
    return {name: getattr(reason, name) for name in REASON_FIELDS}


# What a channel takes where a company has not said otherwise.
USUAL_CHANNELS: Mapping[str, Document] = {
    rule.channel: {
        "channel": rule.channel,
        "units": rule.units,
        "most": rule.most,
        "excludes": sorted(rule.excludes),
        "is_interruptible": rule.interruptible,
    }
    for rule in DEFAULT_CHANNELS.values()
}


def channel_documents() -> dict[str, Document]:
    """The rule of each channel: the company's own, else the usual."""
    own = {
        rule.channel: {name: getattr(rule, name) for name in CHANNEL_FIELDS}
        for rule in ChannelRule.objects.all()
    }
    return {**{name: dict(rule) for name, rule in USUAL_CHANNELS.items()}, **own}


def world(queues: Mapping[str, Document] | None = None) -> World:
    """All that a setting may be about. `queues`: their documents where they were read already."""
    hours, by_id = {}, load_hours()
    for row in BusinessHours.objects.all():
        hours[row.slug] = by_id[row.id]
    pools = list(Pool.objects.select_related("partner", "hours"))
    zone = Organization.objects.get(id=current_organization_id()).time_zone
    scopes = scopes_of_partners([pool.partner_id for pool in pools if pool.partner_id is not None])
    return World(
        people=tuple(_people(pools)),
        pools={
            pool.slug: PoolFacts(
                slug=pool.slug,
                name=pool.name,
                is_active=pool.is_active,
                partner_name=pool.partner.name if pool.partner else "",
                covers=scopes[pool.partner_id].queues if pool.partner_id else None,
                hours=by_id.get(pool.hours_id or 0),
            )
            for pool in pools
        },
        skills=dict(Skill.objects.values_list("slug", "name")),
        hours=hours,
        queues=queue_documents() if queues is None else queues,
        today=clock.now().astimezone(ZoneInfo(zone)).date(),
    )


def _people(pools: Iterable[Pool]) -> Iterable[Person]:
    levels: dict[int, dict[str, int]] = defaultdict(dict)
    ends: dict[int, dict[str, date]] = defaultdict(dict)
    for member_id, slug, level, until in AgentSkill.objects.values_list(
        "member_id", "skill__slug", "level", "valid_until"
    ):
        levels[member_id][slug] = level
        if until is not None:
            ends[member_id][slug] = until
    of_partner = {pool.partner_id: pool.slug for pool in pools if pool.partner_id is not None}
    teams: dict[int, set[str]] = defaultdict(set)
    for member_id, slug in PoolMember.objects.values_list("member_id", "pool__slug"):
        teams[member_id].add(slug)
    for member in Member.objects.filter(is_active=True).order_by("display_name", "id"):
        if member.takes_work:
            home = HOUSE if member.partner_id is None else of_partner.get(member.partner_id, "")
            yield Person(
                id=member.id,
                name=member.display_name,
                pools=frozenset({home, *teams[member.id]}),
                skills=levels[member.id],
                valid_until=ends[member.id],
            )
