"""A queue's settings: what contradicts itself, what can never happen, where a contact would be stranded."""

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from accounts.hours.rules import OpenHours, next_opening
from routing.engine.values import DEFAULT_ORDER
from routing.setup_rules.staff import nobody_because, steps_of
from routing.setup_rules.values import HOUSE, Document, Problem, World

OFFER_SECONDS = range(5, 901)
MOST_OFFERS = 10
MOST_STEPS = 20
_FINALS = ("voicemail", "callback", "message", "queue", "partner")
_FLOATS = ("acceleration", "score_cap")


def check_queue(queue: Document, world: World) -> list[Problem]:
    """What is wrong with one queue. A closed one takes nobody, so who could serve does not matter."""
    found = [
        *_numbers(queue),
        *_known(queue, world),
        *_steps(queue),
        *_final(queue, world),
        *_shares(queue),
        *_overflows(queue),
    ]
    if queue.get("is_active", True):
        found += [*_staffed(queue, world), *_opens(queue, world)]
    return list(dict.fromkeys(found))


def check_queues_together(queues: Iterable[Document], world: World) -> dict[str, list[Problem]]:
    """What is wrong with each of them, by slug."""
    return {queue["slug"]: check_queue(queue, world) for queue in queues}


def _numbers(queue: Document) -> Iterator[Problem]:
    for name in _FLOATS:
        value = queue.get(name)
        if value is not None and (not math.isfinite(value) or value < 0):
            yield Problem("bad_number", name, "A number from 0 on.")
    if queue["offer_seconds"] not in OFFER_SECONDS:
        yield Problem("bad_offer", "offer_seconds", "An offer stands for 5 to 900 seconds.")
    if not 1 <= queue["offers_at_once"] <= MOST_OFFERS:
        yield Problem("bad_offer", "offers_at_once", f"Offered to 1 to {MOST_OFFERS} agents at once.")
    if queue["deadline_seconds"] < 1:
        yield Problem("bad_deadline", "deadline_seconds", "At least a second, or nobody is ever served.")
    if queue["sticky"] != "none" and not queue["sticky_hours"]:
        yield Problem("bad_sticky", "sticky_hours", "Say how long the last contact counts.")
    if queue["split_minutes"] < 1:
        yield Problem("bad_split", "split_minutes", "At least a minute.")
    if queue["callback_tries"] < 1:
        yield Problem("bad_tries", "callback_tries", "At least one try.")
    if queue["wrap_up"] == "timed" and not queue["wrap_up_seconds"]:
        yield Problem("bad_wrap_up", "wrap_up_seconds", "A wrap-up that ends by itself needs a time.")
    order = queue["agent_order"]
    if set(order) - set(DEFAULT_ORDER) or len(set(order)) != len(order):
        yield Problem("bad_order", "agent_order", f"Each of these once at most: {', '.join(DEFAULT_ORDER)}.")


def _known(queue: Document, world: World) -> Iterator[Problem]:
    """Everything is named that is there."""
    for at, slug in _pools_named(queue):
        if world.pool(slug) is None:
            yield Problem("unknown_pool", at, f"There is no pool “{slug}”.")
    for at, need in _skills_named(queue):
        if need["skill"] not in world.skills:
            yield Problem("unknown_skill", f"{at}/skill", f"There is no skill “{need['skill']}”.")
        if not 1 <= need["level"] <= 5:
            yield Problem("bad_level", f"{at}/level", "Levels go from 1 to 5.")
    for at, needs in _needs(queue):
        slugs = [need["skill"] for need in needs]
        if len(set(slugs)) < len(slugs):
            yield Problem("skill_twice", at, "A skill is required once.")
    if queue["hours"] and queue["hours"] not in world.hours:
        yield Problem("unknown_hours", "hours", f"There are no opening hours “{queue['hours']}”.")
    for place, rule in enumerate(queue["overflows"]):
        if rule["home_queue"] and rule["home_queue"] not in world.queues:
            yield Problem("unknown_queue", f"overflows/{place}/home_queue", "There is no such queue.")


def _pools_named(queue: Document) -> Iterator[tuple[str, str]]:
    for place, step in enumerate(queue["steps"]):
        yield from ((f"steps/{place}/pools", slug) for slug in step["pools"])
    for name in ("shares", "overflows"):
        yield from ((f"{name}/{place}/pool", one["pool"]) for place, one in enumerate(queue[name]))
    if queue["final_pool"]:
        yield "final_pool", queue["final_pool"]


def _needs(queue: Document) -> Iterator[tuple[str, Sequence[Document]]]:
    yield "requirements", queue["requirements"]
    for place, step in enumerate(queue["steps"]):
        yield f"steps/{place}/requirements", step["requirements"]


def _skills_named(queue: Document) -> Iterator[tuple[str, Document]]:
    for at, needs in _needs(queue):
        yield from ((f"{at}/{place}", need) for place, need in enumerate(needs))


def _steps(queue: Document) -> Iterator[Problem]:
    steps = queue["steps"]
    if len(steps) > MOST_STEPS:
        yield Problem("too_many_steps", "steps", f"At most {MOST_STEPS} steps.")
    passed = 0
    for place, step in enumerate(steps):
        at, is_last = f"steps/{place}", place == len(steps) - 1
        if not step["pools"]:
            yield Problem("no_pool", f"{at}/pools", "A step opens at least one pool.")
        if len(set(step["pools"])) < len(step["pools"]):
            yield Problem("pool_twice", f"{at}/pools", "A pool is opened once by a step.")
        if step["wait_seconds"] is None and not is_last:
            yield Problem(
                "wait_missing", f"{at}/wait_seconds", "Without a wait the steps after this one never open."
            )
        if passed >= queue["deadline_seconds"]:
            yield Problem(
                "beyond_deadline", f"{at}/wait_seconds", "The final action comes before this step opens."
            )
        passed += step["wait_seconds"] or 0


def _final(queue: Document, world: World) -> Iterator[Problem]:
    kind = queue["final_action"]
    if kind not in _FINALS:
        yield Problem("no_final_action", "final_action", "Say what happens when nobody could answer in time.")
    if kind == "message" and not queue["final_text"].strip():
        yield Problem("text_missing", "final_text", "Say what callers are told before the line ends.")
    if kind == "queue":
        yield from _final_queue(queue, world)
    if kind == "partner":
        pool = world.pool(queue["final_pool"] or "")
        if pool is None or not pool.partner_name:
            yield Problem("no_partner", "final_pool", "Choose a partner's pool.")
        elif not pool.is_active or (pool.covers is not None and queue["slug"] not in pool.covers):
            yield Problem(
                "not_in_contract",
                "final_pool",
                f"No contract in force lets {pool.name} serve this queue.",
                of_people=True,
            )


def _final_queue(queue: Document, world: World) -> Iterator[Problem]:
    target, seen = queue["final_queue"], [queue["slug"]]
    if not target or (target not in world.queues and target != queue["slug"]):
        yield Problem("no_final_queue", "final_queue", "Choose the queue contacts move to.")
        return
    if target == queue["slug"]:
        yield Problem("points_at_itself", "final_queue", "A queue cannot be its own final action.")
        return
    if not world.queues[target].get("is_active", True):
        yield Problem("queue_closed", "final_queue", "That queue is switched off.")
    while target in world.queues and target not in seen:
        seen.append(target)
        following = world.queues[target]
        if following["final_action"] != "queue":
            return
        target = following["final_queue"]
    if target in seen:
        way = " → ".join([*seen, target])
        yield Problem("circle", "final_queue", f"Contacts would go round in a circle: {way}.")


def _shares(queue: Document) -> Iterator[Problem]:
    shares = queue["shares"]
    for place, share in enumerate(shares):
        yield from _share(share, f"shares/{place}", queue)
    pools = [share["pool"] for share in shares]
    if len(set(pools)) < len(pools):
        yield Problem("pool_twice", "shares", "A pool has one share.")
    if (total := sum(share["percent"] for share in shares)) > 100.001:
        yield Problem("over_hundred", "shares", f"The shares make {total:g} %, which is more than 100 %.")
    if (floors := sum(share["floor_percent"] for share in shares)) > 100.001:
        yield Problem("floors_too_high", "shares", f"The floors alone make {floors:g} %.")
    everyone = {slug for step in steps_of(queue) for slug in step["pools"]}
    ceilings = sum(share["ceiling_percent"] for share in shares)
    if shares and everyone <= set(pools) and ceilings < 99.999:
        yield Problem(
            "ceilings_too_low", "shares", f"The ceilings make {ceilings:g} %: some contacts could go nowhere."
        )


def _share(share: Document, at: str, queue: Document) -> Iterator[Problem]:
    percent, low, high = share["percent"], share["floor_percent"], share["ceiling_percent"]
    for name, value in (("percent", percent), ("floor_percent", low), ("ceiling_percent", high)):
        if not 0 <= value <= 100:
            yield Problem("bad_percent", f"{at}/{name}", "From 0 to 100 %.")
    if low > percent:
        yield Problem("floor_above_share", f"{at}/floor_percent", "The floor is above the share.")
    if high < percent:
        yield Problem("ceiling_below_share", f"{at}/ceiling_percent", "The ceiling is below the share.")
    opened = {slug for step in steps_of(queue) for slug in step["pools"]}
    opened |= {rule["pool"] for rule in queue["overflows"]}
    if share["pool"] not in opened:
        yield Problem("never_opened", f"{at}/pool", "No step of this queue opens that pool.")


def _overflows(queue: Document) -> Iterator[Problem]:
    pools = [rule["pool"] for rule in queue["overflows"]]
    if len(set(pools)) < len(pools):
        yield Problem("pool_twice", "overflows", "A pool helps a queue by one rule.")
    first = set(steps_of(queue)[0]["pools"])
    for place, rule in enumerate(queue["overflows"]):
        at = f"overflows/{place}"
        if rule["pool"] == HOUSE:
            yield Problem("house_lends", f"{at}/pool", "Choose a team or a partner; in-house is everybody.")
        if rule["closes_at_wait_seconds"] >= rule["opens_at_wait_seconds"]:
            yield Problem(
                "closes_above_opening",
                f"{at}/closes_at_wait_seconds",
                "It closes below where it opens, or it would open and close without end.",
            )
        if rule["home_queue"] == queue["slug"]:
            yield Problem("lends_to_itself", f"{at}/home_queue", "The home is another queue than this one.")
        if rule["pool"] in first:
            yield Problem("opened_anyway", f"{at}/pool", "The first step opens that pool already.")


def _staffed(queue: Document, world: World) -> Iterator[Problem]:
    """Every step has somebody who can take a contact; a company without people yet is setting up."""
    if not world.people:
        return
    for place, step in enumerate(steps_of(queue)):
        if any(world.pool(slug) is None for slug in step["pools"]):
            continue
        why = nobody_because(queue, place, world)
        if why is not None:
            code, words = why
            field = "pools" if code in {"pool_empty", "not_in_contract", "pool_closed"} else "requirements"
            yield Problem(code, f"steps/{place}/{field}", words, of_people=True)


def _opens(queue: Document, world: World) -> Iterator[Problem]:
    hours = world.hours.get(queue["hours"] or "")
    if hours is not None and _never(hours, world.today):
        yield Problem("never_open", "hours", "With these hours the queue never opens.", of_people=True)
    for place, step in enumerate(steps_of(queue)):
        pools = [pool for slug in step["pools"] if (pool := world.pool(slug)) is not None]
        if pools and all(pool.hours is not None and _never(pool.hours, world.today) for pool in pools):
            yield Problem(
                "never_open", f"steps/{place}/pools", "Its pools never open by their hours.", of_people=True
            )


def _never(hours: OpenHours, today: date) -> bool:
    begins = datetime(today.year, today.month, today.day, tzinfo=ZoneInfo(hours.time_zone))
    return next_opening(hours, begins) is None
