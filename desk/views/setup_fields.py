"""Setting up the organisation's own fields: add, change, order, retire; never delete."""

from collections.abc import Callable

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from customers import actions as customers
from customers.actions.fields import next_position
from customers.models import FactKey
from desk.doors import DeskRequest, desk_door, number_of, toast, with_toast
from desk.field_forms import FieldForm, NewFieldForm
from desk.panels import fields as panels
from desk.views.fragments import form_errors
from foundation.errors import Conflict, NotVisible, Refusal


@require_http_methods(["GET", "POST"])
@desk_door(admins=True)
def fields(request: DeskRequest) -> HttpResponse:
    """All fields (`?new=1`: the form of a new one); POST adds one."""
    if request.method == "GET" and request.GET.get("new"):
        return _dialog(request, None)
    if request.method == "GET":
        return _table(request)
    form = NewFieldForm(_renamed(request))
    if not form.is_valid():
        return form_errors(request, form)
    key = form.cleaned_data["key"]
    if FactKey.objects.filter(key=key).exists():
        message = "There is a field with this key already, perhaps a retired one."
        return toast(message, level="soon", status=422, fieldErrors={"key": [message]})
    settings = form.settings() | {"position": next_position()}
    return _saved(
        request,
        lambda: customers.define_fact_key(key, actor=request.member.actor, **settings),
        f"Added: {form.cleaned_data['label']}",
    )


@require_http_methods(["GET", "POST"])
@desk_door(admins=True)
def field(request: DeskRequest, name: str) -> HttpResponse:
    """The form of one field; POST changes it as it was at `version`. NotVisible."""
    fact_key = FactKey.objects.filter(key=name).first()
    if fact_key is None:
        raise NotVisible("field")
    if request.method == "GET":
        return _dialog(request, fact_key)
    form = FieldForm(_renamed(request))
    if not form.is_valid():
        return form_errors(request, form)
    version = number_of(request.POST.get("version", "")) or 0
    return _saved(
        request,
        lambda: customers.change_fact_key(
            name, actor=request.member.actor, expected_version=version, **form.settings()
        ),
        f"Saved: {form.cleaned_data['label']}",
    )


@require_POST
@desk_door(admins=True)
def move(request: DeskRequest, name: str) -> HttpResponse:
    """One place up, or (`up=0`) down."""
    customers.move_fact_key(name, up=request.POST.get("up") != "0", actor=request.member.actor)
    return _table(request)


@require_POST
@desk_door(admins=True)
def retire(request: DeskRequest, name: str) -> HttpResponse:
    """Ask nobody any more, or (`on=0`) ask again; what was answered stays."""
    if request.POST.get("on") == "0":
        customers.restore_fact_key(name, actor=request.member.actor)
        return with_toast(_table(request), "It is asked again.")
    customers.retire_fact_key(name, actor=request.member.actor)
    return with_toast(_table(request), "Nobody is asked any more. Its answers stay on the records.")


def _table(request: DeskRequest) -> HttpResponse:
    template = "desk/setup/_fields.html" if request.htmx else "desk/setup/fields.html"
    return render(request, template, {"panel": panels.fields_panel()})


def _dialog(request: DeskRequest, fact_key: FactKey | None) -> HttpResponse:
    if not request.htmx:
        return _table(request)
    return render(request, "desk/setup/_field_dialog.html", {"field": panels.field_panel(fact_key)})


def _saved(request: DeskRequest, save: Callable[[], object], words: str) -> HttpResponse:
    try:
        save()
    except Conflict:
        raise
    except Refusal as refusal:
        errors = {refusal.field or "label": [refusal.message]}
        return toast(refusal.message, level="soon", status=422, fieldErrors=errors)
    return with_toast(_table(request), words)


def _renamed(request: DeskRequest) -> QueryDict:
    """`forms` is a name of its own on a form class."""
    post = request.POST.copy()
    post.setlist("forms_", post.getlist("forms"))
    return post
