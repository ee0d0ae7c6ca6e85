"""What customers say about being contacted, written down at the desk; and what the company keeps to."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from customers.access import access_customer
from customers.consent import actions, queries
from customers.consent.models import Consent
from customers.models import Interaction
from desk.doors import DeskRequest, desk_door, toast, with_toast
from desk.forms import HoldForm, HoursForm, PreferenceForm, PurposeForm
from desk.panels import consent as panels
from desk.views.fragments import form_errors
from foundation.errors import Conflict, Forbidden, NotVisible, Refusal

View = Callable[..., HttpResponse]


def _at_its_field(view: View) -> View:
    """Tell a refusal that names a field at that field; what was typed stays where it is."""

    @wraps(view)
    def told(request: DeskRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Refusal as refusal:
            if refusal.field is None or isinstance(refusal, Conflict | Forbidden | NotVisible):
                raise
            errors = {refusal.field: [refusal.message]}
            return toast(refusal.message, level="soon", status=422, fieldErrors=errors)

    return told


@require_http_methods(["GET", "POST"])
@desk_door()
@_at_its_field
def consent(request: DeskRequest, customer_id: int) -> HttpResponse:
    """What they said; or, posted, something more: `answer` (stop, refused, granted, lifted) to `purpose` by
    `channel`, with `wording` and `evidence`."""
    customer = access_customer(request.viewer, customer_id)
    if request.method != "POST":
        return _panel(request, customer.pk)
    answer, given = request.POST.get("answer", ""), request.POST
    said: dict[str, Any] = {
        "actor": request.member.actor,
        "source": "desk",
        "wording": given.get("wording", "").strip() or _read_out(answer, given.get("purpose", "")),
        "evidence": given.get("evidence", "")[:200],
        "interaction_id": _contact_at_hand(request, customer.pk),
    }
    if answer == panels.STOP:
        actions.stop_contact(customer.pk, said_on=given.get("channel", ""), **said)
        return with_toast(_panel(request, customer.pk), "Stopped, everywhere at once.")
    actions.record_consent(
        customer.pk,
        answer=answer,
        purpose=given.get("purpose", ""),
        channel=given.get("channel", ""),
        **said,
    )
    return with_toast(_panel(request, customer.pk), "Written down; it counts everywhere at once.")


@require_POST
@desk_door()
@_at_its_field
def hold(request: DeskRequest, customer_id: int) -> HttpResponse:
    """Pause what can be held: `why`, `until`."""
    customer = access_customer(request.viewer, customer_id)
    form = HoldForm(request.POST)
    if not form.is_valid():
        return form_errors(request, form)
    actions.hold_contact(customer.pk, actor=request.member.actor, **form.cleaned_data)
    return with_toast(_panel(request, customer.pk), "On hold.")


@require_POST
@desk_door()
def end_hold(request: DeskRequest, customer_id: int, hold_id: int) -> HttpResponse:
    """The pause is over."""
    customer = access_customer(request.viewer, customer_id)
    if not actions.release_hold(customer.pk, hold_id, actor=request.member.actor):
        raise Conflict("ended", "That hold had ended already.")
    return with_toast(_panel(request, customer.pk), "No longer on hold.")


@require_POST
@desk_door()
@_at_its_field
def preference(request: DeskRequest, customer_id: int) -> HttpResponse:
    """How they like to be reached."""
    customer = access_customer(request.viewer, customer_id)
    form = PreferenceForm(request.POST)
    if not form.is_valid():
        return form_errors(request, form)
    actions.set_preference(customer.pk, actor=request.member.actor, **form.cleaned_data)
    return with_toast(_panel(request, customer.pk), "Kept.")


@require_GET
@desk_door(supervisors=True)
def contact_rules(request: DeskRequest) -> HttpResponse:
    """The purposes and quiet hours of the organisation."""
    return render(request, "desk/contact_rules.html", {"rules": panels.rules_panel()})


@require_POST
@desk_door(supervisors=True)
@_at_its_field
def purpose(request: DeskRequest) -> HttpResponse:
    """Set a purpose up, or change it."""
    form = PurposeForm(request.POST)
    if not form.is_valid():
        return form_errors(request, form)
    slug = form.cleaned_data.pop("slug")
    actions.define_purpose(slug, actor=request.member.actor, **form.cleaned_data)
    return with_toast(_rules(request), f"{form.cleaned_data['name']} is kept.")


@require_POST
@desk_door(supervisors=True)
@_at_its_field
def hours(request: DeskRequest) -> HttpResponse:
    """When a channel is not used."""
    form = HoursForm(request.POST)
    if not form.is_valid():
        return form_errors(request, form)
    actions.set_quiet_hours(actor=request.member.actor, **form.cleaned_data)
    return with_toast(_rules(request), "Quiet hours are kept.")


def _panel(request: DeskRequest, customer_id: int) -> HttpResponse:
    panel = panels.consent_panel(customer_id, request.viewer)
    return render(request, "desk/console/_consent.html", {"consent": panel})


def _rules(request: DeskRequest) -> HttpResponse:
    return render(request, "desk/_contact_rules.html", {"rules": panels.rules_panel()})


def _read_out(answer: str, purpose: str) -> str:
    """What is set up to be read out when asking for this yes; nothing is asked for a no."""
    chosen = queries.purposes().get(purpose) if answer == Consent.Answer.GRANTED else None
    return chosen.wording if chosen else ""


def _contact_at_hand(request: DeskRequest, customer_id: int) -> int | None:
    serving = Interaction.objects.filter(
        member=request.member, customer_id=customer_id, state=Interaction.State.SERVING
    )
    return serving.values_list("id", flat=True).first()
