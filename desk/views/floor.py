"""The supervisor's floor: the page and its panels, each a fragment that refreshes itself."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from desk.doors import DeskRequest, desk_door
from desk.panels import floor as panels
from desk.panels import surges
from desk.panels.floor import FloorNow
from foundation.errors import NotVisible
from routing.queries.problems import known_problems

_PANELS: dict[str, Callable[[DeskRequest, FloorNow], Any]] = {
    "figures": lambda request, now: panels.figures_panel(now),
    "serving": lambda request, now: panels.serving_panel(now),
    "queues": lambda request, now: panels.queues_panel(now, request.organization),
    "agents": lambda request, now: panels.agents_panel(now, request.organization),
    "calls": lambda request, now: panels.calls_panel(request.viewer, request.organization),
    "promises": lambda request, now: panels.promises_panel(now, request.viewer, request.organization),
    "announcements": lambda request, now: panels.announcements_panel(),
    "setup": lambda request, now: known_problems(),
    "surge": lambda request, now: surges.running_panel(),
}


@require_GET
@desk_door(supervisors=True)
def floor(request: DeskRequest) -> HttpResponse:
    """The whole floor."""
    now = FloorNow()
    context = {name: panel(request, now) for name, panel in _PANELS.items()}
    context["announce"] = panels.announce_panel(request.organization)
    context["zone"] = request.organization.time_zone
    return render(request, "desk/floor.html", context)


@require_GET
@desk_door(supervisors=True)
def panel(request: DeskRequest, name: str) -> HttpResponse:
    """One panel. NotVisible for a name that is none."""
    if name not in _PANELS:
        raise NotVisible("panel")
    return panel_response(request, name)


def panel_response(request: DeskRequest, name: str) -> HttpResponse:
    """One panel's fragment."""
    return render(request, f"desk/floor/_{name}.html", {name: _PANELS[name](request, FloorNow())})
