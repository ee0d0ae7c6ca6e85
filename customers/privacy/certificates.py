"""The proof of an erasure: it can be checked against an identifier, and cannot be changed unseen."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import connection

from customers.identity_rules import NoIdentity, read_identity
from customers.models import Identity
from customers.privacy.models import Erasure
from customers.queries import home_country
from foundation.tenancy import current_organization_id

FORMAT_VERSION = 1
_COVERED = (
    "id",
    "organization_id",
    "record_number",
    "merged_record_numbers",
    "basis",
    "erased_by",
    "erased_by_member_id",
    "erased",
    "stripped",
    "looked",
    "salt",
    "identifier_hashes",
    "previous_digest",
)
# An erasure holds it until it commits; a file that is being written looks under it whether one came between.
_LOCK = "SELECT pg_advisory_xact_lock{shared}(hashtextextended(%s, 0))"


def lock_erasures(*, shared: bool = False) -> None:
    """One erasure of the organisation after the other; `shared` for whoever must not miss one."""
    with connection.cursor() as cursor:
        cursor.execute(
            _LOCK.format(shared="_shared" if shared else ""), [f"erasures:{current_organization_id()}"]
        )


def hash_identifiers(identities: Iterable[tuple[str, str]]) -> tuple[str, list[str]]:
    """A fresh salt, and the keyed hash of each (kind, value). A bare hash of a telephone number is undone by
    trying all numbers; without this installation's secret these say nothing."""
    salt = secrets.token_hex(16)
    return salt, sorted({_hash(salt, kind, value) for kind, value in identities})


def _hash(salt: str, kind: str, value: str) -> str:
    key = hashlib.sha256(f"erasures:{settings.SECRET_KEY}".encode()).digest()
    return hmac.new(key, f"{salt}:{kind}:{value}".encode(), hashlib.sha256).hexdigest()


def names(erasure: Erasure, text: str) -> bool:
    """Whether this certificate is about whoever has this number, mail or reference."""
    home = home_country()
    for kind in Identity.Kind.values:
        try:
            value = read_identity(kind, text, country_code=home).value
        except NoIdentity:
            continue
        if _hash(erasure.salt, kind, value) in erasure.identifier_hashes:
            return True
    return False


def digest_of(erasure: Erasure) -> str:
    """What the certificate and the digest before it come to."""
    covered = {name: getattr(erasure, name) for name in _COVERED}
    covered["erased_at"] = erasure.erased_at.isoformat(timespec="microseconds")
    return hashlib.sha256(json.dumps(covered, sort_keys=True).encode()).hexdigest()


def is_intact(erasure: Erasure) -> bool:
    """Whether nothing in it was changed, nor the certificate before it taken away."""
    before = Erasure.objects.filter(id__lt=erasure.pk).order_by("-id").values_list("digest", flat=True)
    return erasure.digest == digest_of(erasure) and erasure.previous_digest == (before.first() or "")


def as_json(erasure: Erasure) -> dict[str, Any]:
    """The certificate as a file, with its receipts as they stand now."""
    return {
        "format": FORMAT_VERSION,
        "erasure": erasure.pk,
        "customer_number": erasure.record_number,
        "merged_customer_numbers": erasure.merged_record_numbers,
        "basis": erasure.basis,
        "erased_at": erasure.erased_at.isoformat(),
        "erased_by": erasure.erased_by,
        "erased": erasure.erased,
        "stripped": erasure.stripped,
        "looked": erasure.looked,
        "identifiers": {"salt": erasure.salt, "hmac_sha256": erasure.identifier_hashes},
        "previous_digest": erasure.previous_digest,
        "digest": erasure.digest,
        "receipts": [
            {
                "partner": receipt.partner.name,
                "asked_at": receipt.asked_at.isoformat(),
                "due_at": receipt.due_at.isoformat(),
                "confirmed_at": receipt.confirmed_at.isoformat() if receipt.confirmed_at else None,
                "confirmed_by": receipt.confirmed_by,
                "how": receipt.how,
            }
            for receipt in erasure.receipts.select_related("partner").order_by("id")
        ],
    }
