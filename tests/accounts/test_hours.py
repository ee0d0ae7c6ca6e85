"""Opening hours by every clock change, midnight and holiday."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from accounts.hours.models import BusinessHours, Holiday, HoursSpan
from accounts.hours.queries import load_hours
from accounts.hours.rules import OpenHours, after_open_seconds, is_open, next_opening
from tests.people import Cast

LONDON = ZoneInfo("Europe/London")
ZONES = ["Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]


@st.composite
def opening_hours(draw: st.DrawFn) -> OpenHours:
    """Up to three spans a day, apart, some until midnight; some days closed, some different."""

    def day() -> tuple[tuple[time, time], ...]:
        edges = sorted(draw(st.sets(st.integers(0, 96), max_size=6)))
        pairs = zip(edges[::2], edges[1::2], strict=False)
        return tuple((_at(opens), _at(closes)) for opens, closes in pairs)

    days = tuple(day() for _ in range(7))
    holidays = {
        date(2026, 1, 1) + timedelta(days=offset): day()
        for offset in draw(st.sets(st.integers(0, 364), max_size=4))
    }
    return OpenHours(draw(st.sampled_from(ZONES)), days, holidays)


def _at(quarter: int) -> time:
    return time(quarter % 96 // 4, quarter % 4 * 15)


moments = st.integers(0, 364 * 96).map(
    lambda quarter: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=15 * quarter)
)


def slowly_open(hours: OpenHours, at: datetime) -> bool:
    """By the wall clock alone, as somebody with a watch and the list on the door would say it."""
    local = at.astimezone(ZoneInfo(hours.time_zone))
    wall = local.time().replace(fold=0)
    return any(
        opens <= wall and (closes == time() or wall < closes) for opens, closes in hours.on(local.date())
    )


@given(opening_hours(), moments)
def test_it_is_open_when_the_door_says_so(hours: OpenHours, at: datetime) -> None:
    local = at.astimezone(ZoneInfo(hours.time_zone))
    # In the hour that a clock change skips or doubles the wall clock alone does not say which is meant.
    changes = {(local + timedelta(hours=h)).utcoffset() for h in (-25, 25)}
    if len(changes) == 1:
        assert is_open(hours, at) == slowly_open(hours, at)


@given(opening_hours(), moments)
def test_the_next_opening_is_open_and_nothing_before_it_is(hours: OpenHours, at: datetime) -> None:
    opening = next_opening(hours, at)
    if opening is None:
        assert not any(is_open(hours, at + timedelta(hours=h)) for h in range(0, 24 * 30, 5))
        return
    assert opening >= at
    assert is_open(hours, opening)
    assert opening == at or not is_open(hours, opening - timedelta(seconds=1))
    quarters = min(200, int((opening - at).total_seconds() // 900))
    assert not any(is_open(hours, at + timedelta(minutes=15 * step)) for step in range(quarters))


@given(opening_hours(), moments, st.integers(0, 200_000), st.integers(0, 200_000))
def test_open_seconds_add_up(hours: OpenHours, at: datetime, first: int, second: int) -> None:
    halfway = after_open_seconds(hours, at, first)
    if halfway is None:
        return
    together = after_open_seconds(hours, at, first + second)
    in_turn = after_open_seconds(hours, halfway, second)
    if together is not None and in_turn is not None:
        assert together == in_turn
        assert together - at >= timedelta(seconds=first + second)


def test_the_night_the_clocks_change_is_an_hour_longer_or_shorter() -> None:
    always = OpenHours("Europe/London", (((time(0), time(0)),),) * 7)
    nights = OpenHours("Europe/London", ((), (), (), (), (), (), ((time(0), time(6)),)))
    for sunday, hours in ((date(2026, 3, 29), 5), (date(2026, 10, 25), 7)):
        opens = datetime.combine(sunday, time(), LONDON)
        assert after_open_seconds(nights, opens, hours * 3600) == datetime.combine(sunday, time(6), LONDON)
        assert after_open_seconds(always, opens, 86_400) == opens.astimezone(UTC) + timedelta(days=1)


def test_midnight_belongs_to_the_next_day() -> None:
    evening = OpenHours("Europe/London", (((time(18), time(0)),), *[()] * 6))
    monday = datetime(2026, 11, 23, 23, 59, 59, tzinfo=LONDON)
    assert is_open(evening, monday)
    assert not is_open(evening, monday + timedelta(seconds=1))


def test_a_holiday_stands_in_for_its_day_and_what_is_set_up_is_what_is_read(cast: Cast) -> None:
    hours = BusinessHours.objects.create(slug="office", name="Office", time_zone="Europe/London")
    for weekday in range(5):
        HoursSpan.objects.create(hours=hours, weekday=weekday, opens=time(9), closes=time(12))
        HoursSpan.objects.create(hours=hours, weekday=weekday, opens=time(13), closes=time(17))
    Holiday.objects.create(hours=hours, date=date(2026, 12, 25), name="Christmas Day")
    Holiday.objects.create(hours=hours, date=date(2026, 12, 24), opens=time(9), closes=time(12))
    read = load_hours()[hours.id]
    assert is_open(read, datetime(2026, 12, 23, 14, tzinfo=LONDON))
    assert not is_open(read, datetime(2026, 12, 24, 14, tzinfo=LONDON))
    assert next_opening(read, datetime(2026, 12, 24, 14, tzinfo=LONDON)) == datetime(
        2026, 12, 28, 9, tzinfo=LONDON
    )
    assert load_hours([]) == {}
