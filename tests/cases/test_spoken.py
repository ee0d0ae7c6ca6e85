"""What the telephone says it already knows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from cases.actions import keep_promise, make_promise
from cases.spoken import SpokenPromise, spoken_summary, tell, tell_time, with_article
from customers.actions import create_customer, record_fact
from tests.people import Cast

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 9, 12, 0, tzinfo=UTC)


def link(
    state: str = "open", hours: float = 22, company: str = "Digipress", outcome: str = ""
) -> SpokenPromise:
    return SpokenPromise(company, "access link by e-mail", state, NOW + timedelta(hours=hours), outcome)


def test_what_is_known_is_said_in_two_sentences() -> None:
    assert tell(2, [link()], NOW, LONDON) == (
        "Two issues were reported missing. "
        "Digipress promised an access link by e-mail by tomorrow at 10 in the morning."
    )


def test_nothing_known_is_nothing_said() -> None:
    assert tell(0, [], NOW, LONDON) == ""


def test_our_own_promise_is_ours() -> None:
    assert tell(0, [link(company="", hours=3)], NOW, LONDON) == (
        "We promised an access link by e-mail by today at 3 in the afternoon."
    )


def test_a_broken_promise_is_admitted() -> None:
    told = tell(1, [link("broken", hours=-24)], NOW, LONDON)
    assert told == (
        "One issue was reported missing. Digipress promised an access link by e-mail by yesterday at noon. "
        "That has not happened yet, and we are sorry."
    )


def test_a_kept_promise_is_told_with_what_came_of_it() -> None:
    told = tell(0, [link("kept", hours=-1, outcome="Link sent by e-mail.")], NOW, LONDON)
    assert told == (
        "Digipress promised an access link by e-mail, and told us today at 11 in the morning: "
        "Link sent by e-mail."
    )


def test_further_promises_are_counted() -> None:
    assert tell(0, [link(), link(), link()], NOW, LONDON).endswith("Two more are open.")


def test_the_summary_follows_the_record_from_promise_to_outcome(cast: Cast) -> None:
    with time_machine.travel(NOW, tick=False):
        robert = create_customer(actor=cast.ana.actor, display_name="Robert")
        assert spoken_summary(robert.id, NOW, "Europe/London") == ""
        record_fact(robert.id, key="missing_issues", value=["9", "10"], actor=cast.ana.actor, source="desk")
        made = make_promise(
            robert.id,
            text="access link by e-mail",
            due_at=NOW + timedelta(hours=22),
            actor=cast.ana.actor,
            owed_by_id=cast.partner.id,
        )
        assert "by tomorrow at 10" in spoken_summary(robert.id, NOW, "Europe/London")
        keep_promise(made.id, actor=cast.paula.actor, outcome="Link sent by e-mail.")
        assert "Link sent" in spoken_summary(robert.id, NOW + timedelta(minutes=5), "Europe/London")


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("2026-11-09T13:30+00:00", "today at 1:30 in the afternoon"),
        ("2026-11-10T00:00+00:00", "tomorrow at midnight"),
        ("2026-11-12T19:00+00:00", "Thursday at 7 in the evening"),
        ("2026-11-05T19:00+00:00", "last Thursday"),
        ("2026-12-03T10:00+00:00", "the 3rd of December"),
        ("2027-01-21T10:00+00:00", "the 21st of January 2027"),
        ("2026-10-12T10:00+00:00", "the 12th of October"),
    ],
)
def test_times_are_said_as_people_say_them(moment: str, words: str) -> None:
    assert tell_time(datetime.fromisoformat(moment), NOW, LONDON) == words


def test_times_are_the_companys_own() -> None:
    late = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
    assert tell_time(late, late - timedelta(hours=3), LONDON) == "tomorrow at 12:30 in the morning"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("access link by e-mail", "an access link by e-mail"),
        ("Refund to the card.", "a refund to the card"),
        ("refund the second charge", "to refund the second charge"),
        ("refund", "a refund"),
        ("call back by Friday", "to call back by Friday"),
        ("to call back", "to call back"),
        ("the missing issue", "the missing issue"),
        ("copies of both issues", "copies of both issues"),
        ("2 new copies", "2 new copies"),
        ("SIM card", "a SIM card"),
        ("  ", "something"),
        ("<Say>refund</Say>", "a sayrefund/Say"),
    ],
)
def test_a_promise_becomes_the_object_of_a_sentence(text: str, words: str) -> None:
    assert with_article(text) == words


@given(st.text(max_size=400), st.text(max_size=400))
def test_any_words_make_a_short_sentence_without_markup(text: str, outcome: str) -> None:
    told = tell(2, [SpokenPromise("Digipress", text, "kept", NOW, outcome)], NOW, LONDON)
    assert not set("<>{}[]") & set(told)
    assert len(told) < 500
