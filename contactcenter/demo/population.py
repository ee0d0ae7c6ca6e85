"""The customers: who they are, how they are reached, what they subscribe to, and who may see them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from contactcenter.demo import names
from contactcenter.demo.company import Company
from customers.models import Customer, FulfilmentChange, Identity, Product, RecordShare, Subscription
from customers.search.entries import index_customers

ROBERT = "Robert Whitfield"
ROBERT_NUMBER = "+447700900187"
ROBERT_SUBSCRIBER = "20110487"
_MAIL_DOMAINS = ("example.com", "example.org", "example.net")
_FICTIONAL_DIGITS = 1000


@dataclass
class Inhabitant:
    """One customer before the row exists."""

    customer: Customer
    phones: list[str]
    email: str
    subscriber_number: str
    products: list[str]
    verified: bool


def write_population(company: Company, *, count: int, rng: Random, now: datetime) -> list[Customer]:
    """Write `count` customers with everything that makes them recognisable. Returns them."""
    people = [_robert()] if company.plan.slug == "meridian" else []
    people += list(_invent(company, rng, count - len(people), now.date()))
    customers = Customer.objects.bulk_create([person.customer for person in people], batch_size=500)
    Identity.objects.bulk_create(
        [identity for person in people for identity in _identities(person)], batch_size=1000
    )
    _subscribe(company, people, rng, now)
    index_customers(customer.id for customer in customers)
    return customers


def _robert() -> Inhabitant:
    return Inhabitant(
        customer=Customer(
            display_name=ROBERT,
            given_name="Robert",
            family_name="Whitfield",
            language="en",
            country_code="GB",
            region="Yorkshire",
            postal_address="14 Orchard Close\nLeeds\nLS8 1QX",
            customer_since=date(2011, 4, 1),
        ),
        phones=[ROBERT_NUMBER, "+441134960187"],
        email="robert.whitfield@example.com",
        subscriber_number=ROBERT_SUBSCRIBER,
        products=["print", "travel-club"],
        verified=True,
    )


def _invent(company: Company, rng: Random, count: int, today: date) -> Iterator[Inhabitant]:
    numbers = _numbers(rng)
    pairs = [(given, family) for given in names.GIVEN for family in names.FAMILY]
    phones: list[str] = []
    for position, (given, family) in enumerate(rng.sample(pairs, count)):
        town, region, area, prefix = rng.choice(names.TOWNS)
        since = today - timedelta(days=int(rng.triangular(20, 5200, 900)))
        # A few share a household's line: then the caller is asked who they are.
        if position % 60 != 59:
            phones = [] if rng.random() < 0.04 else _phones(rng, numbers, prefix)
        yield Inhabitant(
            customer=Customer(
                display_name=f"{given} {family}",
                given_name=given,
                family_name=family,
                company_name=f"{family} Travel Ltd" if rng.random() < 0.03 else "",
                language=rng.choices(["en", "de", "pt", "fr"], [94, 3, 2, 1])[0],
                country_code="GB",
                region=region,
                postal_address=_address(rng, town, area),
                customer_since=since,
            ),
            phones=phones,
            email=_mail(rng, given, family, position),
            subscriber_number=f"{since.year}{3000 + position:04}",
            products=_products(company, rng),
            verified=rng.random() < 0.7,
        )


def _numbers(rng: Random) -> dict[str, Iterator[str]]:
    prefixes = {prefix for _, _, _, prefix in names.TOWNS} | {names.MOBILE}
    taken = {ROBERT_NUMBER, "+441134960187", "+442079460200", "+442079460700"}
    numbers = {}
    for prefix in sorted(prefixes):
        tails = rng.sample(range(_FICTIONAL_DIGITS), _FICTIONAL_DIGITS)
        numbers[prefix] = iter([n for tail in tails if (n := f"{prefix}{tail:03}") not in taken])
    return numbers


def _phones(rng: Random, numbers: dict[str, Iterator[str]], prefix: str) -> list[str]:
    wanted = [prefix if rng.random() < 0.55 else names.MOBILE]
    if rng.random() < 0.15:
        wanted.append(names.MOBILE if wanted[0] != names.MOBILE else prefix)
    return [number for line in wanted if (number := next(numbers[line], next(numbers[prefix], "")))]


def _address(rng: Random, town: str, area: str) -> str:
    letters = "ABDEFGHJLNPQRSTUWXYZ"
    code = f"{area}{rng.randint(1, 19)} {rng.randint(1, 9)}{rng.choice(letters)}{rng.choice(letters)}"
    return f"{rng.randint(1, 180)} {rng.choice(names.STREETS)}\n{town}\n{code}"


def _mail(rng: Random, given: str, family: str, position: int) -> str:
    local = f"{given}.{family}".lower().replace("’", "").replace("ê", "e")
    return f"{local}{position if rng.random() < 0.3 else ''}@{rng.choice(_MAIL_DOMAINS)}"


def _products(company: Company, rng: Random) -> list[str]:
    codes = [code for code, _ in company.plan.products]
    if company.plan.slug != "meridian":
        return [code for code in codes if rng.random() < 0.6] or codes[:1]
    chosen = rng.choices([["print"], ["digital-edition"], ["print", "digital-edition"]], [58, 24, 18])[0]
    return [*chosen, "travel-club"] if rng.random() < 0.12 else chosen


def _identities(person: Inhabitant) -> Iterator[Identity]:
    confidence = "verified" if person.verified else "claimed"
    wanted = [("phone", phone) for phone in person.phones]
    wanted += [("email", person.email), ("subscriber_number", person.subscriber_number)]
    for kind, value in wanted:
        sure = "verified" if kind == "subscriber_number" else confidence
        yield Identity(customer=person.customer, kind=kind, value=value, confidence=sure, hand="file")


def _subscribe(company: Company, people: list[Inhabitant], rng: Random, now: datetime) -> None:
    products = {product.code: product for product in Product.objects.all()}
    subscriptions, shares = [], []
    for person in people:
        for code in person.products:
            at_partner = code == company.plan.partner_product
            subscriptions.append(_subscription(company, person, products[code], at_partner, rng, now.date()))
            if at_partner:
                shares.append(
                    RecordShare(
                        customer=person.customer,
                        partner=company.partner,
                        reason=f"product {code}",
                        started_at=now - timedelta(days=200),
                    )
                )
    Subscription.objects.bulk_create(subscriptions, batch_size=1000)
    RecordShare.objects.bulk_create(shares, batch_size=1000)
    FulfilmentChange.objects.bulk_create([_first_step(one, now) for one in subscriptions], batch_size=1000)


def _first_step(subscription: Subscription, now: datetime) -> FulfilmentChange:
    """The history of each begins where it began."""
    began = datetime.combine(subscription.started_on or now.date(), time(9), UTC)
    return FulfilmentChange(
        subscription=subscription,
        what=f"Subscribed to {subscription.product.name}",
        product_name=subscription.product.name,
        state=subscription.state,
        fulfilled_by=subscription.fulfilled_by,
        reference=subscription.reference,
        hand="file",
        author="Import",
        at=began,
    )


def _subscription(
    company: Company, person: Inhabitant, product: Product, at_partner: bool, rng: Random, today: date
) -> Subscription:
    since = person.customer.customer_since or today
    ended = person.customer.display_name != ROBERT and rng.random() < 0.06
    return Subscription(
        customer=person.customer,
        product=product,
        state=rng.choice(["cancelled", "paused"]) if ended else "active",
        fulfilled_by=company.partner if at_partner else None,
        reference=f"DP-{rng.randint(10_000, 99_999)}" if at_partner else "",
        started_on=since,
        renews_on=None if ended else today + timedelta(days=rng.randint(3, 360)),
    )
