"""Surge plans: compose, try out, start, revert; asking partners for seats, and their answers."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from desk.doors import DeskRequest, desk_door, number_of, status_of, toast, with_toast
from desk.forms_surge import bundle_typed, wish_typed
from desk.panels import surges as panels
from foundation.errors import Refusal
from routing.actions.seat_asks import answer_ask, ask_more_seats
from routing.actions.surges import (
    BundleRefused,
    change_plan,
    compose_plan,
    preview_plan,
    revert_surge,
    start_surge,
)
from routing.models import SurgePlan
from routing.queries.surges import (
    access_seat_ask,
    access_surge_plan,
    access_surge_run,
    house_now,
    open_seat_asks,
    visible_seat_asks,
)

ASKS_SHOWN = 50


@require_GET
@desk_door(supervisors=True)
def surges(request: DeskRequest) -> HttpResponse:
    """All plans; to htmx only the list."""
    template = "desk/surge/_plans.html" if request.htmx else "desk/surges.html"
    return render(request, template, {"plans": panels.list_panel()})


@require_http_methods(["GET", "POST"])
@desk_door(supervisors=True)
def new(request: DeskRequest) -> HttpResponse:
    """Compose a plan."""
    if request.method == "GET":
        return render(request, "desk/surge_form.html", {"form": panels.form_panel(None)})
    try:
        plan = compose_plan(
            member=request.member,
            name=request.POST.get("name", ""),
            purpose=request.POST.get("purpose", ""),
            bundle=bundle_typed(request.POST, house_now().rules.channels),
        )
    except Refusal as refusal:
        return _at_fields(request, refusal)
    return _to_plan(request, plan.id)


@require_http_methods(["GET", "POST"])
@desk_door(supervisors=True)
def change(request: DeskRequest, plan_id: int) -> HttpResponse:
    """Make the next version of a plan."""
    plan = access_surge_plan(plan_id)
    if request.method == "GET":
        return render(request, "desk/surge_form.html", {"form": panels.form_panel(plan)})
    try:
        change_plan(
            plan_id,
            member=request.member,
            name=request.POST.get("name", ""),
            purpose=request.POST.get("purpose", ""),
            bundle=bundle_typed(request.POST, house_now().rules.channels),
            expected=_version(request),
        )
    except Refusal as refusal:
        return _at_fields(request, refusal)
    return _to_plan(request, plan_id)


def _at_fields(request: DeskRequest, refusal: Refusal) -> HttpResponse:
    """Each message at its field; without a script, or without a field, as any refusal."""
    if not request.htmx or not refusal.field:
        raise refusal
    found = {refusal.field: [refusal.message]}
    if isinstance(refusal, BundleRefused):
        found = {one.field: [one.message] for one in refusal.problems}
    return toast(refusal.message, level="soon", status=status_of(refusal), fieldErrors=found)


def _to_plan(request: DeskRequest, plan_id: int) -> HttpResponse:
    if not request.htmx:
        return redirect("desk:surge", plan_id)
    response = HttpResponse(status=204)
    response["HX-Redirect"] = reverse("desk:surge", args=[plan_id])
    return response


@require_GET
@desk_door(supervisors=True)
def surge(request: DeskRequest, plan_id: int) -> HttpResponse:
    """One plan; to htmx only what moves."""
    return _plan(request, access_surge_plan(plan_id))


def _plan(request: DeskRequest, plan: SurgePlan) -> HttpResponse:
    template = "desk/surge/_plan.html" if request.htmx else "desk/surge.html"
    return render(request, template, {"plan": panels.plan_panel(plan)})


@require_POST
@desk_door(supervisors=True)
def preview(request: DeskRequest, plan_id: int) -> HttpResponse:
    """Play the last four weeks with it and without, in the background."""
    run = preview_plan(plan_id, member=request.member, expected=_version(request))
    if not request.htmx:
        return redirect("desk:simulation", run.id)
    response = HttpResponse(status=204)
    response["HX-Redirect"] = reverse("desk:simulation", args=[run.id])
    return response


@require_POST
@desk_door(supervisors=True)
def start(request: DeskRequest, plan_id: int) -> HttpResponse:
    """Start it now."""
    run = start_surge(plan_id, member=request.member, expected=_version(request))
    return _changed(request, run.plan, f"“{run.plan.name}” runs.")


@require_POST
@desk_door(supervisors=True)
def revert(request: DeskRequest, run_id: int) -> HttpResponse:
    """End it now."""
    run = revert_surge(run_id, member=request.member)
    return _changed(request, run.plan, f"“{run.plan.name}” is reverted.")


@require_POST
@desk_door(supervisors=True)
def ask(request: DeskRequest, run_id: int) -> HttpResponse:
    """Ask a partner for more seats while the plan runs."""
    run = access_surge_run(run_id)
    partner_id = number_of(request.POST.get("partner", "")) or 0
    try:
        asked = ask_more_seats(run_id, wish_typed(request.POST, partner_id), actor=request.member.actor)
    except Refusal as refusal:
        if refusal.field:
            refusal.field = refusal.field.removesuffix(f"-{partner_id}")
        return _at_fields(request, refusal)
    return _changed(request, run.plan, f"{asked.partner.name} is asked.")


def _changed(request: DeskRequest, plan: SurgePlan, text: str) -> HttpResponse:
    if not request.htmx:
        return redirect("desk:surge", plan.id)
    return with_toast(_plan(request, plan), text)


def _version(request: DeskRequest) -> int:
    return number_of(request.POST.get("version", "")) or 0


@require_GET
@desk_door()
def seat_asks(request: DeskRequest) -> HttpResponse:
    """The seats one's company is asked for; to the console only what waits for an answer."""
    if request.htmx and request.htmx.target == "seat-asks":
        return _on_console(request)
    template = "desk/surge/_seats.html" if request.htmx else "desk/seats.html"
    return render(request, template, _all_asks(request))


def _all_asks(request: DeskRequest) -> dict[str, Any]:
    rows = visible_seat_asks(request.viewer).order_by("-id")[:ASKS_SHOWN]
    return {"asks": panels.asks_panel(list(rows)), "company": request.organization.name}


@require_POST
@desk_door()
def answer(request: DeskRequest, ask_id: int) -> HttpResponse:
    """Accept, accept in part, or refuse; a supervisor writes down what a partner said on the telephone."""
    access_seat_ask(request.viewer, ask_id)
    seats = request.POST.get("seats", "").strip()
    try:
        answer_ask(
            ask_id,
            actor=request.member.actor,
            answer=request.POST.get("answer", ""),
            seats=number_of(seats) if request.POST.get("answer") == "partial" else None,
            note=request.POST.get("note", ""),
        )
    except Refusal as refusal:
        return _at_fields(request, refusal)
    if not request.htmx:
        return redirect("desk:seat_asks")
    return with_toast(
        render(request, "desk/surge/_seats.html", _all_asks(request)), "The answer is written down."
    )


def _on_console(request: DeskRequest) -> HttpResponse:
    panel = panels.own_asks_panel(open_seat_asks(request.viewer), request.organization)
    return render(request, "desk/console/_seat_asks.html", {"seat_asks": panel})
