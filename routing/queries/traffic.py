"""What came in the last weeks and who worked then, as the simulator takes it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import F, Q

from accounts.models import Organization
from foundation import clock
from foundation.errors import Refusal
from foundation.tenancy import current_organization_id
from routing.models import Offer, OverflowRule, PresencePeriod, Queue, WorkItem
from routing.rules import WORKING
from routing.simulation.durations import Duration, Empirical, Exponential, Fixed, Never
from routing.simulation.profile import QUARTER, WEEK, Manners, Profile, Recorded, Stream, Worker
from routing.simulation.router import Agent, Overflow, Rulebook

MOST_WEEKS = 12
MOST_CONTACTS = 400_000
_SAMPLE = 1_000  # measured durations that an empirical distribution keeps
_BREATH = 60.0  # seconds between two periods of work that are one shift all the same
_USUAL_HANDLE = 240.0


def profile_from_history(
    weeks: int, agents: Iterable[tuple[Agent, int]], rulebook: Rulebook, *, replayed: bool = True
) -> Profile:
    """The last whole weeks up to last midnight; `agents` with the pool each belongs to first.

    Contacts come as they came (`replayed`), or as a Poisson process with each quarter's mean. Refusal
    `bad_weeks`; `no_history` when nothing came or nobody was at work; `too_much_history`.
    """
    since, until = check_history(weeks)
    streams = _streams(since, until, rulebook, weeks, replayed=replayed)
    workers = tuple(_workers(since, until, agents))
    if not workers:
        raise Refusal("no_history", "Nobody was at work in these weeks. Choose an example.", field="source")
    return Profile(
        name="The last week" if weeks == 1 else f"The last {weeks} weeks",
        streams=tuple(streams),
        workers=workers,
        manners=_manners(since, until),
        overflows=tuple(_overflows(rulebook)),
        days=7.0 * weeks,
        period=WEEK * weeks,
        starts_at=since.timestamp(),
    )


def check_history(weeks: int) -> tuple[datetime, datetime]:
    """The first and the last moment of these weeks; the same refusals but for the people."""
    if not 1 <= weeks <= MOST_WEEKS:
        raise Refusal("bad_weeks", f"Choose 1 to {MOST_WEEKS} weeks.", field="weeks")
    until = _last_midnight()
    since = until - timedelta(weeks=weeks)
    count = WorkItem.objects.filter(queued_at__gte=since, queued_at__lt=until).count()
    if not count:
        raise Refusal("no_history", "Nobody waited in these weeks. Choose an example.", field="source")
    if count > MOST_CONTACTS:
        raise Refusal("too_much_history", "These are too many contacts. Choose fewer weeks.", field="weeks")
    return since, until


def _last_midnight() -> datetime:
    zone = Organization.objects.values_list("time_zone", flat=True).get(id=current_organization_id())
    return clock.now().astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)


_Row = tuple[int, str, datetime, datetime | None, datetime | None, datetime | None, str]


def _streams(
    since: datetime, until: datetime, rulebook: Rulebook, weeks: int, *, replayed: bool
) -> list[Stream]:
    rows = WorkItem.objects.filter(queued_at__gte=since, queued_at__lt=until)
    by_stream: dict[tuple[int, str], list[_Row]] = defaultdict(list)
    columns = ("channel", "queued_at", "assigned_at", "done_at", "wrapped_up_at", "state")
    for row in rows.order_by("queued_at").values_list("queue_id", *columns).iterator(chunk_size=5_000):
        if row[0] in rulebook.plans:
            by_stream[row[0], row[1]].append(row)
    queues = Queue.objects.in_bulk({queue_id for queue_id, _ in by_stream})
    several = len({queue_id for queue_id, _ in by_stream}) < len(by_stream)
    return [
        _stream(queues[queue_id], channel, found, since, weeks, several=several, replayed=replayed)
        for (queue_id, channel), found in sorted(by_stream.items())
    ]


def _stream(
    queue: Queue,
    channel: str,
    rows: list[_Row],
    since: datetime,
    weeks: int,
    *,
    several: bool,
    replayed: bool,
) -> Stream:
    handled = [(done - taken).total_seconds() for _, _, _, taken, done, _, _ in rows if taken and done]
    wrapped = [(closed - done).total_seconds() for _, _, _, _, done, closed, _ in rows if done and closed]
    recorded = tuple(_recorded(row, since) for row in rows)
    return Stream(
        name=f"{queue.name}, {channel}" if several else queue.name,
        queue_id=queue.id,
        channel=channel,
        recorded=recorded if replayed else (),
        per_quarter=() if replayed else _per_quarter(recorded, weeks),
        handle=_measured(handled, Exponential(_USUAL_HANDLE)),
        wrap_up=_measured(wrapped, Fixed(0.0)),
        patience=_patience(rows),
        target_seconds=float(queue.target_seconds),
        short_abandon_seconds=float(queue.short_abandon_seconds),
    )


def _recorded(row: _Row, since: datetime) -> Recorded:
    _, _, queued, taken, done, closed, state = row
    left = state == WorkItem.State.LEFT and done is not None
    return Recorded(
        at=(queued - since).total_seconds(),
        handle=(done - taken).total_seconds() if taken and done else None,
        wrap_up=(closed - done).total_seconds() if taken and done and closed else None,
        patience=(done - queued).total_seconds() if left and done else None,
    )


def _measured(seconds: list[float], usual: Duration) -> Duration:
    kept = [value for value in seconds if value >= 0]
    return Empirical(tuple(kept[:: max(len(kept) // _SAMPLE, 1)])) if kept else usual


def _patience(rows: list[_Row]) -> Duration:
    """The mean patience: all waiting by those who gave up, since the others had more than they needed."""
    waited, gave_up = 0.0, 0
    for _, _, queued, taken, done, _, state in rows:
        end = taken or done
        if end is not None:
            waited += max((end - queued).total_seconds(), 0.0)
            gave_up += state == WorkItem.State.LEFT
    return Exponential(waited / gave_up) if gave_up and waited else Never()


def _per_quarter(recorded: Iterable[Recorded], weeks: int) -> tuple[float, ...]:
    quarters = [0.0] * int(WEEK / QUARTER)
    for one in recorded:
        quarters[int(one.at / QUARTER) % len(quarters)] += 1 / weeks
    return tuple(quarters)


def _workers(since: datetime, until: datetime, agents: Iterable[tuple[Agent, int]]) -> Iterator[Worker]:
    """Who was at work, as long as they were."""
    spans: dict[int, list[tuple[float, float]]] = defaultdict(list)
    periods = PresencePeriod.objects.filter(state__in=WORKING, started_at__lt=until)
    periods = periods.filter(Q(ended_at=None) | Q(ended_at__gt=since)).order_by("member_id", "started_at")
    for member_id, start, end in periods.values_list("member_id", "started_at", "ended_at").iterator():
        begin = (max(start, since) - since).total_seconds()
        over = (min(end or until, until) - since).total_seconds()
        mine = spans[member_id]
        if mine and begin - mine[-1][1] <= _BREATH:
            mine[-1] = (mine[-1][0], max(over, mine[-1][1]))
        elif over > begin:
            mine.append((begin, over))
    for agent, pool_id in agents:
        if spans.get(agent.id):
            yield Worker(agent=agent, pool_id=pool_id, shifts=tuple(spans[agent.id]))


def _manners(since: datetime, until: datetime) -> Manners:
    """How offers were answered."""
    offers = Offer.objects.filter(offered_at__gte=since, offered_at__lt=until)
    declined = offers.filter(state=Offer.State.DECLINED).count()
    expired = offers.filter(state=Offer.State.EXPIRED).count()
    accepted = offers.filter(state=Offer.State.ACCEPTED, settled_at__gt=F("offered_at"))
    every = declined + expired + accepted.count()
    if not every:
        return Manners()
    spans = accepted.order_by("-id").values_list("offered_at", "settled_at")[:_SAMPLE]
    return Manners(
        accept_after=_measured([(end - start).total_seconds() for start, end in spans if end], Fixed(0.0)),
        declines=min(declined / every, 0.45),
        misses=min(expired / every, 0.45),
    )


def _overflows(rulebook: Rulebook) -> Iterator[Overflow]:
    for rule in OverflowRule.objects.filter(is_active=True).order_by("id"):
        if rule.queue_id in rulebook.plans and rule.pool_id in rulebook.pools:
            yield Overflow(
                queue_id=rule.queue_id,
                pool_id=rule.pool_id,
                home_queue_id=rule.home_queue_id,
                opens_at=float(rule.opens_at_wait_seconds),
                closes_at=float(rule.closes_at_wait_seconds),
                home_most=float(rule.home_max_wait_seconds),
                hold=float(rule.min_hold_seconds),
            )
