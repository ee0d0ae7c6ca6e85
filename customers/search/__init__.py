"""One box for name, phone fragment, e-mail, subscriber number, order, company and address; typos allowed.

`docs/search.md` says how it works, what it ranks by and what keeps it true.
"""

from dataclasses import dataclass

from accounts.access import Viewer
from customers import rules
from customers.access import is_masked, may_read, visible_customers
from customers.fact_search import customers_with_answer
from customers.models import Customer, Identity
from customers.queries import home_country
from customers.search import entries as kinds
from customers.search import keys as hashing
from customers.search import lookup
from customers.search.finding import Search
from customers.search.notes import customers_with_note
from customers.search.ranking import LEFT_OUT, Match, Sight
from customers.search.typed import LONGEST, mail_of, terms_of
from foundation.tenancy import current_organization_id

_WORDS_OF_FIELD = {
    "company_name": kinds.COMPANY,
    "region": kinds.REGION,
    "postal_address": kinds.ADDRESS,
    "email": kinds.MAIL_WORD,
}
_MOST_OF_A_DOMAIN = 0.05


@dataclass(frozen=True)
class FoundCustomer:
    """A customer, and in a few words why it was found, as far as that is not plain from the name."""

    customer: Customer
    why: tuple[str, ...]


def search_customers(viewer: Viewer, text: str, limit: int = 10) -> list[Customer]:
    """The visible customers that fit best, at most `limit`, best first."""
    return [found.customer for found in find_customers(viewer, text, limit)]


def find_customers(viewer: Viewer, text: str, limit: int = 10) -> list[FoundCustomer]:
    """The visible customers that fit best, at most `limit`, best first, and why.

    A partner finds by a number or mail that it sees only masked, or not at all, when it types it whole.
    """
    text = " ".join(_sound(text[:LONGEST]).split())
    if not text or limit < 1 or (viewer.scope is not None and not viewer.scope.in_force):
        return []
    found = _whole(viewer, text, limit)
    search = None
    if len(found) < limit:
        more, search = _partly(viewer, text, limit, found)
        found += more
    told = _told(viewer, found[:limit])
    for others in (_by_answer, _by_note):
        if len(told) < limit:
            told += others(viewer, text, limit - len(told), {one.customer.pk for one in told})
    if not found and search is not None and len(told) < limit:
        known = {one.customer.pk for one in told}
        told += [one for one in _told(viewer, search.run_without_one()) if one.customer.pk not in known]
    return told[:limit]


def _told(viewer: Viewer, found: list[Match]) -> list[FoundCustomer]:
    customers = visible_customers(viewer).in_bulk([match.customer_id for match in found])
    return [
        FoundCustomer(customers[match.customer_id], match.why)
        for match in found
        if match.customer_id in customers
    ]


def _by_answer(viewer: Viewer, text: str, limit: int, known: set[int]) -> list[FoundCustomer]:
    """By what they answered to a searchable question."""
    answered = customers_with_answer(viewer, text, limit=limit + len(known))
    return [FoundCustomer(one, (label.lower(),)) for one, label in answered if one.pk not in known][:limit]


def _by_note(viewer: Viewer, text: str, limit: int, known: set[int]) -> list[FoundCustomer]:
    """By what somebody wrote on the record."""
    hits = customers_with_note(viewer, text, limit=limit, known=known)
    return _told(viewer, [Match(hit.customer_id, LEFT_OUT, (f"in a note: {hit.said}",)) for hit in hits])


def _partly(viewer: Viewer, text: str, limit: int, whole: list[Match]) -> tuple[list[Match], Search | None]:
    sight = _sight(viewer)
    known = {match.customer_id: match for match in whole}
    if (mail := mail_of(text)) is not None:
        found = _by_mail(mail, sight, limit, known)
        if found or not sight.mail:
            return found, None
    terms = terms_of(text)
    if not terms:
        return [], None
    search = Search(current_organization_id(), terms, sight, limit, found=dict(known))
    return [match for match in search.run() if match.customer_id not in known], search


def _whole(viewer: Viewer, text: str, limit: int) -> list[Match]:
    """By an identity typed in full, whatever the contract hides."""
    identities = _identities_typed(text)
    if not identities:
        return []
    partner_id = viewer.scope.partner_id if viewer.scope else None
    rows = lookup.whole(identities, partner_id=partner_id)
    if viewer.scope is not None:
        seen = visible_customers(viewer).filter(pk__in=[customer_id for customer_id, _ in rows])
        shared = set(seen.values_list("pk", flat=True))
        rows = [row for row in rows if row[0] in shared]
    found: dict[int, Match] = {}
    for customer_id, kind in rows:
        found.setdefault(customer_id, Match(customer_id, 0.0, (_noun(kind),)))
    return sorted(found.values(), key=lambda match: match.rank)[:limit]


def _identities_typed(text: str) -> list[tuple[str, str]]:
    if (mail := mail_of(text)) is not None:
        return [(Identity.Kind.EMAIL.value, mail)]
    if sum(char.isdigit() for char in text) < sum(char.isalpha() for char in text):
        return []
    identities = [
        (Identity.Kind.SUBSCRIBER_NUMBER.value, kinds.compact(text).upper()),
        (Identity.Kind.PARTNER_REFERENCE.value, text),
    ]
    phone = rules.normalize_identity(Identity.Kind.PHONE, text, country_code=home_country())
    return [(Identity.Kind.PHONE.value, phone), *identities] if phone else identities


def _noun(kind: str) -> str:
    return f"{Identity.Kind(kind).label.lower()} as typed"


def _by_mail(mail: str, sight: Sight, limit: int, known: dict[int, Match]) -> list[Match]:
    """By the beginning of an address up to some letter after the @, or by its domain alone."""
    if not sight.mail:
        return []
    local, _, domain = mail.partition("@")
    wanted = local or f"@{domain}"
    total = lookup.words(exact=["^"]).get("^", 1)
    rows = lookup.customers(
        [[hashing.key(current_organization_id(), "m", wanted)]],
        patterns=[f" {kinds.MAIL}{'' if local else '[^ ]*'}{lookup.quoted(mail)}"],
        likely=total * (0.0001 if local else _MOST_OF_A_DOMAIN),
        total=total,
        partner_id=sight.partner_id,
        known=list(known),
        most=limit - len(known),
    )
    return [Match(customer_id, 0.1, ("e-mail",)) for customer_id, _ in rows]


def _sight(viewer: Viewer) -> Sight:
    scope = viewer.scope
    if scope is None:
        return Sight()
    words = kinds.NAME if may_read(viewer, "display_name") else ""
    words += "".join(letter for name, letter in _WORDS_OF_FIELD.items() if _sees_whole(viewer, name))
    numbers = [f"{kinds.ORDER}{scope.partner_id}:"]
    numbers += [kinds.PHONE] if _sees_whole(viewer, "phone") else []
    numbers += [kinds.SUBSCRIBER] if _sees_whole(viewer, "subscriber_number") else []
    numbers += [kinds.ORDER] if _sees_whole(viewer, "subscriptions") else []
    if _sees_whole(viewer, "partner_reference"):
        numbers += [f"{kinds.REFERENCE}0:", f"{kinds.REFERENCE}{scope.partner_id}:"]
    return Sight(words, tuple(numbers), _sees_whole(viewer, "email"), scope.partner_id)


def _sees_whole(viewer: Viewer, field: str) -> bool:
    return may_read(viewer, field) and not is_masked(viewer, field)


def _sound(text: str) -> str:
    """Without what no database stores: NUL, and halves of characters."""
    return text.replace("\x00", " ").encode("utf-8", "ignore").decode()
