"""Random records, and a picture of one with everything that points to it."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

from django.db.models import Q

from accounts.actors import IVR_ACTOR, SYSTEM_ACTOR, Actor
from cases.actions import make_promise, open_case
from customers import actions
from customers.merge_rows import moving_relations
from customers.models import Customer, FulfilmentChange, Identity, Order, OutsideReference, RecordShare
from foundation import clock
from tests.people import Cast

NAMES = ["Robert Whitfield", "Rob Whitfield", "María José López", "李小龍", "O’Brien", "+44 7700 900555"]
PHONES = [f"+4477009001{n:02}" for n in range(6)]
MAILS = [f"one{n}@example.com" for n in range(4)]
SURE = ["verified", "claimed", "guessed"]


def random_customer(cast: Cast, rng: Random) -> Customer:
    """A record with a random half of what one may have; numbers are from a small pool, so records share."""
    actions.define_fact_key("round", label="Delivery round", is_searchable=True, expires_after_days=90)
    customer = actions.create_customer(
        actor=SYSTEM_ACTOR,
        display_name=rng.choice(NAMES),
        region=rng.choice(["", "Kent", "Yorkshire"]),
        postal_address=rng.choice(["", "1 High Street\nLeeds\nLS1 4AB"]),
    )
    for phone in rng.sample(PHONES, rng.randint(0, 3)):
        actions.add_identity(
            customer.id, kind="phone", value=phone, actor=IVR_ACTOR, confidence=rng.choice(SURE)
        )
    if rng.random() < 0.6:
        actions.add_identity(
            customer.id,
            kind="email",
            value=rng.choice(MAILS),
            actor=cast.ana.actor,
            confidence=rng.choice(SURE),
        )
    for partner in (cast.partner, cast.other_partner):
        if rng.random() < 0.5:
            actions.share_record(customer.id, partner_id=partner.id, reason="routed call")
        if rng.random() < 0.2:
            actions.end_share(customer.id, partner_id=partner.id, actor=SYSTEM_ACTOR)
    if rng.random() < 0.4:
        actions.add_subscription(
            customer.id, product_code=rng.choice(["print", "digital-edition"]), actor=SYSTEM_ACTOR
        )
    if rng.random() < 0.4:
        order = an_order(customer.id, rng)
        actions.change_order_state(order.id, state=rng.choice(["sent", "cancelled"]), actor=SYSTEM_ACTOR)
    for _ in range(rng.randint(0, 2)):
        something_happens(cast, customer.id, rng)
    customer.refresh_from_db()
    return customer


def an_order(customer_id: int, rng: Random) -> Order:
    """Something ordered, perhaps with our number of it."""
    return actions.place_order(
        customer_id,
        product_code=rng.choice(["print", "digital-edition"]),
        reference=rng.choice(["", f"W-{rng.randint(1, 9)}"]),
        actor=SYSTEM_ACTOR,
    )


def own_answer(customer_id: int, actor: Actor, rng: Random) -> None:
    """An answer to a question of the organisation's own: searchable, and it expires."""
    actions.record_fact(
        customer_id,
        key="round",
        value=rng.choice(["North", "South"]),
        actor=actor,
        source="desk:record",
        confidence=rng.choice(SURE),
    )


def something_happens(cast: Cast, customer_id: int, rng: Random) -> None:
    """A contact with an answer, a note, an order, a case or a promise on this record."""
    customer = Customer.objects.get(id=customer_id)
    known = list(
        Identity.objects.filter(customer_id=customer_id, kind="phone").values_list("value", flat=True)
    )
    contact = actions.open_interaction(
        actor=IVR_ACTOR,
        channel="voice",
        address=rng.choice(known or ["+15005550000"]),
        customer=customer,
        confidence="claimed",
        identified_by="phone",
    )
    if rng.random() < 0.7:
        actions.record_fact(
            customer_id,
            key="preferred_device",
            value=rng.choice(["tablet", "phone"]),
            actor=IVR_ACTOR,
            source="ivr",
            interaction_id=contact.id,
        )
    if rng.random() < 0.5:
        own_answer(customer_id, cast.ana.actor, rng)
    if rng.random() < 0.3:
        actions.count_asked_again(
            customer_id,
            key="preferred_device",
            reason="It broke",
            actor=cast.ana.actor,
            interaction_id=contact.id,
        )
    if rng.random() < 0.3:
        an_order(customer_id, rng)
    if rng.random() < 0.5:
        actions.add_note(customer_id, text="Wrote a note", actor=cast.ana.actor, interaction_id=contact.id)
    if rng.random() < 0.4:
        case = open_case(customer_id, title="Missing issue", reason="missing_issue", actor=cast.ana.actor)
        make_promise(
            customer_id,
            text="access link",
            due_at=clock.now() + timedelta(days=1),
            actor=cast.ana.actor,
            case_id=case.id,
            owed_by_id=rng.choice([None, cast.partner.id]),
        )
    if rng.random() < 0.5:
        actions.abandon_interaction(contact.id)


def picture(customer_id: int, *, without: set[tuple[str, int]] = frozenset()) -> dict[str, Any]:  # type: ignore[assignment]
    """The record and every row that points to it; not its version, nor the lines that tell of merging."""
    fields = Customer.objects.filter(id=customer_id).values().get()
    for name in ("version", "updated_at"):
        del fields[name]
    rows: dict[str, Any] = {"customer": fields}
    for relation in moving_relations():
        found = [
            row
            for row in relation.rows(customer_id).order_by("pk").values()
            if row.get("ref_kind") != "merge" and (relation.label, row["id"]) not in without
        ]
        rows[relation.label] = found
    for model in (OutsideReference, FulfilmentChange):
        of_theirs = Q(order__customer_id=customer_id) | Q(subscription__customer_id=customer_id)
        new = {pk for label, pk in without if label == "customers.Order.customer"}
        lives = model.objects.filter(of_theirs).exclude(order_id__in=new).order_by("pk")
        rows[model._meta.label] = list(lives.values())
    return rows


def everything() -> set[tuple[str, int]]:
    """Every row that points to any customer, by relation and id."""
    return {
        (relation.label, pk)
        for relation in moving_relations()
        for pk in relation.model._base_manager.values_list("pk", flat=True)
    }


def open_shares(customer_id: int) -> set[int]:
    return set(
        RecordShare.objects.filter(customer_id=customer_id, ended_at=None).values_list(
            "partner_id", flat=True
        )
    )
