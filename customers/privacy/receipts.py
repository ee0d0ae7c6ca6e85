"""A partner says that it has erased the person too."""

from django.db.models import QuerySet

from accounts.access import Viewer
from accounts.actors import Actor
from accounts.models import Member
from customers.privacy.events import ErasureConfirmed
from customers.privacy.models import ErasureReceipt
from foundation import clock, live
from foundation.errors import Forbidden, NotVisible
from foundation.events import emit

RECEIPT_STATES = ("waiting", "overdue", "confirmed")


def in_state(receipts: QuerySet[ErasureReceipt], state: str) -> QuerySet[ErasureReceipt]:
    """Those that wait (late or not), those that are late, or those that were confirmed; all for ""."""
    if state == "confirmed":
        return receipts.exclude(confirmed_at=None)
    if state == "overdue":
        return receipts.filter(confirmed_at=None, due_at__lt=clock.now())
    return receipts.filter(confirmed_at=None) if state == "waiting" else receipts


def visible_receipts(viewer: Viewer) -> QuerySet[ErasureReceipt]:
    """Those that this viewer may know of: a partner its own."""
    receipts = ErasureReceipt.objects.select_related("erasure", "partner")
    if viewer.scope is None:
        return receipts
    return receipts.filter(partner_id=viewer.scope.partner_id)


def access_receipt(viewer: Viewer, receipt_id: int) -> ErasureReceipt:
    """The receipt. NotVisible."""
    receipt = visible_receipts(viewer).filter(id=receipt_id).first()
    if receipt is None:
        raise NotVisible("erasure request")
    return receipt


def overdue_receipts() -> QuerySet[ErasureReceipt]:
    """Partners that have not answered in time, the longest first."""
    late = in_state(ErasureReceipt.objects.all(), "overdue")
    return late.select_related("erasure", "partner").order_by("due_at")


def confirm_receipt(viewer: Viewer, receipt_id: int) -> ErasureReceipt:
    """The partner's system says that it is done. Saying so again changes nothing. NotVisible."""
    receipt = access_receipt(viewer, receipt_id)
    return _confirm(receipt, actor=viewer.actor, how=ErasureReceipt.How.SYSTEM)


def enter_receipt(receipt_id: int, *, member: Member) -> ErasureReceipt:
    """The partner said so in another way, by letter or mail. Forbidden; NotVisible."""
    if not member.supervises:
        raise Forbidden("supervisors_only", "Only supervisors enter receipts.")
    receipt = ErasureReceipt.objects.select_related("partner").filter(id=receipt_id).first()
    if receipt is None:
        raise NotVisible("receipt")
    return _confirm(receipt, actor=member.actor, how=ErasureReceipt.How.HAND)


def _confirm(receipt: ErasureReceipt, *, actor: Actor, how: str) -> ErasureReceipt:
    first = ErasureReceipt.objects.filter(id=receipt.pk, confirmed_at=None).update(
        confirmed_at=clock.now(), confirmed_by=actor.name[:120], how=how
    )
    receipt.refresh_from_db()
    if first:
        emit(
            ErasureConfirmed(
                erasure_id=receipt.erasure_id, receipt_id=receipt.pk, partner_id=receipt.partner_id
            ),
            actor=actor.as_json(),
        )
        live.hint("floor", "erasures")
    return receipt
