"""The page that shows every component in every state."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from desk.doors import DeskRequest, desk_door
from desk.styleguide import styleguide_context


@require_GET
@desk_door()
def styleguide(request: DeskRequest) -> HttpResponse:
    """Every component, in the reader's theme."""
    return render(request, "desk/styleguide.html", styleguide_context())
