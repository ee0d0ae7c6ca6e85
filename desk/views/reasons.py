"""How well the reason for contact is guessed, for supervisors."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from desk.doors import DeskRequest, desk_door
from desk.panels.reasons import reasons_panel


@require_GET
@desk_door(supervisors=True)
def reasons(request: DeskRequest) -> HttpResponse:
    """Model, rules and plain frequency side by side, and which of them guesses now."""
    return render(request, "desk/record/reasons.html", {"panel": reasons_panel()})
