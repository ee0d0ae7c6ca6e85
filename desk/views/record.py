"""What is done on a customer's record, with or without a contact in hand."""

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from cases import actions as cases
from cases.access import access_case
from customers import actions as customers
from customers.access import access_customer, access_subscription
from desk.doors import DeskRequest, desk_door, with_toast
from desk.forms import CaseForm, ConfirmForm, SolveForm, SwitchForm
from desk.views.fragments import form_errors, record_fragment
from foundation.errors import Conflict


@require_POST
@desk_door()
def switch_subscription(request: DeskRequest, subscription_id: int) -> HttpResponse:
    """Change a subscription to another product, such as from print to digital."""
    subscription = access_subscription(request.viewer, subscription_id)
    form = SwitchForm(request.POST)
    if not form.is_valid():
        return form_errors(request, form)
    switched = customers.switch_subscription(
        subscription_id, product_code=form.cleaned_data["product"], actor=request.member.actor
    )
    if switched is None:
        raise Conflict("no_switch", "It has that product already, or is being switched or over.")
    by = switched.fulfilled_by
    done = f"{by.name} was told and confirms the order." if by else "It is active."
    answer = record_fragment(request, subscription.customer_id)
    return with_toast(answer, f"Switched to {switched.product.name}. {done}")


@require_POST
@desk_door()
def confirm_switch(request: DeskRequest, subscription_id: int) -> HttpResponse:
    """The company that delivers it has taken the order."""
    subscription = access_subscription(request.viewer, subscription_id)
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        return form_errors(request, form)
    confirmed = customers.confirm_switch(
        subscription_id, reference=form.cleaned_data["reference"], actor=request.member.actor
    )
    if confirmed is None:
        raise Conflict("not_switching", "Nothing is to be confirmed here any more.")
    answer = record_fragment(request, subscription.customer_id)
    return with_toast(answer, f"{confirmed.product.name} is active.")


@require_POST
@desk_door()
def open_case(request: DeskRequest, customer_id: int) -> HttpResponse:
    """Open a matter that somebody has to settle."""
    customer = access_customer(request.viewer, customer_id)
    form = CaseForm(request.POST)
    if not form.is_valid():
        return form_errors(request, form)
    worker = form.cleaned_data["worker"]
    case = cases.open_case(
        customer.pk,
        title=form.cleaned_data["title"],
        actor=request.member.actor,
        partner_id=worker.id if worker else None,
    )
    return with_toast(record_fragment(request, customer.pk), f"Case opened: {case.title}")


@require_POST
@desk_door()
def solve_case(request: DeskRequest, case_id: int) -> HttpResponse:
    """The matter is settled; how, stands in the story."""
    case = access_case(request.viewer, case_id)
    form = SolveForm(request.POST)
    if not form.is_valid():
        return form_errors(request, form)
    cases.solve_case(
        case_id,
        actor=request.member.actor,
        outcome=form.cleaned_data["outcome"],
        expected_version=form.cleaned_data["version"],
    )
    return with_toast(record_fragment(request, case.customer_id), f"Case solved: {case.title}")
