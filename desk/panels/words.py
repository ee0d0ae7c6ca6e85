"""How the screens name hands, promises and times of day."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format

from accounts.actors import Hand
from accounts.models import Member, Organization
from cases.models import Promise
from customers.queries import KnownFact
from foundation import clock

SOON = timedelta(hours=4)
NOW = timedelta(minutes=15)

_SOURCES = {
    "ivr": "said in the phone menu",
    "desk": "told an agent",
    "partner": "from the partner’s system",
    "web": "web form",
    "import": "import",
    "record": "on the record",
}


def source_words(source: str) -> str:
    """Where a fact was learned: "ivr:reason" is "said in the phone menu"."""
    return _SOURCES.get(source.split(":")[0], source)


def fact_words(slug: str) -> str:
    """A stored choice as people say it: `missing_issue` is "Missing issue"."""
    return slug.replace("_", " ").capitalize()


def fact_line(fact: KnownFact) -> dict[str, Any]:
    """One known thing with its mark."""
    return {
        "key": fact.key,
        "is_kept": fact.fact_id is not None,
        "answers": fact.answers,
        "label": fact.label,
        "value": fact.text,
        "hand": fact.hand,
        "hand_name": fact.partner_name or fact.author,
        "confidence": fact.confidence,
        "source": source_words(fact.source),
        "at": fact.at,
    }


def told(due_at: datetime) -> str:
    """A promised time in words: "by tomorrow 10:00"."""
    local, today = timezone.localtime(due_at), timezone.localtime(clock.now()).date()
    days = (local.date() - today).days
    clock_time = date_format(local, "H:i")
    if days == 0:
        return f"today by {clock_time}"
    if days == 1:
        return f"by tomorrow {clock_time}"
    if 1 < days < 7:
        return f"by {date_format(local, 'l')} {clock_time}"
    return f"by {date_format(local, 'j F')}, {clock_time}"


def promise_level(promise: Promise) -> str:
    """How urgent it is: calm, soon, now."""
    if promise.state == Promise.State.BROKEN:
        return "now"
    if promise.state != Promise.State.OPEN:
        return ""
    left = promise.due_at - clock.now()
    return "now" if left <= NOW else "soon" if left <= SOON else ""


def promise_card(
    promise: Promise, organization: Organization, *, customer_name: str = "", me: Member | None = None
) -> dict[str, Any]:
    """One promise: what was said, by whom, who owes it and how near it is."""
    mine = me is not None and promise.owner_id == me.id
    owed_name = promise.owed_by.name if promise.owed_by else "You" if mine else organization.name
    return {
        "id": promise.id,
        "customer_id": promise.customer_id,
        "customer_name": customer_name,
        "text": promise.text,
        "told": told(promise.due_at),
        "due_at": promise.due_at,
        "state": promise.state,
        "level": promise_level(promise),
        "owed_hand": Hand.PARTNER if promise.owed_by else Hand.INHOUSE,
        "owed_name": owed_name,
        "promised_hand": promise.hand,
        "promised_by": promise.promised_by,
        "promised_at": promise.promised_at,
        "acknowledged_at": promise.acknowledged_at,
        "acknowledged_by": promise.acknowledged_by,
        "outcome": promise.outcome,
    }
