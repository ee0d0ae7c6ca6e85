"""How far a typed word is from one that exists, in edits: a letter wrong, missing, extra, or two swapped."""

LEAST_TO_MISSPELL = 4
_TWO_EDITS_FROM = 8


def allowed_edits(typed: str) -> int:
    """How many edits a word of this length may be away: 1 from four letters on, 2 from eight."""
    if len(typed) < LEAST_TO_MISSPELL:
        return 0
    return 2 if len(typed) >= _TWO_EDITS_FROM else 1


def edits(typed: str, word: str, most: int) -> tuple[int, int]:
    """Edits to the whole word, and to the beginning of it that comes nearest; more than `most`: no match.

    Swapping two neighbours is one edit.
    """
    skip = 0
    shorter = min(len(typed), len(word))
    while skip < shorter and typed[skip] == word[skip]:
        skip += 1
    typed, word = typed[skip:], word[skip : skip + len(typed) + most + 1]
    if len(word) + most < len(typed):
        return most + 1, most + 1
    before: list[int] = []
    row = list(range(len(word) + 1))
    for at, letter in enumerate(typed, 1):
        after = [at]
        for column, other in enumerate(word, 1):
            cost = min(row[column] + 1, after[-1] + 1, row[column - 1] + (letter != other))
            if at > 1 and column > 1 and letter == word[column - 2] and typed[at - 2] == other:
                cost = min(cost, before[column - 2] + 1)
            after.append(cost)
        if min(after) > most and (not before or min(row) > most):
            return most + 1, most + 1
        before, row = row, after
    return row[-1], min(row)
