"""How often people are asked again, for supervisors."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from desk.doors import DeskRequest, desk_door, number_of
from desk.panels.asked_again import asked_again_panel


@require_GET
@desk_door(supervisors=True)
def asked_again(request: DeskRequest) -> HttpResponse:
    """Per queue, company, agent and question; `?days=` 7, 30 or 90."""
    days = number_of(request.GET.get("days", "")) or 30
    panel = asked_again_panel(request.organization, days=days)
    return render(request, "desk/record/asked_again.html", {"panel": panel})
