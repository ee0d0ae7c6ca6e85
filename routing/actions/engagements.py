"""What agents are busy with: each change of one contact's engagement, by conditional update."""

from datetime import datetime

from django.db.models import DateTimeField, QuerySet, Value
from django.db.models.functions import Greatest

from accounts.models import Member
from foundation import clock
from routing.models import Engagement, WorkItem

State = Engagement.State
ClosedBy = Engagement.ClosedBy


def serve(item: WorkItem, member_id: int) -> bool:
    """offered → serving."""
    return _move(item, member_id, State.OFFERED, State.SERVING)


def begin_wrap_up_of(item: WorkItem, member_id: int) -> bool:
    """serving → wrap_up."""
    return _move(item, member_id, State.SERVING, State.WRAP_UP)


def disengage(item: WorkItem, member_id: int, *, closed_by: str = "", closer: Member | None = None) -> bool:
    """Over, in whatever state it was; False when it was over before. `closed_by`: who ended a wrap-up."""
    return bool(
        _live(item, member_id).update(
            ended_at=_not_before_since(clock.now()), closed_by=closed_by, closed_by_member=closer
        )
    )


def _live(item: WorkItem, member_id: int) -> QuerySet[Engagement]:
    return Engagement.objects.filter(member_id=member_id, work_item_id=item.id, ended_at=None)


def _move(item: WorkItem, member_id: int, expected: str, state: str) -> bool:
    changed = _live(item, member_id).filter(state=expected)
    return bool(changed.update(state=state, since=_not_before_since(clock.now())))


def _not_before_since(now: datetime) -> Greatest:
    """The clock may have stepped back."""
    return Greatest("since", Value(now, DateTimeField()))
