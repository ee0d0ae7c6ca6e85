"""What a customer is found by: computed here, written with the record, made anew when the rules change."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from customers.models import Customer, Identity, OutsideReference, SearchEntry, SearchWord, Subscription
from customers.rules import looks_like_phone
from customers.search import keys as hashing
from customers.search.words import fold, has_digit, once, split, stored_words
from foundation.tenancy import current_organization_id, tenant

# The first letter of each token.
NAME, COMPANY, REGION, ADDRESS, MAIL_WORD, MAIL = "n", "c", "g", "a", "e", "m"
PHONE, SUBSCRIBER, REFERENCE, ORDER = "p", "s", "r", "o"
WORDS = NAME + COMPANY + REGION + ADDRESS + MAIL_WORD
NUMBERS = PHONE + SUBSCRIBER + REFERENCE + ORDER
_NUMBER_KINDS: dict[str, str] = {
    Identity.Kind.PHONE: PHONE,
    Identity.Kind.WHATSAPP: PHONE,
    Identity.Kind.SUBSCRIBER_NUMBER: SUBSCRIBER,
    Identity.Kind.PARTNER_REFERENCE: REFERENCE,
}
# Nobody reads these out, and no contract says that a partner may find by them.
_IDS_OF_CHANNELS = {Identity.Kind.MESSENGER, Identity.Kind.WEB_VISITOR, Identity.Kind.SOCIAL}
_MOST_TOKENS = 120
_PARTICLES = {"mc", "mac", "o", "d", "al", "el", "st"}
BATCH = 1000


@dataclass(frozen=True)
class Source:
    """The parts of a record that it is found by. Identities are (kind, value, partner id or None)."""

    customer_id: int
    names: Sequence[str]
    company: str = ""
    region: str = ""
    address: str = ""
    identities: Sequence[tuple[str, str, int | None]] = ()
    orders: Sequence[tuple[str, int | None]] = ()


@dataclass(frozen=True)
class Entry:
    """One customer's tokens and keys, and the words that the dictionary must know."""

    customer_id: int
    tokens: str
    keys: list[int]
    words: list[str]


def compute(organization_id: int, source: Source) -> Entry:
    """What this record is found by. Touches nothing."""
    tokens = once(_tokens(source))[:_MOST_TOKENS]
    keys = set(hashing.window_keys(organization_id, source.customer_id))
    for token in tokens:
        keys.update(_keys_of_token(organization_id, token))
    words = [token[1:] for token in tokens if token[0] in WORDS and not has_digit(token)]
    return Entry(source.customer_id, f" {' '.join(tokens)} ", sorted(keys), words)


def _tokens(source: Source) -> Iterator[str]:
    names = once(
        word for name in source.names if not looks_like_phone(name) for word in _with_particles(name)
    )
    yield from (NAME + word for word in names)
    yield from (COMPANY + word for word in stored_words(source.company))
    for kind, value, partner_id in source.identities:
        if kind == Identity.Kind.EMAIL:
            yield from _mail_tokens(value, names)
        elif kind in _IDS_OF_CHANNELS:
            continue
        elif number := compact(value):
            yield _owned(_NUMBER_KINDS.get(kind, REFERENCE), partner_id) + number
    for reference, partner_id in source.orders:
        if number := compact(reference):
            yield _owned(ORDER, partner_id) + number
    yield from (REGION + word for word in stored_words(source.region))
    yield from (ADDRESS + word for word in _with_joined_codes(source.address))


def _with_particles(name: str) -> Iterator[str]:
    """Mc Donald is found as mcdonald too."""
    words = list(stored_words(name))
    yield from words
    yield from (first + second for first, second in pairwise(words) if first in _PARTICLES)


def _with_joined_codes(address: str) -> Iterator[str]:
    """LS8 1QX is found as ls81qx too."""
    words = list(stored_words(address))
    yield from words
    for first, second in pairwise(words):
        if has_digit(first) and has_digit(second) and not first.isdigit():
            yield first + second


def _owned(kind: str, partner_id: int | None) -> str:
    return f"{kind}{partner_id or 0}:" if kind in REFERENCE + ORDER else kind


def _mail_tokens(value: str, names: Sequence[str]) -> Iterator[str]:
    """The address whole, and its words that say more than the name does: gemagow would be nobody's word."""
    mail = "".join(value.split()).lower()
    yield MAIL + mail
    local = mail.partition("@")[0]
    for word in re.findall(r"[^\W\d_]{3,}", fold(local)):
        if not any(word in name or name in word for name in names):
            yield from (MAIL_WORD + piece for piece in stored_words(word))


def compact(text: str) -> str:
    """A number or reference without what people put between: DP-123 45 is dp12345."""
    return "".join(split(fold(text)))[:60]


def _keys_of_token(organization_id: int, token: str) -> Sequence[int]:
    kind, text = token[0], token[1:]
    if kind in WORDS:
        return _keys_of_word(organization_id, text, kind in NAME + COMPANY)
    if kind == MAIL:
        local, _, domain = text.partition("@")
        return (
            hashing.key(organization_id, "m", local),
            hashing.key(organization_id, "m", f"@{domain}"),
        )
    number = text.rpartition(":")[2]
    tails = hashing.keys_of(organization_id, "t", hashing.tails(number))
    return (*tails, *hashing.keys_of(organization_id, "g", hashing.parts(number)))


@lru_cache(maxsize=60_000)
def _keys_of_word(organization_id: int, word: str, with_heads: bool) -> Sequence[int]:
    heads = hashing.heads(word) if with_heads else []
    return (
        hashing.key(organization_id, "w", word),
        *hashing.keys_of(organization_id, "h", heads),
    )


def index_customers(customer_ids: Iterable[int]) -> int:
    """Write what these customers of the current organisation are found by; how many entries changed.

    Call it in the transaction that changed them, last: a new word waits for others who add the same one.
    After thousands at once, `upkeep.count_words` tells the planner.
    """
    organization_id = current_organization_id()
    customer_ids = set(customer_ids)
    entries = [compute(organization_id, source) for source in _sources(sorted(customer_ids))]
    indexed = {entry.customer_id for entry in entries}
    SearchEntry.objects.filter(pk__in=customer_ids - indexed).delete()
    known = dict(
        SearchEntry.objects.filter(pk__in=[entry.customer_id for entry in entries]).values_list(
            "pk", "tokens"
        )
    )
    changed = [entry for entry in entries if known.get(entry.customer_id) != entry.tokens]
    write_entries(changed)
    return len(changed)


def write_entries(entries: Sequence[Entry]) -> None:
    """Write computed entries and the words nobody had before."""
    SearchEntry.objects.bulk_create(
        [SearchEntry(customer_id=one.customer_id, tokens=one.tokens, keys=one.keys) for one in entries],
        update_conflicts=True,
        unique_fields=["customer"],
        update_fields=["tokens", "keys"],
        batch_size=BATCH,
    )
    add_words({word for entry in entries for word in entry.words})


def add_words(words: set[str]) -> None:
    """Put new words into the dictionary; in order, so that two writers never wait crosswise."""
    if not words:
        return
    organization_id = current_organization_id()
    known = SearchWord.objects.filter(organization_id=organization_id, word__in=list(words))
    new = sorted(words - set(known.values_list("word", flat=True)))
    SearchWord.objects.bulk_create(
        [SearchWord(word=word, keys=hashing.word_keys(organization_id, word)) for word in new],
        ignore_conflicts=True,
        batch_size=BATCH,
    )


def _sources(customer_ids: list[int]) -> Iterator[Source]:
    identities: dict[int, list[tuple[str, str, int | None]]] = {}
    rows = Identity.objects.filter(customer_id__in=customer_ids).order_by("id")
    columns = ("customer_id", "kind", "value", "partner_id")
    for customer_id, kind, value, owner_id in rows.values_list(*columns):
        identities.setdefault(customer_id, []).append((kind, value, owner_id))
    orders: dict[int, list[tuple[str, int | None]]] = {}
    taken = Subscription.objects.filter(customer_id__in=customer_ids).exclude(reference="").order_by("id")
    for customer_id, reference, partner_id in taken.values_list("customer_id", "reference", "fulfilled_by"):
        orders.setdefault(customer_id, []).append((reference, partner_id))
    named = OutsideReference.objects.filter(order__customer_id__in=customer_ids).order_by("id")
    for customer_id, value, partner_id in named.values_list(
        "order__customer_id", "value", "order__fulfilled_by"
    ):
        orders.setdefault(customer_id, []).append((value, partner_id))
    # One that was merged is found as the record that it is part of.
    for row in Customer.objects.filter(id__in=customer_ids, merged_into=None):
        yield Source(
            customer_id=row.id,
            names=(row.display_name, row.given_name, row.family_name),
            company=row.company_name,
            region=row.region,
            address=row.postal_address,
            identities=identities.get(row.id, ()),
            orders=orders.get(row.id, ()),
        )


def rebuild(
    organization_id: int, *, only_missing: bool = False, report: Callable[[int], object] | None = None
) -> int:
    """Index all customers of the organisation, a batch a transaction; how many were looked at.

    `report` is told how many are done. Stopped half way, it may simply run again.
    """
    done, last = 0, 0
    while True:
        with tenant(organization_id):
            rows = Customer.objects.filter(id__gt=last, merged_into=None).order_by("id")
            if only_missing:
                rows = rows.filter(search_entry=None)
            batch = list(rows.values_list("id", flat=True)[:BATCH])
            index_customers(batch)
        if not batch:
            return done
        done, last = done + len(batch), batch[-1]
        if report is not None:
            report(done)
