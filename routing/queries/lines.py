"""The queues: who waits, for how long, and how long it will take."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min

from accounts.models import Member
from foundation import clock
from routing.engine import Agent, QueuePlan, Scene
from routing.engine.filters import could_serve
from routing.known import known_setup
from routing.models import Presence, Queue, WaitingToken, WorkItem
from routing.queries.handling import handle_seconds
from routing.queries.places import ahead_of
from routing.queries.waits import accuracy_by_queue
from routing.rules import Accuracy, Staffing, wait_seconds

WAITS = (WorkItem.State.WAITING, WorkItem.State.OFFERED)


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
    estimate_error_seconds: float | None = None  # how far the estimate is usually off, when known


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
    setup = known_setup()
    agents, scene = setup.agents, Scene(setup.rules, clock.now().timestamp())
    states = dict(Presence.objects.values_list("member_id", "state"))
    counts = _counts()
    queues = list(Queue.objects.filter(is_active=True).order_by("name", "id"))
    handled = handle_seconds([queue.id for queue in queues])
    accuracy = accuracy_by_queue()
    return [
        _line(
            queue,
            scene,
            agents,
            states,
            counts.get(queue.id),
            handled[queue.id],
            accuracy.get(queue.id, Accuracy()),
        )
        for queue in queues
    ]


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
    waiting = WaitingToken.objects.filter(work_item__interaction_id=interaction_id)
    mine = waiting.select_related("queue").first()
    if mine is None:
        offered = WorkItem.objects.filter(
            interaction_id=interaction_id, done_at=None, state=WorkItem.State.OFFERED
        )
        return 1 if offered.exists() else None
    return 1 + ahead_of(mine.id, mine.queue)


def estimated_wait_seconds(queue: Queue | str) -> float | None:
    """How long somebody who comes now will wait; None when nobody who could answer is signed in."""
    slug = queue if isinstance(queue, str) else queue.slug
    return next((line.estimated_wait_seconds for line in waiting_by_queue() if line.queue_slug == slug), None)


def _counts() -> dict[int, tuple[int, datetime]]:
    waiting = WorkItem.objects.filter(done_at=None, state__in=WAITS).values("queue_id")
    rows = waiting.annotate(number=Count("id"), first=Min("queued_at"))
    return {row["queue_id"]: (row["number"], row["first"]) for row in rows}


def _line(
    queue: Queue,
    scene: Scene,
    agents: Mapping[int, Agent],
    states: dict[int, str],
    counted: tuple[int, datetime] | None,
    handled: list[float],
    accuracy: Accuracy,
) -> QueueLine:
    waiting, longest_since = counted or (0, None)
    plan = scene.rules.plans[queue.id]
    able = frozenset(agent.id for agent in agents.values() if could_serve(agent, plan, scene))
    staffing = Staffing.of([states.get(member_id, "") for member_id in able])
    raw = wait_seconds(staffing, waiting, handled)
    return QueueLine(
        queue_slug=queue.slug,
        queue_name=queue.name,
        waiting=waiting,
        longest_since=longest_since,
        target_seconds=queue.target_seconds,
        waiting_target=queue.waiting_target,
        estimated_wait_seconds=None if raw is None else accuracy.corrected(raw),
        estimate_error_seconds=accuracy.error(),
        ready=staffing.ready,
        partner_name=_first_partner(plan, scene),
        member_ids=able,
    )


def _first_partner(plan: QueuePlan, scene: Scene) -> str:
    """The partner that serves first, alone."""
    pools = [scene.rules.pool(pool_id) for pool_id in sorted(plan.steps[0].pools)]
    partners = [pool.name for pool in pools if pool.partner_id is not None]
    return ", ".join(partners) if len(partners) == len(pools) else ""
