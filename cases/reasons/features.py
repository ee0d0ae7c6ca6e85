"""Features of one customer at one moment: pure, named, each with a sentence for whoever reads the guess.

The same function makes them for training and for serving; a name ends in what it is about (a reason, a
product, a disposition), so that every organisation's own words become its own features.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp, log1p
from zoneinfo import ZoneInfo

from cases.reasons.known import Known, KnownOrder, KnownProduct, KnownPromise
from cases.rules import label_of, topic_of

# Changed with any feature: a model trained on other features is not served.
VERSION = 1
RENEWAL_DAYS = 30
_WEEK = 7.0
_SMOOTHING = 5.0
_LATE_ORDER_DAYS = 7.0
_TELLING_SHARE = 0.15


@dataclass(frozen=True)
class Feature:
    """A number about the customer and what it says as a sentence; empty where it tells a person nothing."""

    name: str
    value: float
    sentence: str = ""


def features_of(known: Known, lately: Sequence[tuple[str, frozenset[str]]]) -> list[Feature]:
    """Every feature that is not 0; `lately` are the organisation's latest contacts before the moment."""
    return [
        *_of_promises(known),
        *_of_cases(known),
        *_of_contacts(known),
        *_of_products(known),
        *_of_orders(known),
        *_of_issues(known),
        *_of_the_moment(known),
        *_of_others(known.held, lately),
    ]


def _of_promises(known: Known) -> Iterator[Feature]:
    best: dict[str, Feature] = {}
    for promise in known.promises:
        feature = _promise(promise, known)
        if feature.name not in best or best[feature.name].value < feature.value:
            best[feature.name] = feature
    yield from best.values()
    late = [one for one in known.promises if one.kept_at is None and one.due_at <= known.moment]
    if late:
        days = max(_days(known.moment - one.due_at) for one in late)
        yield Feature("promise.late_days", log1p(days))


def _promise(promise: KnownPromise, known: Known) -> Feature:
    topic = topic_of(promise.text)
    who = f" ({promise.company})" if promise.company else ""
    if promise.kept_at is not None:
        told = f"“{promise.text}”{who} was promised and done {_when(promise.kept_at, known)}."
        return Feature(f"promise.kept:{topic}", exp(-_days(known.moment - promise.kept_at) / _WEEK), told)
    due = _when(promise.due_at, known)
    if promise.due_at <= known.moment:
        return Feature(f"promise.late:{topic}", 1.0, f"“{promise.text}”{who}, promised by {due}, is late.")
    return Feature(f"promise.open:{topic}", 1.0, f"“{promise.text}”{who} is promised by {due}.")


def _of_cases(known: Known) -> Iterator[Feature]:
    seen = set()
    for case in known.cases:
        name = f"case.{'open' if case.is_open else 'solved'}:{case.reason or 'none'}"
        if name not in seen:
            seen.add(name)
            told = "is open" if case.is_open else "was solved lately"
            yield Feature(name, 1.0, f"The case “{case.title}” {told}.")


def _of_contacts(known: Known) -> Iterator[Feature]:
    if not known.contacts:
        yield Feature("contact.first", 1.0)
        return
    last = known.contacts[0]
    days = _days(known.moment - last.started_at)
    freshness = exp(-days / _WEEK)
    if last.reason:
        when, what = _ago(last.started_at, known), label_of(last.reason).lower()
        told = f"Their last contact, {when}, was about: {what}."
        yield Feature(f"contact.last:{last.reason}", freshness, told)
    if last.disposition:
        yield Feature(f"contact.ended:{last.disposition}", freshness)
    if last.was_abandoned:
        yield Feature("contact.hung_up", freshness)
    before = Counter(one.reason for one in known.contacts if one.reason)
    for reason, count in before.items():
        times = "once" if count == 1 else "twice" if count == 2 else f"{count} times"
        told = f"They contacted us {times} in the last six months about: {label_of(reason).lower()}."
        yield Feature(f"contact.before:{reason}", log1p(count), told)
    yield Feature("contact.often", log1p(sum(1 for one in known.contacts if _fresh(one.started_at, known))))


def _fresh(at: datetime, known: Known) -> bool:
    return known.moment - at < timedelta(days=_WEEK)


def _of_products(known: Known) -> Iterator[Feature]:
    told = {
        "switching": "The switch to {} is under way.",
        "paused": "{} is paused.",
        "cancelled": "{} is cancelled.",
    }
    for (code, state), product in {(one.code, one.state): one for one in known.products}.items():
        sentence = told.get(state, "They have {}.").format(product.name)
        yield Feature(f"product.{state}:{code}", 1.0, sentence)
    if not known.held:
        yield Feature("product.none", 1.0, "They have no subscription.")
    yield from _of_renewals([one for one in known.products if one.state == "active"])


def _of_renewals(active: Iterable[KnownProduct]) -> Iterator[Feature]:
    days = [(abs(one.renews_in_days), one) for one in active if one.renews_in_days is not None]
    nearest, product = min(days, key=lambda pair: pair[0], default=(RENEWAL_DAYS + 1, None))
    if product is None or product.renews_in_days is None or nearest > RENEWAL_DAYS:
        return
    closeness = 1 - nearest / (RENEWAL_DAYS + 1)
    if product.renews_in_days < 0:
        ago = "yesterday" if nearest == 1 else f"{nearest} days ago"
        yield Feature("renewal.past", closeness, f"{product.name} was to renew {ago}.")
    else:
        when = "today" if nearest == 0 else "tomorrow" if nearest == 1 else f"in {nearest} days"
        yield Feature("renewal.ahead", closeness, f"{product.name} renews {when}.")


def _of_orders(known: Known) -> Iterator[Feature]:
    best: dict[str, Feature] = {}
    for order in known.orders:
        feature = _order(order)
        if feature is not None:
            best.setdefault(feature.name, feature)
    yield from best.values()


def _order(order: KnownOrder) -> Feature | None:
    days = round(order.placed_days)
    if order.state in {"cancelled", "returned"}:
        told = f"The order of {order.product} was {order.state}."
        return Feature(f"order.{order.state}", exp(-order.state_days / 14), told)
    if order.state in {"placed", "accepted"} and order.placed_days > _LATE_ORDER_DAYS:
        return Feature("order.late", 1.0, f"{order.product}, ordered {days} days ago, is not sent yet.")
    if order.state == "delivered" and order.state_days > 14:
        return None
    return Feature(f"order.{order.state}", 1.0, f"An order of {order.product} is {order.state}.")


def _of_issues(known: Known) -> Iterator[Feature]:
    count = len(known.missing_issues)
    if count:
        noun, verb = ("Issue", "was") if count == 1 else ("Issues", "were")
        told = f"{noun} {', '.join(known.missing_issues)} {verb} reported missing."
        yield Feature("issues.missing", min(count, 3) / 3, told)


def _of_the_moment(known: Known) -> Iterator[Feature]:
    local = known.moment.astimezone(ZoneInfo(known.time_zone))
    if known.channel:
        yield Feature(f"channel:{known.channel}", 1.0)
    yield Feature(f"weekday:{local.weekday()}", 1.0)
    part = "morning" if local.hour < 11 else "midday" if local.hour < 15 else "late"
    yield Feature(f"hour:{part}", 1.0)


def _of_others(held: frozenset[str], lately: Sequence[tuple[str, frozenset[str]]]) -> Iterator[Feature]:
    """What those who have the same contacted about of late; a failure shows here within the hour."""
    if not lately:
        return
    everybody = Counter(reason for reason, _ in lately)
    alike = Counter(reason for reason, theirs in lately if held & theirs or (not held and not theirs))
    similar = alike.total()
    for reason, count in everybody.items():
        usual = count / len(lately)
        share = (alike[reason] + _SMOOTHING * usual) / (similar + _SMOOTHING)
        told = ""
        if share >= _TELLING_SHARE and alike[reason] > 2:
            what = label_of(reason).lower()
            told = f"{alike[reason]} of the last {similar} contacts of people with the same products: {what}."
        yield Feature(f"others:{reason}", share, told)


def _when(at: datetime, known: Known) -> str:
    """Today 10:00, yesterday 10:00, tomorrow 10:00, 3 Nov 10:00, in the organisation's zone."""
    zone = ZoneInfo(known.time_zone)
    local, today = at.astimezone(zone), known.moment.astimezone(zone).date()
    days = (local.date() - today).days
    day = {0: "today", -1: "yesterday", 1: "tomorrow"}.get(days) or f"{local.day} {local:%b}"
    return f"{day} {local:%H:%M}"


def _ago(at: datetime, known: Known) -> str:
    zone = ZoneInfo(known.time_zone)
    days = (known.moment.astimezone(zone).date() - at.astimezone(zone).date()).days
    return "today" if days == 0 else "yesterday" if days == 1 else f"{days} days ago"


def _days(span: timedelta) -> float:
    return max(span.total_seconds() / 86_400, 0.0)
