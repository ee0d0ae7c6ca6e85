"""The queues: who waits, for how long, and how long it will take."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Q, QuerySet

from accounts.models import Member
from foundation import clock
from routing.config import load_agents, load_rules
from routing.engine import Agent, QueuePlan, Scene
from routing.engine.filters import could_serve
from routing.models import Presence, Queue, WaitingToken, WorkItem
from routing.rules import Staffing, wait_seconds

WAITS = (WorkItem.State.WAITING, WorkItem.State.OFFERED)
RECENT = 50  # contacts whose handling time counts for the estimate


@dataclass(frozen=True)
class QueueLine:
    """One queue now. Who has an offer still waits; `partner_name` is empty when in-house serves first."""

    queue_slug: str
    queue_name: str
    waiting: int
    longest_since: datetime | None
    target_seconds: int
    waiting_target: int
    estimated_wait_seconds: float | None
    ready: int
    partner_name: str
    member_ids: frozenset[int] = frozenset()  # who may be offered its contacts


@dataclass(frozen=True)
class TransferTarget:
    """A queue a contact may be sent to; `wait_seconds` is an estimate, None when nobody serves it."""

    queue_slug: str
    queue_name: str
    partner_name: str
    waiting: int
    wait_seconds: float | None


def waiting_by_queue() -> list[QueueLine]:
    """Every open queue, by name."""
    agents, scene = load_agents(), _scene()
    states = dict(Presence.objects.values_list("member_id", "state"))
    counts = _counts()
    queues = list(Queue.objects.filter(is_active=True).order_by("name", "id"))
    handled = _handle_seconds([queue.id for queue in queues])
    return [_line(queue, scene, agents, states, counts.get(queue.id), handled[queue.id]) for queue in queues]


def waiting_for(member: Member, lines: list[QueueLine] | None = None) -> list[QueueLine]:
    """The queues this agent may be offered contacts of. `lines`: where they were read already."""
    known = waiting_by_queue() if lines is None else lines
    return [line for line in known if member.id in line.member_ids]


def transfer_targets(lines: list[QueueLine] | None = None) -> list[TransferTarget]:
    """Where a contact may be sent. `lines`: where they were read already."""
    return [
        TransferTarget(
            queue_slug=line.queue_slug,
            queue_name=line.queue_name,
            partner_name=line.partner_name,
            waiting=line.waiting,
            wait_seconds=line.estimated_wait_seconds,
        )
        for line in (waiting_by_queue() if lines is None else lines)
    ]


def position_of(interaction_id: int) -> int | None:
    """1 is next in its queue. None when the contact does not wait."""
    mine = WaitingToken.objects.filter(work_item__interaction_id=interaction_id).first()
    if mine is None:
        offered = WorkItem.objects.filter(
            interaction_id=interaction_id, done_at=None, state=WorkItem.State.OFFERED
        )
        return 1 if offered.exists() else None
    return 1 + ahead_of(mine)


def ahead_of(token: WaitingToken) -> int:
    """How many come before it in its queue."""
    return WaitingToken.objects.filter(_before(token), queue_id=token.queue_id).count()


def estimated_wait_seconds(queue: Queue | str) -> float | None:
    """How long somebody who comes now will wait; None when nobody who could answer is signed in."""
    slug = queue if isinstance(queue, str) else queue.slug
    return next((line.estimated_wait_seconds for line in waiting_by_queue() if line.queue_slug == slug), None)


def expected_wait_of(interaction_id: int) -> float | None:
    """Seconds this contact will still wait; 0 while it is offered, None when nobody is at work."""
    item = (
        WorkItem.objects.filter(interaction_id=interaction_id, state__in=WAITS)
        .select_related("queue")
        .first()
    )
    if item is None:
        return None
    if item.state == WorkItem.State.OFFERED:
        return 0.0
    scene = _scene()
    plan = scene.rules.plans.get(item.queue_id)
    if plan is None:
        return None
    states = dict(Presence.objects.values_list("member_id", "state"))
    able = [states.get(agent.id, "") for agent in load_agents().values() if could_serve(agent, plan, scene)]
    handled = _handle_seconds([item.queue_id])[item.queue_id]
    return wait_seconds(Staffing.of(able), (position_of(interaction_id) or 1) - 1, handled)


def _before(token: WaitingToken) -> Q:
    return Q(key__lt=token.key) | Q(key=token.key, id__lt=token.id)


def _counts() -> dict[int, tuple[int, datetime]]:
    waiting = WorkItem.objects.filter(done_at=None, state__in=WAITS).values("queue_id")
    rows = waiting.annotate(number=Count("id"), first=Min("queued_at"))
    return {row["queue_id"]: (row["number"], row["first"]) for row in rows}


def _line(
    queue: Queue,
    scene: Scene,
    agents: dict[int, Agent],
    states: dict[int, str],
    counted: tuple[int, datetime] | None,
    handled: list[float],
) -> QueueLine:
    waiting, longest_since = counted or (0, None)
    plan = scene.rules.plans[queue.id]
    able = frozenset(agent.id for agent in agents.values() if could_serve(agent, plan, scene))
    staffing = Staffing.of([states.get(member_id, "") for member_id in able])
    return QueueLine(
        queue_slug=queue.slug,
        queue_name=queue.name,
        waiting=waiting,
        longest_since=longest_since,
        target_seconds=queue.target_seconds,
        waiting_target=queue.waiting_target,
        estimated_wait_seconds=wait_seconds(staffing, waiting, handled),
        ready=staffing.ready,
        partner_name=_first_partner(plan, scene),
        member_ids=able,
    )


def _first_partner(plan: QueuePlan, scene: Scene) -> str:
    """The partner that serves first, alone."""
    pools = [scene.rules.pool(pool_id) for pool_id in sorted(plan.steps[0].pools)]
    partners = [pool.name for pool in pools if pool.partner_id is not None]
    return ", ".join(partners) if len(partners) == len(pools) else ""


def _scene() -> Scene:
    return Scene(load_rules(), clock.now().timestamp())


def _handle_seconds(queue_ids: Sequence[int]) -> dict[int, list[float]]:
    """Talk and wrap-up of the last contacts of each queue, in one question."""
    seconds: dict[int, list[float]] = {queue_id: [] for queue_id in queue_ids}
    recent = [_recently_done(queue_id) for queue_id in queue_ids]
    if recent:
        for queue_id, began, done_at, wrapped in recent[0].union(*recent[1:], all=True):
            seconds[queue_id].append(((wrapped or done_at) - began).total_seconds())
    return seconds


def _recently_done(queue_id: int) -> QuerySet[WorkItem, tuple[Any, ...]]:
    done = WorkItem.objects.filter(queue_id=queue_id, state=WorkItem.State.DONE).exclude(assigned_at=None)
    rows = done.order_by("-id").values_list("queue_id", "assigned_at", "done_at", "wrapped_up_at")
    return rows[:RECENT]
