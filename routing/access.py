"""The gates to routing's rows: an agent's own offers, a partner's queues."""

from django.db.models import QuerySet

from accounts.access import Viewer
from accounts.models import Member
from foundation.errors import NotVisible
from routing.models import Offer, Queue, WorkItem


def visible_queues(viewer: Viewer) -> QuerySet[Queue]:
    """All queues in-house; a partner's, by its contract."""
    queues = Queue.objects.all()
    return queues.filter(slug__in=viewer.scope.queues) if viewer.scope else queues


def access_queue(viewer: Viewer, slug: str) -> Queue:
    """The queue, if this viewer may know it. NotVisible otherwise."""
    queue = visible_queues(viewer).filter(slug=slug).first()
    if queue is None:
        raise NotVisible("queue")
    return queue


def visible_work(viewer: Viewer) -> QuerySet[WorkItem]:
    """What waits or waited in the queues this viewer may know."""
    return WorkItem.objects.filter(queue__in=visible_queues(viewer))


def access_offer(member: Member, offer_id: int) -> Offer:
    """An offer made to this person. NotVisible otherwise."""
    offer = Offer.objects.filter(id=offer_id, member=member).first()
    if offer is None:
        raise NotVisible("offer")
    return offer
