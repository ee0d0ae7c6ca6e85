"""The life of one contact, along the states that `Interaction` draws.

Each step locks the row, looks whether the state allows it, and writes; a second call, or one that comes
out of order, writes nothing and returns None.
"""

from datetime import datetime

from accounts.actors import SYSTEM_ACTOR, Actor, Hand
from accounts.models import Member
from customers.actions.identities import hand_over_bare_record
from customers.actions.shares import share_record, share_with_partners_of
from customers.actions.timeline import refuse_card_number, standing, tell_desktops, write_entry
from customers.events import (
    InteractionAbandoned,
    InteractionAnswered,
    InteractionEnded,
    InteractionIdentified,
    InteractionOpened,
    InteractionQueued,
    InteractionTransferred,
    InteractionWrappedUp,
)
from customers.models import AskedAgain, Confidence, Customer, Fact, Interaction, TimelineEntry
from foundation import clock, rows
from foundation.errors import NotVisible
from foundation.events import emit

CALLER = Actor(hand=Hand.CUSTOMER, name="Customer")
State = Interaction.State
_LOCK = """
customers_interaction a LEFT JOIN customers_customer b ON b.id = a.customer_id
WHERE a.id = %s FOR NO KEY UPDATE OF a
"""
_OPENING: dict[tuple[str, str], str] = {
    (Interaction.Channel.VOICE, Interaction.Direction.INBOUND): "Called",
    (Interaction.Channel.VOICE, Interaction.Direction.OUTBOUND): "Was called",
    (Interaction.Channel.EMAIL, Interaction.Direction.INBOUND): "Wrote an e-mail",
    (Interaction.Channel.EMAIL, Interaction.Direction.OUTBOUND): "Was sent an e-mail",
    (Interaction.Channel.WEB_FORM, Interaction.Direction.INBOUND): "Sent the web form",
}


def open_interaction(
    *,
    actor: Actor,
    channel: str,
    address: str,
    customer: Customer | None = None,
    confidence: str = Confidence.GUESSED,
    identified_by: str = "",
    direction: str = Interaction.Direction.INBOUND,
) -> Interaction:
    """A contact begins. `address` is the caller's number or mail as the carrier gave it."""
    customer = standing(customer)
    interaction = rows.insert(
        Interaction(
            customer=customer,
            channel=channel,
            direction=direction,
            state=State.OPENED,
            address=address[:254],
            identified_by=identified_by,
            identity_confidence=confidence,
            started_at=clock.now(),
        )
    )
    _write_opening(interaction)
    emit(
        InteractionOpened(
            customer_id=interaction.customer_id, interaction_id=interaction.id, channel=interaction.channel
        ),
        actor=actor.as_json(),
    )
    tell_desktops(interaction.customer_id, "interaction")
    return interaction


def identify_interaction(
    interaction_id: int, *, customer: Customer, identified_by: str, confidence: str, actor: Actor
) -> Interaction | None:
    """The contact is this customer's. None when that was known.

    What was said in this contact moves along from the record it stood on before; a record that existed
    only for the unknown number is given up.
    """
    interaction = _lock(interaction_id)
    customer = standing(customer) or customer
    before_id = interaction.customer_id
    if before_id == customer.id and interaction.identity_confidence == confidence:
        return None
    interaction.customer = customer
    interaction.identified_by = identified_by[:20]
    interaction.identity_confidence = confidence
    interaction.save(update_fields=["customer", "identified_by", "identity_confidence"])
    if before_id is None:
        _write_opening(interaction)
    elif before_id != customer.id:
        _move_what_was_said(interaction, before_id)
        hand_over_bare_record(before_id, to=customer, actor=actor)
    emit(
        InteractionIdentified(
            customer_id=customer.id,
            interaction_id=interaction.id,
            channel=interaction.channel,
            confidence=confidence,
        ),
        actor=actor.as_json(),
    )
    if interaction.queue_slug and interaction.state in {State.WAITING, State.SERVING}:
        share_with_partners_of(customer.id, queue_slug=interaction.queue_slug)
    tell_desktops(customer.id, "interaction")
    return interaction


def queue_interaction(
    interaction_id: int, *, queue_slug: str, queue_name: str, actor: Actor
) -> Interaction | None:
    """opened → waiting. Partners whose contract names the queue may see the record from now on."""
    interaction = _lock_in(interaction_id, State.OPENED)
    if interaction is None:
        return None
    _set(
        interaction,
        state=State.WAITING,
        queue_slug=queue_slug,
        queue_name=queue_name,
        queued_at=clock.now(),
    )
    share_with_partners_of(interaction.customer_id, queue_slug=queue_slug)
    emit(
        InteractionQueued(
            customer_id=interaction.customer_id,
            interaction_id=interaction.id,
            channel=interaction.channel,
            queue_slug=queue_slug,
            queued_at=_iso(interaction.queued_at),
        ),
        actor=actor.as_json(),
    )
    tell_desktops(interaction.customer_id, "interaction")
    return interaction


def answer_interaction(interaction_id: int, *, member: Member, actor: Actor) -> Interaction | None:
    """waiting → serving, with this member. A partner's member may see the record from now on."""
    interaction = _lock_in(interaction_id, State.WAITING)
    if interaction is None:
        return None
    now = clock.now()
    _set(interaction, state=State.SERVING, member_id=member.id, partner_id=member.partner_id, answered_at=now)
    if member.partner_id and interaction.customer_id:
        share_record(interaction.customer_id, partner_id=member.partner_id, reason="routed call")
    _write(interaction, f"Answered by {member.display_name}", actor=actor)
    emit(
        InteractionAnswered(
            customer_id=interaction.customer_id,
            interaction_id=interaction.id,
            channel=interaction.channel,
            queue_slug=interaction.queue_slug,
            member_id=member.id,
            partner_id=member.partner_id,
            waited_seconds=_seconds(interaction.queued_at, now),
        ),
        actor=actor.as_json(),
    )
    tell_desktops(interaction.customer_id, "interaction")
    return interaction


def transfer_interaction(
    interaction_id: int, *, to_queue_slug: str, to_queue_name: str, note: str, actor: Actor
) -> Interaction | None:
    """serving → waiting in another queue, counted from now; the note goes with it."""
    return _to_queue(
        _lock_in(interaction_id, State.SERVING), to_queue_slug, to_queue_name, "Transferred", note, actor
    )


def move_interaction(
    interaction_id: int, *, to_queue_slug: str, to_queue_name: str, note: str, actor: Actor
) -> Interaction | None:
    """waiting → waiting in another queue, counted from now."""
    return _to_queue(
        _lock_in(interaction_id, State.WAITING), to_queue_slug, to_queue_name, "Moved", note, actor
    )


def _to_queue(
    interaction: Interaction | None, slug: str, name: str, verb: str, note: str, actor: Actor
) -> Interaction | None:
    if interaction is None:
        return None
    from_slug, from_member_id = interaction.queue_slug, interaction.member_id
    _set(
        interaction,
        state=State.WAITING,
        queue_slug=slug,
        queue_name=name,
        queued_at=clock.now(),
        answered_at=None,
        member_id=None,
        partner_id=None,
    )
    share_with_partners_of(interaction.customer_id, queue_slug=slug)
    _write(interaction, f"{verb} to {name}", body=note.strip(), actor=actor)
    _emit_transfer(interaction, from_slug=from_slug, member_id=from_member_id, note=note.strip(), actor=actor)
    return interaction


def reroute_interaction(
    interaction_id: int, *, queue_slug: str, queue_name: str, actor: Actor
) -> Interaction | None:
    """waiting → waiting in another queue, with all it has waited: nobody took it in time where it was."""
    interaction = _lock_in(interaction_id, State.WAITING)
    if interaction is None:
        return None
    _set(interaction, queue_slug=queue_slug, queue_name=queue_name)
    share_with_partners_of(interaction.customer_id, queue_slug=queue_slug)
    _write(interaction, f"Moved on to {queue_name}", actor=actor)
    tell_desktops(interaction.customer_id, "interaction")
    return interaction


def return_interaction(interaction_id: int, *, why: str, actor: Actor) -> Interaction | None:
    """serving → waiting in the same queue at its old place: the agent's line failed."""
    interaction = _lock_in(interaction_id, State.SERVING)
    if interaction is None:
        return None
    member_id = interaction.member_id
    _set(interaction, state=State.WAITING, answered_at=None, member_id=None, partner_id=None)
    _write(interaction, f"Back in the queue {interaction.queue_name}", body=why, actor=actor)
    _emit_transfer(interaction, from_slug=interaction.queue_slug, member_id=member_id, note=why, actor=actor)
    return interaction


def abandon_interaction(interaction_id: int, *, actor: Actor = CALLER) -> Interaction | None:
    """opened | waiting → abandoned: the customer left before anybody answered."""
    interaction = _lock_in(interaction_id, State.OPENED, State.WAITING)
    if interaction is None:
        return None
    now = clock.now()
    waited = _seconds(interaction.queued_at, now)
    title = (
        f"Hung up after waiting {_spoken_wait(waited)}" if interaction.queued_at else "Hung up in the menu"
    )
    _set(interaction, state=State.ABANDONED, ended_at=now)
    _write(interaction, title, actor=actor)
    emit(
        InteractionAbandoned(
            customer_id=interaction.customer_id,
            interaction_id=interaction.id,
            channel=interaction.channel,
            queue_slug=interaction.queue_slug,
            waited_seconds=waited,
        ),
        actor=actor.as_json(),
    )
    tell_desktops(interaction.customer_id, "interaction")
    return interaction


def end_interaction(interaction_id: int, *, actor: Actor = SYSTEM_ACTOR) -> Interaction | None:
    """The customer is gone: serving → wrap_up, or opened → ended when nobody was needed."""
    interaction = _lock_in(interaction_id, State.SERVING, State.OPENED)
    if interaction is None:
        return None
    now = clock.now()
    served = interaction.state == State.SERVING
    _set(interaction, state=State.WRAP_UP if served else State.ENDED, ended_at=now)
    if not served:
        _write(interaction, "Served without an agent", actor=actor)
    emit(
        InteractionEnded(
            customer_id=interaction.customer_id,
            interaction_id=interaction.id,
            channel=interaction.channel,
            queue_slug=interaction.queue_slug,
            member_id=interaction.member_id,
            partner_id=interaction.partner_id,
            talk_seconds=_seconds(interaction.answered_at, now),
        ),
        actor=actor.as_json(),
    )
    tell_desktops(interaction.customer_id, "interaction")
    return interaction


def wrap_up_interaction(
    interaction_id: int, *, actor: Actor, disposition: str, summary: str
) -> Interaction | None:
    """wrap_up → ended, with how it went. `disposition` may be empty when the wrap-up time ran out.

    Refusal `card_number` when one stands in the summary.
    """
    refuse_card_number(summary, field="summary")
    interaction = _lock_in(interaction_id, State.WRAP_UP)
    if interaction is None:
        return None
    now = clock.now()
    _set(interaction, state=State.ENDED, disposition=disposition[:60], summary=summary.strip())
    told = disposition.replace("_", " ").replace("-", " ").strip().capitalize()
    _write(interaction, told or "Wrapped up", body=interaction.summary, actor=actor)
    emit(
        InteractionWrappedUp(
            customer_id=interaction.customer_id,
            interaction_id=interaction.id,
            channel=interaction.channel,
            queue_slug=interaction.queue_slug,
            member_id=interaction.member_id,
            partner_id=interaction.partner_id,
            disposition=interaction.disposition,
            wrap_up_seconds=_seconds(interaction.ended_at, now),
        ),
        actor=actor.as_json(),
    )
    tell_desktops(interaction.customer_id, "interaction")
    return interaction


def _lock(interaction_id: int) -> Interaction:
    found = rows.pairs(Interaction, Customer, _LOCK, [interaction_id])
    if not found:
        raise NotVisible("interaction")
    interaction, customer = found[0]
    # None too when the row was given to another customer while we waited for it: then it is read on demand.
    if customer is not None:
        interaction.customer = customer
    return interaction


def _lock_in(interaction_id: int, *states: str) -> Interaction | None:
    interaction = _lock(interaction_id)
    return interaction if interaction.state in states else None


def _set(interaction: Interaction, **fields: object) -> None:
    for name, value in fields.items():
        setattr(interaction, name, value)
    rows.update(interaction, fields)


def _write_opening(interaction: Interaction) -> None:
    if interaction.customer_id is None:
        return
    title = _OPENING.get((interaction.channel, interaction.direction), "Contact")
    write_entry(
        interaction.customer_id,
        kind="interaction",
        title=title,
        actor=CALLER,
        interaction_id=interaction.id,
        ref=("interaction", interaction.id),
        at=interaction.started_at,
    )


def _write(interaction: Interaction, title: str, *, actor: Actor, body: str = "") -> None:
    if interaction.customer_id is None:
        return
    write_entry(
        interaction.customer_id,
        kind="interaction",
        title=title,
        body=body,
        actor=actor,
        interaction_id=interaction.id,
        ref=("interaction", interaction.id),
    )


def _emit_transfer(
    interaction: Interaction, *, from_slug: str, member_id: int | None, note: str, actor: Actor
) -> None:
    emit(
        InteractionTransferred(
            customer_id=interaction.customer_id,
            interaction_id=interaction.id,
            channel=interaction.channel,
            from_queue_slug=from_slug,
            to_queue_slug=interaction.queue_slug,
            member_id=member_id,
            note=note,
        ),
        actor=actor.as_json(),
    )
    tell_desktops(interaction.customer_id, "interaction")


def _move_what_was_said(interaction: Interaction, before_id: int) -> None:
    for model in (Fact, TimelineEntry, AskedAgain):
        model.objects.filter(customer_id=before_id, interaction_id=interaction.id).update(
            customer_id=interaction.customer_id
        )
    tell_desktops(before_id, "interaction")


def _seconds(start: datetime | None, end: datetime) -> float:
    return max((end - start).total_seconds(), 0.0) if start else 0.0


def _spoken_wait(seconds: float) -> str:
    return f"{round(seconds)} s" if seconds < 90 else f"{round(seconds / 60)} min"


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
