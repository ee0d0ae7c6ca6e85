"""Whether customers may be contacted: what they said, what they wait for. Asked before anything is sent."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from accounts.access import Viewer
from cases.access import visible_cases
from cases.models import Case
from customers.access import known_records
from customers.consent import queries as consent
from customers.consent.models import Channel
from customers.consent.rules import Permission, Purpose, Reason
from foundation import clock
from foundation.errors import Refusal

MOST_CUSTOMERS = 1_000
Answers = dict[tuple[int, str, str], Permission]
_UNKNOWN = Permission(False, (Reason("unknown", "There is no such customer, or not for you."),))


@dataclass(frozen=True)
class Asked:
    """The answer for one of the customers asked for; `stands_for_id` where another record stands for it."""

    customer_id: int
    permission: Permission
    stands_for_id: int | None = None


def contact_permissions(
    viewer: Viewer, customer_ids: Collection[int], *, purpose: str, channel: str, at: datetime | None = None
) -> list[Asked]:
    """The answer for each, in the order asked: a merged record is its survivor, one that is not visible is
    refused. Refusal `unknown_purpose`, `unknown_channel`, `too_many` (1,000)."""
    chosen = chosen_purpose(purpose)
    check_asked(channel, customer_ids, field="customer_ids")
    moment = at or clock.now()
    known = dict(known_records(viewer).filter(id__in=customer_ids).values_list("id", "merged_into_id"))
    standing = {one: known[one] or one for one in known}
    answers = permissions_of(set(standing.values()), purposes=[chosen], channels=[channel], at=moment)
    told = {key[0]: answer for key, answer in veiled(viewer, answers).items()}
    return [_asked(one, standing.get(one), told) for one in dict.fromkeys(customer_ids)]


def permissions_of(
    customer_ids: Iterable[int],
    *,
    purposes: Iterable[Purpose],
    channels: Iterable[str],
    at: datetime,
    heed_hours: bool = True,
) -> Answers:
    """By (customer, purpose, channel) the rule's answer, in a handful of questions for all of them;
    `heed_hours` off leaves out what is over by tomorrow, and where everybody is."""
    ids = sorted(customer_ids)
    purposes, channels = list(purposes), list(channels)
    cases = Counter(
        Case.objects.filter(customer_id__in=ids, state=Case.State.OPEN).values_list("customer_id", flat=True)
    )
    hours = consent.quiet_hours() if heed_hours else {}
    return {
        (one, purpose.slug, channel): standing.permission(
            purpose, channel, at, hours=hours.get(channel), open_cases=cases[one]
        )
        for one, standing in consent.standings(ids, at, with_zones=heed_hours).items()
        for purpose in purposes
        for channel in channels
    }


def permissions_shown(viewer: Viewer, customer_id: int, *, at: datetime) -> Answers:
    """The answers for one customer that the viewer was let see, for everything and every channel."""
    active = [purpose for purpose in consent.purposes().values() if purpose.is_active]
    answers = permissions_of([customer_id], purposes=active, channels=Channel.values, at=at)
    return veiled(viewer, answers)


def veiled(viewer: Viewer, answers: Answers) -> Answers:
    """That another partner's case is open is nobody else's business: such a customer is on hold."""
    if not viewer.is_partner:
        return answers
    ids = {key[0] for key in answers}
    rows = visible_cases(viewer).filter(customer_id__in=ids, state=Case.State.OPEN)
    seen = set(rows.values_list("customer_id", flat=True))
    return {key: answer if key[0] in seen else _without_case(answer) for key, answer in answers.items()}


def _without_case(answer: Permission) -> Permission:
    if not any(reason.code == "open_case" for reason in answer.reasons):
        return answer
    others = tuple(reason for reason in answer.reasons if reason.code not in {"open_case", "hold"})
    held = Reason("hold", "They are not to be contacted for now.")
    return replace(answer, reasons=(*others, held))


def _asked(customer_id: int, stands: int | None, told: dict[int, Permission]) -> Asked:
    if stands is None:
        return Asked(customer_id, _UNKNOWN)
    return Asked(customer_id, told[stands], None if stands == customer_id else stands)


def chosen_purpose(slug: str) -> Purpose:
    """The purpose of this name. Refusal `unknown_purpose`."""
    chosen = consent.purposes().get(slug)
    if chosen is None:
        raise Refusal("unknown_purpose", "There is no such purpose here.", field="purpose")
    return chosen


def check_asked(channel: str, asked: Collection[object], *, field: str) -> None:
    """Refusal `unknown_channel`, `too_many` (1,000)."""
    if channel not in Channel.values:
        known = ", ".join(Channel.values)
        raise Refusal("unknown_channel", f"Choose one of: {known}.", field="channel")
    if len(asked) > MOST_CUSTOMERS:
        raise Refusal("too_many", f"Ask for at most {MOST_CUSTOMERS:,} at once.", field=field)
