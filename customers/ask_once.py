"""How often people are asked what is known already: per queue, agent, partner and question."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count

from customers.models import AskedAgain, Interaction

OUTSIDE = "Outside a contact"


@dataclass(frozen=True)
class Rate:
    """Of how many contacts, in how many something known was asked again, and how many times in all."""

    name: str
    contacts: int
    asked_in: int
    times: int
    slug: str = ""
    partner_name: str = ""

    @property
    def percent(self) -> float:
        """Contacts in which it happened, of 100."""
        return 100 * self.asked_in / self.contacts if self.contacts else 0.0


@dataclass(frozen=True)
class AskedAgainReport:
    """The whole, and its parts, the most frequent first; `days` has one rate per day, oldest first."""

    total: Rate
    queues: list[Rate] = field(default_factory=list)
    agents: list[Rate] = field(default_factory=list)
    partners: list[Rate] = field(default_factory=list)
    questions: list[tuple[str, int]] = field(default_factory=list)
    reasons: list[tuple[str, int]] = field(default_factory=list)
    days: list[tuple[date, float]] = field(default_factory=list)


@dataclass(frozen=True)
class _Ask:
    interaction_id: int | None
    queue_slug: str
    member_id: int | None
    partner_id: int | None
    label: str
    reason: str
    day: date


@dataclass(frozen=True)
class _Served:
    queue_slug: str
    queue_name: str
    member_id: int | None
    member_name: str
    partner_id: int | None
    partner_name: str
    day: date
    contacts: int


def asked_again_report(
    *, since: datetime, until: datetime, house: str, partner_id: int | None = None
) -> AskedAgainReport:
    """Contacts that began in this time and were answered; `partner_id` limits it to what one partner served
    and asked. `house` is what to call those of no partner.
    """
    served = _served(since, until, partner_id)
    asks = _asks(since, until, partner_id)
    names = {one.queue_slug: one.queue_name for one in served}
    people = {one.member_id: (one.member_name, one.partner_name or house) for one in served}
    companies = {one.partner_id: one.partner_name or house for one in served}
    whole = _rates(served, asks, lambda one: "all", lambda key: ("All contacts", "", ""))
    return AskedAgainReport(
        total=whole[0] if whole else Rate("All contacts", 0, 0, 0),
        queues=_rates(
            served,
            asks,
            lambda one: one.queue_slug,
            lambda slug: (names.get(slug) or slug or OUTSIDE, slug, ""),
        ),
        agents=_rates(
            served,
            [ask for ask in asks if ask.member_id is not None],
            lambda one: one.member_id,
            lambda key: (people.get(key, ("Somebody", ""))[0], str(key), people.get(key, ("", ""))[1]),
        ),
        partners=_rates(
            served, asks, lambda one: one.partner_id, lambda key: (companies.get(key, house), "", "")
        ),
        questions=Counter(ask.label for ask in asks).most_common(10),
        reasons=Counter(ask.reason for ask in asks).most_common(10),
        days=_by_day(served, asks),
    )


def _served(since: datetime, until: datetime, partner_id: int | None) -> list[_Served]:
    rows = Interaction.objects.filter(
        started_at__gte=since, started_at__lt=until, answered_at__isnull=False, member__isnull=False
    )
    if partner_id is not None:
        rows = rows.filter(partner_id=partner_id)
    names = ("queue_slug", "queue_name", "member_id", "member__display_name", "partner_id", "partner__name")
    counted = rows.values(*names, "started_at__date").annotate(contacts=Count("id")).order_by()
    return [
        _Served(
            row["queue_slug"],
            row["queue_name"],
            row["member_id"],
            row["member__display_name"] or "",
            row["partner_id"],
            row["partner__name"] or "",
            row["started_at__date"],
            row["contacts"],
        )
        for row in counted
    ]


def _asks(since: datetime, until: datetime, partner_id: int | None) -> list[_Ask]:
    rows = AskedAgain.objects.filter(asked_at__gte=since, asked_at__lt=until)
    if partner_id is not None:
        rows = rows.filter(partner_id=partner_id)
    names = (
        "interaction_id",
        "interaction__queue_slug",
        "member_id",
        "partner_id",
        "key__label",
        "reason",
        "asked_at__date",
    )
    return [
        _Ask(interaction_id, slug or "", *rest)
        for interaction_id, slug, *rest in rows.order_by("id").values_list(*names)
    ]


def _rates(
    served: Iterable[_Served],
    asks: Iterable[_Ask],
    key_of: Callable[[Any], Hashable],
    name_of: Callable[[Any], tuple[str, str, str]],
) -> list[Rate]:
    contacts: Counter[Hashable] = Counter()
    for one in served:
        contacts[key_of(one)] += one.contacts
    times: Counter[Hashable] = Counter()
    within: dict[Hashable, set[int]] = defaultdict(set)
    for ask in asks:
        times[key_of(ask)] += 1
        if ask.interaction_id is not None:
            within[key_of(ask)].add(ask.interaction_id)
    rates = []
    for key in contacts.keys() | times.keys():
        name, slug, partner_name = name_of(key)
        rates.append(Rate(name, contacts[key], len(within[key]), times[key], slug, partner_name))
    return sorted(rates, key=lambda rate: (-rate.percent, -rate.times, rate.name))


def _by_day(served: Iterable[_Served], asks: Iterable[_Ask]) -> list[tuple[date, float]]:
    rates = _rates(served, asks, lambda one: one.day, lambda day: (day.isoformat(), "", ""))
    return sorted((date.fromisoformat(rate.name), rate.percent) for rate in rates)
