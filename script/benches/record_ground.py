"""A company with as many customers as wanted, each with three identities and a story, written by COPY.

`python -m script.benches.record_ground NUMBER` fills the database of SUPERUSER_DATABASE_URL by hand.
"""

from __future__ import annotations

import argparse
import io
import os
import secrets
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from random import Random
from typing import Any

import psycopg2

from script.benches.note_texts import note_texts
from script.benches.people_names import Crowd, Person

IDENTITIES = 3
STORY = 10
_CHUNK = 20_000
_NULL = r"\N"
# Their indexes are made at the end, at once, but for those that keep something unique.
_LARGE = [
    f"customers_{table}"
    for table in ("customer", "identity", "timelineentry", "searchentry", "searchword", "searchnote")
]
SEED = 7
TEXTS = 20_000
_MAIL_HOSTS = ("gmail.com", "example.com", "example.org", "outlook.com", "web.example.de", "mail.example.es")
_STORY = """
WITH line AS (INSERT INTO customers_timelineentry
  (organization_id, customer_id, at, kind, hand, author, title, body, ref_kind, for_partners)
SELECT %(organization_id)s, id, now() - ((id * 7919 + n * 104729) %% 900000) * interval '1 minute',
  (ARRAY['interaction', 'note', 'fact', 'case', 'promise', 'order', 'customer', 'message'])
    [1 + (id + n) %% 8],
  (ARRAY['inhouse', 'partner', 'ivr', 'system'])[1 + (id * 3 + n) %% 4], 'Ana', 'Entry ' || n,
  CASE WHEN (id + n) %% 8 = 1 THEN text.body WHEN n %% 3 = 0 THEN 'About the last delivery.' ELSE '' END,
  '', (id + n) %% 5 > 0
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS id, generate_series(1, %(story)s) AS n,
  LATERAL (SELECT body FROM bench_text WHERE number = (id * 7919 + n * 104729) %% %(texts)s) AS text
RETURNING id, kind, body)
INSERT INTO customers_searchnote (organization_id, entry_id, keys)
SELECT %(organization_id)s, line.id, text.keys || ARRAY[{windows}]
FROM line JOIN bench_text AS text ON text.body = line.body WHERE line.kind = 'note'
"""
BRANCHES = ("Northgate", "Harbourside", "Old Brewery", "Castle Walk", "Riverbank", "Kingsbridge")
# Answers to two own fields: each second customer has a number of its own there, the others one of six words.
_ANSWERS = """
INSERT INTO customers_fact
  (organization_id, customer_id, key_id, value, confidence, hand, source, search_value)
SELECT %(organization_id)s, id, CASE WHEN id %% 2 = 0 THEN %(number)s ELSE %(branch)s END, to_jsonb(said),
  'claimed', 'inhouse', 'desk', lower(said)
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS id,
  LATERAL (SELECT CASE WHEN id %% 2 = 0 THEN 'KLUB-' || (id * 7919) %% 100000000
    ELSE (%(branches)s::text[])[1 + id / 2 %% 6] END AS said) AS answer
"""
# As `customers.search.keys.window_key` computes it.
_WINDOW = (
    "((%(organization_id)s * 7919::bigint + {size} * 104729 + (line.id >> {size}) * 15485863)"
    " %% 4294967296 - 2147483648)::int4"
)


@dataclass(frozen=True)
class RecordGround:
    """What was made: the organisation, and the ids of its customers from `first_id` to `last_id`."""

    organization_id: int
    first_id: int
    last_id: int

    @property
    def customers(self) -> int:
        """How many there are."""
        return self.last_id - self.first_id + 1


def superuser_url(owner_url: str) -> str:
    """The embedded cluster's superuser: COPY into a table behind row-level security takes one."""
    return owner_url.replace("://bothhands_owner@", "://postgres@", 1)


def fill(
    url: str, customers: int, *, story: int = STORY, seed: int = SEED, organization_id: int | None = None
) -> RecordGround:
    """Write the customers into the database at `url` (a superuser's); Django must be set up.

    Without `organization_id` a new company is made. The same seed gives the same people.
    """
    if organization_id is None:
        from accounts.actions import create_organization

        slug = f"record-{secrets.token_hex(4)}"
        organization_id = create_organization(name="Record", slug=slug).id
    number, branch = _own_fields(organization_id)
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            ground = _Filling(cursor, organization_id, customers, seed).run(story)
            _say("own fields")
            cursor.execute(
                _ANSWERS,
                {
                    "organization_id": organization_id,
                    "first": ground.first_id,
                    "last": ground.last_id,
                    "number": number,
                    "branch": branch,
                    "branches": list(BRANCHES),
                },
            )
        connection.autocommit = True
        with connection.cursor() as cursor:
            _say("vacuum analyze")
            cursor.execute("VACUUM ANALYZE")
    finally:
        connection.close()
    _count_words(organization_id)
    return ground


def _own_fields(organization_id: int) -> tuple[int, int]:
    from customers.actions import define_fact_key
    from foundation.tenancy import tenant

    with tenant(organization_id):
        return (
            define_fact_key("klub", label="Club number", is_searchable=True).pk,
            define_fact_key("branch", label="Branch", is_searchable=True).pk,
        )


def _count_words(organization_id: int) -> None:
    from customers.search.upkeep import count_words

    _say("counting words")
    count_words(organization_id)


class _Filling:
    def __init__(self, cursor: Any, organization_id: int, customers: int, seed: int) -> None:
        self.cursor, self.organization_id, self.count = cursor, organization_id, customers
        self.crowd, self.random, self.seed = Crowd(seed), Random(seed + 1), seed
        self.words: set[str] = set()
        cursor.execute("SELECT nextval('customers_customer_id_seq')")
        self.first_id = int(cursor.fetchone()[0])
        self.subscriber = self.first_id * 37 % 10_000_000
        self.phones: list[str] = []

    def run(self, story: int) -> RecordGround:
        self.cursor.execute("SET session_replication_role = replica")  # nothing here needs its keys checked
        self.cursor.execute("SET maintenance_work_mem = '256MB'")
        indexes = self._without_indexes()
        if story:
            self._texts()
        last = self.first_id + self.count - 1
        began = time.monotonic()
        for first in range(self.first_id, last + 1, _CHUNK):
            self._chunk(range(first, min(first + _CHUNK, last + 1)), story)
            done = min(first + _CHUNK - self.first_id, self.count)
            rate = done / (time.monotonic() - began)
            _say(f"{done:,} of {self.count:,} customers, {done * story:,} lines, {rate:,.0f} a second")
        self._words()
        for sql in indexes:
            _say(sql.split(" ON ")[0].lower())
            self.cursor.execute(sql)
        self.cursor.execute("SELECT setval('customers_customer_id_seq', %s)", [last])
        return RecordGround(self.organization_id, self.first_id, last)

    def _without_indexes(self) -> list[str]:
        """The commands that make them again, at once and much sooner than row by row."""
        self.cursor.execute(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
            " WHERE indrelid = ANY (%s::regclass[]) AND NOT indisunique",
            [_LARGE],
        )
        found = self.cursor.fetchall()
        for name, _ in found:
            self.cursor.execute(f"DROP INDEX {name}")
        return [definition for _, definition in found]

    def _texts(self) -> None:
        """What people write in notes: so many different ones, of words as unevenly common as anybody's."""
        from customers.search.notes import text_keys

        self.cursor.execute("CREATE TEMP TABLE bench_text (number int PRIMARY KEY, body text, keys int4[])")
        rows = (
            f"{at}\t{_plain(text)}\t{_plain(text_keys(self.organization_id, text))}\n"
            for at, text in enumerate(islice(note_texts(self.seed), TEXTS))
        )
        self.cursor.copy_expert("COPY bench_text FROM STDIN", io.StringIO("".join(rows)))
        self.cursor.execute("ANALYZE bench_text")

    def _chunk(self, ids: range, story: int) -> None:
        from customers.search.entries import Source, compute
        from customers.search.keys import NOTE_WINDOWS

        customers: list[list[object]] = []
        identities: list[list[object]] = []
        entries: list[list[object]] = []
        for customer_id in ids:
            person = self.crowd.draw()
            known = self._identities(person)
            customers.append(
                [
                    *(customer_id, person.display_name, person.given, person.family),
                    *(person.country, person.place, person.address),
                ]
            )
            identities += [[customer_id, kind, value] for kind, value, _ in known]
            source = Source(
                customer_id,
                (person.display_name, person.given, person.family),
                region=person.place,
                address=person.address,
                identities=known,
            )
            entry = compute(self.organization_id, source)
            self.words.update(entry.words)
            entries.append([customer_id, entry.tokens, entry.keys])
        self._copy_people(customers, identities, entries)
        if story:
            windows = ", ".join(_WINDOW.format(size=size) for size in NOTE_WINDOWS)
            self.cursor.execute(
                _STORY.format(windows=windows),
                {
                    "organization_id": self.organization_id,
                    "first": ids[0],
                    "last": ids[-1],
                    "story": story,
                    "texts": TEXTS,
                },
            )

    def _copy_people(self, customers: list, identities: list, entries: list) -> None:  # type: ignore[type-arg]
        from customers.models import Customer, Identity, SearchEntry

        names = [
            "id",
            "display_name",
            "given_name",
            "family_name",
            "country_code",
            "region",
            "postal_address",
        ]
        self._copy(Customer, names, customers)
        self._copy(Identity, ["customer_id", "kind", "value"], identities, hand="file")
        self._copy(SearchEntry, ["customer_id", "tokens", "keys"], entries)

    def _identities(self, person: Person) -> list[tuple[str, str, int | None]]:
        roll = self.random.random
        if self.phones and roll() < 0.015:  # a household's line
            phone = self.phones[int(roll() * len(self.phones))]
        else:
            phone = f"+{person.calling_code}{self.random.randrange(10**8, 10**9)}"
            self.phones = [*self.phones[-50:], phone]
        self.subscriber += 1
        local = f"{_latin(person.given)}.{_latin(person.family)}{int(roll() * 900) if roll() < 0.7 else ''}"
        host = _MAIL_HOSTS[int(roll() * roll() * len(_MAIL_HOSTS))]
        return [
            ("phone", phone, None),
            ("email", f"{local}{self.subscriber % 9973}@{host}", None),
            ("subscriber_number", f"{20_000_000 + self.subscriber:08}", None),
        ]

    def _words(self) -> None:
        from customers.models import SearchWord
        from customers.search.keys import word_keys

        _say(f"{len(self.words):,} words")
        self.cursor.execute(
            "SELECT word FROM customers_searchword WHERE organization_id = %s", [self.organization_id]
        )
        new = self.words - {word for (word,) in self.cursor.fetchall()}
        rows = ([word, word_keys(self.organization_id, word)] for word in sorted(new))
        self._copy(SearchWord, ["word", "keys"], rows)

    def _copy(
        self, model: Any, names: Sequence[str], rows: Iterable[Sequence[object]], **constant: object
    ) -> None:
        """COPY with the model's own values in all columns that are not named and have no other default."""
        constants = _constants(model, names) | {"organization_id": self.organization_id} | constant
        columns = ", ".join([*names, *constants])
        tail = "".join(f"\t{_plain(value)}" for value in constants.values())
        text = "".join("\t".join(map(_plain, row)) + tail + "\n" for row in rows)
        command = f"COPY {model._meta.db_table} ({columns}) FROM STDIN"
        self.cursor.copy_expert(command, io.StringIO(text))


def _constants(model: Any, named: Sequence[str]) -> dict[str, object]:
    """What a new row has in the columns that nobody names."""
    found: dict[str, object] = {}
    for column in model._meta.concrete_fields:
        skip = column.column in named or column.column == "organization_id" or column.has_db_default()
        if skip or (
            column.primary_key and column.get_internal_type() in {"BigAutoField", "CompositePrimaryKey"}
        ):
            continue
        if getattr(column, "auto_now", False):
            found[column.column] = datetime.now(UTC)
        elif not column.null:
            found[column.column] = column.get_default()
    return found


def _plain(value: object) -> str:
    if value is None:
        return _NULL
    if isinstance(value, list):
        return "{" + ",".join(map(str, value)) + "}"
    if isinstance(value, bool):
        return "t" if value else "f"
    return str(value).replace("\\", "\\\\").replace("\t", " ").replace("\n", "\\n")


def _latin(name: str) -> str:
    from customers.search.words import fold

    return "".join(char for char in fold(name) if char.isascii() and char.isalnum()) or "mail"


def _say(text: str) -> None:
    print(f"  {text}", file=sys.stderr, flush=True)


def people(seed: int) -> Iterator[Person]:
    """The same people again, in the order of their ids."""
    crowd = Crowd(seed)
    while True:
        yield crowd.draw()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("customers", type=int)
    parser.add_argument("--story", type=int, default=STORY, help="timeline entries each")
    parser.add_argument("--organization", type=int, metavar="ID", help="add to this one; else a new one")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
    import django

    django.setup()
    url = os.environ["SUPERUSER_DATABASE_URL"]
    print(fill(url, options.customers, story=options.story, organization_id=options.organization))


if __name__ == "__main__":
    main()
