"""Lists and the whole organisation as files."""

from typing import cast

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from customers.exports import actions
from desk.doors import DeskRequest, desk_door, with_toast
from desk.panels import files as panels


@require_http_methods(["GET", "POST"])
@desk_door(supervisors=True)
def exports(request: DeskRequest) -> HttpResponse:
    """The files that were asked for; or, posted, ask for one: `kind`, `format` and what of the list."""
    if request.method == "POST":
        actions.request_export(
            member=request.member,
            kind=request.POST.get("kind", ""),
            file_format=request.POST.get("format", "csv"),
            choices={name: str(value) for name, value in request.POST.items()},
        )
        if not request.htmx:
            return redirect("desk:exports")
        answer = render(request, "desk/exports/_list.html", {"exports": panels.exports_panel(request.member)})
        return with_toast(answer, "The file is being written.")
    context = {"exports": panels.exports_panel(request.member)}
    if request.htmx:
        return render(request, "desk/exports/_list.html", context)
    context["form"] = panels.export_form(request.member, request.GET.get("list", ""))
    return render(request, "desk/exports.html", context)


@require_GET
@desk_door(supervisors=True)
def download(request: DeskRequest, export_id: int) -> HttpResponse:
    """The file."""
    export, parts = actions.take_export(export_id, request.member)
    response = StreamingHttpResponse(parts, content_type=actions.FORMATS[export.file_format])
    response["Content-Disposition"] = f'attachment; filename="{export.file_name}"'
    response["Content-Length"] = str(export.size_bytes)
    response["Cache-Control"] = "no-store"
    return cast(HttpResponse, response)
