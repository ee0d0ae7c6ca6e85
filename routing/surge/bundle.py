"""What a surge plan changes while it runs, and whether that makes sense. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from routing.engine import IN_HOUSE, Rulebook

LONGEST_MINUTES = 7 * 24 * 60
MOST_SEATS = 500
LONGEST_ANNOUNCEMENT = 240
LONGEST_TITLE = 160
LONGEST_BODY = 2000
URGENCIES = ("calm", "soon", "now")
AUDIENCES = ("all", "inhouse")


@dataclass(frozen=True)
class Opened:
    """A pool that may take a queue's contacts too, from this step on (0: the first)."""

    queue_id: int
    pool_id: int
    step: int = 0


@dataclass(frozen=True)
class NewSplit:
    """Shares instead of the queue's, in per cent by pool."""

    queue_id: int
    percents: Mapping[int, float]
    strict: bool = False


@dataclass(frozen=True)
class NewCapacity:
    """What a contact on a channel takes of an agent's 100 units; `most` at once, None: as many as fit."""

    channel: str
    units: int
    most: int | None = None


@dataclass(frozen=True)
class Marquee:
    """What the desktops say meanwhile."""

    title: str
    body: str = ""
    urgency: str = "soon"
    audience: str = "all"


@dataclass(frozen=True)
class SeatWish:
    """More seats from a partner, from so many minutes after the start on; answered within so many."""

    partner_id: int
    seats: int
    answer_minutes: int = 15
    from_minutes: int = 30


@dataclass(frozen=True)
class Bundle:
    """Everything a plan changes, for `minutes` from its start."""

    minutes: int = 120
    opened: tuple[Opened, ...] = ()
    splits: tuple[NewSplit, ...] = ()
    announcements: tuple[tuple[int, str], ...] = ()
    channels: tuple[NewCapacity, ...] = ()
    marquee: Marquee | None = None
    asks: tuple[SeatWish, ...] = ()

    def __bool__(self) -> bool:
        parts = (self.opened, self.splits, self.announcements, self.channels, self.marquee, self.asks)
        return any(parts)

    @property
    def replaces(self) -> frozenset[str]:
        """The settings that no other plan may replace at the same time; pools may be opened by several."""
        splits = {f"split:{one.queue_id}" for one in self.splits}
        says = {f"announcement:{queue_id}" for queue_id, _ in self.announcements}
        return frozenset({*splits, *says, *(f"channel:{one.channel}" for one in self.channels)})


@dataclass(frozen=True)
class BundleProblem:
    """Why a bundle is not taken; `field` is named as in the form."""

    code: str
    field: str
    message: str


def as_json(bundle: Bundle) -> dict[str, Any]:
    """As it is stored."""
    marquee = bundle.marquee
    return {
        "minutes": bundle.minutes,
        "pools": [{"queue": one.queue_id, "pool": one.pool_id, "step": one.step} for one in bundle.opened],
        "splits": [
            {
                "queue": one.queue_id,
                "strict": one.strict,
                "shares": [{"pool": pool, "percent": percent} for pool, percent in one.percents.items()],
            }
            for one in bundle.splits
        ],
        "announcements": [{"queue": queue_id, "text": text} for queue_id, text in bundle.announcements],
        "channels": [vars(one) for one in bundle.channels],
        "marquee": vars(marquee) if marquee else None,
        "asks": [
            {
                "partner": one.partner_id,
                "seats": one.seats,
                "answer_minutes": one.answer_minutes,
                "from_minutes": one.from_minutes,
            }
            for one in bundle.asks
        ],
    }


def of_json(stored: Mapping[str, Any]) -> Bundle:
    """The same again."""
    return Bundle(
        minutes=stored["minutes"],
        opened=tuple(Opened(one["queue"], one["pool"], one["step"]) for one in stored["pools"]),
        splits=tuple(
            NewSplit(
                one["queue"], {share["pool"]: share["percent"] for share in one["shares"]}, one["strict"]
            )
            for one in stored["splits"]
        ),
        announcements=tuple((one["queue"], one["text"]) for one in stored["announcements"]),
        channels=tuple(NewCapacity(**one) for one in stored["channels"]),
        marquee=Marquee(**stored["marquee"]) if stored["marquee"] else None,
        asks=tuple(
            SeatWish(one["partner"], one["seats"], one["answer_minutes"], one["from_minutes"])
            for one in stored["asks"]
        ),
    )


def problems(bundle: Bundle, rules: Rulebook, partners: Mapping[int, str]) -> list[BundleProblem]:
    """Everything that is wrong with it where `rules` are set up; `partners` are names by id."""
    return [
        *_of_time(bundle),
        *_of_pools(bundle, rules),
        *_of_splits(bundle, rules),
        *_of_words(bundle, rules),
        *_of_channels(bundle, rules),
        *_of_asks(bundle, partners),
    ]


def _of_time(bundle: Bundle) -> Iterator[BundleProblem]:
    if not bundle:
        yield BundleProblem("empty", "name", "A plan changes at least one thing.")
    if not 1 <= bundle.minutes <= LONGEST_MINUTES:
        yield BundleProblem("bad_time", "minutes", f"Between 1 and {LONGEST_MINUTES:,} minutes.")


def _of_pools(bundle: Bundle, rules: Rulebook) -> Iterator[BundleProblem]:
    for one in bundle.opened:
        field = f"pool-{one.queue_id}-{one.pool_id}"
        plan, pool = rules.plans.get(one.queue_id), rules.pools.get(one.pool_id)
        if plan is None or pool is None:
            yield BundleProblem("unknown", field, "There is no such queue or pool any more.")
        elif not 0 <= one.step < len(plan.steps):
            yield BundleProblem("bad_step", field, f"{plan.name} has {len(plan.steps)} steps.")
        elif pool.queues is not None and plan.slug not in pool.queues:
            yield BundleProblem(
                "not_covered", field, f"The contract of {pool.name} does not cover {plan.name}."
            )


def _of_splits(bundle: Bundle, rules: Rulebook) -> Iterator[BundleProblem]:
    for one in bundle.splits:
        plan = rules.plans.get(one.queue_id)
        first = f"share-{one.queue_id}-{min(one.percents, default=IN_HOUSE)}"
        if plan is None:
            yield BundleProblem("unknown", first, "There is no such queue any more.")
            continue
        serving = {pool for step in plan.steps for pool in step.pools}
        serving |= {opened.pool_id for opened in bundle.opened if opened.queue_id == one.queue_id}
        for pool_id, percent in one.percents.items():
            field = f"share-{one.queue_id}-{pool_id}"
            if pool_id not in serving:
                yield BundleProblem("not_serving", field, f"This pool does not serve {plan.name}: open it.")
            if not 0 <= percent <= 100:
                yield BundleProblem("bad_share", field, "Between 0 and 100 per cent.")
        if sum(one.percents.values()) > 100.0001:
            told = f"Together these are {sum(one.percents.values()):g} %: at most 100."
            yield BundleProblem("over_100", first, told)


def _of_words(bundle: Bundle, rules: Rulebook) -> Iterator[BundleProblem]:
    for queue_id, text in bundle.announcements:
        field = f"says-{queue_id}"
        if queue_id not in rules.plans:
            yield BundleProblem("unknown", field, "There is no such queue any more.")
        if len(text) > LONGEST_ANNOUNCEMENT:
            yield BundleProblem("too_long", field, f"At most {LONGEST_ANNOUNCEMENT} characters.")
    marquee = bundle.marquee
    if marquee is None:
        return
    if not marquee.title:
        yield BundleProblem("missing", "marquee_title", "Say what people must know.")
    if len(marquee.title) > LONGEST_TITLE:
        yield BundleProblem("too_long", "marquee_title", f"At most {LONGEST_TITLE} characters.")
    if len(marquee.body) > LONGEST_BODY:
        yield BundleProblem("too_long", "marquee_body", f"At most {LONGEST_BODY:,} characters.")
    if marquee.urgency not in URGENCIES:
        yield BundleProblem("bad_choice", "marquee_urgency", "Choose one of these.")
    if marquee.audience not in AUDIENCES:
        yield BundleProblem("bad_choice", "marquee_audience", "Choose one of these.")


def _of_channels(bundle: Bundle, rules: Rulebook) -> Iterator[BundleProblem]:
    for one in bundle.channels:
        if one.channel not in rules.channels:
            yield BundleProblem("unknown", f"units-{one.channel}", "There is no such channel.")
        if not 1 <= one.units <= 100:
            yield BundleProblem("bad_units", f"units-{one.channel}", "Between 1 and 100 units.")
        if one.most is not None and not 1 <= one.most <= 100:
            yield BundleProblem("bad_units", f"most-{one.channel}", "Between 1 and 100 at once.")


def _of_asks(bundle: Bundle, partners: Mapping[int, str]) -> Iterator[BundleProblem]:
    for one in bundle.asks:
        field = f"seats-{one.partner_id}"
        if one.partner_id not in partners:
            yield BundleProblem("unknown", field, "There is no such partner any more.")
        yield from ask_problems(one, bundle.minutes)


def ask_problems(wish: SeatWish, minutes: int) -> Iterator[BundleProblem]:
    """What is wrong with asking for these seats when there are `minutes` left."""
    number = wish.partner_id
    if not 1 <= wish.seats <= MOST_SEATS:
        yield BundleProblem("bad_seats", f"seats-{number}", f"Between 1 and {MOST_SEATS} seats.")
    if not 0 <= wish.from_minutes < minutes:
        told = "The seats would come after the plan has ended."
        yield BundleProblem("bad_time", f"from-{number}", told)
    if not 1 <= wish.answer_minutes <= minutes:
        told = "The answer is due before the plan ends, a minute from its start at the earliest."
        yield BundleProblem("bad_time", f"answer-{number}", told)
