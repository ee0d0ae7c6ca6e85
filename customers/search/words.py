"""What people write, as words that can be compared: any script, no case, no accents."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

LONGEST_WORD = 40
_APOSTROPHES = dict.fromkeys(
    map(ord, "'’‘`´ʼʻ＇ـ")
)  # the last is Arabic's tatweel, which only stretches a word
# Letters that no normal form takes apart; what Arabic keyboards exchange; Hebrew's final forms.
_PLAIN = str.maketrans(
    dict(zip("øłđðıħ", "olddih", strict=True))
    | {"þ": "th", "æ": "ae", "œ": "oe"}
    | dict(zip("کیىة", "كييه", strict=True))
    | dict(zip("ךםןףץ", "כמנפצ", strict=True))
)
_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
# Accents, vowel points and breathings. The marks of other scripts are letters to their readers and stay.
_ACCENTS = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]"
)
_DIGIT = re.compile(r"\d")
_UNSPACED = re.compile(
    "[\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff]+"
)


def fold(text: str) -> str:
    """The text without case, accents and width; never without a letter. Folding it again changes nothing."""
    if text.isascii():
        return text.lower().translate(_APOSTROPHES)
    for _ in range(4):
        plain = _fold_once(text)
        if plain == text:
            break
        text = plain
    return text


def _fold_once(text: str) -> str:
    text = unicodedata.normalize("NFKC", text.translate(_APOSTROPHES)).casefold()
    bare = unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", text)))
    bare = bare.translate(_PLAIN)
    return "".join(map(_digit, bare)) if _DIGIT.search(bare) else bare


def _digit(char: str) -> str:
    return str(unicodedata.decimal(char)) if char.isdecimal() else char


def split(text: str) -> list[str]:
    """The words of a folded text: runs of letters, digits and the marks that belong to letters."""
    if text.isascii():
        return re.findall(r"[a-z0-9]+", text)
    return "".join(char if _belongs_to_word(char) else " " for char in text).split()


def _belongs_to_word(char: str) -> bool:
    return char.isalnum() or unicodedata.category(char)[0] == "M"


def stored_words(text: str) -> Iterator[str]:
    """The words to find a text by: as folded, with umlauts spelled out, and each two neighbours of a script
    that sets no spaces (the last alone too, so that every single character begins some word)."""
    for chunk in text.split():
        yield from _stored(chunk)


@lru_cache(maxsize=30_000)
def _stored(chunk: str) -> tuple[str, ...]:
    plain = (piece for word in split(fold(chunk)) for piece in _pieces(word, alone=True))
    return (*plain, *(() if chunk.isascii() else _spelled_out(chunk)))


def typed_words(text: str) -> list[tuple[str, ...]]:
    """What was typed, word by word, each with the spellings that mean the same."""
    typed: list[tuple[str, ...]] = []
    for raw in text.split():
        plain = [piece for word in split(fold(raw)) for piece in _pieces(word, alone=False)]
        other = [] if raw.isascii() else list(_spelled_out(raw))
        typed += [(plain[0], other[0])] if len(plain) == len(other) == 1 else [(word,) for word in plain]
    return typed


def _spelled_out(text: str) -> Iterator[str]:
    composed = unicodedata.normalize("NFKC", text).casefold()
    for raw in composed.split():
        if (spelled := raw.translate(_SPELLED_OUT)) != raw:
            yield from (word[:LONGEST_WORD] for word in split(fold(spelled)))


def _pieces(word: str, *, alone: bool) -> Iterator[str]:
    if word.isascii() or not _UNSPACED.search(word):
        yield word[:LONGEST_WORD]
        return
    position = 0
    for run in _UNSPACED.finditer(word):
        if before := word[position : run.start()]:
            yield before[:LONGEST_WORD]
        yield from _neighbours(run.group(), alone=alone)
        position = run.end()
    if rest := word[position:]:
        yield rest[:LONGEST_WORD]


def _neighbours(run: str, *, alone: bool) -> Iterator[str]:
    yield from (run[at : at + 2] for at in range(len(run) - 1))
    if alone or len(run) == 1:
        yield run[-1]


def is_unspaced(word: str) -> bool:
    """Whether it is of a script that sets no spaces, where two characters say much."""
    return _UNSPACED.search(word) is not None


def has_digit(word: str) -> bool:
    """Whether it is a number or a reference rather than a word."""
    return _DIGIT.search(word) is not None


def once(words: Iterable[str]) -> list[str]:
    """Each word once, in order."""
    return list(dict.fromkeys(words))
