"""Fragments that several views answer with: a contact with everything around it, and form errors."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from customers import queries as record
from customers.models import FactKey, Interaction
from desk.doors import DeskRequest, toast
from desk.panels import contact as contact_panels
from desk.panels import customer as customer_panels
from desk.panels import own
from routing import queries as routing
from routing.models import Presence


def console_context(request: DeskRequest, contacts: list[Interaction]) -> dict[str, Any]:
    """The whole console: the first of this person's contacts, and what waits."""
    interaction = contacts[0] if contacts else None
    context = desk_context(request, interaction, contacts)
    lines = routing.waiting_by_queue()
    rest = own.work_panel(
        request.member, request.viewer, request.organization, lines=lines, contacts=contacts, rings=False
    )
    return context | {"work": rest | context["work"]}


def desk_context(
    request: DeskRequest, interaction: Interaction | None, contacts: list[Interaction] | None = None
) -> dict[str, Any]:
    """What the console shows around the contact that is open (None: nothing is), but for what waits;
    `contacts` are all of this person's where they were read already.
    """
    member, viewer, organization = request.member, request.viewer, request.organization
    presence = own.presence_panel(member)
    context: dict[str, Any] = {
        "presence": presence,
        "work": own.mine_panel(
            member,
            viewer,
            organization,
            current_id=interaction.id if interaction else None,
            contacts=contacts,
            rings=presence["state"] in {Presence.State.OFFERED, Presence.State.SERVING},
        ),
        "contact": None,
        "call": None,
        "customer": None,
        "timeline": None,
    }
    if interaction is None:
        return context
    view = (
        record.record_view(viewer, interaction.customer_id, country_code=organization.country_code)
        if interaction.customer_id
        else None
    )
    questions = record.questions(viewer) if view else []
    context |= _record_context(request, view, questions, interaction) if view else {}
    return context | {
        "contact": contact_panels.contact_panel(interaction, viewer, organization, view, questions),
        "call": contact_panels.call_panel(interaction, viewer, organization),
        "who": None if view else customer_panels.who_panel(interaction, viewer),
        "transfer": contact_panels.carried_panel(
            facts=len(view.facts) if view else 0,
            promises=len(context["customer"]["promises"]) if view else 0,
        ),
        "promise_form": contact_panels.promise_panel(
            organization, context["customer"]["case_workers"] if view else None
        ),
        "wrapup": contact_panels.wrapup_panel(interaction, member, viewer),
    }


def customer_context(
    request: DeskRequest, customer_id: int, interaction: Interaction | None = None
) -> dict[str, Any]:
    """The customer column with the first page of the timeline. NotVisible."""
    view = record.record_view(request.viewer, customer_id, country_code=request.organization.country_code)
    return _record_context(request, view, record.questions(request.viewer), interaction)


def record_fragment(request: DeskRequest, customer_id: int) -> HttpResponse:
    """The customer column as it now stands, or the page of the record when it is opened directly."""
    context = customer_context(request, customer_id, _contact_with(request, customer_id))
    template = "desk/console/_customer.html" if request.htmx else "desk/customer.html"
    return render(request, template, context)


def _contact_with(request: DeskRequest, customer_id: int) -> Interaction | None:
    at_hand = [Interaction.State.SERVING, Interaction.State.WRAP_UP]
    mine = Interaction.objects.filter(member=request.member, customer_id=customer_id, state__in=at_hand)
    return mine.select_related("customer").first()


def _record_context(
    request: DeskRequest, view: record.RecordView, questions: list[FactKey], interaction: Interaction | None
) -> dict[str, Any]:
    return {
        "customer": customer_panels.customer_panel(
            view, request.viewer, request.organization, questions=questions, interaction=interaction
        ),
        "timeline": customer_panels.timeline_panel(view.customer_id, request.viewer),
    }


def contact_screen(
    request: DeskRequest, interaction: Interaction | None, contacts: list[Interaction] | None = None
) -> HttpResponse:
    """The middle column, with what changes with it swapped beside it; what waits stays as it is."""
    return render(request, "desk/console/_screen.html", desk_context(request, interaction, contacts))


def form_errors(request: HttpRequest, form: forms.BaseForm) -> HttpResponse:
    """What is wrong with a form, by field; what was typed stays where it is.

    The client shows each message at its field (`fieldErrors`) and the first one as a toast.
    """
    errors = {field: list(messages) for field, messages in form.errors.items()}
    first = next(iter(errors.values()))[0]
    return toast(str(first), level="soon", status=422, fieldErrors=errors)
