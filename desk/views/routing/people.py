"""Teams, partners, skills and licences."""

from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods

from accounts.models import Member
from desk.doors import DeskRequest, desk_door
from desk.routing import people_panels as panels
from desk.routing.saving import need_admin, saved, version_in
from desk.routing.settings import Setting, value_of
from foundation.errors import NotVisible
from routing.actions import setup
from routing.models import Pool, Skill
from routing.setup_rules import Problem


@require_http_methods(["GET", "POST"])
@desk_door(supervisors=True)
def pools(request: DeskRequest) -> HttpResponse:
    """All teams and partners; POST adds one."""
    if request.method == "GET":
        return _pools(request)
    need_admin(request)
    name = request.POST.get("name", "").strip()
    return saved(
        request,
        lambda: setup.create_pool(
            slugify(name)[:50],
            name=name,
            partner=request.POST.get("partner") or None,
            actor=request.member.actor,
        ),
        lambda: _pools(request),
        f"Added: {name}",
        problems=[] if name else [Problem("missing", "name", "A name is needed.")],
        rename=lambda field: "name" if field == "slug" else field,
    )


@require_http_methods(["GET", "POST"])
@desk_door(admins=True)
def pool(request: DeskRequest, slug: str) -> HttpResponse:
    """The form of one pool; POST saves it. NotVisible."""
    found = Pool.objects.select_related("partner", "hours").filter(slug=slug).first()
    if found is None:
        raise NotVisible("pool")
    if request.method == "GET":
        return _dialog(request, "desk/routing/_pool_dialog.html", {"pool": panels.pool_panel(found)}, _pools)
    post = request.POST
    changes: dict[str, Any] = {
        "name": post.get("name", ""),
        "hours": post.get("hours") or None,
        "regions": [one.strip() for one in post.get("regions", "").split(",") if one.strip()],
        "is_active": post.get("is_active") == "on",
    }
    if found.partner_id is None:
        changes["members"] = [int(one) for one in post.getlist("members") if one.isdigit() and len(one) < 19]

    @transaction.atomic
    def save() -> None:
        setup.change_pool(slug, changes, actor=request.member.actor, expected_version=version_in(request))
        if found.partner_id is not None and "asks_covers" in post:
            setup.cover_queues(slug, post.getlist("covers"), actor=request.member.actor)

    return saved(
        request,
        save,
        lambda: _pools(request),
        "Saved. It counts from the next decision on.",
        rename=lambda field: field.partition("/")[0],
    )


def _pools(request: DeskRequest) -> HttpResponse:
    template = "desk/routing/_pools.html" if request.htmx else "desk/routing/pools.html"
    return render(request, template, {"panel": panels.pools_panel(request.member)})


@require_http_methods(["GET", "POST"])
@desk_door(supervisors=True)
def skills(request: DeskRequest) -> HttpResponse:
    """Agents by skills; POST adds a skill."""
    if request.method == "GET":
        return _skills(request)
    need_admin(request)
    name = request.POST.get("name", "").strip()
    kind = request.POST.get("kind", Skill.Kind.SKILL)
    return saved(
        request,
        lambda: setup.create_skill(slugify(name)[:50], name=name, kind=kind, actor=request.member.actor),
        lambda: _skills(request),
        f"Added: {name}",
        problems=[] if name else [Problem("missing", "name", "A name is needed.")],
        rename=lambda field: "name" if field == "slug" else field,
    )


@require_http_methods(["GET", "POST"])
@desk_door(admins=True)
def skill(request: DeskRequest, slug: str) -> HttpResponse:
    """The form of one skill; POST saves or (`remove`) takes it away. NotVisible."""
    found = Skill.objects.filter(slug=slug).first()
    if found is None:
        raise NotVisible("skill")
    if request.method == "GET":
        return _dialog(
            request, "desk/routing/_skill_dialog.html", {"skill": panels.skill_panel(found)}, _skills
        )
    actor = request.member.actor
    if request.POST.get("remove"):
        return saved(
            request,
            lambda: setup.remove_skill(slug, actor=actor),
            lambda: _skills(request),
            f"Taken away: {found.name}",
            rename=lambda _: "name",
        )
    changes = {"name": request.POST.get("name", ""), "kind": request.POST.get("kind", found.kind)}
    return saved(
        request,
        lambda: setup.change_skill(slug, changes, actor=actor, expected_version=version_in(request)),
        lambda: _skills(request),
        "Saved.",
    )


@require_http_methods(["GET", "POST"])
@desk_door(admins=True)
def agent(request: DeskRequest, member_id: int) -> HttpResponse:
    """What one agent can do; POST saves it. NotVisible."""
    member = Member.objects.filter(id=member_id, is_active=True).first()
    if member is None or not member.takes_work:
        raise NotVisible("agent")
    if request.method == "GET":
        return _dialog(
            request, "desk/routing/_agent_dialog.html", {"agent": panels.agent_panel(member)}, _skills
        )
    given, numbers, problems = _levels(request)
    return saved(
        request,
        lambda: setup.set_agent_skills(
            member_id, given, actor=request.member.actor, expected_version=version_in(request)
        ),
        lambda: _skills(request),
        f"Saved for {member.display_name}. It counts from the next decision on.",
        rename=lambda field: _row(field, numbers),
        problems=problems,
    )


def _levels(request: DeskRequest) -> tuple[list[dict[str, Any]], list[int], list[Problem]]:
    given, numbers, problems = [], [], []
    until = Setting("valid_until", "Until", "day", may_be_empty=True)
    for number, slug in enumerate(Skill.objects.order_by("kind", "name").values_list("slug", flat=True)):
        at = f"skills/{number}"
        level = request.POST.get(f"{at}/level", "0")
        if level not in {"1", "2", "3", "4", "5"}:
            continue
        try:
            day = value_of(until, request.POST.get(f"{at}/valid_until", ""))
        except ValueError as error:
            problems.append(Problem("unreadable", f"{at}/valid_until", str(error)))
            continue
        given.append({"skill": slug, "level": int(level), "valid_until": day})
        numbers.append(number)
    return given, numbers, problems


def _row(field: str, numbers: list[int]) -> str:
    parts = field.split("/")
    if len(parts) == 3 and parts[1].isdigit() and int(parts[1]) < len(numbers):
        parts[1] = str(numbers[int(parts[1])])
    return "/".join(parts)


def _skills(request: DeskRequest) -> HttpResponse:
    template = "desk/routing/_skills.html" if request.htmx else "desk/routing/skills.html"
    return render(request, template, {"panel": panels.skills_panel(request.member)})


def _dialog(request: DeskRequest, template: str, context: dict[str, Any], page: Any) -> HttpResponse:
    """The dialog; the page around it for who comes by the address alone."""
    if not request.htmx:
        response: HttpResponse = page(request)
        return response
    return render(request, template, context)
