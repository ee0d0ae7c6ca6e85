"""Fragments that several views answer with: a contact with everything around it, and form errors."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from customers.models import Interaction
from desk.doors import DeskRequest, toast
from desk.panels import contact as contact_panels
from desk.panels import customer as customer_panels
from desk.panels import own


def desk_context(request: DeskRequest, interaction: Interaction | None) -> dict[str, Any]:
    """Everything the console shows, around the contact that is open (None: nothing is)."""
    member, viewer, organization = request.member, request.viewer, request.organization
    context: dict[str, Any] = {
        "presence": own.presence_panel(member),
        "work": own.work_panel(
            member, viewer, organization, current_id=interaction.id if interaction else None
        ),
        "contact": None,
        "call": None,
        "customer": None,
        "timeline": None,
    }
    if interaction is None:
        return context
    context |= {
        "contact": contact_panels.contact_panel(interaction, viewer, organization),
        "call": contact_panels.call_panel(interaction, viewer, organization),
        "transfer": contact_panels.transfer_panel(interaction, organization, viewer),
        "promise_form": contact_panels.promise_panel(organization),
        "wrapup": contact_panels.wrapup_panel(interaction, member),
    }
    if interaction.customer_id is not None:
        context |= customer_context(request, interaction.customer_id, interaction)
    return context


def customer_context(
    request: DeskRequest, customer_id: int, interaction: Interaction | None = None
) -> dict[str, Any]:
    """The customer column with the first page of the timeline."""
    return {
        "customer": customer_panels.customer_panel(
            customer_id, request.viewer, request.organization, interaction=interaction
        ),
        "timeline": customer_panels.timeline_panel(customer_id, request.viewer),
    }


def contact_screen(request: DeskRequest, interaction: Interaction | None) -> HttpResponse:
    """The middle column, with the other columns swapped beside it."""
    return render(request, "desk/console/_screen.html", desk_context(request, interaction))


def form_errors(request: HttpRequest, form: forms.BaseForm) -> HttpResponse:
    """What is wrong with a form, by field; what was typed stays where it is.

    The client shows each message at its field (`fieldErrors`) and the first one as a toast.
    """
    errors = {field: list(messages) for field, messages in form.errors.items()}
    first = next(iter(errors.values()))[0]
    return toast(str(first), level="soon", status=422, fieldErrors=errors)
