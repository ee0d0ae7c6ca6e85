"""How times, durations and small figures are said."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from desk.panels.words import source_words
from desk.templatetags import ui

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon() -> object:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0:00"),
        (134, "2:14"),
        (3_730, "1:02:10"),
        (-3, "0:00"),
        (None, "–"),
        (timedelta(minutes=1), "1:00"),
    ],
)
def test_a_duration_is_minutes_and_seconds(seconds: float | None, said: str) -> None:
    assert ui.duration(seconds) == said


@pytest.mark.parametrize(
    ("past", "said", "briefly"),
    [
        (timedelta(seconds=3), "just now", "now"),
        (timedelta(minutes=2), "2 min ago", "2 min"),
        (timedelta(hours=3), "3 h ago", "3 h"),
        (timedelta(days=2), "Fri 12:00", "2 d"),
        (timedelta(days=40), "13 Oct", "13 Oct"),
        (timedelta(days=600), "Apr 2025", "Apr 2025"),
    ],
)
def test_the_past_is_said_as_one_would(past: timedelta, said: str, briefly: str) -> None:
    assert (ui.ago(NOON - past), ui.ago_short(NOON - past)) == (said, briefly)


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        (timedelta(minutes=9), "due in 9 min"),
        (timedelta(minutes=59, seconds=50), "due in 1 h"),
        (timedelta(hours=3), "due in 3 h"),
        (timedelta(hours=4, minutes=30), "due in 5 h"),
        (timedelta(days=2), "due Tue 12:00"),
        (timedelta(days=20), "due 12 Dec"),
        (timedelta(minutes=-12), "12 min late"),
        (timedelta(minutes=-59, seconds=-50), "1 h late"),
        (timedelta(hours=-5), "5 h late"),
        (timedelta(hours=-19), "19 h late"),
        (timedelta(days=-9), "9 days late"),
    ],
)
def test_a_promise_says_when_it_is_due_or_how_late_it_is(ahead: timedelta, said: str) -> None:
    assert ui.due(NOON + ahead) == said


def test_nothing_is_said_of_a_time_that_is_not_known() -> None:
    assert [ui.ago(None), ui.ago_short(None), ui.due(None), ui.exact(None), ui.left(None)] == [
        "",
        "",
        "",
        "",
        "–",
    ]


def test_an_offer_runs_down_to_nothing_and_not_below() -> None:
    assert ui.seconds_left(NOON + timedelta(seconds=12)) == 12
    assert ui.ring_left(NOON + timedelta(seconds=5), 20) == 25
    assert ui.seconds_left(NOON - timedelta(seconds=12)) == 0
    assert ui.left(NOON - timedelta(seconds=12)) == "−0:12"


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Robert Whitfield", "RW"), ("Piet de Vries", "PV"), ("J. Sato", "JS"), ("", "·"), ("+44 1", "1")],
)
def test_a_name_has_at_most_two_initials(name: str, letters: str) -> None:
    assert ui.initials(name) == letters


def test_a_line_fills_its_box_and_keeps_its_goal_inside() -> None:
    line = ui.spark([0, 10, 5], goal=20)
    assert line == {"points": "0.0,26.0 50.0,14.0 100.0,20.0", "goal": "2.0"}


@pytest.mark.parametrize("values", [None, [], [None], [7], [3, 3, 3]])
def test_a_line_of_nothing_or_of_one_value_is_still_a_line(values: list[float] | None) -> None:
    assert ui.spark(values)["points"].startswith("0")


def test_the_parts_of_a_bar_fill_it_and_leave_out_what_is_empty() -> None:
    shares = ui.bar_parts(
        [{"kind": "busy", "count": 3}, {"kind": "hold", "count": 0}, {"kind": "ready", "count": 1}]
    )
    assert [(share["kind"], share["x"], share["width"]) for share in shares] == [
        ("busy", "0.00", "74.60"),
        ("ready", "75.00", "24.60"),
    ]


def test_a_partners_mark_says_its_name_and_a_machines_says_what_it_is() -> None:
    assert ui.hand_name("partner", "Digipress") == "Digipress, partner"
    assert ui.hand_name("ivr", "") == "IVR"


def test_a_shortcut_is_printed_as_its_caps_and_said_as_its_keys() -> None:
    assert ui.key_label("mod+k") == "Ctrl K"
    assert ui.aria_key("mod+k") == "Control+K"


@pytest.mark.parametrize(
    ("source", "said"),
    [("ivr:reason", "said in the phone menu"), ("partner:api", "from the partner’s system")],
)
def test_where_a_fact_was_learned_is_said_in_words(source: str, said: str) -> None:
    assert source_words(source) == said
