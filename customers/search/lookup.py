"""The questions to the database; see migrations 0003 and 0011 for what answers them."""

import re
from collections.abc import Iterable, Sequence

from django.db import connection

MOST_WORDS = 150


def words(
    *,
    exact: Iterable[str] = (),
    beginnings: Iterable[str] = (),
    any_keys: Sequence[int] = (),
    all_keys: Sequence[Sequence[int]] = (),
) -> dict[str, int]:
    """Words of the dictionary and how many customers have each: these, those that begin so, those with any of
    these keys or all of one set; the most frequent 150 of each beginning and of each set."""
    flat = [key for keys in all_keys for key in keys]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT word, customers FROM customers_search_words"
            "(%s::text[], %s::text[], %s::int4[], %s::int4[], %s::int[], %s)",
            [
                *(list(exact), list(beginnings), list(any_keys), flat),
                *([len(keys) for keys in all_keys], MOST_WORDS),
            ],
        )
        return dict(cursor.fetchall())


def customers(
    groups: Sequence[Sequence[int]],
    *,
    patterns: Sequence[str] = (),
    likely: float,
    total: int,
    partner_id: int | None,
    known: Sequence[int] = (),
    most: int,
) -> list[tuple[int, str]]:
    """The newest customers that have one key of each group and fit every pattern: (id, tokens).

    `likely` of the organisation's `total` are expected; `known` are left out; `partner_id` sees shared ones.
    """
    flat = [key for group in groups for key in group]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT customer_id, tokens FROM customers_search_entries"
            "(%s::int4[], %s::int[], %s::text[], %s, %s, %s, %s::bigint[], %s)",
            [
                *(flat, [len(group) for group in groups], list(patterns), likely, total, partner_id),
                *(list(known), most),
            ],
        )
        return list(cursor.fetchall())


def whole(identities: Sequence[tuple[str, str]], *, partner_id: int | None) -> list[tuple[int, str]]:
    """Customers with one of these identities (kind, normal value): (id, kind), newest first of each kind."""
    kinds, values = [kind for kind, _ in identities], [value for _, value in identities]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT customer_id, kind FROM customers_search_whole(%s::text[], %s::text[], %s)",
            [kinds, values, partner_id],
        )
        return list(cursor.fetchall())


def notes(
    keys: Sequence[int], *, partner_id: int | None, known: Sequence[int] = (), most: int
) -> list[tuple[int, str]]:
    """The newest notes with all these keys: (customer id, text). A partner's are those that it may read."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT customer_id, body FROM customers_search_notes(%s::int4[], %s, %s::bigint[], %s)",
            [list(keys), partner_id, list(known), most],
        )
        return list(cursor.fetchall())


def quoted(text: str) -> str:
    """A text as PostgreSQL's regular expressions read it literally."""
    return re.sub(r"([^\w])", r"\\\1", text)
