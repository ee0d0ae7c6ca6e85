"""The search itself: from what matches best to what is only near, until enough are found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from math import inf, prod

from customers.search import keys as hashing
from customers.search import lookup
from customers.search.distance import LEAST_TO_MISSPELL, allowed_edits, edits
from customers.search.ranking import APART, INNER, LEAST_INNER, LEFT_OUT, Match, Sight, Wanted, match
from customers.search.typed import Term

# Up to so many likely matches are all fetched and ranked here; beyond it, cheaper kinds of match come first.
_FEW, _READ, _MANY = 60, 100, 200
_SPARE = 40
# Lists of customers longer than this are not united and then compared with others as long.
_LONGEST_LIST = 4_000
_SHORT = 24
# No two words that are only near cost less together.
_LEAST_OF_TWO_NEAR = 2 * INNER
_MOST_STEPS = 12
_LEAST_SPLIT = 5
# How much of a company's customers have the last four digits of something, or four within.
_SHARE_OF_TAIL, _SHARE_OF_PART = 0.0004, 0.001


@dataclass
class Search:
    """One search of one viewer: what was found so far, and what is known of the words."""

    organization_id: int
    terms: Sequence[Term]
    sight: Sight
    limit: int
    found: dict[int, Match] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    near_counts: dict[str, int] = field(default_factory=dict)
    exhausted: set[str] = field(default_factory=set)

    def run(self) -> list[Match]:
        """The best matches, best first."""
        self.counts = self._known_words()
        for stage in (self._as_typed, self._numbers_inside, self._joined, self._near):
            if self._enough:
                break
            stage()
        return self._best()

    def run_without_one(self) -> list[Match]:
        """After `run` found nobody: the best with one word left out, each in turn."""
        if len(self.terms) > 1:
            wanted = [self._with_near(term) for term in self.terms]
            for at in range(len(wanted)):
                self._take_near([*wanted[:at], *wanted[at + 1 :]], extra=LEFT_OUT)
        return self._best()

    def _best(self) -> list[Match]:
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
        digits, length = term.digits, min(len(term.digits), hashing.TAILS[-1])
        word = self._key("w", term.text)
        share = _SHARE_OF_TAIL * 10 ** (hashing.TAILS[-1] - length)
        # What stands before the last four leaves a few of the hundreds that end so.
        before = [[self._key("g", part), word] for part in hashing.typed_parts(digits)[:-1]]
        groups = [[self._key("t", digits[-length:]), word], *before]
        return Ways(groups, share * (_SHARE_OF_PART if before else 1), self._pattern(term, f"[^ ]*{digits} "))

    def _inside(self, term: Term) -> Ways:
        groups = [[self._key("g", part)] for part in hashing.typed_parts(term.digits)]
        share = _SHARE_OF_PART ** min(len(groups), 2)
        return Ways(groups, share, self._pattern(term, f"[^ ]*{term.digits}"))

    def _pattern(self, term: Term, rest: str) -> str:
        word = f"[{self.sight.words}]{lookup.quoted(term.text)}" if self.sight.words else "(?!)"
        return f" (?:{self.sight.pattern()}{rest}|{word})"

    # --- Stages ---------------------------------------------------------------------------------------------
    def _as_typed(self) -> None:
        beginnings = [self._beginning(term) for term in self.terms]
        if self._likely(beginnings) <= _FEW and self._take_all(self.terms, beginnings):
            return
        last = max((at for at, term in enumerate(self.terms) if not term.is_number), default=-1)
        exactly = [self._exactly(term) for term in self.terms]
        only_last = [*exactly[:last], beginnings[last], *exactly[last + 1 :]] if last >= 0 else exactly
        for ways, spare in ((exactly, 0), (only_last, 0), (beginnings, _SPARE)):
            if not self._enough and all(way.share for way in ways):
                self._take(self.terms, ways, spare=spare)

    def _numbers_inside(self) -> None:
        if any(term.is_number and hashing.typed_parts(term.digits) for term in self.terms):
            ways = [self._inside(term) if term.is_number else self._beginning(term) for term in self.terms]
            self._take(self.terms, ways, spare=_SPARE)

    def _joined(self) -> None:
        for at, (first, second) in enumerate(zip(self.terms, self.terms[1:], strict=False)):
            joined = first.text + second.text
            if joined in self.counts and not first.is_number and not second.is_number:
                terms = [*self.terms[:at], Term((joined,)), *self.terms[at + 2 :]]
                self._take(terms, [self._exactly(term) for term in terms], extra=APART)

    def _apart(self) -> None:
        for at, term in enumerate(self.terms):
            known = [
                pair for pair in _halves(term) if pair[0] in self.near_counts and pair[1] in self.near_counts
            ]
            known.sort(key=lambda pair: -min(self.near_counts[pair[0]], self.near_counts[pair[1]]))
            for first, second in known[:2]:
                self.counts |= {half: self.near_counts[half] for half in (first, second)}
                terms = [*self.terms[:at], Term((first,)), Term((second,)), *self.terms[at + 1 :]]
                self._take(terms, [self._exactly(one) for one in terms], extra=APART)

    def _look_near(self, terms: Sequence[Term]) -> None:
        """Ask the dictionary once for all words near what was typed, and for what was run together."""
        words = [word for term in terms if not term.is_number for word in term.spellings]
        misspelt: list[int] = []
        for word in words:
            if most := allowed_edits(word):
                misspelt += hashing.misspelling_keys(self.organization_id, word, most)
        inner = [sorted(self._key("f", part) for part in hashing.fragments(word)) for word in words]
        halves = {half for term in terms for pair in _halves(term) for half in pair}
        if words:
            self.near_counts = lookup.words(
                exact=halves, any_keys=misspelt, all_keys=[keys for keys in inner if keys]
            )

    def _near(self) -> None:
        """First only words that nobody has are misspelt; then, for what that leaves open, any may be."""
        unknown = [term for term in self.terms if not self._beginning(term).share]
        if unknown and any(not term.is_number for term in self.terms if term not in unknown):
            self._look_near(unknown)
            self._apart()
            self._take_near(
                [self._with_near(term) if term in unknown else Wanted(term) for term in self.terms]
            )
            if self._last_cost() <= _LEAST_OF_TWO_NEAR:
                return
        self._look_near(self.terms)
        self._apart()
        self._take_near([self._with_near(term) for term in self.terms])

    def _last_cost(self) -> float:
        """The cost of the last of the best; infinite while too few are found."""
        costs = sorted(one.cost for one in self.found.values())
        return costs[self.limit - 1] if self._enough else inf

    def _with_near(self, term: Term) -> Wanted:
        near: dict[str, float] = {}
        for typed in () if term.is_number else term.spellings:
            most = allowed_edits(typed)
            for word in self.near_counts:
                cost = nearness(typed, word, most)
                if cost is not None:
                    near[word] = min(cost, near.get(word, cost))
        self.counts |= {word: self.near_counts[word] for word in near}
        return Wanted(term, near)

    def _take_near(self, wanted: Sequence[Wanted], extra: float = 0.0) -> None:
        levels = [self._levels(one) for one in wanted]
        anyhow = [_any_of(of_one) for of_one in levels]
        rarest = self._total * min(way.share for way in anyhow)
        few = self._likely(anyhow) < _MANY and rarest <= _LONGEST_LIST
        if few and self._take_all_wanted(wanted, anyhow, extra):
            return
        steps = sorted(product(*levels), key=lambda step: sum(cost for cost, _ in step))
        for step in steps[:_MOST_STEPS]:
            if self._enough:
                return
            ways = [way for _, way in step]
            if all(way.share for way in ways):
                self._take_wanted(wanted, ways, extra, most=self.limit)

    def _levels(self, wanted: Wanted) -> list[tuple[float, Ways]]:
        levels = [(0.0, self._beginning(wanted.term))]
        for cost in sorted(set(wanted.near.values())):
            words = [word for word, its_cost in wanted.near.items() if its_cost == cost]
            share = sum(self.counts.get(word, 0) for word in words) / self._total
            levels.append((cost, Ways([[self._key("w", word) for word in words]], share)))
        return levels

    # --- Taking what the database gives ---------------------------------------------------------------------
    def _likely(self, ways: Sequence[Ways]) -> float:
        return self._total * prod(min(1.0, way.share) for way in ways)

    def _take(self, terms: Sequence[Term], ways: Sequence[Ways], extra: float = 0.0, spare: int = 0) -> None:
        wanted = [Wanted(term) for term in terms]
        self._take_wanted(wanted, ways, extra, most=self.limit - len(self.found) + spare)

    def _take_all(self, terms: Sequence[Term], ways: Sequence[Ways]) -> bool:
        return self._take_all_wanted([Wanted(term) for term in terms], ways, 0.0)

    def _take_all_wanted(self, wanted: Sequence[Wanted], ways: Sequence[Ways], extra: float) -> bool:
        """Take every customer that fits; False, with nothing taken, when they are too many."""
        before = dict(self.found)
        rarest = min(ways, key=lambda way: way.share)
        if self._likely([rarest]) <= _READ:  # then reading these is less work than uniting long lists
            ways = [way for way in ways if way is rarest or way.is_short]
        if self._take_wanted(wanted, ways, extra, most=_MANY) < _MANY:
            return True
        self.found = before
        return False

    def _take_wanted(self, wanted: Sequence[Wanted], ways: Sequence[Ways], extra: float, most: int) -> int:
        wanted = [*wanted[:-1], replace(wanted[-1], is_last=True, judged={})]
        groups = [group for way in ways for group in way.groups]
        patterns = [way.pattern for way in ways if way.pattern]
        asked = repr((groups, patterns, [sorted(one.near) for one in wanted]))
        if asked in self.exhausted:
            return 0
        rows = lookup.customers(
            groups,
            patterns=patterns,
            likely=self._likely(ways),
            total=self._total,
            partner_id=self.sight.partner_id,
            known=list(self.found),
            most=most,
        )
        if len(rows) < most:
            self.exhausted.add(asked)
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

    @property
    def is_short(self) -> bool:
        """Whether the index finds these keys in little time, and not only compares with them."""
        return sum(map(len, self.groups)) <= _SHORT


def _any_of(levels: Sequence[tuple[float, Ways]]) -> Ways:
    ways = [way for _, way in levels]
    if len(ways) == 1:
        return ways[0]
    group = list(dict.fromkeys(key for way in ways for key in way.groups[0]))
    return Ways([group], sum(way.share for way in ways), ways[0].pattern)


def _halves(term: Term) -> list[tuple[str, str]]:
    word = term.text
    if term.is_number or len(word) < _LEAST_SPLIT:
        return []
    return [(word[:cut], word[cut:]) for cut in range(2, len(word) - 1)]


def nearness(typed: str, word: str, most: int) -> float | None:
    """What this word costs for what was typed; None when it is too far."""
    if word.startswith("^"):
        return None
    if len(typed) >= LEAST_INNER and typed in word:
        return None if word.startswith(typed) else INNER
    if len(typed) < LEAST_TO_MISSPELL or len(set(typed).difference(word[: len(typed) + most])) > most:
        return None
    whole, beginning = edits(typed, word, most)
    if whole <= most:
        return float(whole)
    return beginning + 0.1 if beginning <= most else None
