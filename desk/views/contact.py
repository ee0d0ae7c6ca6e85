"""What an agent does with the contact in hand."""

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from cases import actions as cases
from customers import access
from customers import actions as customers
from customers.models import Confidence, Interaction
from desk.doors import DeskRequest, desk_door, done, toast
from desk.forms import AskAgainForm, FactForm, NoteForm, PromiseForm, TransferForm, WrapUpForm
from desk.views.fragments import form_errors
from foundation.errors import Forbidden, Refusal
from ivr import actions as phone
from routing import actions as routing


def _contact(request: DeskRequest, interaction_id: int) -> Interaction:
    """The contact, if this person serves it now."""
    interaction = access.access_interaction(request.viewer, interaction_id)
    if interaction.member_id != request.member.id:
        raise Forbidden("not_yours", "Somebody else serves this contact.")
    return interaction


def _customer_id(interaction: Interaction) -> int:
    if interaction.customer_id is None:
        raise Refusal("unknown_caller", "First say who is calling: search the customer and choose them.")
    return interaction.customer_id


@require_POST
@desk_door(agents=True)
def add_note(request: DeskRequest, interaction_id: int) -> HttpResponse:
    """Write a note for whoever is next."""
    interaction = _contact(request, interaction_id)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return form_errors(request, form)
    customers.add_note(
        _customer_id(interaction),
        text=form.cleaned_data["text"],
        actor=request.member.actor,
        interaction_id=interaction.id,
        for_partners=not form.cleaned_data["inhouse_only"],
    )
    return toast("Noted on the record.", noteSaved=True)


@require_POST
@desk_door(agents=True)
def make_promise(request: DeskRequest, interaction_id: int) -> HttpResponse:
    """Promise something: what, until when, who owes it."""
    interaction = _contact(request, interaction_id)
    form = PromiseForm(request.POST)
    if not form.is_valid():
        return form_errors(request, form)
    owed_by = form.cleaned_data["owed_by"]
    cases.make_promise(
        _customer_id(interaction),
        text=form.cleaned_data["text"],
        due_at=form.cleaned_data["due_at"],
        actor=request.member.actor,
        owed_by_id=owed_by.id if owed_by else None,
        interaction_id=interaction.id,
        owner_id=request.member.id if owed_by is None else None,
    )
    who = owed_by.name if owed_by else request.organization.name
    return toast(f"Promised. {who} owes it, and the clock runs.", promiseMade=True)


@require_POST
@desk_door(agents=True)
def record_fact(request: DeskRequest, interaction_id: int) -> HttpResponse:
    """Write an answer on the record."""
    interaction = _contact(request, interaction_id)
    form = FactForm(request.POST)
    if not form.is_valid():
        return form_errors(request, form)
    customers.record_fact(
        _customer_id(interaction),
        key=form.cleaned_data["key"],
        value=form.cleaned_data["value"],
        actor=request.member.actor,
        source="desk",
        confidence=Confidence.CLAIMED,
        interaction_id=interaction.id,
    )
    return done(contactChanged=True)


@require_POST
@desk_door(agents=True)
def ask_again(request: DeskRequest, interaction_id: int) -> HttpResponse:
    """Choose to ask what is already known; it is counted, with the reason."""
    interaction = _contact(request, interaction_id)
    form = AskAgainForm(request.POST)
    if not form.is_valid():
        return form_errors(request, form)
    customers.count_asked_again(
        _customer_id(interaction),
        key=form.cleaned_data["key"],
        reason=form.cleaned_data["reason"],
        actor=request.member.actor,
        interaction_id=interaction.id,
    )
    return done(contactChanged=True, askAgain={"key": form.cleaned_data["key"]})


@require_POST
@desk_door(agents=True)
def transfer(request: DeskRequest, interaction_id: int) -> HttpResponse:
    """Pass the caller to a queue, in-house or a partner's; they keep their age and the record."""
    interaction = _contact(request, interaction_id)
    form = TransferForm(request.POST)
    if not form.is_valid():
        return form_errors(request, form)
    phone.transfer_call(
        interaction.id,
        member=request.member,
        queue_slug=form.cleaned_data["queue"],
        note=form.cleaned_data["note"],
    )
    return toast("Passed on. The next agent sees everything you saw.", workChanged=True)


@require_POST
@desk_door(agents=True)
def hold(request: DeskRequest, interaction_id: int) -> HttpResponse:
    """Put the caller on hold, or (`on=0`) take them back."""
    _contact(request, interaction_id)
    change = phone.resume_call if request.POST.get("on") == "0" else phone.hold_call
    change(interaction_id, member=request.member)
    return done(callChanged=True)


@require_POST
@desk_door(agents=True)
def mute(request: DeskRequest, interaction_id: int) -> HttpResponse:
    """Mute the agent's line, or (`on=0`) unmute it."""
    _contact(request, interaction_id)
    change = phone.unmute_call if request.POST.get("on") == "0" else phone.mute_call
    change(interaction_id, member=request.member)
    return done(callChanged=True)


@require_POST
@desk_door(agents=True)
def hang_up(request: DeskRequest, interaction_id: int) -> HttpResponse:
    """End the call; wrap-up follows."""
    _contact(request, interaction_id)
    phone.hang_up_call(interaction_id, member=request.member)
    return done(callChanged=True, workChanged=True)


@require_POST
@desk_door(agents=True)
def wrap_up(request: DeskRequest, interaction_id: int) -> HttpResponse:
    """Close the contact with its outcome; the agent is ready again (or as asked for)."""
    interaction = _contact(request, interaction_id)
    form = WrapUpForm(request.POST)
    if not form.is_valid():
        return form_errors(request, form)
    customers.wrap_up_interaction(
        interaction.id,
        actor=request.member.actor,
        disposition=form.cleaned_data["disposition"],
        summary=form.cleaned_data["summary"],
    )
    routing.close_wrap_up(request.member, interaction_id=interaction.id)
    return toast("Wrapped up.", workChanged=True)
