"""Writes what a plan says: a few statements for a thousand customers, with their events and lines."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from accounts.actors import Actor
from accounts.models import Partner
from customers import rules
from customers.actions.facts import usual_expiry
from customers.actions.shares import partners_serving
from customers.actions.timeline import tell_desktops
from customers.events import CustomerChanged, CustomerCreated, CustomersImported
from customers.imports.known import FIELDS
from customers.imports.models import Import
from customers.imports.plan import Draft, Plan
from customers.models import (
    Confidence,
    Customer,
    Fact,
    FactKey,
    FulfilmentChange,
    Identity,
    Product,
    RecordShare,
    Subscription,
    TimelineEntry,
)
from foundation import clock
from foundation.bulk import as_array, insert_rows, reserve_ids
from foundation.events import emit, emit_many
from foundation.tenancy import current_organization_id

# What must be made anew in the transaction that wrote many records: called last, with their ids. What may
# follow some seconds later listens to `customers.imported` instead, as the search does.
AFTER_BULK_WRITE: list[Callable[[list[int]], object]] = []

_UPDATE = """
UPDATE customers_customer c
SET {assignments}, version = c.version + 1, updated_at = %s
FROM unnest(%s::bigint[], {arrays}) AS u (id, {names})
WHERE c.id = u.id AND c.organization_id = %s
"""


@dataclass(frozen=True)
class Source:
    """The file and the person behind the rows."""

    file: Import
    chunk: int
    actor: Actor


def write_plan(plan: Plan, source: Source) -> None:
    """Write it. Call with all identities locked and the known customers' rows too."""
    created = [draft for draft in plan.drafts if draft.customer_id is None]
    changed = [draft for draft in plan.drafts if draft.customer_id is not None]
    if not plan.drafts:
        return
    for draft, customer_id in zip(created, reserve_ids(Customer, len(created)), strict=True):
        draft.customer_id = customer_id
    _insert_customers(created)
    _update_customers(changed)
    _insert_identities(plan.drafts, source)
    _insert_facts(plan.drafts, source)
    shared = _insert_subscriptions(plan.drafts, source)
    _insert_lines(created, changed, source)
    _tell(created, changed, shared, source)


def _insert_customers(drafts: Sequence[Draft]) -> None:
    told = set().union(*(draft.fields for draft in drafts))
    columns: dict[str, Any] = {
        name: [draft.fields.get(name, _EMPTY.get(name, "")) for draft in drafts]
        for name in FIELDS
        if name in told
    }
    columns["id"] = [draft.customer_id for draft in drafts]
    insert_rows(Customer, columns, count=len(drafts))


_EMPTY = {"customer_since": None}


def _update_customers(drafts: Sequence[Draft]) -> None:
    """All fields of the changed ones, as they were locked and then changed; the version in any case."""
    if not drafts:
        return
    types = {
        name: Customer._meta.get_field(name).cast_db_type(connection)  # type: ignore[union-attr]
        for name in FIELDS
    }
    sql = _UPDATE.format(
        assignments=", ".join(f'"{name}" = u."{name}"' for name in FIELDS),
        arrays=", ".join(f"%s::{types[name]}[]" for name in FIELDS),
        names=", ".join(f'"{name}"' for name in FIELDS),
    )
    ids = as_array(draft.customer_id for draft in drafts)
    values = [as_array(draft.fields.get(name) for draft in drafts) for name in FIELDS]
    with connection.cursor() as cursor:
        cursor.execute(
            sql,
            [clock.now(), ids, *values, current_organization_id()],
        )


def _insert_identities(drafts: Sequence[Draft], source: Source) -> None:
    found = [(draft.customer_id, kind, value) for draft in drafts for kind, value in draft.new_identities]
    insert_rows(
        Identity,
        {
            "customer_id": [customer_id for customer_id, _, _ in found],
            "kind": [kind for _, kind, _ in found],
            "value": [value for _, _, value in found],
            "confidence": str(Confidence.CLAIMED),
            "hand": str(source.actor.hand),
        },
        count=len(found),
        ignore_conflicts=True,
    )


def _insert_facts(drafts: Sequence[Draft], source: Source) -> None:
    found = [(draft.customer_id, key, value) for draft in drafts for key, value in draft.new_facts.items()]
    if not found:
        return
    now = clock.now()
    keys = {key.key: key for key in FactKey.objects.filter(key__in={key for _, key, _ in found})}
    insert_rows(
        Fact,
        {
            "customer_id": [customer_id for customer_id, _, _ in found],
            "key_id": [keys[key].id for _, key, _ in found],
            "value": [json.dumps(value) for _, _, value in found],
            "confidence": str(Confidence.CLAIMED),
            "hand": str(source.actor.hand),
            "source": f"import:{source.file.id}",
            "member_id": source.actor.member_id,
            "recorded_at": now,
            "expires_at": [usual_expiry(keys[key], now) for _, key, _ in found],
            "search_value": [
                rules.search_value(value) if keys[key].is_searchable else "" for _, key, value in found
            ],
        },
        count=len(found),
    )


def _insert_subscriptions(drafts: Sequence[Draft], source: Source) -> set[int]:
    """The subscriptions, and the shares with those who deliver them. Returns who is shared newly."""
    found = [(draft, code, more) for draft in drafts for code, more in draft.new_subscriptions]
    if not found:
        return set()
    products = {product.code: product for product in Product.objects.all()}
    codes = {code for _, code, _ in found}
    serving = {code: next(iter(partners_serving(product_code=code)), None) for code in codes}
    ids = reserve_ids(Subscription, len(found))
    insert_rows(
        Subscription,
        {
            "id": ids,
            "customer_id": [draft.customer_id for draft, _, _ in found],
            "product_id": [products[code].id for _, code, _ in found],
            "fulfilled_by_id": [serving[code] for _, code, _ in found],
            "reference": [more.get("reference", "") for _, _, more in found],
            "started_on": [more.get("started_on") for _, _, more in found],
            "renews_on": [more.get("renews_on") for _, _, more in found],
        },
        count=len(found),
    )
    _insert_first_steps(
        [
            (one, products[code], serving[code], more.get("reference", ""))
            for one, (_, code, more) in zip(ids, found, strict=True)
        ],
        source,
    )
    shares = {
        (draft.customer_id, partner_id): code
        for draft, code, _ in found
        if (partner_id := serving[code]) is not None
    }
    return _insert_shares(shares, source)


def _insert_first_steps(begun: Sequence[tuple[int, Product, int | None, str]], source: Source) -> None:
    """The history of each subscription begins with the file."""
    insert_rows(
        FulfilmentChange,
        {
            "subscription_id": [one for one, _, _, _ in begun],
            "what": [f"Subscribed to {product.name}"[:120] for _, product, _, _ in begun],
            "product_name": [product.name for _, product, _, _ in begun],
            "state": str(Subscription.State.ACTIVE),
            "fulfilled_by_id": [partner_id for _, _, partner_id, _ in begun],
            "reference": [reference for _, _, _, reference in begun],
            "hand": str(source.actor.hand),
            "author": source.actor.name[:120],
            "member_id": source.actor.member_id,
            "at": clock.now(),
        },
        count=len(begun),
    )


def _insert_shares(shares: dict[tuple[int | None, int], str], source: Source) -> set[int]:
    known = set(
        RecordShare.objects.filter(
            customer_id__in={customer_id for customer_id, _ in shares}, ended_at=None
        ).values_list("customer_id", "partner_id")
    )
    fresh = [(*pair, code) for pair, code in shares.items() if pair not in known]
    names = dict(Partner.objects.values_list("id", "name"))
    reasons = [f"product {code}"[:80] for _, _, code in fresh]
    insert_rows(
        RecordShare,
        {
            "customer_id": [customer_id for customer_id, _, _ in fresh],
            "partner_id": [partner_id for _, partner_id, _ in fresh],
            "reason": reasons,
            "started_at": clock.now(),
        },
        count=len(fresh),
        ignore_conflicts=True,
    )
    titles = [
        f"Record shared with {names[partner_id]}: {reason}"
        for (_, partner_id, _), reason in zip(fresh, reasons, strict=True)
    ]
    _insert_entries(
        [(customer_id, title) for (customer_id, _, _), title in zip(fresh, titles, strict=True)],
        source,
        kind="partner",
        partner_ids=[partner_id for _, partner_id, _ in fresh],
    )
    return {customer_id for customer_id, _, _ in fresh if customer_id is not None}


def _insert_lines(created: Sequence[Draft], changed: Sequence[Draft], source: Source) -> None:
    """One line a customer, however much the file says; no values in it, partners read it too."""
    lines = [(draft.customer_id, "Imported") for draft in created]
    for draft in changed:
        words = [name.replace("_", " ") for name in draft.changes] + (["facts"] if draft.new_facts else [])
        lines.append((draft.customer_id, f"Import changed {', '.join(words)}"))
    _insert_entries(lines, source, kind="customer", partner_ids=None)


def _insert_entries(
    lines: Sequence[tuple[int | None, str]],
    source: Source,
    *,
    kind: str,
    partner_ids: list[int] | None,
) -> None:
    insert_rows(
        TimelineEntry,
        {
            "customer_id": [customer_id for customer_id, _ in lines],
            "title": [title[:240] for _, title in lines],
            "at": clock.now(),
            "kind": kind,
            "hand": str(source.actor.hand),
            "author": source.actor.name[:120],
            "partner_id": partner_ids,
            "ref_kind": "import",
            "ref_id": source.file.id,
        },
        count=len(lines),
    )


def _tell(created: Sequence[Draft], changed: Sequence[Draft], shared: set[int], source: Source) -> None:
    new_ids = [draft.customer_id for draft in created if draft.customer_id is not None]
    old_ids = [draft.customer_id for draft in changed if draft.customer_id is not None]
    actor = source.actor.as_json()
    emit(
        CustomersImported(import_id=source.file.id, chunk=source.chunk, created=new_ids, changed=old_ids),
        actor=actor,
    )
    seen = shared | set(
        RecordShare.objects.filter(customer_id__in=old_ids, ended_at=None).values_list(
            "customer_id", flat=True
        )
    )
    emit_many([CustomerCreated(customer_id=each) for each in new_ids if each in seen], actor=actor)
    emit_many(
        [
            CustomerChanged(
                customer_id=draft.customer_id,
                fields=draft.changes + (["shares"] if draft.customer_id in shared else []),
                version=draft.version + 1,
            )
            for draft in changed
            if draft.customer_id in seen
        ],
        actor=actor,
    )
    for customer_id in old_ids:
        tell_desktops(customer_id, "customer")
    for derive in AFTER_BULK_WRITE:
        derive([*new_ids, *old_ids])
