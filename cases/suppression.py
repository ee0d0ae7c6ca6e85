"""Who must not be contacted, as a file for campaign tools: read in batches, so that a million fit."""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import groupby, islice
from typing import Any

from django.db.models import Exists, OuterRef, Q

from accounts.access import Viewer
from cases.models import Case
from cases.permission import permissions_of
from customers.access import visible_customers
from customers.consent import queries as consent
from customers.consent.kept import CHANNELS as _KEPT_CHANNELS
from customers.consent.models import Consent, ContactHold, KeptStop
from customers.consent.rules import NECESSARY, REFUSED, Decision, Purpose, may_contact
from customers.exports.lists import Choice, ExportList
from customers.models import Identity
from foundation import clock

NAME = "suppression"
_BATCH = 2_000
# Which channels an identity is reached by; what has no address of its own cannot be looked up in a list.
_CHANNELS = {
    "phone": ("voice", "sms"),
    "whatsapp": ("whatsapp",),
    "email": ("email",),
    "messenger": ("messenger",),
}


def hashed(value: str) -> str:
    """The identity as tools compare it without knowing it: SHA-256 of its kept form, in hex."""
    return hashlib.sha256(value.encode()).hexdigest()


def _rows(viewer: Viewer, choices: Mapping[str, str]) -> Iterator[list[Any]]:
    """One row per identity and purpose with the channels that are barred, and why. Quiet hours are left out:
    they are over by the time the file is read."""
    now = clock.now()
    purposes = [one for one in consent.purposes().values() if choices.get("purpose", "") in {"", one.slug}]
    purposes = [one for one in purposes if one.is_active]
    purposes = [one for one in purposes if one.basis != NECESSARY or choices.get("purpose")]
    everybody = choices.get("which") == "all"
    customers = visible_customers(viewer) if everybody else visible_customers(viewer).filter(_concerned(now))
    ids = customers.order_by("id").values_list("id", flat=True).iterator(chunk_size=_BATCH)
    while batch := list(islice(ids, _BATCH)):
        yield from _of_batch(batch, purposes, now, plain=choices.get("identities") == "plain", all_=everybody)
    if not viewer.is_partner:
        yield from _of_nobody(purposes, now)


def _of_nobody(purposes: list[Purpose], now: datetime) -> Iterator[list[Any]]:
    """Numbers and addresses whose stop outlived their record: hashes, which the permission API compares."""
    rows = KeptStop.objects.order_by("digest", "kind", "id").iterator(chunk_size=_BATCH)
    for (digest, kind), kept in groupby(rows, key=lambda row: (row.digest, row.kind)):
        noes = tuple(Decision(REFUSED, row.purpose, row.channel, row.said_at) for row in kept)
        for purpose in purposes:
            channels = [one for one in _KEPT_CHANNELS[kind] if _is_stopped(noes, purpose, one, now)]
            if channels:
                yield [purpose.slug, f"{kind} (kept)", digest, channels, ["stopped"], ""]


def _is_stopped(noes: tuple[Decision, ...], purpose: Purpose, channel: str, now: datetime) -> bool:
    answer = may_contact(purpose, channel, now, decisions=noes)
    return any(reason.code == "stopped" for reason in answer.reasons)


def _concerned(now: datetime) -> Q:
    theirs = {"customer_id": OuterRef("pk")}
    held = ContactHold.objects.filter(Q(until=None) | Q(until__gt=now), ended_at=None, **theirs)
    return (
        Exists(Consent.objects.filter(answer=Consent.Answer.REFUSED, **theirs))
        | Exists(Case.objects.filter(state=Case.State.OPEN, **theirs))
        | Q(Exists(held))
    )


def _of_batch(
    ids: list[int], purposes: list[Purpose], now: datetime, *, plain: bool, all_: bool
) -> Iterator[list[Any]]:
    channels = sorted({channel for some in _CHANNELS.values() for channel in some})
    answers = permissions_of(ids, purposes=purposes, channels=channels, at=now, heed_hours=False)
    barred = {
        key: codes
        for key, answer in answers.items()
        if (codes := [one.code for one in answer.reasons if _counts(one.code, all_)])
    }
    found = Identity.objects.filter(customer_id__in=ids, kind__in=list(_CHANNELS))
    rows = found.order_by("customer_id", "id").values_list("customer_id", "kind", "value")
    for customer_id, identities in groupby(rows, key=lambda row: row[0]):
        for _, kind, value in identities:
            for purpose in purposes:
                theirs = [one for one in _CHANNELS[kind] if (customer_id, purpose.slug, one) in barred]
                if theirs:
                    why = dict.fromkeys(
                        code for one in theirs for code in barred[customer_id, purpose.slug, one]
                    )
                    # A plus would be taken for a formula, and quoted.
                    shown = value.removeprefix("+") if plain else hashed(value)
                    yield [purpose.slug, kind, shown, theirs, list(why), customer_id]


def _counts(code: str, everybody: bool) -> bool:
    return everybody or code != "no_consent"


LIST = ExportList(
    NAME,
    "Not to be contacted",
    ("Purpose", "Kind", "Identity", "Channels", "Reasons", "Customer id"),
    _rows,
    (
        Choice(
            "purpose", "Only for the purpose", help="marketing, research…; empty for all that can be stopped"
        ),
        Choice("identities", "Identities", (("", "Hashed (SHA-256)"), ("plain", "Plain"))),
        Choice("which", "Who", (("", "Stopped, held or with an open case"), ("all", "Also without a yes"))),
    ),
)
