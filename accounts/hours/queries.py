"""Opening hours as they are set up now."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import QuerySet

from accounts.hours.models import BusinessHours, Holiday
from accounts.hours.rules import OpenHours, Span


def load_hours(hours_ids: Iterable[int] | None = None) -> dict[int, OpenHours]:
    """Opening hours by id, in three statements however many; None: all of the current organisation."""
    rows = BusinessHours.objects.prefetch_related("spans", "holidays")
    return {row.id: _hours(row) for row in (rows if hours_ids is None else _of(rows, hours_ids))}


def _of(rows: QuerySet[BusinessHours], hours_ids: Iterable[int]) -> QuerySet[BusinessHours]:
    return rows.filter(id__in=list(hours_ids))


def _hours(row: BusinessHours) -> OpenHours:
    days: dict[int, list[Span]] = defaultdict(list)
    for span in row.spans.all():
        days[span.weekday].append((span.opens, span.closes))
    return OpenHours(
        time_zone=row.time_zone,
        spans=tuple(tuple(sorted(days[day])) for day in range(7)),
        holidays={holiday.date: _spans_of(holiday) for holiday in row.holidays.all()},
    )


def _spans_of(holiday: Holiday) -> tuple[Span, ...]:
    if holiday.opens is None or holiday.closes is None:
        return ()
    return ((holiday.opens, holiday.closes),)
