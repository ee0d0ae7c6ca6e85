"""Whether a number or address may be contacted, whoever has it: the strictest answer of all who do."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.access import Viewer
from accounts.models import Organization
from cases.permission import Answers, check_asked, chosen_purpose, permissions_of, veiled
from customers.access import visible_customers
from customers.consent import queries as consent
from customers.consent.kept import CHANNELS, Address, kept_decisions
from customers.consent.queries import Standing, guessed_zones
from customers.consent.rules import Permission, Purpose, QuietHours, Reason
from customers.identity_rules import NoIdentity, read_identity
from customers.models import Identity
from customers.queries import home_country
from foundation import clock
from foundation.errors import Refusal
from foundation.tenancy import current_organization_id

_NUMBERS = (Identity.Kind.PHONE, Identity.Kind.WHATSAPP)
# What somebody who may not see the record is told, whatever the reason is.
_BARRED = Reason("stopped", "This address is not to be contacted.")
_BARS = {"stopped", "hold", "open_case"}


@dataclass(frozen=True)
class AskedAddress:
    """The answer for one address, as it was written; `read_as` is its kept form, empty where it is none."""

    address: str
    read_as: str
    permission: Permission


@dataclass(frozen=True)
class _Question:
    """What is asked of every address of a request."""

    viewer: Viewer
    purpose: Purpose
    channel: str
    at: datetime
    hours: QuietHours | None


def address_permissions(
    viewer: Viewer, addresses: Sequence[str], *, purpose: str, channel: str, at: datetime | None = None
) -> list[AskedAddress]:
    """The answer for each, in the order asked. One that nobody is known by gets what the purpose and the kept
    stops say; one on several records the strictest. Of records that the viewer may not see it is told only
    that the address is barred. Refusal `unknown_purpose`, `unknown_channel`, `too_many` (1,000)."""
    chosen = chosen_purpose(purpose)
    check_asked(channel, addresses, field="addresses")
    kind = _kind_of(channel)
    moment = at or clock.now()
    asked = _Question(viewer, chosen, channel, moment, consent.quiet_hours().get(channel))
    read = {text: _read(kind, text) for text in dict.fromkeys(addresses)}
    answers = _answers(asked, kind, {value for value in read.values() if not isinstance(value, Reason)})
    return [
        AskedAddress(text, "", Permission(False, (value,)))
        if isinstance(value, Reason)
        else AskedAddress(text, value, answers[value])
        for text, value in read.items()
    ]


def _kind_of(channel: str) -> str:
    """A number's own kind stands for WhatsApp too: whoever writes from it is whoever calls from it."""
    for kind, channels in CHANNELS.items():
        if channel in channels:
            return kind
    raise Refusal("unknown_channel", "By letter, ask for the customer instead.", field="channel")


def _read(kind: str, text: str) -> str | Reason:
    try:
        return read_identity(kind, text.removeprefix("whatsapp:"), country_code=home_country()).value
    except NoIdentity as error:
        return Reason("not_an_address", str(error))


def _answers(asked: _Question, kind: str, values: Collection[str]) -> dict[str, Permission]:
    owners = _owners(kind, values)
    ids = {one for some in owners.values() for one in some}
    seen = set(visible_customers(asked.viewer).filter(id__in=ids).values_list("id", flat=True))
    told = permissions_of(ids, purposes=[asked.purpose], channels=[asked.channel], at=asked.at)
    shown = veiled(asked.viewer, {key: answer for key, answer in told.items() if key[0] in seen})
    by_itself = _by_themselves(asked, kind, values)
    return {
        value: _strictest(_of_one(asked, owners[value], shown, told, by_itself[value])) for value in values
    }


def _of_one(
    asked: _Question, owners: set[int], shown: Answers, told: Answers, by_itself: Permission
) -> Iterable[Permission]:
    """What each who has it answers, the address by itself where nobody is known."""
    keys = [(one, asked.purpose.slug, asked.channel) for one in sorted(owners)]
    visible = [shown[key] for key in keys if key in shown]
    hidden = [told[key] for key in keys if key not in shown]
    if asked.viewer.is_partner and not visible:
        hidden.append(by_itself)
    if any(reason.code in _BARS for answer in hidden for reason in answer.reasons):
        return [*visible, Permission(False, (_BARRED,))]
    return visible or [by_itself]


def _owners(kind: str, values: Collection[str]) -> dict[str, set[int]]:
    """By value who has it, sure or guessed; a merged record's is its survivor's."""
    found: dict[str, set[int]] = defaultdict(set)
    kinds = _NUMBERS if kind in _NUMBERS else (kind,)
    rows = Identity.objects.filter(kind__in=kinds, value__in=values)
    for value, customer_id, into_id in rows.values_list("value", "customer_id", "customer__merged_into_id"):
        found[value].add(into_id or customer_id)
    return found


def _by_themselves(asked: _Question, kind: str, values: Collection[str]) -> dict[str, Permission]:
    """What is said of each where nobody is known by it: the purpose's rule, and a stop that was kept."""
    addresses: list[Address] = [(kind, value) for value in values]
    kept = kept_decisions(addresses)
    home = Organization.objects.values_list("time_zone", "country_code").get(id=current_organization_id())
    return {
        value: Standing(
            decisions=tuple(kept.get((kind, value), ())),
            zones=guessed_zones((value,) if kind in _NUMBERS else (), "", home),
        ).permission(asked.purpose, asked.channel, asked.at, hours=asked.hours, open_cases=0)
        for value in values
    }


def _strictest(answers: Iterable[Permission]) -> Permission:
    """Yes only where all say yes; every reason once; until the last of them ends, where all do."""
    noes = [answer for answer in answers if not answer.allowed]
    if not noes:
        return Permission(True)
    reasons = {(reason.code, reason.text): reason for answer in noes for reason in answer.reasons}
    ends = [answer.until for answer in noes]
    until = max(end for end in ends if end) if all(ends) else None
    return Permission(False, tuple(reasons.values()), until)
