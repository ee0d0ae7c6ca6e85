# ruff: noqa: E501, SIM905 - the words of one kind stay on one line
"""Notes as agents write them: a few everyday words in nearly every one, thousands of others now and then."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate, product
from random import Random

_EVERYDAY = (
    "customer asked about the delivery called back said will order bill account address changed new old paper "
    "digital subscription paid twice refund promised until friday monday letter sent email password reset works "
    "again wants cancel keep print edition weekend invoice number wrong right neighbour got copy missing morning "
    "holiday stop restart moved flat third floor doorbell broken envelope torn wet rain dog gate code driver late "
    "angry calm thanked please call after six evening spouse mother son speaks little english spanish german bank "
    "transfer card expired direct debit failed reminder fee waived offer discount month year contract end renew "
    "tablet phone app login browser update crash screenshot attached manager complaint apologised voucher gift"
)
_BEGINNINGS = "bar cal den fol gar hen kel lor mar nor pen quil ros sted tor ul ven wal yar zin".split()
_MIDDLES = "a e i o u an el in or un".split()
_ENDINGS = "bury combe dale ford gate ham ing ley mere ton".split()
_SKEW = 0.9


def note_texts(seed: int) -> Iterator[str]:
    """Endless, the same for the same seed; 6 to 40 words each."""
    random = Random(seed + 3)
    words, weights = vocabulary()
    while True:
        yield " ".join(random.choices(words, cum_weights=weights, k=random.randint(6, 40))).capitalize() + "."


def vocabulary() -> tuple[list[str], list[float]]:
    """All words, the commonest first, and how far their weights add up."""
    rare = ["".join(parts) for parts in product(_BEGINNINGS, _MIDDLES, _ENDINGS)]
    Random(1).shuffle(rare)
    words = [*_EVERYDAY.split(), *rare]
    return words, list(accumulate((rank + 1) ** -_SKEW for rank in range(len(words))))
