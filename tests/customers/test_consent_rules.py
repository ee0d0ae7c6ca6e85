"""May we contact them? Properties of the one rule that every door asks, and of the words that stop us."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.consent.rules import (
    CONSENT,
    GRANTED,
    LIFTED,
    NECESSARY,
    OPT_OUT,
    REFUSED,
    Decision,
    Hold,
    Purpose,
    QuietHours,
    may_contact,
)
from customers.consent.words import asks_to_stop, says_to_stop

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MARKETING = Purpose("marketing", "Marketing", CONSENT)
NIGHT = QuietHours(time(21), time(8))
purposes = st.builds(
    Purpose,
    slug=st.sampled_from(["marketing", "research"]),
    name=st.just("x"),
    basis=st.sampled_from([CONSENT, OPT_OUT, NECESSARY]),
    is_held=st.booleans(),
    keeps_quiet=st.booleans(),
)
channels = st.sampled_from(["sms", "email"])
decisions = st.lists(
    st.builds(
        Decision,
        answer=st.sampled_from([GRANTED, REFUSED, LIFTED]),
        purpose=st.sampled_from(["", "marketing", "research"]),
        channel=st.sampled_from(["", "sms", "email"]),
        said_at=st.integers(0, 5).map(lambda days: NOW - timedelta(days=days)),
        place=st.integers(0, 9),
    ),
    max_size=7,
)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
zones = st.lists(
    st.sampled_from(["Europe/London", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "UTC"]).map(
        ZoneInfo
    ),
    max_size=3,
)
quiet_hours = st.builds(QuietHours, st.times(), st.times())


def said(answer: str, purpose: str = "", channel: str = "", *, days_ago: int = 0, place: int = 0) -> Decision:
    return Decision(answer, purpose, channel, NOW - timedelta(days=days_ago), place)


def allowed(*what: Decision, purpose: Purpose = MARKETING, channel: str = "sms") -> bool:
    return may_contact(purpose, channel, NOW, decisions=what).allowed


@given(purposes, channels, decisions)
def test_after_a_stop_nothing_that_can_be_stopped_is_sent_until_they_say_otherwise(
    purpose: Purpose, channel: str, before: list[Decision]
) -> None:
    stop = [said(REFUSED, place=10), said(REFUSED, channel=channel, place=11)]
    assert not may_contact(purpose, channel, NOW, decisions=[*before, *stop]).allowed


@given(purposes, channels, decisions, st.randoms())
def test_the_order_in_which_things_were_written_down_does_not_matter(
    purpose: Purpose, channel: str, what: list[Decision], chance: object
) -> None:
    shuffled = list(what)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert may_contact(purpose, channel, NOW, decisions=what) == may_contact(
        purpose, channel, NOW, decisions=shuffled
    )


@given(purposes, channels, decisions, st.sampled_from(["", "marketing"]), st.sampled_from(["", "sms"]))
def test_one_more_no_never_allows_more_and_one_more_yes_never_less(
    purpose: Purpose, channel: str, what: list[Decision], of: str, on: str
) -> None:
    before = may_contact(purpose, channel, NOW, decisions=what).allowed
    assert may_contact(purpose, channel, NOW, decisions=[*what, said(REFUSED, of, on)]).allowed <= before
    assert may_contact(purpose, channel, NOW, decisions=[*what, said(GRANTED, of, on)]).allowed >= before


@given(decisions, channels)
def test_nobody_is_contacted_for_what_needs_a_yes_without_one_that_names_it(
    what: list[Decision], channel: str
) -> None:
    if may_contact(MARKETING, channel, NOW, decisions=what).allowed:
        assert any(one.answer == GRANTED and one.concerns("marketing", channel) for one in what)


def test_a_yes_takes_back_only_a_no_that_named_no_more_than_it_does() -> None:
    assert allowed(said(GRANTED, "marketing"))
    assert not allowed(said(GRANTED, "marketing", days_ago=2), said(REFUSED, days_ago=1))
    assert not allowed(said(REFUSED, channel="sms", days_ago=2), said(GRANTED, "marketing", days_ago=1))
    assert allowed(said(REFUSED, channel="sms", days_ago=2), said(GRANTED, "marketing", "sms", days_ago=1))
    assert allowed(said(REFUSED, channel="sms", days_ago=2), said(GRANTED, "marketing"), channel="email")


def test_a_no_taken_back_is_not_a_yes() -> None:
    taken_back = (said(GRANTED, "marketing", days_ago=3), said(REFUSED, days_ago=2), said(LIFTED, days_ago=1))
    assert not allowed(*taken_back)
    assert allowed(*taken_back, purpose=Purpose("marketing", "x", OPT_OUT))
    assert allowed(*taken_back, said(GRANTED, "marketing"))


def test_what_they_ordered_goes_on_after_a_stop_but_not_where_they_said_no_by_name() -> None:
    service = Purpose("service", "Service", NECESSARY)
    assert allowed(said(REFUSED), purpose=service)
    assert not allowed(said(REFUSED, channel="sms"), purpose=service)
    assert allowed(said(REFUSED, channel="sms"), purpose=service, channel="email")


@given(moments, quiet_hours, zones)
def test_quiet_hours_end_at_a_moment_that_is_quiet_nowhere(
    at: datetime, quiet: QuietHours, where: list[ZoneInfo]
) -> None:
    answer = may_contact(Purpose("x", "x", OPT_OUT), "sms", at, quiet=quiet, zones=where)
    if answer.allowed:
        assert answer.until is None
    elif answer.until is not None:
        assert answer.until > at
        again = may_contact(Purpose("x", "x", OPT_OUT), "sms", answer.until, quiet=quiet, zones=where)
        assert again.allowed


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2026-03-28T23:00:00Z", "2026-03-29T07:00:00Z"),  # the night in which an hour is missing
        ("2026-10-24T22:00:00Z", "2026-10-25T08:00:00Z"),  # the night that has one more
        ("2026-06-10T12:00:00Z", None),
    ],
)
def test_quiet_hours_follow_the_clocks_of_the_customer(at: str, until: str | None) -> None:
    answer = may_contact(
        Purpose("x", "x", OPT_OUT),
        "sms",
        datetime.fromisoformat(at),
        quiet=NIGHT,
        zones=[ZoneInfo("Europe/London")],
    )
    assert answer.until == (datetime.fromisoformat(until) if until else None)


def test_every_reason_is_told_and_the_end_of_the_last() -> None:
    answer = may_contact(
        MARKETING,
        "sms",
        NOW + timedelta(hours=10),
        decisions=[said(GRANTED, "marketing")],
        quiet=NIGHT,
        zones=[ZoneInfo("UTC")],
        holds=[Hold(NOW + timedelta(days=2, hours=12))],
    )
    assert [reason.code for reason in answer.reasons] == ["hold", "quiet_hours"]
    assert answer.until == datetime(2026, 11, 25, 8, tzinfo=UTC)
    endless = may_contact(MARKETING, "sms", NOW, open_cases=1, holds=[Hold(None)])
    assert [reason.code for reason in endless.reasons] == ["no_consent", "open_case", "hold"]
    assert endless.until is None
    held = Purpose("service", "x", NECESSARY, is_held=False)
    assert may_contact(held, "sms", NOW, open_cases=1, holds=[Hold(None)]).allowed


@pytest.mark.parametrize(
    "text",
    [
        "STOP",
        " stop. ",
        "Stop!",
        "ＳＴＯＰ",
        "please stop texting me",
        "UNSUBSCRIBE",
        "opt-out",
        "Arrêt",
        "СТОП",
        "stop all",
    ],
)
def test_a_stop_word_stops(text: str) -> None:
    assert asks_to_stop(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "cancel my subscription",
        "don't stop",
        "stop by tomorrow",
        "me",
        "the end of issue 9",
        "stop " * 9,
        "🛑",
    ],
)
def test_a_sentence_with_such_a_word_in_it_does_not(text: str) -> None:
    assert not asks_to_stop(text)


@given(st.text(max_size=600))
def test_no_text_makes_the_reading_fail(text: str) -> None:
    assert asks_to_stop(text) in {True, False}
    assert says_to_stop(text) in {True, False}


def test_a_caller_may_say_so_in_many_ways_but_ending_a_subscription_is_none() -> None:
    for speech in (
        "please stop calling me",
        "Don't call me again",
        "take me off your list",
        "no more marketing",
    ):
        assert says_to_stop(speech), speech
    for speech in ("I want to stop my subscription", "unsubscribe from the magazine", "call me back"):
        assert not says_to_stop(speech), speech
