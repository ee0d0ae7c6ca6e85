"""What a person may ask for, and what the organisation must do unasked. For supervisors; erasing and saying
how long things are kept is for administrators."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from customers.access import access_customer
from customers.actions import note_sensitive_read
from customers.exports.actions import request_person_export
from customers.models import Customer
from customers.privacy import certificates, holds, receipts
from customers.privacy.erasing import erase_customer
from customers.privacy.models import Erasure, LegalHold
from customers.privacy.retention import keep_for
from desk.doors import DeskRequest, desk_door, number_of, with_toast
from desk.panels import privacy as panels
from foundation.errors import NotVisible, Refusal

# --- one person -------------------------------------------------------------------------------------------


@require_GET
@desk_door(supervisors=True)
def person(request: DeskRequest, customer_id: int) -> HttpResponse:
    """Everything that concerns one person's privacy."""
    customer = access_customer(request.viewer, customer_id)
    context = {"person": panels.person_panel(customer, request.viewer, request.member)}
    return render(request, "desk/privacy/person.html", context)


@require_http_methods(["GET", "POST"])
@desk_door(supervisors=True)
def export(request: DeskRequest, customer_id: int) -> HttpResponse:
    """The files made of this person; or, posted, have one made: `why` is written down."""
    customer = access_customer(request.viewer, customer_id)
    if request.method == "POST":
        request_person_export(
            customer.pk, member=request.member, viewer=request.viewer, why=request.POST.get("why", "")
        )
        if not request.htmx:
            return _back_to(customer)
    answer = render(request, "desk/privacy/_files.html", {"files": panels.files_panel(customer.pk)})
    return (
        with_toast(answer, "The files are being written.", reads=None) if request.method == "POST" else answer
    )


@require_GET
@desk_door(supervisors=True)
def reads(request: DeskRequest, customer_id: int) -> HttpResponse:
    """Who looked: `?company=` filters, `?before=` pages."""
    customer = access_customer(request.viewer, customer_id)
    panel = panels.reads_panel(
        customer.pk,
        company=request.GET.get("company", "")[:20],
        before=number_of(request.GET.get("before", "")),
    )
    template = "_reads_rows" if panel["continues"] else "_reads"
    return render(request, f"desk/privacy/{template}.html", {"reads": panel})


@require_POST
@desk_door(supervisors=True)
def place_hold(request: DeskRequest, customer_id: int) -> HttpResponse:
    """Place a legal hold with its `reason`."""
    customer = access_customer(request.viewer, customer_id)
    holds.place_hold(customer.pk, reason=request.POST.get("reason", ""), member=request.member)
    return _holds(request, customer.pk, "The hold stands. Nothing of theirs is erased.")


@require_POST
@desk_door(supervisors=True)
def lift_hold(request: DeskRequest, hold_id: int) -> HttpResponse:
    """Lift a legal hold with a `reason`."""
    hold = LegalHold.objects.filter(id=hold_id).first()
    if hold is None:
        raise NotVisible("hold")
    hold = holds.lift_hold(hold.pk, reason=request.POST.get("reason", ""), member=request.member)
    return _holds(request, hold.customer_id, "The hold is lifted.")


def _holds(request: DeskRequest, customer_id: int, said: str) -> HttpResponse:
    if not request.htmx:
        messages.success(request, said)
        return HttpResponseRedirect(reverse("desk:customer_privacy", args=[customer_id]))
    answer = render(request, "desk/privacy/_holds.html", {"holds": panels.holds_panel(customer_id)})
    return with_toast(answer, said)


def _back_to(customer: Customer) -> HttpResponse:
    return HttpResponseRedirect(reverse("desk:customer_privacy", args=[customer.pk]))


@require_http_methods(["GET", "POST"])
@desk_door(supervisors=True)
def erase(request: DeskRequest, customer_id: int) -> HttpResponse:
    """What an erasure would take; or, posted by an administrator, erase: `basis`, and the customer's number
    in `confirm`."""
    customer = access_customer(request.viewer, customer_id)
    if request.method == "GET":
        note_sensitive_read(request.viewer, customer.pk, "what an erasure would take")
        context = {"preview": panels.erasure_preview_panel(customer, request.viewer, request.member)}
        return render(request, "desk/privacy/erase.html", context)
    if request.POST.get("confirm", "").strip() != str(customer.pk):
        raise Refusal("not_confirmed", f"Type the number {customer.pk} to confirm.", field="confirm")
    erasure = erase_customer(customer.pk, member=request.member, basis=request.POST.get("basis", ""))
    messages.success(request, f"Customer {erasure.record_number} is erased. This is the proof.")
    return _go(request, reverse("desk:erasure", args=[erasure.pk]))


# --- the organisation -------------------------------------------------------------------------------------


@require_GET
@desk_door(supervisors=True)
def privacy(request: DeskRequest) -> HttpResponse:
    """Receipts that are late, people that were erased, holds, and how long things are kept."""
    return render(request, "desk/privacy/privacy.html", {"privacy": panels.privacy_panel(request.member)})


@require_http_methods(["GET", "POST"])
@desk_door(supervisors=True)
def retention(request: DeskRequest, name: str) -> HttpResponse:
    """One kind of data; or, posted by an administrator, keep it for `days`, or for good (`forever`)."""
    if request.method == "POST":
        days = None if request.POST.get("forever") else number_of(request.POST.get("days", "").strip()) or 0
        keep_for(name, days=days, member=request.member)
    line = panels.retention_line_named(name)
    if line is None:
        raise NotVisible("kind of data")
    if not request.htmx:
        return HttpResponseRedirect(reverse("desk:privacy"))
    context = {"line": line, "may_change": request.member.administers}
    answer = render(request, "desk/privacy/_retention_row.html", context)
    return with_toast(answer, "Kept so from tonight on.") if request.method == "POST" else answer


@require_GET
@desk_door(supervisors=True)
def erasure(request: DeskRequest, erasure_id: int) -> HttpResponse:
    """The certificate; `?is=` asks whether it is about somebody with that number, mail or reference."""
    found = _erasure(erasure_id)
    asked = request.GET.get("is", "").strip()[:254]
    context: dict[str, Any] = {"erasure": panels.certificate_panel(found), "asked": asked}
    if asked:
        context["names"] = certificates.names(found, asked)
    return render(request, "desk/privacy/erasure.html", context)


@require_GET
@desk_door(supervisors=True)
def erasure_file(request: DeskRequest, erasure_id: int) -> HttpResponse:
    """The certificate as a file."""
    found = _erasure(erasure_id)
    response = JsonResponse(certificates.as_json(found), json_dumps_params={"indent": 2})
    response["Content-Disposition"] = f'attachment; filename="erasure-{found.pk}.json"'
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@desk_door(supervisors=True)
def enter_receipt(request: DeskRequest, receipt_id: int) -> HttpResponse:
    """The partner confirmed in another way."""
    receipt = receipts.enter_receipt(receipt_id, member=request.member)
    messages.success(request, f"{receipt.partner.name} has confirmed.")
    return _go(request, reverse("desk:erasure", args=[receipt.erasure_id]))


def _erasure(erasure_id: int) -> Erasure:
    found = Erasure.objects.filter(id=erasure_id).first()
    if found is None:
        raise NotVisible("erasure")
    return found


def _go(request: DeskRequest, address: str) -> HttpResponse:
    if not request.htmx:
        return HttpResponseRedirect(address)
    response = HttpResponse(status=204)
    response["HX-Redirect"] = address
    return response
