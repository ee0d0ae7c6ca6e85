"""What the engine must know of an organisation besides tokens: its queues' plans and its agents."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db.models import Prefetch

from accounts.access import scopes_of_partners
from accounts.models import Member
from customers.queries import language_name
from routing.capacity import Channels, load_channels
from routing.engine import Agent, QueuePlan, Requirement, Step
from routing.models import AgentSkill, Queue, QueueSkill, StepPool

IN_HOUSE = Step()


@dataclass(frozen=True)
class RoutingConfig:
    """Plans by queue id, agents by member id, what a contact on each channel takes, and by queue id to how
    many agents a contact is offered at once, where that is more than one."""

    plans: dict[int, QueuePlan]
    agents: dict[int, Agent]
    channels: Channels = field(default_factory=Channels)
    at_once: dict[int, int] = field(default_factory=dict)


def load_config() -> RoutingConfig:
    """The current organisation's queues and the people who take work."""
    return RoutingConfig(
        plans=load_plans(),
        agents=load_agents(),
        channels=load_channels(),
        at_once=dict(Queue.objects.filter(offers_at_once__gt=1).values_list("id", "offers_at_once")),
    )


def load_plans() -> dict[int, QueuePlan]:
    """The plan of each queue, by id; contacts still waiting in a closed queue are served."""
    queues = Queue.objects.prefetch_related(
        Prefetch("requirements", QueueSkill.objects.select_related("skill")),
        Prefetch("steps__pools", StepPool.objects.select_related("pool")),
    )
    return {queue.id: plan_of(queue) for queue in queues}


def plan_of(queue: Queue) -> QueuePlan:
    """One queue's rules as the engine takes them. A queue without steps is served in-house at once."""
    return QueuePlan(
        id=queue.id,
        slug=queue.slug,
        name=queue.name,
        priority_class=queue.priority_class,
        acceleration=queue.acceleration,
        requirements=tuple(
            Requirement(skill=need.skill.slug, level=need.level, name=need.skill.name)
            for need in queue.requirements.all()
        ),
        steps=tuple(_steps(queue)) or (IN_HOUSE,),
        best_skill_first=queue.fit == Queue.Fit.BEST,
    )


def _steps(queue: Queue) -> Iterator[Step]:
    after = 0
    for step in queue.steps.all():
        for opened in step.pools.all():
            pool = opened.pool
            yield Step(
                partner_id=pool.partner_id if pool else None,
                after_seconds=after,
                pool=pool.name if pool else IN_HOUSE.pool,
            )
        after += step.wait_seconds or 0


def load_agents() -> dict[int, Agent]:
    """Everyone who takes work, with skills, languages and a partner's scope."""
    skills: dict[int, dict[str, int]] = defaultdict(dict)
    for member_id, slug, level in AgentSkill.objects.values_list("member_id", "skill__slug", "level"):
        skills[member_id][slug] = level
    members = [member for member in Member.objects.filter(is_active=True) if member.takes_work]
    scopes = scopes_of_partners({member.partner_id for member in members if member.partner_id is not None})
    return {
        member.id: Agent(
            id=member.id,
            name=member.display_name,
            partner_id=member.partner_id,
            skills=skills.get(member.id, {}),
            languages={code[:2].lower(): language_name(code) for code in member.languages},
            queues=scopes[member.partner_id].queues if member.partner_id else None,
        )
        for member in members
    }
