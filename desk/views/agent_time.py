"""How agents' time went on one day."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from desk.doors import DeskRequest, desk_door
from desk.panels.agent_time import agent_time_panel


@require_GET
@desk_door(supervisors=True)
def agent_time(request: DeskRequest) -> HttpResponse:
    """A drawn bar of states for each agent, with totals; `?day=` chooses the day."""
    panel = agent_time_panel(request.organization, request.GET.get("day", ""))
    return render(request, "desk/agent_time.html", {"panel": panel})
