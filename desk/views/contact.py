"""What an agent does with the contact in hand."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from cases import actions as cases
from customers import access
from customers import actions as customers
from customers import queries as record
from customers.models import Confidence, Interaction
from desk.doors import DeskRequest, desk_door, number_of, toast
from desk.forms import AskAgainForm, FactForm, NoteForm, PromiseForm, TransferForm, WrapUpForm
from desk.panels import contact as contact_panels
from desk.panels import own
from desk.views.fragments import contact_screen, customer_context, form_errors
from foundation.errors import Conflict, Forbidden, Refusal
from ivr import actions as phone
from routing import actions as routing
from routing import presence, queries
from routing.actions.wrap_up import end_wrap_up_for
from routing.pauses import usual_pause


def _contact(request: DeskRequest, interaction_id: int) -> Interaction:
    """The contact, if it is this person's."""
    interaction = access.access_interaction(request.viewer, interaction_id)
    if interaction.member_id != request.member.id:
        raise Forbidden("not_yours", "Somebody else serves this contact.")
    return interaction


def _open_contact(request: DeskRequest, interaction_id: int) -> Interaction:
    """The contact, while this person serves it or wraps it up: afterwards it gives no right to the record."""
    interaction = _contact(request, interaction_id)
    if interaction.state not in {Interaction.State.SERVING, Interaction.State.WRAP_UP}:
        raise Conflict("contact_over", "This contact is closed.")
    return interaction


def _customer_id(interaction: Interaction) -> int:
    if interaction.customer_id is None:
        raise Refusal("unknown_caller", "First say who is calling: search the customer and choose them.")
    return interaction.customer_id


@require_POST
@desk_door(agents=True)
def identify(request: DeskRequest, interaction_id: int) -> HttpResponse:
    """Say who is calling: what was said in this contact moves to their record."""
    interaction = _open_contact(request, interaction_id)
    customer = access.access_customer(request.viewer, number_of(request.POST.get("customer", "")) or 0)
    customers.identify_interaction(
        interaction.id,
        customer=customer,
        identified_by="agent",
        confidence=Confidence.CLAIMED,
        actor=request.member.actor,
    )
    return contact_screen(request, access.access_interaction(request.viewer, interaction.id))


@require_POST
@desk_door(agents=True)
def add_note(request: DeskRequest, interaction_id: int) -> HttpResponse:
    """Write a note for whoever is next."""
    interaction = _open_contact(request, interaction_id)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return form_errors(request, form)
    customers.add_note(
        access.access_customer(request.viewer, _customer_id(interaction)).pk,
        text=form.cleaned_data["text"],
        actor=request.member.actor,
        interaction_id=interaction.id,
        for_partners=not form.cleaned_data["inhouse_only"],
    )
    notes = contact_panels.notes_of(interaction, request.viewer)
    return render(request, "desk/console/_notes.html", {"contact": {"id": interaction.id, "notes": notes}})


@require_POST
@desk_door(agents=True)
def make_promise(request: DeskRequest, interaction_id: int) -> HttpResponse:
    """Promise something: what, until when, who owes it."""
    interaction = _open_contact(request, interaction_id)
    presets = {value: due_at for value, _, due_at in contact_panels.promise_presets()}
    form = PromiseForm(request.POST, presets=presets)
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
    context = customer_context(request, _customer_id(interaction), interaction)
    return render(request, "desk/console/_customer.html", context)


@require_POST
@desk_door(agents=True)
def record_fact(request: DeskRequest, interaction_id: int) -> HttpResponse:
    """Write an answer on the record."""
    interaction = _open_contact(request, interaction_id)
    form = FactForm(request.POST)
    if not form.is_valid():
        return form_errors(request, form)
    _check_is_asked(request, interaction, form.cleaned_data["key"])
    customers.record_fact(
        _customer_id(interaction),
        key=form.cleaned_data["key"],
        value=form.cleaned_data["value"],
        actor=request.member.actor,
        source="desk",
        confidence=Confidence.CLAIMED,
        interaction_id=interaction.id,
    )
    return _step(request, interaction, form.cleaned_data["key"])


@require_POST
@desk_door(agents=True)
def ask_again(request: DeskRequest, interaction_id: int) -> HttpResponse:
    """Choose to ask what is already known; it is counted, with the reason."""
    interaction = _open_contact(request, interaction_id)
    form = AskAgainForm(request.POST)
    if not form.is_valid():
        return form_errors(request, form)
    _check_is_asked(request, interaction, form.cleaned_data["key"])
    customers.count_asked_again(
        _customer_id(interaction),
        key=form.cleaned_data["key"],
        reason=form.cleaned_data["reason"],
        actor=request.member.actor,
        interaction_id=interaction.id,
    )
    return _step(request, interaction, form.cleaned_data["key"])


@require_GET
@desk_door(agents=True)
def transfer_targets(request: DeskRequest, interaction_id: int) -> HttpResponse:
    """The queues a contact may go to, with how long it waits there; read as the dialog opens."""
    panel = contact_panels.targets_panel(_contact(request, interaction_id), request.organization)
    return render(request, "desk/console/_transfer_targets.html", {"transfer": panel})


@require_POST
@desk_door(agents=True)
def transfer(request: DeskRequest, interaction_id: int) -> HttpResponse:
    """Pass the contact to a queue, in-house or a partner's; it keeps its age and the record."""
    interaction = _contact(request, interaction_id)
    form = TransferForm(request.POST)
    if not form.is_valid():
        return form_errors(request, form)
    queue_slug, note = form.cleaned_data["queue"], form.cleaned_data["note"]
    if interaction.channel == Interaction.Channel.VOICE:
        phone.transfer_call(interaction.id, member=request.member, queue_slug=queue_slug, note=note)
    else:
        routing.requeue(interaction.id, queue_slug=queue_slug, actor=request.member.actor, note=note)
    return contact_screen(request, _reloaded(interaction))


@require_POST
@desk_door(agents=True)
def hold(request: DeskRequest, interaction_id: int) -> HttpResponse:
    """Put the caller on hold, or (`on=0`) take them back."""
    interaction = _contact(request, interaction_id)
    change = phone.resume_call if request.POST.get("on") == "0" else phone.hold_call
    change(interaction_id, member=request.member)
    return _callbar(request, interaction)


@require_POST
@desk_door(agents=True)
def mute(request: DeskRequest, interaction_id: int) -> HttpResponse:
    """Mute the agent's line, or (`on=0`) unmute it."""
    interaction = _contact(request, interaction_id)
    change = phone.unmute_call if request.POST.get("on") == "0" else phone.mute_call
    change(interaction_id, member=request.member)
    return _callbar(request, interaction)


@require_POST
@desk_door(agents=True)
def hang_up(request: DeskRequest, interaction_id: int) -> HttpResponse:
    """End the call, or the conversation; wrap-up follows."""
    interaction = _contact(request, interaction_id)
    if interaction.channel == Interaction.Channel.VOICE:
        phone.hang_up_call(interaction_id, member=request.member)
    elif not routing.finish_work(interaction_id):
        raise Conflict("contact_over", "This contact is closed.")
    return contact_screen(request, _reloaded(interaction))


@require_POST
@desk_door(agents=True)
def wrap_up(request: DeskRequest, interaction_id: int) -> HttpResponse:
    """Close the contact with its outcome; the agent is ready again (or as asked for)."""
    interaction = _contact(request, interaction_id)
    if request.POST.get("next") == "skip":
        return _skip_wrap_up(request, interaction)
    form = WrapUpForm(request.POST)
    if not form.is_valid():
        return form_errors(request, form)
    routing.hold_work(interaction.id)
    if (refused := _keep_wrapup_answers(request, interaction)) is not None:
        return refused
    customers.wrap_up_interaction(
        interaction.id,
        actor=request.member.actor,
        disposition=form.cleaned_data["disposition"],
        summary=form.cleaned_data["summary"],
    )
    if request.POST.get("next") == "paused":
        presence.set_presence(request.member, state="paused", reason=usual_pause())
    routing.close_wrap_up(request.member, interaction_id=interaction.id)
    contacts = own.own_contacts(request.member)
    return contact_screen(request, contacts[0] if contacts else None)


def _skip_wrap_up(request: DeskRequest, interaction: Interaction) -> HttpResponse:
    """End it without a word, where the queue leaves that to the agent."""
    if not queries.may_skip_wrap_up(request.member, interaction.id):
        raise Refusal("must_wrap_up", "Say how it ended: this queue asks for it.", field="disposition")
    end_wrap_up_for(request.member, interaction_id=interaction.id, by="agent", actor=request.member.actor)
    contacts = own.own_contacts(request.member)
    return contact_screen(request, contacts[0] if contacts else None, contacts)


def _keep_wrapup_answers(request: DeskRequest, interaction: Interaction) -> HttpResponse | None:
    """Write what was filled in about the customer; the answer that says what is wrong, if anything is."""
    offered = {field["name"] for field in contact_panels.wrapup_fields(interaction, request.viewer)}
    typed = {name: request.POST[name] for name in offered & request.POST.keys()}
    if not typed or interaction.customer_id is None:
        return None
    try:
        customers.edit_record(
            interaction.customer_id,
            actor=request.member.actor,
            was={name: request.POST.get(f"was.{name}", "") for name in typed},
            fields=typed,
            interaction_id=interaction.id,
        )
    except customers.EditConflict as conflict:
        theirs = {one.field: [f"Meanwhile “{one.theirs}” was noted."] for one in conflict.conflicts}
        return toast(conflict.message, level="soon", status=422, fieldErrors=theirs)
    except Refusal as refusal:
        errors = {refusal.field or "summary": [refusal.message]}
        return toast(refusal.message, level="soon", status=422, fieldErrors=errors)
    return None


def _check_is_asked(request: DeskRequest, interaction: Interaction, key: str) -> None:
    """Only what stands in the script can be answered there."""
    asked = contact_panels.script_questions(interaction, record.questions(request.viewer))
    if not any(question.key == key for question in asked):
        raise Refusal("unknown_fact", f"“{key}” is no question of this script.", field="key")


def _step(request: DeskRequest, interaction: Interaction, key: str) -> HttpResponse:
    view = record.record_view(request.viewer, _customer_id(interaction))
    steps = contact_panels.script_steps(interaction, view, record.questions(request.viewer))
    number, step = next((n, step) for n, step in enumerate(steps, start=1) if step["key"] == key)
    context = {"step": step, "number": number, "contact": {"id": interaction.id}}
    return render(request, "desk/console/_step.html", context)


def _callbar(request: DeskRequest, interaction: Interaction) -> HttpResponse:
    call = contact_panels.call_panel(interaction, request.viewer, request.organization)
    return render(request, "desk/console/_callbar.html", {"call": call})


def _reloaded(interaction: Interaction) -> Interaction | None:
    """The contact as it stands now; None when it is no longer this person's."""
    member_id = interaction.member_id
    interaction.refresh_from_db()
    live = interaction.state in {Interaction.State.SERVING, Interaction.State.WRAP_UP}
    return interaction if live and interaction.member_id == member_id else None
