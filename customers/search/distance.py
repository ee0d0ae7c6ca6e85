"""How far a typed word is from one that exists, in edits: a letter wrong, missing, extra, or two swapped."""

LEAST_TO_MISSPELL = 4
_TWO_EDITS_FROM = 8


def allowed_edits(typed: str) -> int:
    """How many edits a word of this length may be away: 1 from four letters on, 2 from eight."""
    if len(typed) < LEAST_TO_MISSPELL:
        return 0
    return 2 if len(typed) >= _TWO_EDITS_FROM else 1


def edits(typed: str, word: str, most: int) -> tuple[int, int]:
    """Edits to the whole word, and to the beginning of it that comes nearest; above `most` there is no match.

    Swapping two neighbours is one edit. Equal letters are passed over; then every kind of edit is tried.
    """
    none = most + 1
    if len(word) + most < len(typed):
        return none, none
    if most == 0:
        return int(typed != word), int(not word.startswith(typed))
    at, shorter = 0, min(len(typed), len(word))
    while at < shorter and typed[at] == word[at]:
        at += 1
    typed, word = typed[at:], word[at:]
    if not typed:
        return min(len(word), none), 0
    if not word:
        return len(typed), len(typed)
    swapped = typed[:2] == word[1::-1]
    if most == 1:
        return _with_one(typed, word, swapped=swapped)
    rests = [(typed[1:], word[1:]), (typed[1:], word), (typed, word[1:])]
    if swapped:
        rests.append((typed[2:], word[2:]))
    tried = [edits(one, other, most - 1) for one, other in rests]
    return min(1 + whole for whole, _ in tried), min(1 + beginning for _, beginning in tried)


def _with_one(typed: str, word: str, *, swapped: bool) -> tuple[int, int]:
    """As above with one edit left, which must be here; a thousand words are compared so for one search."""
    rest = typed[1:]
    if rest == word[1:] or rest == word or typed == word[1:] or (swapped and typed[2:] == word[2:]):
        return 1, 1
    begins = (
        word.startswith(rest, 1)
        or word.startswith(rest)
        or word.startswith(typed, 1)
        or (swapped and word.startswith(typed[2:], 2))
    )
    return 2, 1 if begins else 2
