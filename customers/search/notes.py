"""Notes that people wrote on records, found by their words, of which the last typed may be a beginning."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from accounts.access import Viewer
from customers.models import SearchNote, TimelineEntry
from customers.search import keys as hashing
from customers.search import lookup
from customers.search.words import fold, is_unspaced, stored_words, typed_words
from foundation import rows
from foundation.tenancy import current_organization_id, tenant

MOST_WORDS = 150
BATCH = 1000
_MOST_TYPED = 6
_LEAST_LETTERS = 3
# Beginnings with keys of their own; what is typed between them is compared with the words of the note.
_HEADS = (4, 6)
# For each customer wanted, as some have several such notes; but not for a whole export.
_CANDIDATES, _MOST_SPARE = 4, 400
_BEFORE, _AFTER = 24, 48


@dataclass(frozen=True)
class NoteHit:
    """A customer with such a note, and the part of it that fits."""

    customer_id: int
    said: str


def index_note(entry: TimelineEntry) -> None:
    """Write what this new note is found by, with the next statement."""
    rows.add(SearchNote(entry_id=entry.pk, keys=note_keys(current_organization_id(), entry.pk, entry.body)))


def index_notes(entries: Iterable[TimelineEntry]) -> None:
    """Write what these notes of the current organisation are found by, again if need be."""
    organization_id = current_organization_id()
    SearchNote.objects.bulk_create(
        [SearchNote(entry_id=one.pk, keys=note_keys(organization_id, one.pk, one.body)) for one in entries],
        update_conflicts=True,
        unique_fields=["entry"],
        update_fields=["keys"],
        batch_size=BATCH,
    )


def note_keys(organization_id: int, entry_id: int, text: str) -> list[int]:
    """What a note in that line is found by: its text, and the windows that the line stands in."""
    windows = hashing.window_keys(organization_id, entry_id, hashing.NOTE_WINDOWS)
    return sorted({*text_keys(organization_id, text), *windows})


def text_keys(organization_id: int, text: str) -> set[int]:
    """Hashes of the note's first 150 words and of their beginnings."""
    found = set()
    for word in note_words(text):
        found.add(hashing.key(organization_id, "w", word))
        found.update(hashing.keys_of(organization_id, "h", (word[:n] for n in _HEADS if len(word) > n)))
    return found


def note_words(text: str) -> list[str]:
    """The words of a note that it is found by, each once."""
    found: dict[str, None] = {}
    for word in stored_words(text):
        if _is_sought(word):
            found[word] = None
        if len(found) == MOST_WORDS:
            break
    return list(found)


def _is_sought(word: str) -> bool:
    return len(word) >= _LEAST_LETTERS or is_unspaced(word)


def customers_with_note(viewer: Viewer, text: str, *, limit: int, known: Iterable[int] = ()) -> list[NoteHit]:
    """Customers with a note that has all these words, newest note first; `known` are left out.

    A partner finds by notes that its timeline shows, and nothing else.
    """
    typed = [spellings for spellings in typed_words(text) if _is_sought(spellings[0])][:_MOST_TYPED]
    found: dict[int, NoteHit] = {}
    for keys, fits in _ways(typed):
        if len(found) >= limit:
            break
        asked = lookup.notes(
            keys,
            partner_id=viewer.scope.partner_id if viewer.scope else None,
            known=[*known, *found],
            most=min(limit * _CANDIDATES, limit + _MOST_SPARE),
        )
        for customer_id, body in asked:
            if customer_id not in found and (at := fits(body)) is not None:
                found[customer_id] = NoteHit(customer_id, _part_of(body, at))
    return list(found.values())[:limit]


_Typed = Sequence[tuple[str, ...]]


def _ways(typed: _Typed) -> Iterator[tuple[list[int], Callable[[str], int | None]]]:
    """All words whole, then the last as a beginning, each in every spelling: keys, and where a note fits."""
    if not typed:
        return
    organization_id = current_organization_id()
    # A note has its umlauts both ways, so what was typed is asked for all one way, then all the other.
    ways = dict.fromkeys((tuple(spelled[0] for spelled in typed), tuple(spelled[-1] for spelled in typed)))
    for words in ways:
        keys = hashing.keys_of(organization_id, "w", words)
        yield keys, lambda body: _place(body, typed, is_begun=False)
    for *others, last in ways:
        if head := _longest_head(last):
            keys = hashing.keys_of(organization_id, "w", others)
            keys.append(hashing.key(organization_id, "h", head))
            yield keys, lambda body: _place(body, typed, is_begun=True)


def _longest_head(word: str) -> str:
    return next((word[:length] for length in reversed(_HEADS) if len(word) >= length), "")


def _place(body: str, typed: _Typed, *, is_begun: bool) -> int | None:
    """Where in the note the first of the typed words stands; None when one is missing."""
    words = note_words(body)
    known = set(words)
    *others, last = typed
    if not all(known.intersection(spellings) for spellings in others):
        return None
    if not known.intersection(last) and not (is_begun and any(word.startswith(last) for word in words)):
        return None
    wanted = tuple(spelling for spellings in typed for spelling in spellings)
    for chunk in re.finditer(r"\S+", body):
        for word in stored_words(chunk.group()):
            if word in wanted or (is_begun and word.startswith(last)):
                return chunk.start() + max(0, fold(chunk.group()).find(word))
    return 0


def _part_of(body: str, at: int) -> str:
    """Some words around that place, on one line."""
    start, end = max(0, at - _BEFORE), min(len(body), at + _AFTER)
    part = body[start:end]
    if start and " " in part[: at - start]:
        part = part.partition(" ")[2]
    if end < len(body) and " " in part[_BEFORE:]:
        part = part.rpartition(" ")[0]
    part = " ".join(part.split())
    return f"{'…' if start else ''}{part}{'…' if end < len(body) else ''}"


def rebuild_notes(
    organization_id: int, *, only_missing: bool = False, report: Callable[[int], object] | None = None
) -> int:
    """Index all notes of the organisation, a batch a transaction; how many. `report` is told how many so far.

    Stopped half way, it may simply run again.
    """
    done, last = 0, 0
    while True:
        with tenant(organization_id):
            notes = TimelineEntry.objects.filter(kind="note", ref_kind="", id__gt=last).order_by("id")
            if only_missing:
                notes = notes.filter(search_note=None)
            batch = list(notes.only("id", "body")[:BATCH])
            index_notes(batch)
        if not batch:
            return done
        done, last = done + len(batch), batch[-1].pk
        if report is not None:
            report(done)
