"""The search itself: from what matches best to what is only near, until enough are found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from math import prod

from customers.search import keys as hashing
from customers.search import lookup
from customers.search.distance import LEAST_TO_MISSPELL, allowed_edits, edits
from customers.search.ranking import APART, INNER, LEAST_INNER, LEFT_OUT, Match, Sight, Wanted, match
from customers.search.typed import Term

_MANY = 300
_MOST_STEPS = 12
_LEAST_SPLIT = 5
# How much of a company's customers have the last four digits of something, or a part of three.
_SHARE_OF_TAIL, _SHARE_OF_PART = 0.0004, 0.006


@dataclass
class Search:
    """One search of one viewer: what was found so far, and what is known of the words."""

    organization_id: int
    terms: Sequence[Term]
    sight: Sight
    limit: int
    found: dict[int, Match] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def run(self) -> list[Match]:
        """The best matches, best first."""
        self.counts = self._known_words()
        for stage in (
            self._as_typed,
            self._numbers_inside,
            self._joined,
            self._apart,
            self._near,
            self._less,
        ):
            if self._enough:
                break
            stage()
        return sorted(self.found.values(), key=lambda one: one.rank)[: self.limit]

    @property
    def _enough(self) -> bool:
        return len(self.found) >= self.limit

    @property
    def _total(self) -> int:
        return max(self.counts.get("^", 0), 1)

    # --- What the dictionary says -----------------------------------------------------------------------
    def _known_words(self) -> dict[str, int]:
        spelled = [word for term in self.terms if not term.is_number for word in term.spellings]
        exact = ["^", *spelled, *(f"^{word}" for word in spelled if len(word) <= hashing.LONGEST_HEAD)]
        exact += [first.text + second.text for first, second in self._pairs()]
        return lookup.words(exact=exact, beginnings=[word for word in spelled if self._is_long(word)])

    @staticmethod
    def _is_long(word: str) -> bool:
        return len(word) > hashing.LONGEST_HEAD

    def _pairs(self) -> Iterator[tuple[Term, Term]]:
        for first, second in zip(self.terms, self.terms[1:], strict=False):
            if not first.is_number and not second.is_number:
                yield first, second

    # --- Keys of a term -----------------------------------------------------------------------------------
    def _key(self, kind: str, text: str) -> int:
        return hashing.key(self.organization_id, kind, text)

    def _exactly(self, term: Term) -> Ways:
        if term.is_number:
            return self._ending(term)
        share = sum(self.counts.get(word, 0) for word in term.spellings) / self._total
        return Ways([[self._key("w", word) for word in term.spellings]], share)

    def _beginning(self, term: Term) -> Ways:
        if term.is_number:
            return self._ending(term)
        group, count = [self._key("w", word) for word in term.spellings], 0
        for spelling in term.spellings:
            if self._is_long(spelling):
                longer = {word: n for word, n in self.counts.items() if word.startswith(spelling)}
                group += [self._key("w", word) for word in longer]
                count += sum(longer.values())
            else:
                group.append(self._key("h", spelling))
                count += max(self.counts.get(f"^{spelling}", 0), self.counts.get(spelling, 0))
        return Ways([list(dict.fromkeys(group))], count / self._total)

    def _ending(self, term: Term) -> Ways:
        digits, whole = term.digits, self._key("w", term.text)
        tail = self._key("t", digits[-hashing.TAIL :])
        if len(digits) >= hashing.TAIL:
            return Ways([[tail, whole]], _SHARE_OF_TAIL, self._pattern(term, f"[^ ]*{digits} "))
        part = self._key("g", digits)
        return Ways([[tail, part, whole]], _SHARE_OF_PART, self._pattern(term, f"[^ ]*{digits} "))

    def _inside(self, term: Term, way: Sequence[str]) -> Ways:
        groups = [[self._key("g", part)] for part in dict.fromkeys(way)]
        share = _SHARE_OF_PART ** min(len(groups), 2)
        return Ways(groups, share, self._pattern(term, f"[^ ]*{term.digits}"))

    def _pattern(self, term: Term, rest: str) -> str:
        word = f"[{self.sight.words}]{lookup.quoted(term.text)}" if self.sight.words else "(?!)"
        return f" (?:{self.sight.pattern()}{rest}|{word})"

    # --- Stages ---------------------------------------------------------------------------------------------
    def _as_typed(self) -> None:
        last = max((at for at, term in enumerate(self.terms) if not term.is_number), default=-1)
        self._take(self.terms, [self._exactly(term) for term in self.terms])
        if last >= 0 and not self._enough:
            only_last = [
                self._beginning(term) if at == last else self._exactly(term)
                for at, term in enumerate(self.terms)
            ]
            self._take(self.terms, only_last)
        if len(self.terms) > 1 and last >= 0 and not self._enough:
            self._take(self.terms, [self._beginning(term) for term in self.terms], spare=40)

    def _numbers_inside(self) -> None:
        places = [at for at, term in enumerate(self.terms) if term.is_number]
        ways_of = [hashing.typed_parts(self.terms[at].digits) for at in places]
        for chosen in product(*ways_of) if places else ():
            ways = [self._beginning(term) for term in self.terms]
            for at, way in zip(places, chosen, strict=True):
                ways[at] = self._inside(self.terms[at], way)
            self._take(self.terms, ways, spare=40)

    def _joined(self) -> None:
        for at, (first, second) in enumerate(zip(self.terms, self.terms[1:], strict=False)):
            joined = first.text + second.text
            if joined in self.counts and not first.is_number and not second.is_number:
                terms = [*self.terms[:at], Term((joined,)), *self.terms[at + 2 :]]
                self._take(terms, [self._exactly(term) for term in terms], extra=APART)

    def _apart(self) -> None:
        for at, term in enumerate(self.terms):
            for first, second in self._halves(term):
                terms = [*self.terms[:at], Term((first,)), Term((second,)), *self.terms[at + 1 :]]
                self._take(terms, [self._exactly(one) for one in terms], extra=APART)

    def _halves(self, term: Term) -> list[tuple[str, str]]:
        word = term.text
        if term.is_number or len(word) < _LEAST_SPLIT:
            return []
        halves = [(word[:cut], word[cut:]) for cut in range(2, len(word) - 1)]
        known = lookup.words(exact=[half for pair in halves for half in pair])
        self.counts |= known
        both = [pair for pair in halves if pair[0] in known and pair[1] in known]
        return sorted(both, key=lambda pair: -min(known[pair[0]], known[pair[1]]))[:2]

    def _near(self) -> None:
        self._take_near([self._with_near(term) for term in self.terms])

    def _less(self) -> None:
        """Nobody has all of it: leave out one word each."""
        if self.found or len(self.terms) < 2:
            return
        wanted = [self._with_near(term) for term in self.terms]
        for at in range(len(wanted)):
            self._take_near([*wanted[:at], *wanted[at + 1 :]], extra=LEFT_OUT)

    def _with_near(self, term: Term) -> Wanted:
        near: dict[str, float] = {}
        for word in () if term.is_number else term.spellings:
            for other, cost in self._near_words(word).items():
                near[other] = min(cost, near.get(other, cost))
        return Wanted(term, near)

    def _near_words(self, word: str) -> dict[str, float]:
        most = allowed_edits(word)
        misspelt = hashing.misspelling_keys(self.organization_id, word, most) if most else []
        inner = sorted(self._key("f", part) for part in hashing.fragments(word))
        if not misspelt and not inner:
            return {}
        known = lookup.words(any_keys=misspelt, all_keys=inner)
        near = {other: cost for other in known if (cost := _nearness(word, other, most)) is not None}
        self.counts |= {other: known[other] for other in near}
        return near

    def _take_near(self, wanted: Sequence[Wanted], extra: float = 0.0) -> None:
        levels = [self._levels(one) for one in wanted]
        if len(wanted) > 1:
            ways = [self._any_of(of_one) for of_one in levels]
            if self._take_wanted(wanted, ways, extra, most=_MANY) < _MANY:
                return
        steps = sorted(product(*levels), key=lambda step: sum(cost for cost, _ in step))
        for step in steps[:_MOST_STEPS]:
            if self._enough:
                return
            self._take_wanted(wanted, [ways for _, ways in step], extra, most=self.limit)

    def _levels(self, wanted: Wanted) -> list[tuple[float, Ways]]:
        levels = [(0.0, self._beginning(wanted.term))]
        for cost in sorted(set(wanted.near.values())):
            words = [word for word, its_cost in wanted.near.items() if its_cost == cost]
            share = sum(self.counts.get(word, 0) for word in words) / self._total
            levels.append((cost, Ways([[self._key("w", word) for word in words]], share)))
        return levels

    @staticmethod
    def _any_of(levels: Sequence[tuple[float, Ways]]) -> Ways:
        ways = [way for _, way in levels]
        group = list(dict.fromkeys(key for way in ways for key in way.groups[0]))
        return Ways([group], sum(way.share for way in ways), ways[0].pattern)

    # --- Taking what the database gives ---------------------------------------------------------------------
    def _take(self, terms: Sequence[Term], ways: Sequence[Ways], extra: float = 0.0, spare: int = 0) -> None:
        wanted = [Wanted(term) for term in terms]
        self._take_wanted(wanted, ways, extra, most=self.limit - len(self.found) + spare)

    def _take_wanted(self, wanted: Sequence[Wanted], ways: Sequence[Ways], extra: float, most: int) -> int:
        wanted = [*wanted[:-1], replace(wanted[-1], is_last=True)]
        rows = lookup.customers(
            [group for way in ways for group in way.groups],
            patterns=[way.pattern for way in ways if way.pattern],
            likely=self._total * prod(min(1.0, way.share) for way in ways),
            total=self._total,
            partner_id=self.sight.partner_id,
            known=list(self.found),
            most=most,
        )
        for customer_id, tokens in rows:
            fit = match(customer_id, tokens, wanted, self.sight)
            if fit is not None:
                self.found[customer_id] = replace(fit, cost=fit.cost + extra)
        return len(rows)


@dataclass(frozen=True)
class Ways:
    """Keys of which a customer must have one in each group, the share of customers that do, and what their
    tokens must look like besides."""

    groups: list[list[int]]
    share: float
    pattern: str = ""


def _nearness(typed: str, word: str, most: int) -> float | None:
    """What this word costs for what was typed; None when it is too far."""
    if word.startswith("^"):
        return None
    if len(typed) >= LEAST_INNER and typed in word:
        return None if word.startswith(typed) else INNER
    if len(typed) < LEAST_TO_MISSPELL:
        return None
    whole, beginning = edits(typed, word, most)
    if whole <= most:
        return float(whole)
    return beginning + 0.1 if beginning <= most else None
