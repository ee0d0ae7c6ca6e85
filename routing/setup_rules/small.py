"""Channels, pools and levels of skill."""

from collections.abc import Iterator

from routing.engine.values import CAPACITY_UNITS
from routing.setup_rules.values import HOUSE, Document, Problem

LEVELS = range(1, 6)


def check_channel(rule: Document) -> list[Problem]:
    """What is wrong with a channel's rule."""
    return list(_channel(rule))


def _channel(rule: Document) -> Iterator[Problem]:
    units, most = rule["units"], rule["most"]
    if not 1 <= units <= CAPACITY_UNITS:
        yield Problem("bad_units", "units", f"Of an agent's {CAPACITY_UNITS} units: 1 to {CAPACITY_UNITS}.")
    elif most is not None and most * units > CAPACITY_UNITS and not rule["is_interruptible"]:
        fits = CAPACITY_UNITS // units
        yield Problem("never_reached", "most", f"At {units} units each no more than {fits} fit at once.")
    if most is not None and most < 1:
        yield Problem("bad_most", "most", "At least one at once, or nobody could ever be served.")
    if rule["channel"] in rule["excludes"]:
        yield Problem(
            "excludes_itself", "excludes", "A channel cannot exclude itself; limit how many at once instead."
        )


def check_pool(pool: Document) -> list[Problem]:
    """What is wrong with a pool."""
    if pool["slug"] == HOUSE:
        return [Problem("slug_taken", "slug", "“in-house” is everybody in the company; choose another.")]
    if pool["partner"] and pool["members"]:
        return [
            Problem("members_of_partner", "members", "The partner's agents are in its pool by themselves.")
        ]
    return []


def check_skill_level(skill: Document, kind: str, at: str) -> list[Problem]:
    """What is wrong with what somebody is said to be able to do; `at`: the field's path."""
    problems = []
    if skill["level"] not in LEVELS:
        problems.append(Problem("bad_level", f"{at}/level", "Levels go from 1 to 5."))
    if kind == "licence" and skill["valid_until"] is None:
        problems.append(
            Problem(
                "licence_without_end",
                f"{at}/valid_until",
                "Say up to which day the licence holds.",
            )
        )
    return problems
