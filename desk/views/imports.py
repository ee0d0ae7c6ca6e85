"""Customers from files: upload in parts, mapping, preview, run, refused rows."""

from typing import cast

from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from customers.imports import actions, queries
from customers.imports.models import Import
from desk.doors import DeskRequest, desk_door, number_of, with_toast
from desk.panels import files as panels
from foundation.errors import Conflict, Refusal


@require_http_methods(["GET", "POST"])
@desk_door(supervisors=True)
def imports(request: DeskRequest) -> HttpResponse:
    """All imports; or, posted, say that a file comes: its `name` and `size` in bytes."""
    if request.method == "POST":
        file = actions.start_upload(
            file_name=request.POST.get("name", ""),
            size_bytes=number_of(request.POST.get("size", "")) or 0,
            member=request.member,
        )
        urls = {
            name: reverse(f"desk:import_{name}", args=[file.id]) for name in ("parts", "uploaded", "stop")
        }
        return JsonResponse({"id": file.id, **urls})
    template = "desk/imports/_list.html" if request.htmx else "desk/imports.html"
    return render(request, template, {"imports": panels.imports_panel()})


@require_POST
@desk_door(supervisors=True)
def parts(request: DeskRequest, import_id: int) -> HttpResponse:
    """One part of the file: its `number` from 0 and its `content`."""
    content = request.FILES.get("content")
    number = number_of(request.POST.get("number", ""))
    if content is None or number is None:
        queries.access_import(import_id)
        raise Refusal("bad_part", "This is no part of the announced file.", field="content")
    actions.store_part(import_id, number=number, content=content.read())
    return HttpResponse(status=204)


@require_POST
@desk_door(supervisors=True)
def uploaded(request: DeskRequest, import_id: int) -> HttpResponse:
    """All parts are there."""
    file = actions.finish_upload(import_id, actor=request.member.actor)
    return JsonResponse({"url": reverse("desk:import", args=[file.id])})


@require_GET
@desk_door(supervisors=True)
def one(request: DeskRequest, import_id: int) -> HttpResponse:
    """One import at its step; to htmx only the step."""
    file = queries.access_import(import_id)
    template = "desk/imports/_step.html" if request.htmx else "desk/import.html"
    return render(request, template, {"file": panels.import_panel(file)})


@require_POST
@desk_door(supervisors=True)
def reading(request: DeskRequest, import_id: int) -> HttpResponse:
    """Read the file in another way."""
    file = actions.read_again(
        import_id,
        actor=request.member.actor,
        encoding=request.POST.get("encoding", ""),
        delimiter=request.POST.get("delimiter", ""),
        sheet=request.POST.get("sheet", ""),
    )
    return _step(request, file)


@require_POST
@desk_door(supervisors=True)
def mapping(request: DeskRequest, import_id: int) -> HttpResponse:
    """Say what the columns are, and see what that would do."""
    file = queries.access_import(import_id)
    problems = actions.map_columns(
        import_id,
        mapping=[request.POST.get(f"column-{number}", "") for number in range(len(file.header))],
        match_by=request.POST.get("match_by", "any"),
        on_match=request.POST.get("on_match", "update"),
        day_first=request.POST.get("day_first", "1") != "0",
    )
    file.refresh_from_db()
    preview = None if problems else queries.preview_of(file)
    context = {"file": {"id": file.id, "header": file.header}, "preview": preview, "problems": problems}
    return render(request, "desk/imports/_preview.html", context)


@require_POST
@desk_door(supervisors=True)
def start(request: DeskRequest, import_id: int) -> HttpResponse:
    """Write the rows."""
    return _step(request, actions.start_import(import_id, actor=request.member.actor))


@require_POST
@desk_door(supervisors=True)
def stop(request: DeskRequest, import_id: int) -> HttpResponse:
    """Stop: what is written stays."""
    return _step(request, actions.cancel_import(import_id))


@require_POST
@desk_door(supervisors=True)
def push(request: DeskRequest, import_id: int) -> HttpResponse:
    """Go on with an import that seems to stand still."""
    file = queries.access_import(import_id)
    if file.state != Import.State.RUNNING:
        raise Conflict("not_running", "This import is not running.")
    actions.continue_import(import_id, actor=request.member.actor)
    return with_toast(_step(request, file), "It goes on as soon as a worker is free.")


@require_GET
@desk_door(supervisors=True)
def refused(request: DeskRequest, import_id: int) -> HttpResponse:
    """The refused rows as CSV, with the reason in the last column."""
    file = queries.access_import(import_id)
    response = StreamingHttpResponse(queries.refusals_as_csv(file), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="refused-rows-{file.id}.csv"'
    return cast(HttpResponse, response)


def _step(request: DeskRequest, file: Import) -> HttpResponse:
    if not request.htmx:
        return redirect("desk:import", file.id)
    return render(request, "desk/imports/_step.html", {"file": panels.import_panel(file)})
