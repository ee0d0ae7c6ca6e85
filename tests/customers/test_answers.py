"""What an answer may be, which counts, and that no payment card is ever kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers import answers, rules
from customers.answers import Limits, clean_value, holds_card_number

NOW = datetime(2026, 11, 9, 12, 0, tzinfo=UTC)
PRECEDENCES = ["usual", "newest", "person_first"]


@dataclass(frozen=True)
class Answer:
    id: int
    confidence: str
    hand: str
    recorded_at: datetime
    expires_at: datetime | None = None


facts = st.lists(
    st.builds(
        Answer,
        id=st.integers(1, 10_000),
        confidence=st.sampled_from(["verified", "claimed", "guessed"]),
        hand=st.sampled_from(["ivr", "bot", "inhouse", "partner", "customer", "file", "system"]),
        recorded_at=st.integers(0, 5).map(lambda hours: NOW - timedelta(hours=hours)),
        expires_at=st.none() | st.sampled_from([NOW - timedelta(hours=1), NOW, NOW + timedelta(hours=1)]),
    ),
    max_size=8,
    unique_by=lambda answer: answer.id,
)
precedences = st.sampled_from(PRECEDENCES)


# Which answer counts


@given(facts, precedences, st.randoms())
def test_by_every_rule_the_order_of_reading_does_not_matter(
    several: list[Answer], precedence: str, random: Any
) -> None:
    shuffled = several.copy()
    random.shuffle(shuffled)
    assert rules.choose_current(several, NOW, precedence=precedence) == rules.choose_current(
        shuffled, NOW, precedence=precedence
    )


@given(facts, precedences)
def test_by_every_rule_one_counts_unless_all_have_expired(several: list[Answer], precedence: str) -> None:
    chosen = rules.choose_current(several, NOW, precedence=precedence)
    alive = [one for one in several if not rules.is_expired(one, NOW)]
    assert (chosen is None) == (not alive)
    assert chosen is None or chosen in alive


@given(facts)
def test_by_the_newest_rule_nothing_alive_is_newer(several: list[Answer]) -> None:
    chosen = rules.choose_current(several, NOW, precedence="newest")
    alive = [one.recorded_at for one in several if not rules.is_expired(one, NOW)]
    assert chosen is None or chosen.recorded_at == max(alive)


@given(facts)
def test_by_the_persons_rule_a_machine_counts_only_where_no_person_spoke(several: list[Answer]) -> None:
    chosen = rules.choose_current(several, NOW, precedence="person_first")
    said = [
        one for one in several if not rules.is_expired(one, NOW) and one.hand not in {"bot", "system", "file"}
    ]
    if said:
        assert chosen in said


@given(facts, precedences)
def test_every_answer_that_does_not_count_says_why(several: list[Answer], precedence: str) -> None:
    chosen = rules.choose_current(several, NOW, precedence=precedence)
    for one in several:
        words = rules.why_superseded(one, chosen, NOW, precedence=precedence)
        assert (words == "") == (one is chosen)
        assert (words == "expired") == rules.is_expired(one, NOW)


# Two who edit


texts = st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["", "x", "y", "z"]), min_size=4, max_size=4)


@given(texts, texts, texts)
def test_an_edit_writes_only_what_its_editor_changed_and_never_over_another(
    was: dict[str, str], is_now: dict[str, str], mine: dict[str, str]
) -> None:
    merged = rules.merge_edit(was, is_now, mine)
    for field in "abcd":
        if field in merged.changes:
            assert merged.changes[field] == mine[field]
            assert is_now[field] == was[field] != mine[field]
        elif field in merged.conflicts:
            assert len({was[field], is_now[field], mine[field]}) == 3
        else:
            assert mine[field] in (was[field], is_now[field])


@given(texts, texts)
def test_who_changes_different_fields_never_meets_a_conflict(
    was: dict[str, str], wanted: dict[str, str]
) -> None:
    first = {"a": wanted["a"], "b": wanted["b"]}
    second = {"c": wanted["c"], "d": wanted["d"]}
    merged = rules.merge_edit(was, {**was, **first}, {**was, **second})
    assert merged.conflicts == ()
    assert {**was, **first, **merged.changes} == {**first, **second}


@given(texts, texts)
def test_alone_an_edit_is_written_as_it_is(was: dict[str, str], wanted: dict[str, str]) -> None:
    merged = rules.merge_edit(was, was, wanted)
    assert {**was, **merged.changes} == wanted
    assert merged.conflicts == ()


# Payment cards


CARDS = [
    "4111 1111 1111 1111",
    "5500-0000-0000-0004",
    "340000000000009",
    "30000000000004",
    "6011000000000004",
    "3530111333300000",
    "2223003122003222",
]


def luhn_number(prefix: str, length: int, rest: int) -> str:
    body = (prefix + str(rest).zfill(length))[: length - 1]
    return next(body + digit for digit in "0123456789" if answers.passes_luhn(body + digit))


@pytest.mark.parametrize("card", CARDS)
@pytest.mark.parametrize("around", ["{}", "my card is {} 12/27, code 123", "x{}x", "№{}.", "ref 7 {}"])
def test_a_card_number_is_seen_wherever_it_stands(card: str, around: str) -> None:
    assert holds_card_number(around.format(card))


@given(st.integers(0, 10**11), st.sampled_from([" ", "-", ".", "\u00a0", ""]))
def test_a_card_number_is_seen_in_any_grouping(rest: int, between: str) -> None:
    number = luhn_number("4929", 16, rest)
    assert holds_card_number(between.join(number[at : at + 4] for at in range(0, 16, 4)))


@pytest.mark.parametrize(
    "text",
    [
        "４１１１１１１１１１１１１１１１",  # full-width
        "٤١١١١١١١١١١١١١١١",  # Arabic-Indic
        4111111111111111,
        ["first", "4111111111111111"],
        {"note": {"deep": ["4111 1111 1111 1111"]}},
    ],
)
def test_a_card_number_is_seen_in_other_digits_and_inside_lists(text: object) -> None:
    assert holds_card_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 1111 1112",
        "20110487",
        "+44 20 7946 4821",
        "+4915112345678",
        "978-0-306-40615-7",
        "2026-11-09 10:00",
        "DE89 3704 0044 0532 0130 00",
        "356938035643809",  # a telephone's serial number passes Luhn too
        "",
        None,
        True,
    ],
)
def test_other_numbers_are_no_cards(text: object) -> None:
    assert not holds_card_number(text)


@given(st.text(max_size=200) | st.integers() | st.lists(st.text(max_size=30), max_size=5))
def test_any_value_is_looked_through_without_failing(value: object) -> None:
    assert holds_card_number(value) in {True, False}


@pytest.mark.parametrize("key", ["card_number", "cvv", "customer_cvc2", "cardnumber", "card_expiry"])
def test_a_key_named_after_a_card_is_known(key: str) -> None:
    assert answers.names_card_data(key)


@pytest.mark.parametrize("key", ["library_card", "preferred_device", "discard", "panel", "postcard"])
def test_a_key_of_something_else_is_not(key: str) -> None:
    assert not answers.names_card_data(key)


# Limits


@pytest.mark.parametrize(
    ("value_type", "given_value", "limits", "stored"),
    [
        ("text", "ab12", Limits(kind="code"), "AB12"),
        ("text", "１２３４", Limits(kind="digits"), "1234"),
        ("text", "Ana@Example.com", Limits(kind="email"), "ana@example.com"),
        ("text", "020 7946 4821", Limits(kind="phone"), "+442079464821"),
        ("text", "Ångström", Limits(kind="letters"), "Ångström"),
        ("number", "7", Limits(minimum=1, maximum=10), 7),
        ("list", "a, b", Limits(maximum=2), ["a", "b"]),
    ],
)
def test_an_answer_within_its_limits_is_kept_in_one_form(
    value_type: str, given_value: object, limits: Limits, stored: object
) -> None:
    assert clean_value(value_type, [], given_value, limits) == stored


@pytest.mark.parametrize(
    ("value_type", "given_value", "limits", "words"),
    [
        ("text", "abc", Limits(minimum=4), "4 to 2,000 characters"),
        ("text", "abcde", Limits(minimum=4, maximum=4), "have 4 characters"),
        ("text", "12a", Limits(kind="digits"), "digits only"),
        ("text", "a1", Limits(kind="letters"), "letters only"),
        ("text", "a b", Limits(kind="code"), "without blanks"),
        ("text", "nobody", Limits(kind="email"), "e-mail address"),
        ("text", "12", Limits(kind="phone"), "phone number"),
        ("number", 0, Limits(minimum=1), "at least 1"),
        ("number", 11, Limits(maximum=10), "at most 10"),
        ("list", ["a", "b", "c"], Limits(maximum=2), "list of 1 to 2"),
    ],
)
def test_an_answer_beyond_its_limits_is_refused_in_words(
    value_type: str, given_value: object, limits: Limits, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        clean_value(value_type, [], given_value, limits)
