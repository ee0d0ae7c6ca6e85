"""Opening hours, channels, reasons to pause."""

from datetime import time
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_POST

from accounts.hours.models import BusinessHours
from desk.doors import DeskRequest, desk_door, number_of
from desk.routing import house_panels as panels
from desk.routing.saving import need_admin, renamed_rows, saved, version_in
from desk.routing.settings import Setting, read, read_rows
from foundation.errors import NotVisible
from routing.actions import setup
from routing.models import PauseReason
from routing.setup_rules import Problem

_MONDAY_TO_FRIDAY = [{"weekday": day, "opens": time(9), "closes": time(17)} for day in range(5)]
_CHANNEL = (
    Setting("units", "Units", "whole", low=0, high=1000),
    Setting("most", "At most", "whole", may_be_empty=True, high=100),
    Setting("is_interruptible", "", "yes"),
)


@require_http_methods(["GET", "POST"])
@desk_door(supervisors=True)
def hours_list(request: DeskRequest) -> HttpResponse:
    """All opening hours; POST adds some, Monday to Friday from nine to five until changed."""
    if request.method == "GET":
        return _hours(request)
    need_admin(request)
    name = request.POST.get("name", "").strip()
    return saved(
        request,
        lambda: setup.create_hours(
            slugify(name)[:50],
            name=name,
            time_zone=request.POST.get("time_zone") or request.organization.time_zone,
            spans=_MONDAY_TO_FRIDAY,
            actor=request.member.actor,
        ),
        lambda: _hours(request),
        f"Added: {name}",
        problems=[] if name else [Problem("missing", "name", "A name is needed.")],
        rename=lambda field: "name" if field == "slug" else field,
    )


@require_http_methods(["GET", "POST"])
@desk_door(admins=True)
def hours(request: DeskRequest, slug: str) -> HttpResponse:
    """The form of one; POST saves or (`remove`) takes them away. NotVisible."""
    found = BusinessHours.objects.filter(slug=slug).first()
    if found is None:
        raise NotVisible("opening hours")
    if request.method == "GET":
        if not request.htmx:
            return _hours(request)
        return render(request, "desk/routing/_hours_dialog.html", {"hours": panels.hours_panel(found)})
    actor = request.member.actor
    if request.POST.get("remove"):
        return saved(
            request,
            lambda: setup.remove_hours(slug, actor=actor),
            lambda: _hours(request),
            f"Taken away: {found.name}",
            rename=lambda _: "name",
        )
    spans, problems, numbers = _spans(request)
    holidays, wrong, days = read_rows("holidays", panels.HOLIDAY, request.POST)
    changes: dict[str, Any] = {
        "name": request.POST.get("name", ""),
        "time_zone": request.POST.get("time_zone", ""),
        "spans": spans,
        "holidays": holidays,
    }
    of_spans, of_days = renamed_rows("spans", numbers, "opens"), renamed_rows("holidays", days, "date")
    return saved(
        request,
        lambda: setup.change_hours(slug, changes, actor=actor, expected_version=version_in(request)),
        lambda: _hours(request),
        "Saved.",
        rename=lambda field: of_days(of_spans(field)),
        problems=[*problems, *wrong],
    )


def _spans(request: DeskRequest) -> tuple[list[dict[str, Any]], list[Problem], list[int]]:
    rows, problems, numbers = read_rows("spans", panels.SPAN, request.POST)
    for row, number in zip(rows, numbers, strict=True):
        row["weekday"] = number_of(request.POST.get(f"spans/{number}/weekday", "")) or 0
    order = sorted(range(len(rows)), key=lambda at: (rows[at]["weekday"], rows[at].get("opens") or time()))
    return [rows[at] for at in order], problems, [numbers[at] for at in order]


def _hours(request: DeskRequest) -> HttpResponse:
    template = "desk/routing/_hours.html" if request.htmx else "desk/routing/hours.html"
    panel = panels.hours_list_panel(request.member, request.organization.time_zone)
    return render(request, template, {"panel": panel})


@require_http_methods(["GET", "POST"])
@desk_door(supervisors=True)
def floor_rules(request: DeskRequest) -> HttpResponse:
    """Channels and reasons to pause; POST adds a reason."""
    if request.method == "GET":
        return _floor_rules(request)
    need_admin(request)
    name = request.POST.get("name", "").strip()
    return saved(
        request,
        lambda: setup.create_pause_reason(
            slugify(name)[:50],
            name=name,
            is_productive=request.POST.get("is_productive") == "on",
            actor=request.member.actor,
        ),
        lambda: _floor_rules(request),
        f"Added: {name}",
        problems=[] if name else [Problem("missing", "name", "A name is needed.")],
        rename=lambda field: "name" if field == "slug" else field,
    )


@require_POST
@desk_door(admins=True)
def channel(request: DeskRequest, slug: str) -> HttpResponse:
    """What a contact on this channel takes. NotVisible."""
    values, problems = read(_CHANNEL, request.POST)
    values["excludes"] = request.POST.getlist("excludes")
    return saved(
        request,
        lambda: setup.set_channel_rule(
            slug, values, actor=request.member.actor, expected_version=version_in(request)
        ),
        lambda: _floor_rules(request),
        "Saved. It counts from the next decision on.",
        problems=problems,
    )


@require_POST
@desk_door(admins=True)
def reason(request: DeskRequest, slug: str) -> HttpResponse:
    """Save a reason to pause, or move it (`act`: up, down). NotVisible."""
    found = PauseReason.objects.filter(slug=slug).first()
    if found is None:
        raise NotVisible("pause reason")
    actor, act = request.member.actor, request.POST.get("act", "")
    if act in {"up", "down"}:
        return saved(
            request,
            lambda: setup.move_pause_reason(slug, by=-1 if act == "up" else 1, actor=actor),
            lambda: _floor_rules(request),
            "Moved.",
        )
    changes = {
        "name": request.POST.get("name", ""),
        "is_productive": request.POST.get("is_productive") == "on",
        "is_active": request.POST.get("is_active") == "on",
    }
    return saved(
        request,
        lambda: setup.change_pause_reason(slug, changes, actor=actor, expected_version=version_in(request)),
        lambda: _floor_rules(request),
        "Saved.",
    )


def _floor_rules(request: DeskRequest) -> HttpResponse:
    template = "desk/routing/_floor_rules.html" if request.htmx else "desk/routing/floor_rules.html"
    return render(request, template, {"panel": panels.floor_rules_panel(request.member)})
