"""The customer's story: one line for everything that happens, and a nudge to whoever has the record open."""

from datetime import datetime

from accounts.actors import Actor
from customers.answers import CARD_NUMBER_WORDS, holds_card_number
from customers.events import NoteAdded
from customers.merge_errors import MergedAway
from customers.models import Customer, TimelineEntry
from customers.search.notes import index_note
from foundation import clock, live, rows
from foundation.errors import NotVisible, Refusal
from foundation.events import emit

LONGEST_TITLE = 240
LONGEST_NOTE = 10_000


def lock_customer(customer_id: int) -> Customer:
    """The row, locked against other changes but not against rows that refer to it. NotVisible if absent,
    MergedAway when another record stands for it."""
    customer = rows.first(Customer, "WHERE id = %s FOR NO KEY UPDATE", [customer_id])
    if customer is None:
        raise NotVisible("customer")
    if customer.merged_into_id is not None:
        raise MergedAway(customer_id, customer.merged_into_id)
    return customer


def standing(customer: Customer | None) -> Customer | None:
    """The record that stands for this one now; it is not merged before this transaction ends."""
    if customer is None:
        return None
    # Such a lock does not hinder other rows that refer to it; a merge waits for it.
    row = rows.first(Customer, "WHERE id = %s FOR KEY SHARE", [customer.pk])
    if row is None:
        raise NotVisible("customer")
    return row if row.merged_into_id is None else standing(row.merged_into)


def refuse_card_number(value: object, *, field: str) -> None:
    """Refusal `card_number` when the number of a payment card stands in it: such a number is never stored."""
    if holds_card_number(value):
        raise Refusal("card_number", CARD_NUMBER_WORDS, field=field)


def tell_desktops(customer_id: int | None, what: str) -> None:
    """Nudge whoever has the record open; `what` is fact, note, promise, case, customer, timeline or
    interaction. The timeline changes with each of them."""
    if customer_id is not None:
        live.nudge(f"record:{customer_id}", "record.changed", what=what)


def write_entry(
    customer_id: int,
    *,
    kind: str,
    title: str,
    actor: Actor,
    body: str = "",
    interaction_id: int | None = None,
    ref: tuple[str, int] | None = None,
    for_partners: bool = True,
    partner_id: int | None = None,
    at: datetime | None = None,
) -> None:
    """Write a line without a nudge; for actions that send their own."""
    rows.add(
        TimelineEntry(
            customer_id=customer_id,
            at=at or clock.now(),
            kind=kind,
            hand=actor.hand,
            author=actor.name[:120],
            partner_id=partner_id or actor.partner_id,
            interaction_id=interaction_id,
            title=shorten(title),
            body=body,
            ref_kind=ref[0] if ref else "",
            ref_id=ref[1] if ref else None,
            for_partners=for_partners or actor.is_partner,
        )
    )


def add_timeline_entry(
    customer_id: int,
    *,
    kind: str,
    title: str,
    actor: Actor,
    body: str = "",
    interaction_id: int | None = None,
    ref: tuple[str, int] | None = None,
    for_partners: bool = True,
    partner_id: int | None = None,
) -> None:
    """Write a line of the customer's story. `ref` is (kind, id) of the row behind it.

    `partner_id` names the partner it concerns when that is not the actor's: other partners never see it.
    A title never carries a phone number or an address: partners read it unmasked.
    """
    write_entry(
        customer_id,
        kind=kind,
        title=title,
        actor=actor,
        body=body,
        interaction_id=interaction_id,
        ref=ref,
        for_partners=for_partners,
        partner_id=partner_id,
    )
    tell_desktops(
        customer_id, kind if kind in {"note", "fact", "case", "promise", "interaction"} else "timeline"
    )


def add_note(
    customer_id: int,
    *,
    text: str,
    actor: Actor,
    interaction_id: int | None = None,
    for_partners: bool = True,
) -> TimelineEntry:
    """Write a note. Refusal `empty_note`, `note_too_long` (10,000 characters), `card_number`; NotVisible."""
    text = text.strip()
    if not text:
        raise Refusal("empty_note", "The note is empty.", field="text")
    if len(text) > LONGEST_NOTE:
        raise Refusal("note_too_long", f"A note may have {LONGEST_NOTE:,} characters.", field="text")
    refuse_card_number(text, field="text")
    lock_customer(customer_id)
    entry = rows.insert(
        TimelineEntry(
            customer_id=customer_id,
            at=clock.now(),
            kind="note",
            hand=actor.hand,
            author=actor.name[:120],
            partner_id=actor.partner_id,
            interaction_id=interaction_id,
            title="Note",
            body=text,
            for_partners=for_partners or actor.is_partner,
        )
    )
    index_note(entry)
    emit(
        NoteAdded(customer_id=customer_id, timeline_entry_id=entry.id, interaction_id=interaction_id),
        actor=actor.as_json(),
    )
    tell_desktops(customer_id, "note")
    return entry


def shorten(title: str) -> str:
    """At most 240 characters, on one line."""
    line = " ".join(title.split())
    return line if len(line) <= LONGEST_TITLE else line[: LONGEST_TITLE - 1] + "…"
