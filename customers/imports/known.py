"""What the record says about the people a chunk of rows names: a few queries for all of them."""

from collections import defaultdict
from collections.abc import Sequence

from django.db import OperationalError, connection
from django.db.models import Q

from customers.imports.models import ImportKey
from customers.imports.plan import Draft, FirstRow, Known, Pair
from customers.imports.rows import LENGTHS, ReadRow
from customers.models import Confidence, Customer, Fact, Identity, Subscription
from customers.queries import current_values
from foundation import clock
from foundation.bulk import insert_rows
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
            cursor.execute(_OWNERS, [kinds, values, current_organization_id(), Confidence.GUESSED])
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


def register_keys(import_id: int, rows: Sequence[ReadRow]) -> dict[Pair, FirstRow]:
    """Note which rows name which keys; says, for each key, the row of the file that named it first."""
    pairs = [(f"{kind}:{value}", row) for row in rows for kind, value in row.keys]
    if not pairs:
        return {}
    digests = {row.number: row.digest for row in rows}
    keys = [key for key, _ in pairs]
    fresh = insert_rows(
        ImportKey,
        {
            "file_id": import_id,
            "key": keys,
            "row": [row.number for _, row in pairs],
            "digest": [digests[row.number] for _, row in pairs],
        },
        count=len(pairs),
        ignore_conflicts=True,
        returning="key",
    )
    if len(fresh) == len(pairs):
        return {}  # the usual case: nothing twice
    found = ImportKey.objects.filter(Q(file_id=import_id), key__in=keys).values_list("key", "row", "digest")
    return {_pair(key): FirstRow(row, digest) for key, row, digest in found}


def _pair(key: str) -> Pair:
    kind, _, value = key.partition(":")
    return (kind, value)
