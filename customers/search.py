"""One box for name, phone fragment, e-mail, subscriber number: what was typed decides where to look."""

import re

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from accounts.access import Viewer
from customers import rules
from customers.access import is_masked, may_read, visible_customers
from customers.models import Customer, Identity
from customers.queries import home_country

_LEAST_DIGITS = 3
_MOST_WORDS = 4


def search_customers(viewer: Viewer, text: str, limit: int = 10) -> list[Customer]:
    """The visible customers that fit best, at most `limit`.

    A partner finds by a number or mail that it sees only masked, or not at all, when it types it whole.
    """
    text = " ".join(text.split())
    if not text:
        return []
    if "@" in text:
        return _by_identity(viewer, Identity.Kind.EMAIL, text.lower(), limit)
    if re.fullmatch(r"[\d\s()+./-]+", text):
        return _by_number(viewer, text, limit)
    return list(_by_name(viewer, text)[:limit]) if may_read(viewer, "display_name") else []


def _by_number(viewer: Viewer, text: str, limit: int) -> list[Customer]:
    digits = re.sub(r"\D", "", text)
    if len(digits) < _LEAST_DIGITS:
        return []
    whole = rules.normalize_identity(Identity.Kind.PHONE, text, country_code=home_country())
    exact = Q(identities__kind=Identity.Kind.PHONE, identities__value=whole) if whole else Q(pk__in=[])
    exact |= Q(identities__kind=Identity.Kind.SUBSCRIBER_NUMBER, identities__value=digits)
    part = Q(pk__in=[])
    if _sees_whole(viewer, "phone"):
        part |= Q(identities__kind=Identity.Kind.PHONE, identities__value__contains=digits.lstrip("0"))
    if _sees_whole(viewer, "subscriber_number"):
        part |= Q(identities__kind=Identity.Kind.SUBSCRIBER_NUMBER, identities__value__startswith=digits)
    return _best(visible_customers(viewer), exact, part, limit)


def _by_identity(viewer: Viewer, kind: str, text: str, limit: int) -> list[Customer]:
    exact = Q(identities__kind=kind, identities__value=text)
    part = Q(pk__in=[])
    if _sees_whole(viewer, kind):
        part = Q(identities__kind=kind, identities__value__startswith=text)
    return _best(visible_customers(viewer), exact, part, limit)


def _best(customers: QuerySet[Customer], exact: Q, part: Q, limit: int) -> list[Customer]:
    first = list(customers.filter(exact).distinct().order_by("-id")[:limit])
    if len(first) == limit:
        return first
    rest = customers.filter(part).exclude(pk__in=[row.pk for row in first]).distinct().order_by("-id")
    return first + list(rest[: limit - len(first)])


def _by_name(viewer: Viewer, text: str) -> QuerySet[Customer]:
    found = visible_customers(viewer)
    for word in text.split()[:_MOST_WORDS]:
        found = found.filter(Q(display_name__icontains=word) | Q(company_name__icontains=word))
    rank = Case(
        When(display_name__iexact=text, then=Value(0)),
        When(display_name__istartswith=text, then=Value(1)),
        When(family_name__istartswith=text.split()[-1], then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    return found.order_by(rank, "display_name", "id")


def _sees_whole(viewer: Viewer, field: str) -> bool:
    return may_read(viewer, field) and not is_masked(viewer, field)
