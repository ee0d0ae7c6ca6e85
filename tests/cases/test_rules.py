"""When to warn, and what a caller most likely wants."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.rules import (
    REASONS,
    PastContact,
    PromiseSignal,
    ReasonGuess,
    Signals,
    guess_reasons,
    topic_of,
    warning_time,
)

NOW = datetime(2026, 11, 9, 12, 0, tzinfo=UTC)


def best(**signals: object) -> ReasonGuess:
    return guess_reasons(Signals(now=NOW, **signals))[0]  # type: ignore[arg-type]


@given(st.timedeltas(min_value=timedelta(seconds=2), max_value=timedelta(days=366)))
def test_a_warning_comes_after_the_promise_and_before_its_time(span: timedelta) -> None:
    warned_at = warning_time(NOW, NOW + span)
    assert NOW < warned_at < NOW + span
    assert NOW + span - warned_at <= timedelta(hours=4)


@pytest.mark.parametrize(
    ("span", "lead"),
    [
        (timedelta(hours=24), timedelta(hours=4)),
        (timedelta(hours=8), timedelta(hours=2)),
        (timedelta(minutes=30), timedelta(minutes=10)),
        (timedelta(minutes=10), timedelta(minutes=5)),
    ],
)
def test_the_warning_is_a_quarter_of_the_time_before(span: timedelta, lead: timedelta) -> None:
    assert NOW + span - warning_time(NOW, NOW + span) == lead


signals = st.builds(
    Signals,
    now=st.just(NOW),
    stated_reason=st.sampled_from(["", "billing", "not a reason"]),
    missing_issues=st.lists(st.sampled_from(["7", "8", "9"]), max_size=3).map(tuple),
    promises=st.lists(
        st.builds(
            PromiseSignal,
            text=st.sampled_from(["access link by e-mail", "refund", "a call"]),
            company=st.sampled_from(["", "Digipress"]),
            state=st.sampled_from(["open", "broken", "kept", "withdrawn"]),
            due_at=st.just(NOW),
        ),
        max_size=3,
    ).map(tuple),
    contacts=st.lists(
        st.builds(
            PastContact,
            reason=st.sampled_from([*REASONS, "gone"]),
            at=st.integers(0, 60).map(lambda days: NOW - timedelta(days=days)),
        ),
        max_size=3,
    ).map(tuple),
    renews_in_days=st.none() | st.integers(-5, 400),
    cancelled_recently=st.booleans(),
    baseline=st.dictionaries(st.sampled_from(list(REASONS)), st.integers(0, 5000)),
)


@given(signals)
def test_the_probabilities_add_up_to_one_and_every_reason_has_one(given_signals: Signals) -> None:
    guesses = guess_reasons(given_signals)
    assert {guess.reason for guess in guesses} == set(REASONS)
    assert sum(guess.probability for guess in guesses) == pytest.approx(1)
    assert all(0 < guess.probability < 1 for guess in guesses)
    assert [guess.probability for guess in guesses] == sorted(
        (guess.probability for guess in guesses), reverse=True
    )


def test_without_clues_the_companys_own_frequencies_remain() -> None:
    guess = best(baseline={"billing": 60, "renewal": 30, "other": 10})
    assert guess.reason == "billing"
    assert guess.evidence == ["60% of the last 100 contacts were about this."]


def test_without_anything_no_reason_has_evidence() -> None:
    assert best().evidence == []


def test_two_missing_issues_are_the_likely_reason_and_the_evidence_says_so() -> None:
    guess = best(missing_issues=("9", "10"), baseline={"billing": 100, "missing_issue": 60})
    assert guess.reason == "missing_issue"
    assert guess.evidence == ["Issues 9 and 10 were reported missing."]


def test_a_broken_promise_weighs_more_than_an_open_one() -> None:
    def probability(state: str) -> float:
        promise = PromiseSignal("access link by e-mail", "Digipress", state, NOW)
        guess = best(promises=(promise,))
        assert guess.reason == "digital_access"
        return guess.probability

    assert probability("broken") > probability("open") > probability("kept")


def test_what_the_caller_says_outweighs_every_clue() -> None:
    guess = best(
        stated_reason="billing",
        missing_issues=("9",),
        promises=(PromiseSignal("access link", "", "open", NOW),),
    )
    assert guess.reason == "billing"
    assert guess.evidence[0] == "They said so: payment or invoice."


def test_a_contact_of_yesterday_counts_and_one_of_last_spring_does_not() -> None:
    yesterday = best(contacts=(PastContact("cancel", NOW - timedelta(days=1)),))
    assert (yesterday.reason, yesterday.evidence) == (
        "cancel",
        ["Their last contact, yesterday, was about this: cancellation."],
    )
    assert best(contacts=(PastContact("cancel", NOW - timedelta(days=200)),)).evidence == []


def test_a_renewal_that_is_near_is_a_clue() -> None:
    guess = best(renews_in_days=1)
    assert (guess.reason, guess.evidence) == ("renewal", ["The subscription renews tomorrow."])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("access link by e-mail", "digital_access"),
        ("replacement copy by post", "missing_issue"),
        ("refund to the card", "billing"),
        ("a surprise", "other"),
    ],
)
def test_a_promise_belongs_to_a_reason_by_its_words(text: str, reason: str) -> None:
    assert topic_of(text) == reason
