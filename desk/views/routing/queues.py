"""The overview, the queues, and the editor of one queue."""

from collections.abc import Callable
from datetime import datetime, time
from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from desk.doors import DeskRequest, desk_door, number_of
from desk.routing import queue_panels as panels
from desk.routing.maps import queue_list, states
from desk.routing.queue_settings import NEED, OVERFLOW, SECTIONS, SHARE, SPLIT, STEP, all_pool_options
from desk.routing.saving import need_admin, renamed_rows, saved, version_in
from desk.routing.settings import Setting, read, read_rows, value_of
from foundation.errors import NotVisible
from routing.actions import setup
from routing.queries.ordering import PRESETS
from routing.queries.setup import queue_document, queues_with_rules, world
from routing.setup_rules import Problem


@require_GET
@desk_door(supervisors=True)
def overview(request: DeskRequest) -> HttpResponse:
    """What is to be mended, how everything is set up, and who changed what."""
    panel = panels.overview_panel(request.member, request.organization)
    return render(request, "desk/routing/overview.html", {"panel": panel})


@require_http_methods(["GET", "POST"])
@desk_door(supervisors=True)
def queues(request: DeskRequest) -> HttpResponse:
    """All queues; POST adds one."""
    if request.method == "GET":
        return _list(request)
    need_admin(request)
    name = request.POST.get("name", "").strip()
    slug = request.POST.get("slug", "").strip() or slugify(name)[:50]
    problems = [] if name else [Problem("missing", "name", "A name is needed.")]
    return saved(
        request,
        lambda: setup.create_queue(slug, name=name, actor=request.member.actor),
        lambda: _list(request),
        f"Added: {name}",
        problems=problems,
    )


def _list(request: DeskRequest) -> HttpResponse:
    lines = queue_list(world(), states(), zone=request.organization.time_zone)
    panel = {"queues": lines, "may_change": request.member.administers}
    template = "desk/routing/_queues.html" if request.htmx else "desk/routing/queues.html"
    return render(request, template, {"panel": panel})


@require_http_methods(["GET", "POST"])
@desk_door(supervisors=True)
def queue(request: DeskRequest, slug: str) -> HttpResponse:
    """One queue drawn, with all its settings; POST saves the part named by `section`. NotVisible."""
    document = _document(slug)
    if request.method == "GET":
        return _editor(request, slug)
    need_admin(request)
    section = request.POST.get("section", "")
    save = _SAVERS.get(section) or (_plain if section in SECTIONS else None)
    if save is None:
        raise NotVisible("part")
    return save(request, document)


@require_GET
@desk_door(supervisors=True)
def queue_map(request: DeskRequest, slug: str) -> HttpResponse:
    """The drawn way alone: who could serve changes while one looks."""
    drawn = panels.map_panel(_document(slug), world(), request.member, request.organization)
    return render(request, "desk/routing/_map.html", {"map": drawn})


@require_http_methods(["GET", "POST"])
@desk_door(admins=True)
def steps(request: DeskRequest, slug: str) -> HttpResponse:
    """The form of a new step; POST adds it."""
    document = _document(slug)
    if request.method == "GET":
        return _step_dialog(request, document, None)
    values, problems, numbers = _read_step(request)
    first = not document["steps"]
    return saved(
        request,
        lambda: setup.add_step(
            slug, {**values, "first": first}, actor=request.member.actor, expected_version=version_in(request)
        ),
        lambda: _editor(request, slug),
        "The step is there.",
        seen=["steps"],
        rename=_of_step(len(document["steps"]), numbers),
        problems=problems,
    )


@require_http_methods(["GET", "POST"])
@desk_door(admins=True)
def step(request: DeskRequest, slug: str, position: int) -> HttpResponse:
    """The form of a step; POST saves, moves (`act`: left, right) or removes it. NotVisible."""
    document = _document(slug)
    if position >= len(document["steps"]):
        raise NotVisible("step")
    if request.method == "GET":
        return _step_dialog(request, document, position)
    actor, version = request.member.actor, version_in(request)
    values, problems, numbers = _read_step(request)
    acts: dict[str, tuple[Callable[[], object], str]] = {
        "left": (
            partial(setup.move_step, slug, position, by=-1, actor=actor, expected_version=version),
            "Moved.",
        ),
        "right": (
            partial(setup.move_step, slug, position, by=1, actor=actor, expected_version=version),
            "Moved.",
        ),
        "remove": (
            partial(setup.remove_step, slug, position, actor=actor, expected_version=version),
            "Removed.",
        ),
    }
    save, words = acts.get(
        request.POST.get("act", ""),
        (
            partial(setup.change_step, slug, position, values, actor=actor, expected_version=version),
            "Saved. It counts from the next decision on.",
        ),
    )
    return saved(
        request,
        save,
        lambda: _editor(request, slug),
        words,
        seen=["steps"],
        rename=_of_step(position, numbers),
        problems=[] if request.POST.get("act") else problems,
    )


@require_http_methods(["GET", "POST"])
@desk_door(admins=True)
def preset(request: DeskRequest, slug: str, name: str) -> HttpResponse:
    """What a preset would change; POST sets it. NotVisible."""
    document = _document(slug)
    if name not in PRESETS:
        raise NotVisible("preset")
    if request.method == "GET":
        return render(request, "desk/routing/_preset.html", {"preset": panels.preset_panel(name, document)})
    settings = PRESETS[name].settings
    return saved(
        request,
        lambda: setup.change_queue(
            slug,
            dict(settings),
            actor=request.member.actor,
            expected_version=version_in(request),
            seen=list(settings),
        ),
        lambda: _editor(request, slug),
        f"Ordered as {PRESETS[name].label} does.",
        seen=list(settings),
    )


@require_POST
@desk_door(admins=True)
def pilot(request: DeskRequest, slug: str) -> HttpResponse:
    """A customer takes part in a pilot of this queue, or (`end`) no more. NotVisible."""
    _document(slug)
    customer_id = number_of(request.POST.get("customer_id", "").strip())
    actor = request.member.actor
    if customer_id is not None and request.POST.get("end"):
        save: Callable[[], object] = lambda: setup.unpin_customer(slug, customer_id, actor=actor)  # noqa: E731
        return saved(request, save, lambda: _editor(request, slug), "The pilot is over for them.")
    day, problems = _until(request.POST.get("until", ""))
    if customer_id is None:
        problems.append(Problem("missing", "customer_id", "The number of a customer’s record."))
    return saved(
        request,
        lambda: setup.pin_customer(
            slug, customer_id or 0, pool_slug=request.POST.get("pool", ""), until=day, actor=actor
        ),
        lambda: _editor(request, slug),
        "Their contacts go there from now on.",
        problems=problems,
    )


def _until(text: str) -> tuple[datetime | None, list[Problem]]:
    try:
        day = value_of(Setting("until", "", "day", may_be_empty=True), text)
    except ValueError as error:
        return None, [Problem("unreadable", "until", str(error))]
    return (timezone.make_aware(datetime.combine(day, time(23, 59, 59))) if day else None), []


def _document(slug: str) -> dict[str, Any]:
    found = queues_with_rules().filter(slug=slug).first()
    if found is None:
        raise NotVisible("queue")
    return queue_document(found)


def _editor(request: DeskRequest, slug: str) -> HttpResponse:
    panel = panels.queue_panel(_document(slug), request.member, request.organization)
    template = "desk/routing/_queue.html" if request.htmx else "desk/routing/queue.html"
    return render(request, template, {"panel": panel})


def _change(
    request: DeskRequest,
    document: dict[str, Any],
    values: dict[str, Any],
    problems: list[Problem],
    **how: Any,
) -> HttpResponse:
    slug, names = document["slug"], list(values)
    return saved(
        request,
        lambda: setup.change_queue(
            slug, values, actor=request.member.actor, expected_version=version_in(request), seen=names
        ),
        lambda: _editor(request, slug),
        "Saved. It counts from the next decision on.",
        seen=names,
        problems=problems,
        **how,
    )


def _plain(request: DeskRequest, document: dict[str, Any]) -> HttpResponse:
    values, problems = read(SECTIONS[request.POST["section"]].settings, request.POST)
    return _change(request, document, values, problems)


def _order(request: DeskRequest, document: dict[str, Any]) -> HttpResponse:
    return _change(request, document, {"agent_order": request.POST.getlist("agent_order")}, [])


def _requirements(request: DeskRequest, document: dict[str, Any]) -> HttpResponse:
    rows, problems, numbers = _read_needs(request)
    return _change(
        request,
        document,
        {"requirements": rows},
        problems,
        rename=_needs_of_queue(numbers),
    )


def _needs_of_queue(numbers: list[int]) -> Callable[[str], str]:
    """Nobody who has the skills is told at the skills, whichever step finds nobody."""
    plain = renamed_rows("requirements", numbers, "skill")
    return lambda field: plain("requirements" if field.startswith("steps/") else field)


def _split(request: DeskRequest, document: dict[str, Any]) -> HttpResponse:
    values, problems = read(SPLIT, request.POST)
    rows, wrong, numbers = read_rows("shares", SHARE, request.POST)
    return _change(
        request,
        document,
        {**values, "shares": rows},
        [*problems, *wrong],
        rename=renamed_rows("shares", numbers, "percent"),
    )


def _overflows(request: DeskRequest, document: dict[str, Any]) -> HttpResponse:
    rows, problems, numbers = read_rows("overflows", OVERFLOW, request.POST)
    return _change(
        request, document, {"overflows": rows}, problems, rename=renamed_rows("overflows", numbers, "pool")
    )


_SAVERS: dict[str, Callable[[DeskRequest, dict[str, Any]], HttpResponse]] = {
    "order": _order,
    "requirements": _requirements,
    "split": _split,
    "overflow": _overflows,
}


def _step_dialog(request: DeskRequest, document: dict[str, Any], position: int | None) -> HttpResponse:
    if not request.htmx:
        return _editor(request, document["slug"])
    return render(request, "desk/routing/_step_dialog.html", {"step": panels.step_panel(document, position)})


def _read_step(request: DeskRequest) -> tuple[dict[str, Any], list[Problem], list[int]]:
    values, problems = read(STEP, request.POST)
    needs, wrong, numbers = _read_needs(request)
    known = dict(all_pool_options())
    values["pools"] = [slug for slug in request.POST.getlist("pools") if slug in known]
    values["requirements"] = needs if values.get("own_requirements") else []
    return values, [*problems, *wrong], numbers


def _read_needs(request: DeskRequest) -> tuple[list[dict[str, Any]], list[Problem], list[int]]:
    rows, problems, numbers = read_rows("requirements", NEED, request.POST)
    return [row | {"level": int(row.get("level", 1))} for row in rows], problems, numbers


def _of_step(position: int, numbers: list[int]) -> Callable[[str], str]:
    plain = renamed_rows("requirements", numbers, "skill", strip=f"steps/{position}/")

    def rename(field: str) -> str:
        named = plain(field)
        return "pools" if named.startswith("steps/") else named

    return rename
