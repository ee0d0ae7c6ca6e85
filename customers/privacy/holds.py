"""Legal holds: placed with a reason, lifted with a reason."""

from accounts.models import Member
from customers.actions.timeline import lock_customer, tell_desktops, write_entry
from customers.privacy.events import HoldLifted, HoldPlaced
from customers.privacy.models import LegalHold
from customers.privacy.retention import hold_off_retention
from foundation import clock
from foundation.errors import Conflict, Forbidden, NotVisible, Refusal
from foundation.events import emit

LONGEST_REASON = 200


def place_hold(customer_id: int, *, reason: str, member: Member) -> LegalHold:
    """Keep everything of this customer until the hold is lifted: it refuses an erasure, and no rule of
    retention touches their rows. Refusal `missing_reason`; Forbidden; NotVisible; MergedAway.
    """
    reason = _checked(reason, member)
    hold_off_retention()
    lock_customer(customer_id)
    hold = LegalHold.objects.create(
        customer_id=customer_id,
        reason=reason,
        placed_by=member.display_name,
        placed_by_member=member,
        placed_at=clock.now(),
    )
    _tell(hold, "Legal hold placed", reason, member)
    emit(HoldPlaced(customer_id=customer_id, hold_id=hold.pk), actor=member.actor.as_json())
    return hold


def lift_hold(hold_id: int, *, reason: str, member: Member) -> LegalHold:
    """The hold is over. Refusal `missing_reason`; Forbidden; NotVisible; Conflict `lifted_already`."""
    reason = _checked(reason, member)
    hold = LegalHold.objects.filter(id=hold_id).first()
    if hold is None:
        raise NotVisible("hold")
    lifted = LegalHold.objects.filter(id=hold_id, lifted_at=None).update(
        lifted_at=clock.now(), lifted_by=member.display_name, lifted_reason=reason
    )
    if not lifted:
        raise Conflict("lifted_already", "This hold was lifted already.")
    hold.refresh_from_db()
    _tell(hold, "Legal hold lifted", reason, member)
    emit(HoldLifted(customer_id=hold.customer_id, hold_id=hold.pk), actor=member.actor.as_json())
    return hold


def _checked(reason: str, member: Member) -> str:
    if not member.supervises:
        raise Forbidden("supervisors_only", "Only supervisors place and lift legal holds.")
    reason = " ".join(reason.split())[:LONGEST_REASON]
    if not reason:
        raise Refusal("missing_reason", "Say why.", field="reason")
    return reason


def _tell(hold: LegalHold, title: str, reason: str, member: Member) -> None:
    write_entry(
        hold.customer_id,
        kind="customer",
        title=title,
        body=reason,
        actor=member.actor,
        ref=("hold", hold.pk),
        for_partners=False,
    )
    tell_desktops(hold.customer_id, "customer")
