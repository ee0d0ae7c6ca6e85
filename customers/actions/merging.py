"""Making two records one, and two again, exactly. The rules are told in docs/merging.md."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.models import F

from accounts.actors import Actor
from customers import merge_rows, rules
from customers.actions.merge_shares import join_shares, partners_that_may_see
from customers.actions.timeline import tell_desktops, write_entry
from customers.events import CustomerChanged, CustomerMerged
from customers.models import Customer, CustomerMerge, DuplicatePair, Identity, Interaction
from customers.search.entries import index_customers
from foundation import clock, live
from foundation.errors import Conflict, Forbidden, NotVisible, Refusal
from foundation.events import emit

# What is chosen field by field; everything else belongs to rows, which move.
CHOSEN_FIELDS = (
    "display_name",
    "given_name",
    "family_name",
    "company_name",
    "language",
    "country_code",
    "region",
    "postal_address",
    "customer_since",
)
_NAMES = ("display_name", "given_name", "family_name")
_TRIES = 3
_SURENESS = {"guessed": 0, "claimed": 1, "verified": 2}


def merge_customers(
    winner_id: int,
    loser_id: int,
    *,
    actor: Actor,
    chosen: Mapping[str, str] | None = None,
    why: str = "",
    score: int | None = None,
    reasons: list[Any] | None = None,
) -> CustomerMerge:
    """Make the loser's record part of the winner's. `chosen` says per field "winner" or "loser"; a field it
    does not name keeps the winner's value, or takes the loser's where the winner has none.

    Everything that points to the loser points to the winner afterwards. Refusal `same_record`, `bad_choice`;
    Conflict `already_merged`, or `busy` when somebody keeps writing on one of them; Forbidden for partners.
    """
    if actor.is_partner:
        raise Forbidden("not_in_contract", "The contract does not allow merging records.")
    if winner_id == loser_id:
        raise Refusal("same_record", "A record cannot be merged with itself.")
    for _ in range(_TRIES):
        try:
            with transaction.atomic():
                give_way(milliseconds=800)
                winner, loser = _lock_both(winner_id, loser_id)
                record = CustomerMerge(why=why[:160], score=score, reasons=reasons or [])
                made = _merge(winner, loser, actor=actor, chosen=chosen or {}, record=record)
                give_way(milliseconds=0)
                return made
        except OperationalError as error:
            if getattr(error.__cause__, "pgcode", "") not in GAVE_WAY:
                raise
    raise Conflict("busy", "Somebody is writing on one of these records right now. Try again.")


# A lock that took too long, a deadlock: whoever serves the customer goes first.
GAVE_WAY = {"55P03", "40P01"}


def give_way(*, milliseconds: int) -> None:
    """How long this transaction waits for any lock from here on; 0: as long as it takes. Shorter than the
    database waits before it chooses the victim of a deadlock, which then is never somebody serving."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [str(milliseconds)])


def _lock_both(winner_id: int, loser_id: int) -> tuple[Customer, Customer]:
    """Both rows, and their open contacts before them, in the order in which whoever serves them locks."""
    ids = [winner_id, loser_id]
    over = [Interaction.State.ENDED, Interaction.State.ABANDONED]
    open_contacts = Interaction.objects.filter(customer_id__in=ids).exclude(state__in=over)
    list(open_contacts.select_for_update(no_key=True).order_by("id").values_list("id"))
    found = {row.pk: row for row in Customer.objects.select_for_update().filter(id__in=ids).order_by("id")}
    for one in ids:
        if one not in found:
            raise NotVisible("customer")
        if found[one].merged_into_id is not None:
            raise Conflict("already_merged", "One of these records was merged already. Look again.")
    return found[winner_id], found[loser_id]


def _merge(
    winner: Customer, loser: Customer, *, actor: Actor, chosen: Mapping[str, str], record: CustomerMerge
) -> CustomerMerge:
    given = _choose(winner, loser, chosen)
    moving = merge_rows.moving_relations()
    record.winner, record.loser, record.merged_at = winner, loser, clock.now()
    record.hand, record.author, record.member_id = actor.hand, actor.name[:120], actor.member_id
    record.high_water = {one.label: merge_rows.high_water(one, [winner.pk, loser.pk]) for one in moving}
    serving = _serving_members(loser.pk)
    record.winner_partner_ids, record.loser_partner_ids, changed = join_shares(winner.pk, loser.pk)
    record.changes = changed + [
        {"label": "customers.Customer", "pk": winner.pk, "field": name, "before": before, "after": after}
        for name, (before, after) in given.items()
    ]
    record.save()
    _put_away(loser, winner)
    collect_rows(record)
    Customer.objects.filter(id=winner.pk).update(
        version=F("version") + 1, updated_at=clock.now(), **{name: pair[1] for name, pair in given.items()}
    )
    DuplicatePair.objects.filter(
        first_id=min(winner.pk, loser.pk), second_id=max(winner.pk, loser.pk)
    ).update(state=DuplicatePair.State.MERGED, decided_at=clock.now(), decided_by_id=actor.member_id)
    index_customers([winner.pk, loser.pk])
    _announce(record, winner, given=sorted(given), actor=actor)
    for interaction_id, member_id in serving:
        live.nudge(f"member:{member_id}", "work.changed", interaction_id=interaction_id)
    return record


def _choose(winner: Customer, loser: Customer, chosen: Mapping[str, str]) -> dict[str, tuple[Any, Any]]:
    """field → (the winner's value before, after) for those that change; JSON values."""
    for name, side in chosen.items():
        if name not in CHOSEN_FIELDS or side not in {"winner", "loser"}:
            raise Refusal("bad_choice", f"“{name[:40]}” cannot be chosen so.", field=name[:40])
    nameless = rules.looks_like_phone(winner.display_name) and not rules.looks_like_phone(loser.display_name)
    taken = {}
    for name in CHOSEN_FIELDS:
        ours, theirs = getattr(winner, name), getattr(loser, name)
        wanted = chosen.get(name)
        if wanted is None:
            missing = not ours or (nameless and name in _NAMES)
            wanted = "loser" if missing and theirs else "winner"
        if wanted == "loser" and theirs != ours and (theirs or name != "display_name"):
            taken[name] = (_as_json(ours), _as_json(theirs))
    return taken


def _as_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _put_away(loser: Customer, winner: Customer) -> None:
    """The loser, and whatever was merged into it before, is found at the winner from now on."""
    Customer.objects.filter(merged_into=loser).update(merged_into=winner)
    Customer.objects.filter(id=loser.pk).update(
        merged_into=winner, version=F("version") + 1, updated_at=clock.now()
    )


def collect_rows(record: CustomerMerge) -> int:
    """Move what points to the loser to the winner and note it on the merge; returns how many went.

    Again later: what was being written for the loser at the time, and what could not go because the winner
    had the same. A surer identity of the loser's makes the winner's as sure.
    """
    moved: dict[str, list[int]] = dict(record.moved)
    count = 0
    for relation in merge_rows.moving_relations():
        only = _movable(relation, record)
        going = merge_rows.move(relation, from_id=record.loser_id, to_id=record.winner_id, only=only)
        count += len(going)
        if going:
            moved[relation.label] = sorted({*moved.get(relation.label, []), *going})
    record.moved = moved
    record.changes = [*record.changes, *_surer_identities(record)]
    record.save(update_fields=["moved", "changes"])
    return count


def _movable(relation: merge_rows.Relation, record: CustomerMerge) -> list[int] | None:
    """All rows, but of the open shares only those for which a reason holds."""
    if relation.label != "customers.RecordShare.customer":
        return None
    reasons = partners_that_may_see([record.winner_id, record.loser_id])
    rows = relation.rows(record.loser_id)
    return [row.pk for row in rows if row.ended_at is not None or row.partner_id in reasons]


def _surer_identities(record: CustomerMerge) -> list[dict[str, Any]]:
    changes = []
    for theirs in Identity.objects.filter(customer_id=record.loser_id):
        ours = Identity.objects.filter(
            customer_id=record.winner_id, kind=theirs.kind, value=theirs.value, partner=theirs.partner
        ).first()
        if ours is not None and _SURENESS[theirs.confidence] > _SURENESS[ours.confidence]:
            changes.append(
                {
                    "label": "customers.Identity",
                    "pk": ours.pk,
                    "field": "confidence",
                    "before": ours.confidence,
                    "after": theirs.confidence,
                }
            )
            Identity.objects.filter(pk=ours.pk).update(confidence=theirs.confidence)
    return changes


def _serving_members(customer_id: int) -> list[tuple[int, int]]:
    at_work = Interaction.objects.filter(
        customer_id=customer_id,
        state__in=[Interaction.State.SERVING, Interaction.State.WRAP_UP],
        member__isnull=False,
    )
    return [(one, member) for one, member in at_work.values_list("id", "member_id") if member is not None]


def _announce(record: CustomerMerge, winner: Customer, *, given: list[str], actor: Actor) -> None:
    write_entry(
        winner.pk,
        kind="customer",
        title="Two records of this customer became one",
        body=record.why,
        actor=actor,
        ref=("merge", record.pk),
        for_partners=False,
    )
    emit(
        CustomerMerged(customer_id=winner.pk, merged_customer_id=record.loser_id, merge_id=record.pk),
        actor=actor.as_json(),
    )
    emit(
        CustomerChanged(customer_id=winner.pk, fields=[*given, "identities"], version=winner.version + 1),
        actor=actor.as_json(),
    )
    tell_desktops(record.loser_id, "customer")
    tell_desktops(winner.pk, "customer")
