"""Organisations, their people, their partners and what partners' contracts allow."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from zoneinfo import available_timezones

from django.db import IntegrityError, transaction
from django.db.models import Max, Q

from accounts.models import Contract, Member, Organization, Partner, User
from foundation import clock
from foundation.errors import Conflict, NotVisible, Refusal
from foundation.tenancy import system

_LISTS = (
    "queues",
    "products",
    "readable_fields",
    "masked_fields",
    "writable_fields",
    "readable_facts",
    "writable_facts",
)


def create_organization(
    *, name: str, slug: str, time_zone: str = "UTC", country_code: str = "GB"
) -> Organization:
    """A new company on this installation. Refusal `unknown_time_zone`; Conflict `slug_taken`."""
    if time_zone not in available_timezones():
        raise Refusal("unknown_time_zone", f"There is no time zone “{time_zone}”.", field="time_zone")
    try:
        with system(), transaction.atomic():
            return Organization.objects.create(
                name=name, slug=slug, time_zone=time_zone, country_code=country_code.upper()
            )
    except IntegrityError as error:
        raise Conflict("slug_taken", f"Another organisation is called “{slug}”.", field="slug") from error


def add_member(
    user: User,
    *,
    role: str,
    display_name: str,
    partner: Partner | None = None,
    languages: Sequence[str] = (),
) -> Member:
    """Give a login its place in the current organisation. Refusal `bad_role` when role and partner differ."""
    if (role == Member.Role.PARTNER_AGENT) != (partner is not None):
        raise Refusal(
            "bad_role", "A partner's agent has a partner, and only a partner's agent.", field="role"
        )
    member, _ = Member.objects.update_or_create(
        user=user,
        defaults={
            "role": role,
            "display_name": display_name,
            "partner": partner,
            "languages": list(languages),
            "is_active": True,
        },
    )
    return member


def create_partner(*, name: str, slug: str) -> Partner:
    """An outsourced company for the current organisation; the one of that slug, if it exists."""
    partner, _ = Partner.objects.get_or_create(slug=slug, defaults={"name": name})
    return partner


def sign_contract(
    partner: Partner,
    *,
    effective_from: datetime | None = None,
    refund_limit: Decimal = Decimal(0),
    **lists: Sequence[str],
) -> Contract:
    """The next version of what the partner may see and do; it takes the place of the one before.

    `lists`: queues, products, readable_fields, masked_fields, writable_fields, readable_facts,
    writable_facts.
    Refusal `unknown_field`.
    """
    for name in lists:
        if name not in _LISTS:
            raise Refusal("unknown_field", f"A contract has no list “{name}”.", field=name)
    Partner.objects.select_for_update(no_key=True).get(id=partner.id)
    newest = Contract.objects.filter(partner=partner).aggregate(version=Max("version"))["version"] or 0
    return Contract.objects.create(
        partner=partner,
        version=newest + 1,
        effective_from=effective_from or clock.now(),
        refund_limit=refund_limit,
        **_as_lists(lists),
    )


def end_contract(partner_id: int, *, at: datetime | None = None) -> int:
    """From `at` (now) on, the partner sees nothing. Returns how many contract versions it ended."""
    if not Partner.objects.filter(id=partner_id).exists():
        raise NotVisible("partner")
    moment = at or clock.now()
    running = Contract.objects.filter(partner_id=partner_id).filter(Q(ended_at=None) | Q(ended_at__gt=moment))
    return running.update(ended_at=moment)


def _as_lists(lists: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    return {name: list(dict.fromkeys(values)) for name, values in lists.items()}
