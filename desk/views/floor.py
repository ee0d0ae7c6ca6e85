"""The supervisor's floor: the page and its panels, each a fragment that refreshes itself."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from desk.doors import DeskRequest, desk_door
from desk.panels import floor as panels
from foundation.errors import NotVisible

_PANELS: dict[str, Callable[[DeskRequest], Any]] = {
    "figures": lambda request: panels.figures_panel(),
    "serving": lambda request: panels.serving_panel(),
    "queues": lambda request: panels.queues_panel(request.organization),
    "agents": lambda request: panels.agents_panel(request.organization),
    "calls": lambda request: panels.calls_panel(request.viewer, request.organization),
    "promises": lambda request: panels.promises_panel(request.viewer, request.organization),
    "announcements": lambda request: panels.announcements_panel(),
}


@require_GET
@desk_door(supervisors=True)
def floor(request: DeskRequest) -> HttpResponse:
    """The whole floor."""
    context = {name: panel(request) for name, panel in _PANELS.items()}
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
    return render(request, f"desk/floor/_{name}.html", {name: _PANELS[name](request)})
