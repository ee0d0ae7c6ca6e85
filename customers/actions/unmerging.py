"""Two records again, exactly as they were; what arrived since goes where it belongs."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db.models import F, Model

from accounts.actors import Actor
from customers import merge_rows, rules
from customers.actions import unmerge_references
from customers.actions.merging import collect_rows
from customers.actions.timeline import tell_desktops, write_entry
from customers.events import CustomerChanged, CustomerUnmerged
from customers.merge_rows import Relation
from customers.models import Customer, CustomerMerge, DuplicatePair, Identity, Interaction, RecordShare
from customers.queries import home_country
from customers.search.entries import index_customers
from foundation import clock, live
from foundation.errors import Conflict, Forbidden, NotVisible
from foundation.events import emit

MOST_SHOWN = 200
_OF_CHANNEL = {"voice": ("phone", "whatsapp"), "email": ("email",), "web_form": ("email", "phone")}
_SILENT = {"customers.RecordRead.customer", "customers.RecordShare.customer"}


@dataclass
class Unmerging:
    """What undoing a merge would do: per relation the rows that return, and of what arrived since, those that
    go to the loser and those that stay; `why` by (label, id)."""

    record: CustomerMerge
    returning: dict[str, set[int]] = field(default_factory=dict)
    arrived: dict[str, set[int]] = field(default_factory=dict)
    leaving: dict[str, set[int]] = field(default_factory=dict)
    why: dict[tuple[str, int], str] = field(default_factory=dict)

    def arrivals(self) -> list[dict[str, Any]]:
        """What came since, as people read it, newest first: {label, pk, text, to (winner or loser), why}."""
        found = []
        for label, ids in self.arrived.items():
            if label in _SILENT:
                continue
            model = apps.get_model(label.rpartition(".")[0])
            for row in model._base_manager.filter(pk__in=ids).order_by("-pk")[:MOST_SHOWN]:
                goes = row.pk in self.leaving.get(label, set())
                found.append(
                    {
                        "label": label,
                        "pk": row.pk,
                        "text": describe(row),
                        "to": "loser" if goes else "winner",
                        "why": self.why.get((label, row.pk), "nothing says it is the other's"),
                    }
                )
        return found[:MOST_SHOWN]


def unmerge_customers(merge_id: int, *, actor: Actor) -> CustomerMerge:
    """Undo a merge: both records are what they were. `arrivals` of the merge tells what came since and whose
    it is now.

    NotVisible; Forbidden for partners; Conflict `already_undone`, or `merged_since` when the winner itself
    was merged into another record: that merge has to be undone first.
    """
    if actor.is_partner:
        raise Forbidden("not_in_contract", "The contract does not allow separating records.")
    record = _lock(merge_id)
    plan = plan_unmerging(record)
    arrivals = plan.arrivals()
    serving = _serving(plan)
    _release_what_later_merges_changed(record, plan)
    for relation in merge_rows.moving_relations():
        going = plan.returning.get(relation.label, set()) | plan.leaving.get(relation.label, set())
        merge_rows.move(relation, from_id=record.winner_id, to_id=record.loser_id, only=going)
    _share_anew(record, plan)
    _restore_changes(record)
    _bring_back(record)
    record.undone_at, record.undone_by, record.arrivals = clock.now(), actor.name[:120], arrivals
    record.save(update_fields=["undone_at", "undone_by", "arrivals"])
    for other in _standing_merges(record.winner_id):
        collect_rows(other)
    index_customers([record.winner_id, record.loser_id])
    _keep_apart(record, actor)
    _announce(record, actor)
    for interaction_id, member_id in serving:
        live.nudge(f"member:{member_id}", "work.changed", interaction_id=interaction_id)
    return record


def plan_unmerging(record: CustomerMerge) -> Unmerging:
    """What would go back, and whose what arrived since is; changes nothing."""
    plan = Unmerging(record)
    others = _standing_merges(record.winner_id, besides=record)
    for relation in merge_rows.moving_relations():
        label = relation.label
        here = set(relation.rows(record.winner_id).values_list("pk", flat=True))
        plan.returning[label] = here & set(record.moved.get(label, ()))
        anothers = {pk for other in others for pk in other.moved.get(label, ())}
        mark = record.high_water.get(label, 0)
        plan.arrived[label] = {pk for pk in here - plan.returning[label] - anothers if pk > mark}
        plan.leaving[label] = set()
    _assign_contacts(plan)
    unmerge_references.assign(plan)
    _assign_what_belongs_to_them(plan)
    return plan


def _lock(merge_id: int) -> CustomerMerge:
    seen = CustomerMerge.objects.filter(id=merge_id).first()
    if seen is None:
        raise NotVisible("merge")
    ids = [seen.winner_id, seen.loser_id]
    customers = {
        row.pk: row for row in Customer.objects.select_for_update().filter(id__in=ids).order_by("id")
    }
    record = CustomerMerge.objects.select_for_update().get(id=merge_id)
    if record.undone_at is not None:
        raise Conflict("already_undone", "This merge was undone already.")
    into = customers[record.winner_id].merged_into_id
    if into is not None:
        raise Conflict(
            "merged_since",
            f"Record {record.winner_id} was merged into record {into} since. Undo that merge first.",
        )
    record.winner, record.loser = customers[record.winner_id], customers[record.loser_id]
    return record


def _standing_merges(winner_id: int, *, besides: CustomerMerge | None = None) -> list[CustomerMerge]:
    found = CustomerMerge.objects.filter(winner_id=winner_id, undone_at=None).order_by("id")
    return [one for one in found if besides is None or one.pk != besides.pk]


# --- whose what arrived since is -------------------------------------------------------------------------


def _assign_contacts(plan: Unmerging) -> None:
    """A contact belongs to the record whose number or address it came from, when that is one of the two."""
    label = "customers.Interaction.customer"
    theirs, ours = _addresses(plan)
    for contact in Interaction.objects.filter(pk__in=plan.arrived[label]):
        found = _identities_of(contact)
        if found & theirs and not found & ours:
            plan.leaving[label].add(contact.pk)
            plan.why[label, contact.pk] = "it came through the other's number or address"
        elif found & ours:
            plan.why[label, contact.pk] = "it came through this record's number or address"


def _addresses(plan: Unmerging) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    record = plan.record
    returning = Identity.objects.filter(pk__in=plan.returning["customers.Identity.customer"])
    left = Identity.objects.filter(customer_id=record.loser_id)
    staying = Identity.objects.filter(customer_id=record.winner_id).exclude(
        pk__in=plan.returning["customers.Identity.customer"]
    )
    theirs = {*returning.values_list("kind", "value"), *left.values_list("kind", "value")}
    return theirs, set(staying.values_list("kind", "value"))


def _identities_of(contact: Interaction) -> set[tuple[str, str]]:
    home = home_country()
    kinds = _OF_CHANNEL.get(contact.channel, (contact.channel,))
    found = {(kind, rules.normalize_identity(kind, contact.address, country_code=home)) for kind in kinds}
    return {(kind, value) for kind, value in found if value is not None}


def _assign_what_belongs_to_them(plan: Unmerging) -> None:
    """An answer goes with its contact, a promise with its case, a line of the story with what it tells of."""
    relations = merge_rows.moving_relations()
    grown = True
    while grown:
        grown = False
        for relation in relations:
            open_ids = plan.arrived[relation.label] - plan.leaving[relation.label]
            if not open_ids:
                continue
            for pk in _following(plan, relation, relations, open_ids):
                plan.leaving[relation.label].add(pk)
                plan.why[relation.label, pk] = "it belongs to something of the other's"
                grown = True


def _following(
    plan: Unmerging, relation: Relation, relations: Iterable[Relation], open_ids: set[int]
) -> set[int]:
    of_loser = {
        one.model: plan.returning[one.label] | plan.leaving[one.label]
        for one in relations
        if one.label not in _SILENT
    }
    rows = relation.model._base_manager.filter(pk__in=open_ids)
    found: set[int] = set()
    for key in relation.parents():
        parents = of_loser.get(key.related_model, set())
        if parents:
            found |= set(rows.filter(**{f"{key.name}__in": parents}).values_list("pk", flat=True))
    if {"ref_kind", "ref_id"} <= {key.name for key in relation.model._meta.fields}:
        by_name = {model._meta.model_name: ids for model, ids in of_loser.items()}
        for pk, kind, ref_id in rows.values_list("pk", "ref_kind", "ref_id"):
            if ref_id in by_name.get(kind.replace("_", ""), set()):
                found.add(pk)
    return found


# --- putting back ----------------------------------------------------------------------------------------


def _release_what_later_merges_changed(record: CustomerMerge, plan: Unmerging) -> None:
    """What another standing merge wrote on a row that now returns is taken back first, the newest first."""
    for other in reversed(_standing_merges(record.winner_id, besides=record)):
        kept = []
        for change in other.changes:
            returning = plan.returning.get(f"{change['label']}.customer", set())
            if change["pk"] in returning and change["label"] != "customers.Customer":
                _write_back(change, record)
            else:
                kept.append(change)
        if len(kept) != len(other.changes):
            other.changes = kept
            other.save(update_fields=["changes"])


def _restore_changes(record: CustomerMerge) -> None:
    """The winner's own values, unless somebody changed them since; a later merge takes over what it found."""
    later = [one for one in _standing_merges(record.winner_id, besides=record) if one.pk > record.pk]
    for change in reversed(record.changes):
        heir = _next_change(later, change)
        if heir is None:
            _write_back(change, record)
        elif heir["before"] == change["after"]:
            heir["before"] = change["before"]
    for one in later:
        one.save(update_fields=["changes"])


def _make_room_for_share(share_id: int, record: CustomerMerge) -> None:
    """The partner has one open share of a record: the one that rested comes back, so one that another merge
    brought waits at its own record again, and one that was made since has done its work."""
    resting = RecordShare.objects.filter(pk=share_id).first()
    if resting is None:
        return
    label = "customers.RecordShare.customer"
    taken = RecordShare.objects.filter(
        customer_id=resting.customer_id, partner_id=resting.partner_id, ended_at=None
    )
    for share in taken.exclude(pk=share_id):
        bringer = next(
            (
                one
                for one in _standing_merges(record.winner_id, besides=record)
                if share.pk in one.moved.get(label, ())
            ),
            None,
        )
        if bringer is None:
            RecordShare.objects.filter(pk=share.pk).update(ended_at=clock.now())
            continue
        RecordShare.objects.filter(pk=share.pk).update(customer_id=bringer.loser_id)
        bringer.moved[label].remove(share.pk)
        bringer.save(update_fields=["moved"])


def _next_change(later: list[CustomerMerge], change: dict[str, Any]) -> dict[str, Any] | None:
    same = ("label", "pk", "field")
    return next(
        (other for one in later for other in one.changes if all(other[key] == change[key] for key in same)),
        None,
    )


def _write_back(change: dict[str, Any], record: CustomerMerge) -> None:
    model = apps.get_model(change["label"])
    column = model._meta.get_field(change["field"])
    before, after = column.to_python(change["before"]), column.to_python(change["after"])
    rows = model._base_manager.filter(pk=change["pk"], **{change["field"]: after})
    if model is RecordShare and rows.exists():
        _make_room_for_share(change["pk"], record)
    rows.update(**{change["field"]: before})


def _bring_back(record: CustomerMerge) -> None:
    now = clock.now()
    Customer.objects.filter(id=record.loser_id).update(
        merged_into=None, version=F("version") + 1, updated_at=now
    )
    Customer.objects.filter(id__in=_below(record.loser_id)).update(merged_into_id=record.loser_id)
    Customer.objects.filter(id=record.winner_id).update(version=F("version") + 1, updated_at=now)


def _below(customer_id: int) -> set[int]:
    """Every record that was merged into this one, at any remove."""
    found: set[int] = set()
    todo = [customer_id]
    while todo:
        losers = set(
            CustomerMerge.objects.filter(winner_id__in=todo, undone_at=None).values_list(
                "loser_id", flat=True
            )
        )
        todo = list(losers - found)
        found |= losers
    return found


def _share_anew(record: CustomerMerge, plan: Unmerging) -> None:
    """A partner that came to the record since sees the half it works for, and only that."""
    label = "customers.RecordShare.customer"
    for share in RecordShare.objects.filter(pk__in=plan.arrived[label], ended_at=None):
        goes, stays = _partner_rows(plan, share.partner_id)
        if not goes:
            continue
        had = RecordShare.objects.filter(
            customer_id=record.loser_id, partner_id=share.partner_id, ended_at=None
        ).exists()
        if stays and not had:
            RecordShare.objects.create(
                customer_id=record.loser_id,
                partner_id=share.partner_id,
                reason=share.reason,
                started_at=share.started_at,
            )
        elif not stays and not had:
            RecordShare.objects.filter(pk=share.pk).update(customer_id=record.loser_id)
        elif not stays:
            RecordShare.objects.filter(pk=share.pk).update(ended_at=clock.now())


def _partner_rows(plan: Unmerging, partner_id: int) -> tuple[bool, bool]:
    """Whether rows of this partner that arrived since go to the loser, and whether any stay."""
    goes = stays = False
    for relation in merge_rows.moving_relations():
        arrived = plan.arrived[relation.label]
        if relation.label in _SILENT or not arrived:
            continue
        for name in merge_rows.partner_fields(relation):
            ids = set(
                relation.model._base_manager.filter(pk__in=arrived, **{name: partner_id}).values_list(
                    "pk", flat=True
                )
            )
            goes = goes or bool(ids & plan.leaving[relation.label])
            stays = stays or bool(ids - plan.leaving[relation.label])
    return goes, stays


def _keep_apart(record: CustomerMerge, actor: Actor) -> None:
    """Who undoes a merge says that the two are different people: no rule joins them again."""
    pair = sorted((record.winner_id, record.loser_id))
    DuplicatePair.objects.update_or_create(
        first_id=pair[0],
        second_id=pair[1],
        defaults={
            "state": DuplicatePair.State.DIFFERENT,
            "decided_at": clock.now(),
            "decided_by_id": actor.member_id,
        },
        create_defaults={
            "score": record.score or 0,
            "reasons": record.reasons,
            "found_by": "person",
            "state": DuplicatePair.State.DIFFERENT,
            "decided_at": clock.now(),
            "decided_by_id": actor.member_id,
        },
    )


def _serving(plan: Unmerging) -> list[tuple[int, int]]:
    label = "customers.Interaction.customer"
    going = plan.returning[label] | plan.leaving[label]
    at_work = Interaction.objects.filter(
        pk__in=going,
        state__in=[Interaction.State.SERVING, Interaction.State.WRAP_UP],
        member__isnull=False,
    )
    return [(one, member) for one, member in at_work.values_list("id", "member_id") if member is not None]


def _announce(record: CustomerMerge, actor: Actor) -> None:
    came = len(record.arrivals)
    for customer_id in (record.winner_id, record.loser_id):
        write_entry(
            customer_id,
            kind="customer",
            title="The two records were separated again",
            body=f"{came} things that came since were assigned." if came else "",
            actor=actor,
            ref=("merge", record.pk),
            for_partners=False,
        )
    emit(
        CustomerUnmerged(customer_id=record.loser_id, from_customer_id=record.winner_id, merge_id=record.pk),
        actor=actor.as_json(),
    )
    version = Customer.objects.values_list("version", flat=True).get(id=record.winner_id)
    emit(
        CustomerChanged(customer_id=record.winner_id, fields=["identities"], version=version),
        actor=actor.as_json(),
    )
    tell_desktops(record.winner_id, "customer")
    tell_desktops(record.loser_id, "customer")


def describe(row: Model) -> str:
    """A row as people read it: its kind, and the words it has."""
    noun = str(row._meta.verbose_name).capitalize()
    product = getattr(row, "product", None)
    if product is not None:
        return f"{noun}: {product.name}"
    for name in ("title", "text", "value", "address", "reason"):
        words = getattr(row, name, "")
        if words:
            return f"{noun}: {rules.spell_value(words)}"[:160]
    return f"{noun} {row.pk}"
