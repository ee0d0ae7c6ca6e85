"""How well the reason for contact is guessed, for supervisors; and learning it anew."""

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from cases.reasons.runs import want_training
from desk.doors import DeskRequest, desk_door
from desk.panels.reasons import reasons_panel, training_panel


@require_GET
@desk_door(supervisors=True)
def reasons(request: DeskRequest) -> HttpResponse:
    """Model, rules and plain frequency side by side, and which of them guesses now."""
    return render(request, "desk/record/reasons.html", {"panel": reasons_panel(), "run": training_panel()})


@require_GET
@desk_door(supervisors=True)
def training(request: DeskRequest) -> HttpResponse:
    """How far the training is; when it is over, the whole page has something new to show."""
    run = training_panel()
    response = render(request, "desk/record/_training.html", {"run": run})
    if not run["is_open"]:
        response["HX-Refresh"] = "true"
    return response


@require_POST
@desk_door(supervisors=True)
def train(request: DeskRequest) -> HttpResponse:
    """Learn now. While it is done already, asking again shows how far it is."""
    want_training(actor=request.member.actor)
    if request.htmx:
        return render(request, "desk/record/_training.html", {"run": training_panel()})
    return HttpResponseRedirect(reverse("desk:reasons"))
