"""What supervisors do to one contact or one agent: a dialog, and its answers."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts.models import Member
from customers.access import access_interaction
from customers.models import Interaction
from desk.doors import DeskRequest, desk_door, toast
from desk.panels import steering as panels
from desk.views.fragments import form_errors
from foundation.errors import Conflict, NotVisible, Refusal
from routing import supervision
from routing.models import WorkItem

T = TypeVar("T")


class AssignForm(forms.Form):
    """To whom, and why past the rules, if so."""

    member = forms.IntegerField(min_value=1)
    note = forms.CharField(max_length=240, strip=True, required=False)
    force = forms.BooleanField(required=False)


class MoveForm(forms.Form):
    """Where to."""

    queue = forms.SlugField()
    note = forms.CharField(max_length=240, strip=True, required=False)


class PointsForm(forms.Form):
    """Points to begin with."""

    points = forms.FloatField(min_value=-supervision.MOST_POINTS, max_value=supervision.MOST_POINTS)


class NoteForm(forms.Form):
    """A word with it."""

    note = forms.CharField(max_length=240, strip=True, required=False)


class StateForm(forms.Form):
    """The state to be set, and what the agent is told."""

    state = forms.ChoiceField(choices=[("ready", "Ready"), ("paused", "Paused"), ("offline", "Offline")])
    reason = forms.CharField(max_length=120, strip=True)


class WrapUpForm(forms.Form):
    """Whose wrap-up ends."""

    contact = forms.IntegerField(min_value=1)


@require_http_methods(["GET", "POST"])
@desk_door(supervisors=True)
def contact(request: DeskRequest, interaction_id: int) -> HttpResponse:
    """One contact's dialog; POST with `do`: assign, pull, points or move."""
    interaction = access_interaction(request.viewer, interaction_id)
    if request.method == "GET":
        panel = panels.contact_panel(interaction, request.viewer, request.organization)
        return render(request, "desk/floor/_steer_contact.html", {"steer": panel})
    does = {"assign": _assign, "pull": _pull, "points": _points, "move": _move}
    return _done(request, does, interaction)


@require_http_methods(["GET", "POST"])
@desk_door(supervisors=True)
def agent(request: DeskRequest, member_id: int) -> HttpResponse:
    """One agent's dialog; POST with `do`: state or wrap_up."""
    member = _agent(member_id)
    if request.method == "GET":
        panel = panels.agent_panel(member, request.viewer, request.organization)
        return render(request, "desk/floor/_steer_agent.html", {"steer": panel})
    return _done(request, {"state": _force, "wrap_up": _end_wrap_up}, member)


def _done(
    request: DeskRequest, does: Mapping[str, Callable[[DeskRequest, T], HttpResponse]], subject: T
) -> HttpResponse:
    do = does.get(request.POST.get("do", ""))
    if do is None:
        raise Refusal("unknown_step", "Choose what is to be done.", field="do")
    return do(request, subject)


def _assign(request: DeskRequest, interaction: Interaction) -> HttpResponse:
    form = AssignForm(request.POST)
    if not form.is_valid():
        return form_errors(request, form)
    member = _agent(form.cleaned_data["member"])
    supervision.assign_contact(
        interaction.id,
        member=member,
        by=request.member,
        note=form.cleaned_data["note"],
        force=form.cleaned_data["force"],
    )
    return toast(f"Offered to {member.display_name}.")


def _pull(request: DeskRequest, interaction: Interaction) -> HttpResponse:
    form = NoteForm(request.POST)
    if not form.is_valid():
        return form_errors(request, form)
    item = WorkItem.objects.filter(interaction=interaction, done_at=None).first()
    if item and item.state == WorkItem.State.ASSIGNED and not panels.may_pull(interaction, item.state):
        raise Conflict("connected", "They are talking already; transfer it instead.")
    supervision.pull_back(interaction.id, by=request.member, note=form.cleaned_data["note"])
    return toast("Back in the line, at its old place.")


def _points(request: DeskRequest, interaction: Interaction) -> HttpResponse:
    form = PointsForm(request.POST)
    if not form.is_valid():
        return form_errors(request, form)
    supervision.prioritise(interaction.id, points=form.cleaned_data["points"], by=request.member)
    return toast("The line is in its new order.")


def _move(request: DeskRequest, interaction: Interaction) -> HttpResponse:
    form = MoveForm(request.POST)
    if not form.is_valid():
        return form_errors(request, form)
    stay = supervision.move_to_queue(
        interaction.id,
        queue_slug=form.cleaned_data["queue"],
        by=request.member,
        note=form.cleaned_data["note"],
    )
    return toast(f"Waits in {stay.queue.name} now, with its age.")


def _force(request: DeskRequest, member: Member) -> HttpResponse:
    form = StateForm(request.POST)
    if not form.is_valid():
        return form_errors(request, form)
    presence = supervision.force_state(
        member, state=form.cleaned_data["state"], reason=form.cleaned_data["reason"], by=request.member
    )
    later = " once they are done" if presence.after_work else ""
    return toast(f"Set{later}; {member.display_name} is shown why.")


def _end_wrap_up(request: DeskRequest, member: Member) -> HttpResponse:
    form = WrapUpForm(request.POST)
    if not form.is_valid():
        return form_errors(request, form)
    if not supervision.end_wrap_up(member, interaction_id=form.cleaned_data["contact"], by=request.member):
        raise Conflict("wrap_up_over", "This wrap-up is over already.")
    return toast("Wrap-up ended.")


def _agent(member_id: int) -> Member:
    member = Member.objects.filter(id=member_id, is_active=True).first()
    if member is None:
        raise NotVisible("agent")
    return member
