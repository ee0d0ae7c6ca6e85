"""Which fact counts, and what an answer may be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers import rules

NOW = datetime(2026, 11, 9, 12, 0, tzinfo=UTC)
SURENESS = {"verified": 2, "claimed": 1, "guessed": 0}
MACHINES = {"bot", "system", "file"}


@dataclass(frozen=True)
class Answer:
    id: int
    confidence: str
    hand: str
    recorded_at: datetime
    expires_at: datetime | None = None


moments = st.integers(0, 5).map(lambda hours: NOW - timedelta(hours=hours))
answers = st.builds(
    Answer,
    id=st.integers(1, 10_000),
    confidence=st.sampled_from(list(SURENESS)),
    hand=st.sampled_from(["ivr", "bot", "inhouse", "partner", "customer", "file", "system"]),
    recorded_at=moments,
    expires_at=st.none() | st.sampled_from([NOW - timedelta(hours=1), NOW + timedelta(hours=1)]),
)
several = st.lists(answers, max_size=8, unique_by=lambda answer: answer.id)


def alive(facts: list[Answer]) -> list[Answer]:
    return [fact for fact in facts if fact.expires_at is None or fact.expires_at > NOW]


@given(several, st.randoms())
def test_the_order_in_which_facts_are_read_does_not_matter(facts: list[Answer], random: Any) -> None:
    shuffled = facts.copy()
    random.shuffle(shuffled)
    assert rules.choose_current(facts, NOW) == rules.choose_current(shuffled, NOW)


@given(several)
def test_an_expired_fact_never_counts_and_the_surest_of_the_others_does(facts: list[Answer]) -> None:
    chosen = rules.choose_current(facts, NOW)
    if chosen is None:
        assert not alive(facts)
        return
    assert chosen in alive(facts)
    surest = max(SURENESS[fact.confidence] for fact in alive(facts))
    assert SURENESS[chosen.confidence] == surest


@given(several)
def test_among_equally_sure_facts_the_newest_counts_and_a_person_beats_a_machine(
    facts: list[Answer],
) -> None:
    chosen = rules.choose_current(facts, NOW)
    if chosen is None:
        return
    rivals = [fact for fact in alive(facts) if fact.confidence == chosen.confidence]
    assert chosen.recorded_at == max(fact.recorded_at for fact in rivals)
    of_that_moment = [fact for fact in rivals if fact.recorded_at == chosen.recorded_at]
    if any(fact.hand not in MACHINES for fact in of_that_moment):
        assert chosen.hand not in MACHINES


@given(several, answers)
def test_a_guess_never_displaces_what_is_known(facts: list[Answer], guess: Answer) -> None:
    known = [fact for fact in alive(facts) if fact.confidence != "guessed"]
    if not known:
        return
    doubt = Answer(99_999, "guessed", guess.hand, NOW + timedelta(days=1))
    assert rules.choose_current([*facts, doubt], NOW) == rules.choose_current(facts, NOW)


@pytest.mark.parametrize(
    ("value_type", "given_value", "stored"),
    [
        ("text", "  by the side door ", "by the side door"),
        ("choice", "tablet", "tablet"),
        ("list", ["9", "10"], ["9", "10"]),
        ("list", "9, 10 and 11", ["9", "10", "11"]),
        ("number", "12", 12),
        ("number", 1.5, 1.5),
        ("date", "2026-11-09", "2026-11-09"),
        ("boolean", "yes", True),
        ("boolean", False, False),
    ],
)
def test_an_answer_is_stored_in_one_form(value_type: str, given_value: object, stored: object) -> None:
    choices = ["tablet", "phone"] if value_type == "choice" else []
    assert rules.clean_value(value_type, choices, given_value) == stored


@pytest.mark.parametrize(
    ("value_type", "given_value"),
    [
        ("text", ""),
        ("text", None),
        ("text", {"a": 1}),
        ("text", "x" * 2001),
        ("text", "nul\x00byte"),
        ("choice", "laptop"),
        ("list", []),
        ("list", 7),
        ("list", ["x"] * 101),
        ("number", "nine"),
        ("number", float("nan")),
        ("number", True),
        ("date", "9 November"),
        ("boolean", "perhaps"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused_in_words(value_type: str, given_value: object) -> None:
    with pytest.raises(ValueError, match="answer"):
        rules.clean_value(value_type, ["tablet"] if value_type == "choice" else [], given_value)


@given(st.text(max_size=300))
def test_any_text_is_either_an_identity_or_none(text: str) -> None:
    for kind in ("phone", "email", "subscriber_number", "partner_reference"):
        value = rules.normalize_identity(kind, text, country_code="GB")
        assert value is None or 0 < len(value) <= 254


@pytest.mark.parametrize(
    ("field", "value", "masked"),
    [
        ("phone", "+442079464821", "+44 ••• ••• 4821"),
        ("email", "robert.whitfield@example.com", "r•••@example.com"),
        ("subscriber_number", "20110487", "••••0487"),
        ("subscriber_number", "487", "••••"),
        ("postal_address", "14 Orchard Close", "1•••"),
        ("email", "", ""),
    ],
)
def test_a_mask_shows_enough_to_recognise_and_not_to_use(field: str, value: str, masked: str) -> None:
    assert rules.mask(field, value) == masked


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (["9", "10"], "9 and 10"),
        (["7", "8", "9"], "7, 8 and 9"),
        (True, "yes"),
        ("missing_issue", "missing issue"),
    ],
)
def test_a_value_is_spelled_as_people_read_it(value: object, words: str) -> None:
    assert rules.spell_value(value) == words
