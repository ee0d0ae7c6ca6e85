"""Adding, proving and removing what a customer is recognised by. For in-house members."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Partner
from customers import actions
from customers.access import access_customer
from customers.models import Confidence, Customer, Identity
from desk.doors import DeskRequest, desk_door, number_of, toast, with_toast
from desk.panels.identities import identities_panel
from foundation.errors import Forbidden, NotVisible, Refusal


@require_http_methods(["GET", "POST"])
@desk_door()
def identities(request: DeskRequest, customer_id: int) -> HttpResponse:
    """The identities of a record; POST adds one (`kind`, `value`, `partner` of a partner's reference)."""
    customer = _own(request, customer_id)
    if request.method != "POST":
        return _panel(request, customer)
    kind = request.POST.get("kind", "")
    verified = request.POST.get("verified") == "on"
    try:
        actions.add_identity(
            customer.pk,
            kind=kind,
            value=request.POST.get("value", ""),
            partner_id=_partner_id(request) if kind == Identity.Kind.PARTNER_REFERENCE else None,
            actor=request.member.actor,
            confidence=Confidence.VERIFIED if verified else Confidence.CLAIMED,
            source="desk",
        )
    except Refusal as refusal:
        if refusal.code != "bad_identity":
            raise
        return toast(refusal.message, level="soon", status=422, fieldErrors={"value": [refusal.message]})
    return with_toast(_panel(request, customer), "Added to the record.")


@require_POST
@desk_door()
def verify(request: DeskRequest, customer_id: int, identity_id: int) -> HttpResponse:
    """The customer has proved that it is theirs."""
    customer = _own(request, customer_id)
    actions.verify_identity(customer.pk, identity_id=identity_id, actor=request.member.actor)
    return _panel(request, customer)


@require_POST
@desk_door()
def remove(request: DeskRequest, customer_id: int, identity_id: int) -> HttpResponse:
    """It is not theirs."""
    customer = _own(request, customer_id)
    _identity(customer, identity_id)
    actions.remove_identity(customer.pk, identity_id=identity_id, actor=request.member.actor)
    return with_toast(_panel(request, customer), "Removed from this record.")


@require_POST
@desk_door()
def share(request: DeskRequest, customer_id: int, identity_id: int) -> HttpResponse:
    """Many use this number (a hotel's, a family's), or (`on=0`) one person after all."""
    customer = _own(request, customer_id)
    one = _identity(customer, identity_id)
    if request.POST.get("on") == "0":
        actions.unmark_shared(one.kind, one.value)
    else:
        actions.mark_shared(one.kind, one.value, actor=request.member.actor)
    return _panel(request, customer)


def _own(request: DeskRequest, customer_id: int) -> Customer:
    """The record, for in-house members: a partner's contract gives no right to say who somebody is."""
    customer = access_customer(request.viewer, customer_id)
    if request.viewer.is_partner:
        raise Forbidden("not_in_contract", "The contract does not allow changing identities.")
    return customer


def _identity(customer: Customer, identity_id: int) -> Identity:
    found = Identity.objects.filter(id=identity_id, customer=customer).first()
    if found is None:
        raise NotVisible("identity")
    return found


def _partner_id(request: DeskRequest) -> int | None:
    partner = Partner.objects.filter(id=number_of(request.POST.get("partner", "")) or 0).first()
    return partner.pk if partner else None


def _panel(request: HttpRequest, customer: Customer) -> HttpResponse:
    panel = identities_panel(customer.pk, request.viewer)  # type: ignore[attr-defined]
    return render(request, "desk/console/_identities.html", {"identities": panel})
