"""Calls that are owed: whose, at which place, and whose turn is near."""

from collections.abc import Collection

from foundation import clock
from routing.engine import Scene, order_key
from routing.engine.filters import could_serve
from routing.known import known_setup
from routing.models import Callback, Presence, Queue, WaitingToken, WorkItem

State = Callback.State
# Who is free, or will be in a moment.
_NEARLY_FREE = (Presence.State.READY, Presence.State.WRAP_UP)
_AT_WORK = (*_NEARLY_FREE, Presence.State.OFFERED, Presence.State.SERVING)


def callbacks_of(interaction_ids: Collection[int]) -> dict[int, Callback]:
    """The open one of each of these contacts that has one."""
    rows = Callback.objects.filter(interaction_id__in=list(interaction_ids), ended_at=None)
    return {row.interaction_id: row for row in rows}


def last_callback_of(interaction_id: int) -> Callback | None:
    """The contact's last one, open or over."""
    return Callback.objects.filter(interaction_id=interaction_id).order_by("-id").first()


def callback_owed_to(customer_id: int) -> Callback | None:
    """The one that waits, of this customer, promised first."""
    owed = Callback.objects.filter(customer_id=customer_id, ended_at=None, state=State.WAITING)
    return owed.select_related("queue").order_by("id").first()


def place_of(callback: Callback) -> int | None:
    """Its place in its queue's line, by its age: 1 is next. None when it does not wait."""
    ahead = _ahead_of(callback.interaction_id)
    return None if ahead is None else ahead + 1


def callbacks_to_dial() -> list[int]:
    """Customers who are called before an agent is there, and whose turn is near: somebody is free or wraps
    up for each before them and for them, or they are first and somebody is at work. Ids, the oldest first."""
    now = clock.now()
    waiting = Callback.objects.filter(
        ended_at=None, state=State.WAITING, mode=Queue.Callback.CUSTOMER_FIRST
    ).order_by("promised_at", "id")
    due = [one for one in waiting if one.due_at is None or one.due_at <= now]
    return [one.id for one in due if _turn_is_near(one)]


def _turn_is_near(callback: Callback) -> bool:
    ahead = _ahead_of(callback.interaction_id)
    if ahead is None:
        return False
    setup = known_setup()
    plan = setup.rules.plans.get(callback.queue_id)
    if plan is None:
        return False
    scene = Scene(setup.rules, clock.now().timestamp())
    able = [agent.id for agent in setup.agents.values() if could_serve(agent, plan, scene)]
    states = list(Presence.objects.filter(member_id__in=able).values_list("state", flat=True))
    nearly_free = sum(state in _NEARLY_FREE for state in states)
    return ahead < nearly_free or (ahead == 0 and any(state in _AT_WORK for state in states))


def _ahead_of(interaction_id: int) -> int | None:
    item = (
        WorkItem.objects.filter(interaction_id=interaction_id, done_at=None, state=WorkItem.State.WAITING)
        .select_related("queue")
        .first()
    )
    if item is None:
        return None
    key = order_key(
        priority_class=item.queue.priority_class,
        acceleration=item.queue.acceleration,
        base_score=item.base_score,
        entered_us=round(item.entered_at.timestamp() * 1_000_000),
    )
    return WaitingToken.objects.filter(queue_id=item.queue_id, key__lt=key).count()
