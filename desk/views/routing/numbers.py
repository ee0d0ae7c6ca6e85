"""Numbers and their menus: each call type's whole way on one page."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from desk.doors import DeskRequest, desk_door
from desk.routing import number_panels as panels
from desk.routing.saving import need_admin, renamed_rows, saved, version_in
from desk.routing.settings import read, read_rows
from foundation.errors import NotVisible
from ivr.actions.menus import add_number, change_number
from ivr.models import PhoneNumber
from routing.setup_rules import Problem


@require_http_methods(["GET", "POST"])
@desk_door(supervisors=True)
def numbers(request: DeskRequest) -> HttpResponse:
    """All numbers with their ways; POST adds one with the usual menu."""
    if request.method == "GET":
        return _numbers(request)
    need_admin(request)
    name = request.POST.get("name", "").strip()
    return saved(
        request,
        lambda: add_number(
            request.POST.get("number", ""),
            name=name,
            queue_slug=request.POST.get("queue", ""),
            actor=request.member.actor,
        ),
        lambda: _numbers(request),
        f"Added: {name}",
        problems=[] if name else [Problem("missing", "name", "A name is needed.")],
    )


@require_http_methods(["GET", "POST"])
@desk_door(admins=True)
def number(request: DeskRequest, number_id: int) -> HttpResponse:
    """The form of one number and its menu; POST saves it. NotVisible."""
    line = PhoneNumber.objects.select_related("queue").filter(id=number_id).first()
    if line is None:
        raise NotVisible("number")
    if request.method == "GET":
        if not request.htmx:
            return _numbers(request)
        return render(request, "desk/routing/_number_dialog.html", {"number": panels.number_panel(line)})
    values, problems = read(panels.NUMBER, request.POST)
    menu, wrong, rows = read_rows("menu", panels.CHOICE, request.POST)
    for choice in menu:
        words = (word.strip().lower() for word in (choice.get("keywords") or "").split(","))
        choice["keywords"] = [word for word in words if word]
    return saved(
        request,
        lambda: change_number(
            number_id,
            {**values, "menu": menu},
            actor=request.member.actor,
            expected_version=version_in(request),
        ),
        lambda: _numbers(request),
        "Saved. The next caller is received so.",
        rename=renamed_rows("menu", rows, "reason"),
        problems=[*problems, *wrong],
    )


def _numbers(request: DeskRequest) -> HttpResponse:
    template = "desk/routing/_numbers.html" if request.htmx else "desk/routing/numbers.html"
    panel = panels.numbers_panel(request.member, request.organization)
    return render(request, template, {"panel": panel})
