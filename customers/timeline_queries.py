"""Looking into a customer's story: what is asked for is read once here, for the screens and the API alike."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_date, parse_datetime

from accounts.actors import Hand
from customers.models import Interaction, TimelineEntry
from foundation.errors import Refusal

LONGEST_TEXT = 200
_MOST_WORDS = 8
_YEARS = range(1900, 2201)
_OF_MERGES = Q(ref_kind="merge")
# What the kinds of the stream are called, and which lines they are.
KINDS: dict[str, tuple[str, Q]] = {
    "interaction": ("Contacts", Q(kind="interaction")),
    "message": ("Messages", Q(kind="message")),
    "case": ("Cases", Q(kind="case")),
    "promise": ("Promises", Q(kind="promise")),
    "fact": ("Answers", Q(kind="fact")),
    "note": ("Notes", Q(kind="note")),
    "order": ("Orders", Q(kind="order")),
    "consent": ("Consent and marketing", Q(kind__in=["consent", "marketing"])),
    "partner": ("Partner", Q(kind="partner") | Q(hand=Hand.PARTNER)),
    "customer": ("Changes", Q(kind="customer") & ~_OF_MERGES),
    "merge": ("Merges", _OF_MERGES),
}


@dataclass(frozen=True)
class TimelineFilters:
    """What of the story is wanted; empty is everything. `by` is a hand, `partner:<id>` or `person:<name>`;
    `since` counts, `until` does not."""

    kind: str = ""
    q: str = ""
    by: str = ""
    channel: str = ""
    since: datetime | None = None
    until: datetime | None = None

    @property
    def is_everything(self) -> bool:
        """Whether nothing is left out."""
        return not any(getattr(self, field.name) for field in fields(self))


def read_filters(given: Mapping[str, Any], zone: tzinfo) -> TimelineFilters:
    """The filters of an address: kind, q, by, channel, from, to. Days are those of `zone`, `to` included.

    Refusal `bad_filter` naming the field.
    """
    text = " ".join(str(given.get("q") or "").split())
    if len(text) > LONGEST_TEXT:
        raise _bad("q", f"Search for at most {LONGEST_TEXT} characters.")
    since = _moment(given, "from", zone)
    until = _moment(given, "to", zone, end=True)
    if since and until and since >= until:
        raise _bad("to", "The period ends before it begins.")
    return TimelineFilters(
        kind=_one_of(given, "kind", KINDS),
        q=text,
        by=_by(str(given.get("by") or "")),
        channel=_one_of(given, "channel", Interaction.Channel.values),
        since=since,
        until=until,
    )


def filtered(entries: QuerySet[TimelineEntry], filters: TimelineFilters) -> QuerySet[TimelineEntry]:
    """Those lines of a story that are asked for, in its order."""
    if filters.kind:
        entries = entries.filter(KINDS[filters.kind][1])
    if filters.by:
        entries = entries.filter(_written_by(filters.by))
    if filters.channel:
        entries = entries.filter(interaction__channel=filters.channel)
    if filters.since:
        entries = entries.filter(at__gte=filters.since)
    if filters.until:
        entries = entries.filter(at__lt=filters.until)
    for word in filters.q.split()[:_MOST_WORDS]:
        entries = entries.filter(
            Q(title__icontains=word) | Q(body__icontains=word) | Q(author__icontains=word)
        )
    return entries


def older_than(entries: QuerySet[TimelineEntry], mark: TimelineEntry) -> QuerySet[TimelineEntry]:
    """What stands below this line."""
    return entries.filter(at__lte=mark.at).exclude(id__gte=mark.id, at=mark.at)


def writers(entries: QuerySet[TimelineEntry]) -> list[tuple[str, str]]:
    """Who wrote these lines: (value for `by`, name), hands first, then companies, then people."""
    rows = entries.order_by().values_list("hand", "partner_id", "partner__name", "author").distinct()
    found: dict[str, str] = {}
    people: dict[str, str] = {}
    for hand, partner_id, partner_name, author in rows:
        found.setdefault(hand, str(Hand(hand).label))
        if hand == Hand.PARTNER and partner_id:
            people.setdefault(f"partner:{partner_id}", partner_name)
        if author and hand in {Hand.INHOUSE, Hand.PARTNER}:
            people[f"person:{author}"] = author
    return [*sorted(found.items(), key=lambda pair: Hand.values.index(pair[0])), *sorted(people.items())]


def _written_by(by: str) -> Q:
    kind, _, name = by.partition(":")
    if kind == "partner" and name:
        return Q(hand=Hand.PARTNER, partner_id=int(name))
    return Q(author__iexact=name) if kind == "person" else Q(hand=by)


def _by(by: str) -> str:
    kind, _, name = by.partition(":")
    partner = kind == "partner" and name.isascii() and name.isdigit() and len(name) < 19
    person = kind == "person" and 0 < len(name) <= 120
    if by and by not in Hand.values and not partner and not person:
        raise _bad("by", f"Say who: {', '.join(Hand.values)}, partner:<id> or person:<name>.")
    return by


def _one_of(given: Mapping[str, Any], name: str, known: Any) -> str:
    value = str(given.get(name) or "")
    if value and value not in known:
        raise _bad(name, f"Choose one of: {', '.join(known)}.")
    return value


def _moment(given: Mapping[str, Any], name: str, zone: tzinfo, *, end: bool = False) -> datetime | None:
    text = str(given.get(name) or "").strip()
    if not text:
        return None
    try:
        # A plus that came through an address undone is a blank.
        day, moment = parse_date(text), parse_datetime(text.replace(" ", "+") if "T" in text else text)
    except ValueError:
        day = moment = None
    if day is not None and day.year in _YEARS:
        return _midnight(day + timedelta(days=1) if end else day, zone)
    if day is None and moment is not None and moment.year in _YEARS:
        return moment if moment.tzinfo else moment.replace(tzinfo=zone)
    raise _bad(name, "Give a day as 2026-11-24, or a time as 2026-11-24T09:30:00+01:00.")


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone)


def _bad(field: str, message: str) -> Refusal:
    return Refusal("bad_filter", message, field=field)
