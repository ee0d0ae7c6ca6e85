"""Opening hours as they are typed: spans that overlap, that end before they begin, that never come."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, time
from itertools import pairwise
from zoneinfo import available_timezones

from accounts.hours.rules import OpenHours, Span
from routing.setup_rules.values import Document, Problem

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MOST_SPANS = 8  # a day
MIDNIGHT = time()


def open_hours(document: Document) -> OpenHours:
    """The hours of a document that holds."""
    days: dict[int, list[Span]] = defaultdict(list)
    for span in document["spans"]:
        days[span["weekday"]].append((span["opens"], span["closes"]))
    return OpenHours(
        time_zone=document["time_zone"],
        spans=tuple(tuple(sorted(days[day])) for day in range(7)),
        holidays={
            holiday["date"]: ((holiday["opens"], holiday["closes"]),) if holiday["opens"] is not None else ()
            for holiday in document["holidays"]
        },
    )


def check_hours(document: Document) -> list[Problem]:
    """What is wrong with opening hours."""
    return [*_zone(document), *_spans(document["spans"]), *_holidays(document["holidays"])]


def _zone(document: Document) -> Iterator[Problem]:
    if document["time_zone"] not in available_timezones():
        yield Problem("unknown_time_zone", "time_zone", f"There is no time zone “{document['time_zone']}”.")


def _spans(spans: Sequence[Document]) -> Iterator[Problem]:
    if not spans:
        yield Problem("never_open", "spans", "These hours never open: give at least one span.")
    by_day: dict[int, list[tuple[time, time, int]]] = defaultdict(list)
    for place, span in enumerate(spans):
        if not 0 <= span["weekday"] <= 6:
            yield Problem("bad_weekday", f"spans/{place}/weekday", "Days go from 0, Monday, to 6, Sunday.")
            continue
        if not _in_order(span["opens"], span["closes"]):
            yield Problem("ends_before_begin", f"spans/{place}/closes", "It closes before it opens.")
            continue
        by_day[span["weekday"]].append((span["opens"], span["closes"], place))
    for day, given in by_day.items():
        yield from _overlaps(DAYS[day], sorted(given, key=lambda one: (one[0], one[2])))
        if len(given) > MOST_SPANS:
            yield Problem("too_many_spans", "spans", f"At most {MOST_SPANS} spans a day.")


def _overlaps(day: str, spans: Sequence[tuple[time, time, int]]) -> Iterator[Problem]:
    for (opens, closes, _), (later, _, place) in pairwise(spans):
        if closes == MIDNIGHT or later < closes:
            yield Problem(
                "spans_overlap",
                f"spans/{place}/opens",
                f"{day} {later:%H:%M} lies within {opens:%H:%M}–{closes:%H:%M}.",
            )


def _holidays(holidays: Sequence[Document]) -> Iterator[Problem]:
    seen: set[date] = set()
    for place, holiday in enumerate(holidays):
        at = f"holidays/{place}"
        if holiday["date"] in seen:
            yield Problem("day_twice", f"{at}/date", f"{holiday['date']} is listed twice.")
        seen.add(holiday["date"])
        opens, closes = holiday["opens"], holiday["closes"]
        if (opens is None) != (closes is None):
            yield Problem("half_a_span", f"{at}/closes", "Give both times, or none for a closed day.")
        elif opens is not None and not _in_order(opens, closes):
            yield Problem("ends_before_begin", f"{at}/closes", "It closes before it opens.")


def _in_order(opens: time, closes: time) -> bool:
    return closes == MIDNIGHT or opens < closes
