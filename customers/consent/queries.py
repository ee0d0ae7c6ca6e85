"""What is known about contacting customers, one or many at once, as the rule takes it."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, time, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.db.models import Q

from accounts.access import Viewer
from accounts.models import Organization
from customers.access import may_read
from customers.consent import rules
from customers.consent.kept import kept_by_customer
from customers.consent.models import (
    Channel,
    ChannelHours,
    Consent,
    ContactHold,
    ContactPreference,
    ContactPurpose,
)
from customers.consent.rules import Decision, Hold, Purpose, QuietHours
from customers.models import Confidence, Customer, Identity
from foundation import clock, rows
from foundation.phones import zones_of_country, zones_of_phone
from foundation.tenancy import current_organization_id

# What every organisation has until it says otherwise.
USUAL = (
    Purpose("service", "Service", rules.NECESSARY, is_held=False),
    Purpose("renewal", "Renewal notices", rules.OPT_OUT),
    Purpose("marketing", "Marketing", rules.CONSENT),
    Purpose("research", "Research and surveys", rules.OPT_OUT),
)
_NIGHT = QuietHours(time(21), time(8))
_USUAL_HOURS: dict[str, QuietHours] = dict.fromkeys(("voice", "sms", "whatsapp", "messenger"), _NIGHT)
# A number that may be anywhere on a continent says nothing about the hour.
_MOST_ZONES = 8
_DECISION = ("answer", "purpose", "channel", "said_at", "id")


@dataclass(frozen=True)
class Standing:
    """What the rule needs to know of one customer."""

    decisions: tuple[Decision, ...] = ()
    holds: tuple[Hold, ...] = ()
    zones: tuple[tzinfo, ...] = ()
    own_hours: QuietHours | None = None

    def permission(
        self, purpose: Purpose, channel: str, at: datetime, *, hours: QuietHours | None, open_cases: int
    ) -> rules.Permission:
        """The rule's answer; hours of the customer's own come before the company's (`hours`)."""
        return rules.may_contact(
            purpose,
            channel,
            at,
            decisions=self.decisions,
            quiet=self.own_hours if hours and self.own_hours else hours,
            zones=self.zones,
            open_cases=open_cases,
            holds=self.holds,
        )


def purposes() -> dict[str, Purpose]:
    """Every purpose by slug, in the order of the screens: the usual ones, then the organisation's own."""
    known = {purpose.slug: purpose for purpose in USUAL}
    for row in ContactPurpose.objects.order_by("id"):
        known[row.slug] = Purpose(
            row.slug, row.name, row.basis, row.is_held, row.keeps_quiet, row.wording, row.is_active
        )
    return known


def quiet_hours() -> dict[str, QuietHours]:
    """By channel, when it is not used; a channel that is not named has no such hours."""
    set_up = {row.channel: QuietHours(row.starts, row.ends) for row in ChannelHours.objects.all()}
    return _USUAL_HOURS | set_up


def standings(
    customer_ids: Collection[int], at: datetime | None = None, *, with_zones: bool = True
) -> dict[int, Standing]:
    """What the rule needs of each of these customers, in a handful of questions for all of them."""
    ids = list(customer_ids)
    decisions: dict[int, list[Decision]] = defaultdict(list)
    said = Consent.objects.filter(customer_id__in=ids)
    for customer_id, *what in said.values_list("customer_id", *_DECISION):
        decisions[customer_id].append(Decision(*what))
    for customer_id, kept in kept_by_customer(ids).items():
        decisions[customer_id] += kept
    holds: dict[int, list[Hold]] = defaultdict(list)
    still = Q(until=None) | Q(until__gt=at or clock.now())
    for customer_id, until in ContactHold.objects.filter(
        still, customer_id__in=ids, ended_at=None
    ).values_list("customer_id", "until"):
        holds[customer_id].append(Hold(until))
    preferences = {one.customer_id: one for one in ContactPreference.objects.filter(customer_id__in=ids)}
    zones = _zones(ids, preferences) if with_zones else {}
    return {
        one: Standing(
            tuple(decisions[one]), tuple(holds[one]), zones.get(one, ()), _own_hours(preferences.get(one))
        )
        for one in ids
    }


def consents_of(viewer: Viewer, customer_id: int) -> list[Consent]:
    """What a customer said, newest first. A partner whose contract does not name `consent` sees what came
    through itself."""
    said = Consent.objects.filter(customer_id=customer_id).select_related("partner")
    if viewer.scope is not None and not may_read(viewer, "consent"):
        said = said.filter(partner_id=viewer.scope.partner_id)
    return list(said.order_by("-said_at", "-id"))


def standing_noes(customer_id: int) -> list[str]:
    """What they have said no to and not taken back, as lines, the latest first."""
    said = [
        (Decision(row.answer, row.purpose, row.channel, row.said_at, row.pk), row)
        for row in rows.every(Consent, "WHERE customer_id = %s", [customer_id])
    ]
    noes = [
        (no, row)
        for no, row in said
        if no.answer == rules.REFUSED and not any(other.undoes(no) for other, _ in said)
    ]
    names = _names() if noes else {}
    latest = sorted(noes, key=lambda pair: pair[0].when, reverse=True)
    return list(dict.fromkeys(told(row, names) for _, row in latest))


def holds_of(customer_id: int) -> list[ContactHold]:
    """The holds that are not over, the longest first."""
    still = Q(until=None) | Q(until__gt=clock.now())
    found = ContactHold.objects.filter(still, customer_id=customer_id, ended_at=None)
    return sorted(found, key=lambda hold: (hold.until is not None, hold.until or hold.started_at))


def preference_of(customer_id: int) -> ContactPreference | None:
    """How a customer likes to be reached, if anybody asked."""
    return ContactPreference.objects.filter(customer_id=customer_id).first()


def zones_of(customer_id: int) -> tuple[str, ...]:
    """The names of the time zones a customer may be in."""
    found = standings([customer_id])[customer_id].zones
    return tuple(str(zone) for zone in found)


def told(consent: Consent, names: Mapping[str, str] | None = None) -> str:
    """What was said, as a line: "No to everything by text message". `names` of purposes where known."""
    names = _names() if names is None else names
    what = names.get(consent.purpose, consent.purpose) if consent.purpose else "everything"
    by = f" by {Channel(consent.channel).label.lower()}" if consent.channel else ""
    said = {"granted": "Yes to", "refused": "No to", "lifted": "Took the no back to"}[consent.answer]
    return f"{said} {what}{by}"


def _names() -> dict[str, str]:
    return {slug: purpose.name for slug, purpose in purposes().items()}


def _zones(ids: list[int], preferences: Mapping[int, ContactPreference]) -> dict[int, tuple[tzinfo, ...]]:
    home = Organization.objects.values_list("time_zone", "country_code").get(id=current_organization_id())
    numbers: dict[int, list[str]] = defaultdict(list)
    sure = Identity.objects.filter(
        customer_id__in=ids, kind__in=[Identity.Kind.PHONE, Identity.Kind.WHATSAPP]
    ).exclude(confidence=Confidence.GUESSED)
    for customer_id, value in sure.values_list("customer_id", "value"):
        numbers[customer_id].append(value)
    countries = dict(Customer.objects.filter(id__in=ids).values_list("id", "country_code"))
    return {
        one: _zones_of(preferences.get(one), tuple(sorted(numbers[one])), countries.get(one, ""), home)
        for one in ids
    }


def _zones_of(
    preference: ContactPreference | None, numbers: tuple[str, ...], country: str, home: tuple[str, str]
) -> tuple[tzinfo, ...]:
    """Where they say they are, else where their numbers are, else their country, else where we are."""
    if preference is not None and preference.time_zone:
        return (ZoneInfo(preference.time_zone),)
    return guessed_zones(numbers, country, home)


@lru_cache(maxsize=20_000)
def guessed_zones(numbers: tuple[str, ...], country: str, home: tuple[str, str]) -> tuple[tzinfo, ...]:
    by_number = {zone for number in numbers for zone in _few(zones_of_phone(number))}
    by_country = _few(zones_of_country(country)) if country and country != home[1] else ()
    return tuple(ZoneInfo(name) for name in sorted(by_number) or by_country or [home[0]])


def _few(names: tuple[str, ...]) -> tuple[str, ...]:
    return names if len(names) <= _MOST_ZONES else ()


def _own_hours(preference: ContactPreference | None) -> QuietHours | None:
    if preference is None or preference.quiet_starts is None or preference.quiet_ends is None:
        return None
    return QuietHours(preference.quiet_starts, preference.quiet_ends)
