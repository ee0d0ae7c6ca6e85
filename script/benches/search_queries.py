"""What people type into the search box, and whom a full scan of everybody would have found for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import islice
from random import Random
from typing import Any

from script.benches.note_texts import note_texts, vocabulary
from script.benches.people_names import Person
from script.benches.record_ground import BRANCHES, SEED, TEXTS, RecordGround, people

_ALPHABET = "abcdefghijklmnopqrstuvwxyz"


def typed_queries(ground: RecordGround, each: int) -> dict[str, list[str]]:
    """Searches of each kind, `each` of a kind, for customers spread over the whole company."""
    random = Random(SEED + 2)
    made = _made_by_kind(random)
    numbers = iter(_numbers(ground, each * 40))
    step = max(1, ground.customers // (each * 40))
    queries: dict[str, list[str]] = {kind: [] for kind in made}
    for person in islice(people(SEED), 0, ground.customers, step):
        phone, subscriber = next(numbers, ("", ""))
        for kind, make in made.items():
            if len(queries[kind]) < each and random.random() < 0.3:
                text = make(person, phone, subscriber)
                queries[kind] += [text] if text else []
    return queries | _from_answers(random, ground, each) | _from_notes(random, each)


def _from_answers(random: Random, ground: RecordGround, each: int) -> dict[str, list[str]]:
    """Beginnings of an answer that one customer gave, and of answers that each twelfth gave."""
    ids = [random.randint(ground.first_id, ground.last_id) // 2 * 2 for _ in range(each)]
    numbers = [f"klub-{one * 7919 % 100_000_000}" for one in ids]
    branches = [random.choice(BRANCHES) for _ in range(each)]
    return {
        "own_field": [number[: random.randint(len(number) - 2, len(number))] for number in numbers],
        "own_field_common": [branch[: random.randint(4, len(branch))].lower() for branch in branches],
    }


def _from_notes(random: Random, each: int) -> dict[str, list[str]]:
    """Words that stand in some note, in any order; and the commonest with one that hardly anybody writes."""
    texts = [text.rstrip(".").lower().split() for text in islice(note_texts(SEED), TEXTS)]
    words, _ = vocabulary()

    def some(count: int) -> list[str]:
        return random.sample(random.choice(texts), count)

    def half(word: str) -> str:
        return word[: max(4, len(word) - 2)]

    return {
        "note_word": [some(1)[0] for _ in range(each)],
        "note_words": [" ".join(some(2)) for _ in range(each)],
        "note_half_typed": [f"{one} {half(other)}" for one, other in (some(2) for _ in range(each))],
        "note_rare": [f"{random.choice(words[:20])} {random.choice(words[500:])}" for _ in range(each)],
    }


def _made_by_kind(random: Random) -> dict[str, Callable[[Person, str, str], str]]:
    def typo(word: str) -> str:
        return _misspelt(word, random) if len(word) >= 4 else ""

    def cut(word: str, least: int) -> str:
        return word[: random.randint(least, max(least, len(word) - 1))]

    def both(one: str, other: str) -> str:
        return f"{one} {other}" if one and other else ""

    def first(name: str) -> str:
        return name.split()[0].lower()

    return {
        "several_words": lambda one, *_: both(first(one.given), first(one.family)),
        "word_and_beginning": lambda one, *_: both(first(one.given), cut(first(one.family), 1)),
        "beginning": lambda one, *_: cut(first(one.family), 2),
        "substring": lambda one, *_: _middle(first(one.family), random),
        "last_digits": lambda _, phone, number: random.choice((phone, number))[-random.randint(4, 7) :],
        "name_and_digits": lambda one, phone, _: both(first(one.family), phone[-4:]),
        "typo_one_word": lambda one, *_: typo(first(one.family)),
        "typo_half_typed": lambda one, *_: typo(cut(first(one.family), 5)),
        "typo_two_words": lambda one, *_: both(first(one.given), typo(first(one.family))),
        "typo_swapped": lambda one, *_: both(typo(first(one.family)), first(one.given)),
        "typo_both_words": lambda one, *_: both(typo(first(one.given)), typo(first(one.family))),
        "typo_twice": lambda one, *_: typo(typo(first(one.family))) if len(first(one.family)) > 9 else "",
    }


def _middle(word: str, random: Random) -> str:
    if len(word) < 6:
        return ""
    at = random.randint(1, len(word) - 4)
    return word[at : at + random.randint(3, 5)]


def _misspelt(word: str, random: Random) -> str:
    at = random.randint(1, len(word) - 2)
    letter = random.choice(_ALPHABET if word.isascii() else word)
    ways = (
        word[:at] + word[at + 1 :],
        word[:at] + letter + word[at:],
        word[:at] + letter + word[at + 1 :],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    )
    return random.choice(ways)


def _numbers(ground: RecordGround, count: int) -> list[tuple[str, str]]:
    from customers.models import Identity
    from foundation.tenancy import tenant

    step = max(1, ground.customers // count)
    ids = range(ground.first_id, ground.last_id + 1, step)
    with tenant(ground.organization_id):
        rows = Identity.objects.filter(customer_id__in=list(ids), kind__in=["phone", "subscriber_number"])
        known: dict[int, dict[str, str]] = defaultdict(dict)
        for customer_id, kind, value in rows.values_list("customer_id", "kind", "value"):
            known[customer_id][kind] = value
    return [(one["phone"], one["subscriber_number"]) for one in known.values() if len(one) == 2]


def recall(found: dict[str, list[int]]) -> tuple[float, int]:
    """Of the ten best by a scan of all words and all customers, the share that was found; in how many
    searches."""
    from customers.search.typed import terms_of

    wanted = {text: _all_near(terms_of(text)) for text in found}
    best = _scan(wanted)
    shares = [
        len(set(ids) & {customer_id for _, customer_id in best[text]}) / len(best[text])
        for text, ids in found.items()
        if best[text]
    ]
    return sum(shares) / max(len(shares), 1), len(shares)


def _all_near(terms: Sequence[Any]) -> list[Any]:
    """Each term with all words of the dictionary that are near it, by looking at every one."""
    from customers.models import SearchWord
    from customers.search.distance import allowed_edits
    from customers.search.finding import nearness
    from customers.search.ranking import Wanted

    words = list(SearchWord.objects.exclude(word__startswith="^").values_list("word", flat=True))
    wanted = []
    for at, term in enumerate(terms):
        most = allowed_edits(term.text)
        near = {word: cost for word in words if (cost := nearness(term.text, word, most)) is not None}
        wanted.append(Wanted(term, near, is_last=at == len(terms) - 1))
    return wanted


def _scan(wanted: dict[str, list[Any]]) -> dict[str, list[tuple[tuple[float, int], int]]]:
    """The ten best of each search, having looked at every customer."""
    from customers.models import SearchEntry
    from customers.search.ranking import Sight, match

    asking: dict[str, list[tuple[str, int]]] = defaultdict(list)
    vocabulary: set[str] = set()
    rows = SearchEntry.objects.order_by().values_list("customer_id", "tokens")
    for _, tokens in rows.iterator(chunk_size=5000):
        vocabulary.update(token[1:] for token in tokens.split() if token[0] in "ncgae")
    for text, terms in wanted.items():
        for at, one in enumerate(terms):
            for word in vocabulary:
                if word in one.near or word.startswith(one.term.spellings) or word in one.term.spellings:
                    asking[word].append((text, at))
    fits: dict[str, list[tuple[tuple[float, int], int]]] = {text: [] for text in wanted}
    sight = Sight()
    for customer_id, tokens in rows.iterator(chunk_size=5000):
        hit: dict[str, set[int]] = {}
        for token in tokens.split():
            if token[0] in "ncgae":
                for text, at in asking.get(token[1:], ()):
                    hit.setdefault(text, set()).add(at)
        for text, places in hit.items():
            if len(places) == len(wanted[text]):
                fit = match(customer_id, tokens, wanted[text], sight)
                if fit is not None:
                    fits[text].append((fit.rank, customer_id))
    return {text: sorted(rows)[:10] for text, rows in fits.items()}
