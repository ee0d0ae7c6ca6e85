"""Editing a record beside others, and looking up what was answered before."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from customers.access import access_customer, standing_for
from customers.actions import EditConflict, edit_record, note_read, note_record_read
from customers.actions.customers import CHANGEABLE
from customers.actions.edits import FACT
from customers.history import answers_to
from customers.models import FactKey
from desk.doors import DeskRequest, desk_door, toast, with_toast
from desk.panels import edits as panels
from desk.panels.orders import orders_panel
from desk.panels.words import source_words
from desk.views.fragments import record_fragment
from foundation.errors import Forbidden, Refusal

WAS, CHOOSE = "was.", "choose."


@require_http_methods(["GET", "POST"])
@desk_door()
def edit_customer(request: DeskRequest, customer_id: int) -> HttpResponse:
    """The form to edit a record; saving merges with what others changed meanwhile, and asks where it must."""
    if request.method == "POST":
        # Merged while it was being edited: what was typed goes on at the record that stands for it now.
        customer_id = standing_for(request.viewer, customer_id)
    customer = access_customer(request.viewer, customer_id)
    panel = panels.edit_panel(customer, request.viewer)
    if not panel["details"]:
        raise Forbidden("not_in_contract", "The contract does not allow changing customers.")
    if request.method == "GET":
        note_read(request.viewer, customer_id, "edit form")
        return render(request, "desk/record/_edit_dialog.html", {"edit": panel})
    typed, seen = _typed(request.POST), _seen(request.POST)
    _check_offered(panel, typed)
    try:
        edit = edit_record(customer_id, actor=request.member.actor, was=seen, fields=typed)
    except EditConflict as conflict:
        panel = panels.edit_panel(
            access_customer(request.viewer, customer_id),
            request.viewer,
            typed=typed,
            seen=seen,
            conflicts=conflict.conflicts,
        )
        return _ask(request, panel)
    except Refusal as refusal:
        if refusal.field is None:
            raise
        errors = {refusal.field: [refusal.message]}
        return toast(refusal.message, level="soon", status=422, fieldErrors=errors)
    answer = record_fragment(request, customer_id)
    return with_toast(answer, "Saved." if edit.changed else "Nothing was changed.")


def _ask(request: DeskRequest, panel: dict[str, Any]) -> HttpResponse:
    answer = render(request, "desk/record/_edit_fields.html", {"edit": panel}, status=409)
    answer["HX-Retarget"] = "#edit-fields"
    answer["HX-Reswap"] = "outerHTML"
    count = panel["conflicts"]
    words = "One field was" if count == 1 else f"{count} fields were"
    return with_toast(
        answer, f"{words} changed by somebody else meanwhile. Choose what counts.", level="soon"
    )


def _typed(post: Mapping[str, str]) -> dict[str, str]:
    """What is wanted: what was typed, or what stands where that was chosen."""
    names = [name for name in post if name in CHANGEABLE or name.startswith(FACT)]
    return {
        name: post.get(WAS + name, "") if post.get(CHOOSE + name) == "theirs" else post[name]
        for name in names
    }


def _seen(post: Mapping[str, str]) -> dict[str, str]:
    return {name.removeprefix(WAS): post[name] for name in post if name.startswith(WAS)}


def _check_offered(panel: Mapping[str, Any], names: Mapping[str, str]) -> None:
    offered = {field["name"] for field in (*panel["details"], *panel["custom"])}
    for name in names:
        if name not in offered:
            raise Forbidden("not_in_contract", "The contract does not allow changing this field.", field=name)


@require_GET
@desk_door()
def answers(request: DeskRequest, customer_id: int) -> HttpResponse:
    """Every answer to one question (`?key=`): who, which company, when, how sure, why it counts or not."""
    told = answers_to(request.viewer, customer_id, request.GET.get("key", "")[:60])
    personal = told.sensitivity == FactKey.Sensitivity.PERSONAL.label
    note_record_read(request.viewer, customer_id, what="facts", personal=personal)
    lines = [{"answer": one, "source": source_words(one.source)} for one in told.answers]
    return render(request, "desk/record/_answers.html", {"told": told, "lines": lines})


@require_GET
@desk_door()
def orders(request: DeskRequest, customer_id: int) -> HttpResponse:
    """Orders and subscriptions with their references, and what became of each."""
    panel = orders_panel(customer_id, request.viewer, request.organization)
    note_read(request.viewer, customer_id, "orders")
    return render(request, "desk/console/_fulfilment.html", {"panel": panel})
