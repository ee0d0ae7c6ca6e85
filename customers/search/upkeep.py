"""Nightly: how common each word is, and words that nobody has any more."""

from django.db import connection

from customers.search.entries import WORDS, add_words
from customers.search.keys import LONGEST_HEAD
from foundation.tenancy import tenant

# Words without digits; their beginnings; and `^`, which is the number of customers.
_COUNT = """
WITH word AS MATERIALIZED (
  SELECT substr(token, 2) AS word, count(*)::int AS customers,
         (count(*) FILTER (WHERE left(token, 1) IN ('n', 'c')))::int AS named
  FROM customers_searchentry, unnest(string_to_array(tokens, ' ')) AS token
  WHERE left(token, 1) = ANY (%(kinds)s) AND token !~ '[0-9]' GROUP BY 1
), counted AS MATERIALIZED (
  SELECT word COLLATE "C" AS word, customers FROM word
  UNION ALL
  SELECT '^' || left(word, length) COLLATE "C", sum(named)::int
    FROM word, generate_series(1, %(longest)s) AS length
    WHERE length(word) >= length AND named > 0 GROUP BY 1
  UNION ALL
  SELECT '^', count(*)::int FROM customers_searchentry
), changed AS (
  UPDATE customers_searchword w SET customers = c.customers FROM counted c
  WHERE w.word = c.word AND w.customers <> c.customers
), gone AS (
  DELETE FROM customers_searchword w WHERE NOT EXISTS (SELECT FROM counted c WHERE c.word = w.word)
), beginnings AS (
  INSERT INTO customers_searchword (organization_id, word, customers, keys)
  SELECT %(organization_id)s, word, customers, '{}' FROM counted c WHERE word LIKE '^%%'
  ON CONFLICT DO NOTHING
)
SELECT c.word FROM counted c WHERE c.word NOT LIKE '^%%'
  AND NOT EXISTS (SELECT FROM customers_searchword w WHERE w.word = c.word)
"""


def count_words(organization_id: int) -> None:
    """Count how many customers of the organisation have each word; forget words that none has.

    The counts only choose the quickest way to look. A word that was forgotten while somebody was about to
    write it comes back the next night; until then it is found, only its misspellings are not.
    """
    with tenant(organization_id), connection.cursor() as cursor:
        cursor.execute(
            _COUNT,
            {"kinds": list(WORDS), "longest": LONGEST_HEAD, "organization_id": organization_id},
        )
        missing = {word for (word,) in cursor.fetchall()}
        add_words(missing)
        if missing:
            cursor.execute(
                _COUNT,
                {"kinds": list(WORDS), "longest": LONGEST_HEAD, "organization_id": organization_id},
            )
