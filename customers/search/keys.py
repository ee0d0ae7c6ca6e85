"""Numbers that stand for words and parts of words, so that one inverted index holds them all.

Each is salted with the organisation: nobody's search meets another's rows. The hash is our own and must not
change; when it does, `manage.py rebuild_search` has to run.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import combinations
from zlib import crc32

LONGEST_HEAD = 4  # a beginning of up to so many letters has a key of its own
TAILS = (3, 4)
PART = 4
GRAM = 3
# Windows of neighbouring customer ids; a search for common words reads the newest window only.
WINDOWS = (13, 17)
NOTE_WINDOWS = (15, 20)  # the same of lines of the story
_CUTS = (4, 5, 7)  # a misspelt word is sought by its first letters, so that half-typed words are found too


@lru_cache(maxsize=256)
def _salt(organization_id: int, kind: str) -> int:
    return crc32(f"{organization_id}:{kind}:".encode())


def key(organization_id: int, kind: str, text: str) -> int:
    """A signed 32-bit number. Kinds: w word, h head, t tail of a number, g part of a number, m mail."""
    return crc32(text.encode(), _salt(organization_id, kind)) - 0x80000000


def window_keys(organization_id: int, row_id: int, sizes: Iterable[int] = WINDOWS) -> list[int]:
    """The windows this row stands in; plain arithmetic, because SQL computes them too."""
    return [window_key(organization_id, size, row_id >> size) for size in sizes]


def window_key(organization_id: int, size: int, number: int) -> int:
    """The key of one window of 2^size ids."""
    return (organization_id * 7919 + size * 104729 + number * 15485863) % 0x100000000 - 0x80000000


def heads(word: str) -> list[str]:
    """The beginnings of a word that have keys of their own."""
    return [word[:length] for length in range(1, min(len(word), LONGEST_HEAD) + 1)]


def tails(number: str) -> set[str]:
    """The last three and the last four characters, for what people read from a display."""
    return {number[-length:] for length in TAILS}


def parts(number: str) -> list[str]:
    """Every four neighbours in a number."""
    return [number[at : at + PART] for at in range(len(number) - PART + 1)]


def typed_parts(fragment: str) -> list[str]:
    """As few of a fragment's parts as cover it; none for less than four characters."""
    starts = [*range(0, len(fragment) - PART + 1, PART), len(fragment) - PART]
    return list(dict.fromkeys(fragment[at : at + PART] for at in starts if at >= 0))


def fragments(word: str) -> set[str]:
    """Every three letters of a word, for what is typed from its middle."""
    return {word[at : at + GRAM] for at in range(len(word) - GRAM + 1)}


def word_keys(organization_id: int, word: str) -> list[int]:
    """What the dictionary finds a word by: its letters with one or two left out, and its inner parts."""
    found = {key(organization_id, f"d{cut}", short) for cut, short in _stored_deletions(word)}
    found |= {key(organization_id, "f", part) for part in fragments(word)}
    return sorted(found)


def _stored_deletions(word: str) -> Iterator[tuple[int, str]]:
    for cut in _CUTS:
        head = word[:cut]
        yield from ((cut, short) for short in _shortened(head, 1))
    if len(word) >= 6:
        yield from ((_CUTS[-1], short) for short in _shortened(word[: _CUTS[-1]], 2))


def misspelling_keys(organization_id: int, typed: str, edits: int) -> list[int]:
    """What a misspelt word has in common with the right one. Only for four letters or more."""
    cut = _CUTS[-1] if len(typed) >= _CUTS[-1] else 5 if len(typed) >= 5 else 4
    shorts: set[str] = set()
    for count in range(1, edits + 1):
        shorts |= _shortened(typed[:cut], count)
    return sorted(key(organization_id, f"d{cut}", short) for short in shorts)


def _shortened(word: str, count: int) -> set[str]:
    if len(word) <= count:
        return {word}
    return {"".join(kept) for kept in combinations(word, len(word) - count)} | {word}


def keys_of(organization_id: int, kind: str, texts: Iterable[str]) -> list[int]:
    """The keys of several texts of one kind."""
    return [key(organization_id, kind, text) for text in texts]
