"""Stops that outlive their record: kept as salted hashes of the numbers and addresses, nothing else."""

import hashlib
import hmac
import secrets
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import QuerySet

from customers.consent import rules
from customers.consent.models import Consent, KeptStop, StopSalt
from customers.consent.rules import Decision
from customers.models import Identity, SharedIdentity
from customers.privacy.kinds import Subject
from foundation.tenancy import current_organization_id

Kind = Identity.Kind
# What an identity is reached by. Whoever writes by WhatsApp from a number is whoever calls from it.
CHANNELS: dict[str, tuple[str, ...]] = {
    Kind.PHONE: ("voice", "sms", "whatsapp"),
    Kind.WHATSAPP: ("voice", "sms", "whatsapp"),
    Kind.EMAIL: ("email",),
    Kind.MESSENGER: ("messenger",),
}
Address = tuple[str, str]


def stopping_identities(subject: Subject) -> QuerySet[Identity]:
    """Their numbers and addresses that a no of theirs stands for, and that are nobody else's."""
    noes = _standing_noes(subject)
    kinds = [kind for kind in CHANNELS if any(_concerns(kind, no) for no in noes)]
    theirs = Identity.objects.filter(
        customer_id__in=subject.customer_ids, kind__in=kinds, value__in=subject.theirs_alone
    )
    many = SharedIdentity.objects.filter(value__in=subject.values()).values_list("value", flat=True)
    return theirs.exclude(value__in=list(many)).order_by("id")


def keep_stops(subject: Subject, identities: QuerySet[Any]) -> None:
    """Keep the hash of each with what was refused and when."""
    noes = _standing_noes(subject)
    for kind, value in set(identities.values_list("kind", "value")):
        for no in noes:
            if _concerns(kind, no):
                _keep((kind, value), no)


def taken_back(subject: Subject) -> QuerySet[KeptStop]:
    """What an earlier record of theirs had left, and they took back since."""
    said = _said(subject)
    found = _found([pair for pair in subject.identities if pair[0] in CHANNELS])
    over = [row.pk for some in found.values() for row, no in some if any(other.undoes(no) for other in said)]
    return KeptStop.objects.filter(id__in=over).order_by("id")


def _keep(address: Address, no: Decision) -> None:
    what = {
        "kind": _one_kind(address[0]),
        "digest": _digest(address, _salt(make=True)),
        "purpose": no.purpose,
        "channel": no.channel,
    }
    row, is_new = KeptStop.objects.get_or_create(**what, defaults={"said_at": no.said_at})
    if not is_new:
        KeptStop.objects.filter(id=row.pk, said_at__lt=no.said_at).update(said_at=no.said_at)


def kept_decisions(addresses: Collection[Address]) -> dict[Address, list[Decision]]:
    """By (kind, value) the refusals that are kept of it; one question, while nothing is kept at all."""
    return {address: [no for _, no in found] for address, found in _found(addresses).items()}


def _found(addresses: Collection[Address]) -> dict[Address, list[tuple[KeptStop, Decision]]]:
    salt = _salt() if addresses else ""
    if not salt:
        return {}
    named = {
        address: (_one_kind(address[0]), _digest(address, salt))
        for address in addresses
        if address[0] in CHANNELS
    }
    rows: dict[tuple[str, str], list[KeptStop]] = defaultdict(list)
    for row in KeptStop.objects.filter(digest__in={digest for _, digest in named.values()}):
        rows[row.kind, row.digest].append(row)
    return {
        address: [(row, Decision(rules.REFUSED, row.purpose, row.channel, row.said_at)) for row in rows[name]]
        for address, name in named.items()
        if rows[name]
    }


def kept_by_customer(customer_ids: Iterable[int]) -> dict[int, list[Decision]]:
    """By customer the refusals that are kept of a number or address they have."""
    if not _salt():
        return {}
    identities: dict[int, list[Address]] = defaultdict(list)
    rows = Identity.objects.filter(customer_id__in=list(customer_ids), kind__in=list(CHANNELS))
    for customer_id, kind, value in rows.order_by("customer_id").values_list("customer_id", "kind", "value"):
        identities[customer_id].append((kind, value))
    kept = kept_decisions({address for some in identities.values() for address in some})
    found = {
        customer_id: sorted({no for one in some for no in kept.get(one, ())}, key=lambda no: no.when)
        for customer_id, some in identities.items()
    }
    return {customer_id: noes for customer_id, noes in found.items() if noes}


def forget_kept_stops(address: Address, *, channels: Iterable[str]) -> int:
    """Whoever has this number or address takes the stop of everything back, on these channels ("": all)."""
    salt = _salt()
    if not salt:
        return 0
    taken_back = KeptStop.objects.filter(
        kind=_one_kind(address[0]), digest=_digest(address, salt), purpose="", channel__in=list(channels)
    )
    return taken_back.delete()[0]


def _said(subject: Subject) -> list[Decision]:
    rows = Consent.objects.filter(customer_id__in=subject.customer_ids)
    return [Decision(*row) for row in rows.values_list("answer", "purpose", "channel", "said_at", "id")]


def _standing_noes(subject: Subject) -> list[Decision]:
    said = _said(subject)
    return [no for no in said if no.answer == rules.REFUSED and not any(one.undoes(no) for one in said)]


def _concerns(kind: str, no: Decision) -> bool:
    return not no.channel or no.channel in CHANNELS[kind]


def _one_kind(kind: str) -> str:
    return str(Kind.PHONE if kind == Kind.WHATSAPP else kind)


def _digest(address: Address, salt: str) -> str:
    """Nobody who lacks the salt learns anything from it by trying all numbers."""
    named = f"{_one_kind(address[0])}:{address[1]}"
    return hmac.new(bytes.fromhex(salt), named.encode(), hashlib.sha256).hexdigest()


def _salt(*, make: bool = False) -> str:
    """The organisation's own, stored encrypted; empty while nothing has been kept."""
    found = StopSalt.objects.first()
    if found is None and make:
        organization_id = current_organization_id()
        found, _ = StopSalt.objects.get_or_create(
            organization_id=organization_id, defaults={"salt": secrets.token_hex(32)}
        )
    return found.salt if found else ""
