"""What the record says about the people a chunk of rows names: a few queries for all of them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.db import OperationalError, connection
from django.db.models import Q

from customers.imports.models import ImportKey
from customers.imports.plan import Draft, FirstRow, Known, Pair
from customers.imports.rows import LENGTHS, ReadRow
from customers.models import Confidence, Customer, Fact, Identity, Subscription
from customers.queries import current_values
from foundation import clock
from foundation.bulk import as_array, insert_rows
from foundation.errors import Conflict
from foundation.tenancy import current_organization_id

FIELDS = (*LENGTHS, "language", "country_code", "customer_since")
# OFFSET 0 keeps the inner query one look into the index for each key. A plain join is planned by statistics
# that know nothing yet of a table being filled: it reads the organisation's identities whole, each chunk.
_OWNERS = """
SELECT k.kind, k.value, i.customer_id
FROM unnest(%s::text[], %s::text[]) AS k (kind, value), LATERAL (
  SELECT customer_id FROM customers_identity
  WHERE organization_id = %s AND kind = k.kind AND value = k.value AND confidence <> %s OFFSET 0
) AS i
"""


def look_up(rows: Sequence[ReadRow], *, lock: bool) -> Known:
    """Who owns the rows' keys, and how these customers stand; locked when they are to be written.

    Conflict `busy` when somebody is changing one of them just now.
    """
    keys = list({key for row in rows for key in row.keys})
    owners = _owners(keys)
    ids = sorted(set().union(*owners.values())) if owners else []
    drafts = _drafts(ids, lock=lock) if ids else {}
    # Whoever was erased between the two looks is nobody's owner any more.
    owners = {key: here for key, found in owners.items() if (here := found & drafts.keys())}
    _add_facts(drafts, {key for row in rows for key in row.facts})
    return Known(owners=owners, drafts=drafts)


def _owners(keys: list[Pair]) -> dict[Pair, set[int]]:
    owners: dict[Pair, set[int]] = defaultdict(set)
    if keys:
        kinds, values = [kind for kind, _ in keys], [value for _, value in keys]
        with connection.cursor() as cursor:
            cursor.execute(
                _OWNERS,
                [as_array(kinds), as_array(values), current_organization_id(), Confidence.GUESSED],
            )
            for kind, value, customer_id in cursor.fetchall():
                owners[kind, value].add(customer_id)
    return dict(owners)


def _drafts(ids: list[int], *, lock: bool) -> dict[int, Draft]:
    customers = Customer.objects.filter(id__in=ids).order_by("id")
    if lock:
        customers = customers.select_for_update(no_key=True, nowait=True)
    try:
        drafts = {
            customer_id: Draft(
                customer_id=customer_id, version=version, fields=dict(zip(FIELDS, values, strict=True))
            )
            for customer_id, version, *values in customers.values_list("id", "version", *FIELDS)
        }
    except OperationalError as error:  # lock not available
        raise Conflict("busy", "Somebody is changing one of these customers just now.") from error
    for customer_id, kind, value in Identity.objects.filter(customer_id__in=ids).values_list(
        "customer_id", "kind", "value"
    ):
        drafts[customer_id].identities.add((kind, value))
    active = Subscription.objects.filter(customer_id__in=ids).exclude(state__in=["cancelled", "ended"])
    for customer_id, code in active.values_list("customer_id", "product__code"):
        drafts[customer_id].products.add(code)
    return drafts


def _add_facts(drafts: dict[int, Draft], keys: set[str]) -> None:
    """What counts now, and what a file said last. What has expired does not stand: said again, it is news."""
    if not drafts or not keys:
        return
    for customer_id, values in current_values(drafts, keys).items():
        drafts[customer_id].facts = {key: [value] for key, value in values.items()}
    alive = Fact.objects.filter(Q(expires_at=None) | Q(expires_at__gt=clock.now()), hand="file")
    said = alive.filter(customer_id__in=list(drafts), key__key__in=keys)
    newest = said.order_by("customer_id", "key_id", "-recorded_at", "-id").distinct("customer_id", "key_id")
    for customer_id, key, value in newest.values_list("customer_id", "key__key", "value"):
        drafts[customer_id].facts.setdefault(key, []).append(value)


def recall_first_rows(import_id: int, drafts: Mapping[int, Draft]) -> None:
    """Tell these customers which row of an earlier chunk was the first to name them."""
    by_key = {_key(draft): draft for draft in drafts.values()}
    found = ImportKey.objects.filter(file_id=import_id, key__in=list(by_key))
    for key, row, digest in found.values_list("key", "row", "digest"):
        by_key[key].first_row = FirstRow(row, digest)


def note_first_rows(import_id: int, drafts: Sequence[Draft]) -> None:
    """Remember for later chunks which row was the first to name each of these."""
    told = [(_key(draft), draft.first_row) for draft in drafts if draft.first_row]
    insert_rows(
        ImportKey,
        {
            "file_id": import_id,
            "key": [key for key, _ in told],
            "row": [first.number for _, first in told],
            "digest": [first.digest for _, first in told],
        },
        count=len(told),
    )


def _key(draft: Draft) -> str:
    return f"customer:{draft.customer_id}"
