"""What the telephone says it already knows: one or two sentences of plain English for a voice to read."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import connection

from cases.queries import RECENTLY
from customers.queries import current_value

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_READY = {"a", "an", "the", "your", "our", "their", "his", "her", "some", "two", "three", "new", "another"}
_VERBS = {
    "call",
    "send",
    "refund",
    "replace",
    "resend",
    "write",
    "check",
    "change",
    "e-mail",
    "email",
    "post",
}
# After these the word before is a thing: "refund to the card", but "refund the second charge".
_AFTER_NOUNS = {"to", "of", "for", "from", "about", "by", "in", "on", "with", "within", "and"}
LONGEST_PROMISE = 120
_TOLD = """
SELECT coalesce(o.name, ''), p.text, p.state,
       CASE p.state WHEN 'kept' THEN p.kept_at ELSE p.due_at END, p.outcome
FROM cases_promise p LEFT JOIN accounts_partner o ON o.id = p.owed_by_id
WHERE p.customer_id = %s AND (p.state IN ('open', 'broken') OR (p.state = 'kept' AND p.kept_at >= %s))
ORDER BY p.due_at, p.id
"""


@dataclass(frozen=True)
class SpokenPromise:
    """A promise as it is told: by which company (empty: us), what, by or since when, what came of it."""

    company: str
    text: str
    state: str
    at: datetime
    outcome: str = ""


def spoken_summary(customer_id: int, now: datetime, time_zone: str) -> str:
    """What we know of this caller's matters, in the organisation's time; empty when there is nothing."""
    missing = current_value(customer_id, "missing_issues") or []
    promises = _promises(customer_id, now)
    told = [promise for promise in promises if promise.state != "kept"]
    told.sort(key=lambda promise: promise.state != "broken")
    if not told:
        told = sorted(promises, key=lambda promise: promise.at, reverse=True)
    return tell(len(missing) if isinstance(missing, list) else 1, told, now, ZoneInfo(time_zone))


def tell(missing_issues: int, promises: Sequence[SpokenPromise], now: datetime, zone: ZoneInfo) -> str:
    """The sentences: issues reported missing, then the most pressing promise."""
    sentences = []
    if missing_issues:
        noun = "issue was" if missing_issues == 1 else "issues were"
        sentences.append(f"{_number(missing_issues).capitalize()} {noun} reported missing.")
    if promises:
        sentences.append(tell_promise(promises[0], now, zone))
        if len(promises) > 1 and promises[0].state != "kept":
            rest = len(promises) - 1
            sentences[-1] += f" {_number(rest).capitalize()} more {'is' if rest == 1 else 'are'} open."
    return " ".join(sentences)


def tell_promise(promise: SpokenPromise, now: datetime, zone: ZoneInfo) -> str:
    """One promise and how it stands."""
    who = promise.company or "We"
    what = with_article(promise.text)
    when = tell_time(promise.at, now, zone)
    if promise.state == "kept" and promise.outcome:
        return _kept(promise, what, when)
    if promise.state == "kept":
        return f"{who} promised {what}; that was done {when}."
    if promise.state == "broken":
        return f"{who} promised {what} by {when}. That has not happened yet, and we are sorry."
    return f"{who} promised {what} by {when}."


def _kept(promise: SpokenPromise, what: str, when: str) -> str:
    if promise.company:
        return f"{promise.company} promised {what}, and told us {when}: {_plain(promise.outcome)}."
    return f"We promised {what}. It was done {when}: {_plain(promise.outcome)}."


def with_article(text: str) -> str:
    """A promise's words as the object of "promised": an access link; to call back; new copies."""
    words = _plain(text)
    first, second = [*words.lower().split(" ", 2), "", ""][:2]
    if not words:
        return "something"
    if first == "to" or first in _READY or first.isdigit():
        return words
    lowered = words if words[:2].isupper() else words[0].lower() + words[1:]
    if first in _VERBS and second and second not in _AFTER_NOUNS:
        return f"to {lowered}"
    if first.endswith("s") and not first.endswith("ss"):
        return lowered
    return f"{'an' if first[0] in 'aeiou' else 'a'} {lowered}"


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[<>{}\[\]\"“”]", "", text).split())[:LONGEST_PROMISE].rstrip(" .!,;:")


def tell_time(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """A time as people say it: tomorrow at 10 in the morning; Thursday at noon; the 3rd of December."""
    local, today = moment.astimezone(zone), now.astimezone(zone).date()
    days = (local.date() - today).days
    clock_time = _clock_time(local)
    if days == 0:
        return f"today at {clock_time}"
    if days == 1:
        return f"tomorrow at {clock_time}"
    if days == -1:
        return f"yesterday at {clock_time}"
    if 1 < days < 7:
        return f"{local:%A} at {clock_time}"
    if -7 < days < -1:
        return f"last {local:%A}"
    year = f" {local.year}" if local.year != today.year else ""
    return f"the {_ordinal(local.day)} of {local:%B}{year}"


def _clock_time(local: datetime) -> str:
    if (local.hour, local.minute) == (12, 0):
        return "noon"
    if (local.hour, local.minute) == (0, 0):
        return "midnight"
    part = (
        "in the morning" if local.hour < 12 else "in the afternoon" if local.hour < 18 else "in the evening"
    )
    hour = local.hour % 12 or 12
    minute = f":{local.minute:02}" if local.minute else ""
    return f"{hour}{minute} {part}"


def _ordinal(day: int) -> str:
    ending = "th" if 10 < day < 14 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"


def _number(count: int) -> str:
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)


def _promises(customer_id: int, now: datetime) -> list[SpokenPromise]:
    """What the customer still waits for, the next due first, and what was kept lately."""
    with connection.cursor() as cursor:
        cursor.execute(_TOLD, [customer_id, now - RECENTLY])
        return [SpokenPromise(*row) for row in cursor.fetchall()]
