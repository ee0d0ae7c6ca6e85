"""What contradicts itself is refused with the reason and the field. No database."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest

from routing.setup_rules import (
    HOUSE,
    Person,
    PoolFacts,
    Problem,
    World,
    check_channel,
    check_hours,
    check_pool,
    check_queue,
    could_serve,
    open_hours,
)

TODAY = date(2026, 11, 23)
NINE, NOON, FIVE = time(9), time(12), time(17)


def step(*pools: str, wait: int | None = None, **settings: Any) -> dict[str, Any]:
    return {
        "name": "",
        "pools": list(pools or (HOUSE,)),
        "wait_seconds": wait,
        "is_alone": False,
        "skip_if_unstaffed": False,
        "own_requirements": False,
        "requirements": [],
        **settings,
    }


def share(pool: str, percent: float, low: float = 0, high: float = 100) -> dict[str, Any]:
    return {"pool": pool, "percent": percent, "floor_percent": low, "ceiling_percent": high}


def overflow(pool: str, opens: int = 60, closes: int = 20, home: str | None = None) -> dict[str, Any]:
    return {
        "pool": pool,
        "home_queue": home,
        "opens_at_wait_seconds": opens,
        "closes_at_wait_seconds": closes,
        "home_max_wait_seconds": 20,
        "min_hold_seconds": 300,
        "is_active": True,
    }


def queue(slug: str = "main", **settings: Any) -> dict[str, Any]:
    return {
        "slug": slug,
        "name": slug.title(),
        "is_active": True,
        "hours": None,
        "acceleration": 1.0,
        "score_cap": None,
        "fit": "all",
        "agent_order": [],
        "sticky": "none",
        "sticky_hours": 72,
        "offer_seconds": 20,
        "offers_at_once": 1,
        "wrap_up": "timed",
        "wrap_up_seconds": 60,
        "deadline_seconds": 3600,
        "final_action": "voicemail",
        "final_queue": None,
        "final_pool": None,
        "final_text": "",
        "callback_tries": 3,
        "split_minutes": 60,
        "requirements": [],
        "steps": [],
        "shares": [],
        "overflows": [],
        **settings,
    }


def hours(*spans: tuple[int, time, time], zone: str = "Europe/London", **settings: Any) -> dict[str, Any]:
    listed = [{"weekday": day, "opens": opens, "closes": closes} for day, opens, closes in spans]
    return {"slug": "office", "name": "Office", "time_zone": zone, "spans": listed, "holidays": []} | settings


OFFICE = hours((0, NINE, FIVE))
ANA = Person(1, "Ana", frozenset({HOUSE}), {"billing": 3})
NURA = Person(2, "Nura", frozenset({HOUSE, "nurses"}), {"nursing": 5}, {"nursing": date(2026, 12, 31)})
PAULA = Person(3, "Paula", frozenset({"offshore"}), {"billing": 5})
THERE = World(
    people=(ANA, NURA, PAULA),
    pools={
        "nurses": PoolFacts("nurses", "Local nurses"),
        "night": PoolFacts("night", "Night team"),
        "offshore": PoolFacts(
            "offshore", "Offshore", partner_name="Offshore", covers=frozenset({"main", "second"})
        ),
    },
    skills={"billing": "Billing", "nursing": "Nursing licence", "welsh": "Welsh"},
    hours={"office": open_hours(OFFICE)},
    queues={"second": queue("second"), "third": queue("third", final_action="queue", final_queue="main")},
    today=TODAY,
)


def told(found: list[Problem]) -> list[tuple[str, str]]:
    return [(problem.code, problem.field) for problem in found]


def needs(skill: str, level: int = 1) -> list[dict[str, Any]]:
    return [{"skill": skill, "level": level}]


def test_a_queue_that_holds_together_is_taken() -> None:
    whole = queue(
        hours="office",
        requirements=needs("billing", 2),
        steps=[step(HOUSE, wait=12), step("offshore")],
        shares=[share(HOUSE, 85), share("offshore", 15, 5, 40)],
        final_action="queue",
        final_queue="second",
    )
    assert check_queue(whole, THERE) == []


CONTRADICTIONS = {
    "a pool nobody belongs to": (queue(steps=[step("night")]), ("pool_empty", "steps/0/pools")),
    "a skill nobody has": (queue(requirements=needs("welsh")), ("skill_missing", "steps/0/requirements")),
    "a level nobody reaches": (
        queue(
            requirements=needs("nursing", 5),
            steps=[step("nurses", own_requirements=True, requirements=needs("billing", 4))],
        ),
        ("skill_missing", "steps/0/requirements"),
    ),
    "skills only apart": (
        queue(requirements=[*needs("billing"), *needs("nursing")]),
        ("skills_apart", "steps/0/requirements"),
    ),
    "a contract that covers other queues": (
        queue("parcels", steps=[step("offshore")]),
        ("not_in_contract", "steps/0/pools"),
    ),
    "a step before the last without a wait": (
        queue(steps=[step(), step("offshore")]),
        ("wait_missing", "steps/0/wait_seconds"),
    ),
    "a step behind the deadline": (
        queue(steps=[step(wait=60), step("offshore")], deadline_seconds=60),
        ("beyond_deadline", "steps/1/wait_seconds"),
    ),
    "a step without a pool": (queue(steps=[step() | {"pools": []}]), ("no_pool", "steps/0/pools")),
    "no final action": (queue(final_action=""), ("no_final_action", "final_action")),
    "a message without words": (queue(final_action="message"), ("text_missing", "final_text")),
    "a final queue that is itself": (
        queue(final_action="queue", final_queue="main"),
        ("points_at_itself", "final_queue"),
    ),
    "final queues in a circle": (
        queue(final_action="queue", final_queue="third"),
        ("circle", "final_queue"),
    ),
    "a team as final partner": (
        queue(final_action="partner", final_pool="nurses"),
        ("no_partner", "final_pool"),
    ),
    "shares over a hundred": (
        queue(steps=[step(HOUSE, "offshore")], shares=[share(HOUSE, 90), share("offshore", 15)]),
        ("over_hundred", "shares"),
    ),
    "floors over a hundred": (
        queue(steps=[step(HOUSE, "offshore")], shares=[share(HOUSE, 90, 90), share("offshore", 15, 15)]),
        ("floors_too_high", "shares"),
    ),
    "ceilings that leave contacts to nobody": (
        queue(
            steps=[step(HOUSE, "offshore")], shares=[share(HOUSE, 50, 0, 60), share("offshore", 15, 0, 20)]
        ),
        ("ceilings_too_low", "shares"),
    ),
    "a floor above its share": (
        queue(shares=[share(HOUSE, 10, 20)]),
        ("floor_above_share", "shares/0/floor_percent"),
    ),
    "a share of a pool no step opens": (
        queue(shares=[share("nurses", 10)]),
        ("never_opened", "shares/0/pool"),
    ),
    "overflow that closes above where it opens": (
        queue(overflows=[overflow("offshore", opens=20, closes=60)]),
        ("closes_above_opening", "overflows/0/closes_at_wait_seconds"),
    ),
    "overflow that lends to its own home": (
        queue(overflows=[overflow("offshore", home="main")]),
        ("lends_to_itself", "overflows/0/home_queue"),
    ),
    "a pool that is not there": (queue(steps=[step("moon")]), ("unknown_pool", "steps/0/pools")),
    "an offer too short": (queue(offer_seconds=4), ("bad_offer", "offer_seconds")),
    "points that are no number": (queue(acceleration=float("nan")), ("bad_number", "acceleration")),
}


@pytest.mark.parametrize("what", CONTRADICTIONS)
def test_a_contradiction_is_named_with_its_field(what: str) -> None:
    document, expected = CONTRADICTIONS[what]
    assert expected in told(check_queue(document, THERE))


def test_a_licence_that_ran_out_for_all_serves_nobody_and_says_so() -> None:
    urgent = queue("urgent", steps=[step("nurses")], requirements=needs("nursing"))
    assert check_queue(urgent, THERE) == []
    later = World(THERE.people, THERE.pools, THERE.skills, {}, {}, today=date(2027, 1, 1))
    [problem] = check_queue(urgent, later)
    assert (problem.code, problem.field, problem.of_people) == (
        "licence_expired",
        "steps/0/requirements",
        True,
    )
    assert problem.message == "The licence Nursing licence has run out for everybody here."


def test_a_step_counts_those_of_its_own_pools_who_have_what_it_asks_for() -> None:
    document = queue(
        requirements=needs("billing"),
        steps=[step(HOUSE, wait=5), step("offshore", wait=5), step("nurses", own_requirements=True)],
    )
    names = [[person.name for person in could_serve(document, place, THERE)] for place in range(3)]
    assert names == [["Ana"], ["Paula"], ["Nura"]]


def test_a_closed_queue_may_have_nobody_and_a_company_without_people_may_set_up() -> None:
    empty = queue(steps=[step("night")])
    assert check_queue({**empty, "is_active": False}, THERE) == []
    assert check_queue(empty, World(pools=THERE.pools, today=TODAY)) == []


def test_a_queue_whose_hours_never_open_is_refused() -> None:
    shut = World(THERE.people, THERE.pools, {}, {"never": open_hours(hours())}, {}, today=TODAY)
    assert told(check_queue(queue(hours="never"), shut)) == [("never_open", "hours")]


SPANS = {
    "overlap": (hours((0, NINE, FIVE), (0, NOON, time(18))), ("spans_overlap", "spans/1/opens")),
    "overlap past midnight": (
        hours((0, NOON, time(0)), (0, FIVE, time(18))),
        ("spans_overlap", "spans/1/opens"),
    ),
    "backwards": (hours((0, FIVE, NINE)), ("ends_before_begin", "spans/0/closes")),
    "none": (hours(), ("never_open", "spans")),
    "zone": (hours((0, NINE, FIVE), zone="Europe/Atlantis"), ("unknown_time_zone", "time_zone")),
    "twice": (
        hours((0, NINE, FIVE), holidays=[{"date": TODAY, "name": "", "opens": None, "closes": None}] * 2),
        ("day_twice", "holidays/1/date"),
    ),
    "half a span": (
        hours((0, NINE, FIVE), holidays=[{"date": TODAY, "name": "", "opens": NINE, "closes": None}]),
        ("half_a_span", "holidays/0/closes"),
    ),
}


@pytest.mark.parametrize("what", SPANS)
def test_hours_that_contradict_themselves_are_named_with_their_field(what: str) -> None:
    document, expected = SPANS[what]
    assert told(check_hours(document)) == [expected]


def test_hours_may_touch_and_may_last_until_midnight() -> None:
    assert check_hours(hours((0, NINE, NOON), (0, NOON, FIVE), (5, FIVE, time(0)))) == []


def test_a_channel_takes_at_most_a_whole_agent_and_never_excludes_itself() -> None:
    def rule(**settings: Any) -> dict[str, Any]:
        usual = {"channel": "chat", "units": 33, "most": 3, "excludes": ["mail"], "is_interruptible": False}
        return usual | settings

    assert check_channel(rule()) == []
    assert told(check_channel(rule(units=101, most=None))) == [("bad_units", "units")]
    assert told(check_channel(rule(most=4))) == [("never_reached", "most")]
    assert told(check_channel(rule(excludes=["chat"]))) == [("excludes_itself", "excludes")]


def test_a_pool_is_not_called_as_everybody_is_and_a_partners_names_nobody() -> None:
    assert told(check_pool({"slug": HOUSE, "partner": None, "members": []})) == [("slug_taken", "slug")]
    assert told(check_pool({"slug": "x", "partner": "digipress", "members": [1]})) == [
        ("members_of_partner", "members")
    ]
