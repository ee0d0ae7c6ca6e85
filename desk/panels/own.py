"""The agent's own state, the announcements on this desktop, and the left column."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.access import Viewer
from accounts.models import Member, Organization
from cases import queries as cases
from cases.access import visible_promises
from cases.models import Promise
from customers.access import shown_name
from customers.actions import note_reads
from customers.models import Interaction
from desk.panels.words import promise_card
from foundation import clock
from foundation.phones import format_phone
from knowledge import queries as knowledge
from knowledge.actions import note_seen
from routing import queries as routing
from routing.models import Callback, Engagement, Offer, Presence
from routing.pauses import pauses
from routing.rules import MISSES_ALLOWED

DECLINE_REASONS = ("Finishing notes", "Cannot hear the line", "Not my skill")
BUSY = {Presence.State.OFFERED, Presence.State.SERVING, Presence.State.WRAP_UP}
UNITS = 100


def presence_panel(member: Member) -> dict[str, Any]:
    """The person's state, since when, and what may be chosen."""
    presence = routing.presence_of(member)
    label = Presence.State(presence.state).label
    if presence.state == Presence.State.PAUSED and presence.reason:
        label = presence.reason
    busy = presence.state in BUSY
    declared = (presence.after_work or "ready") if busy else presence.state
    named = presence.after_reason if busy else presence.reason

    def option(state: str, code: str, text: str, name: str = "", note: str = "") -> dict[str, Any]:
        current = declared == state and named == name
        return {"state": state, "reason": code, "label": text, "current": current, "note": note}

    return {
        "state": presence.state,
        "label": label,
        "since": presence.since,
        "after_work": presence.after_reason or presence.after_work.replace("_", " "),
        "notice": presence.notice,
        "microphone_lost": presence.microphone_lost_at is not None,
        "missed": presence.misses,
        "misses_allowed": MISSES_ALLOWED,
        "options": [
            option("ready", "", "Ready"),
            *(
                option("paused", one.code, one.name, one.name, "counts as work" if one.is_productive else "")
                for one in pauses()
            ),
            option("offline", "", "Offline"),
        ],
    }


def marquee_panel(member: Member, show_id: int | None = None) -> list[dict[str, Any]]:
    """What this desktop's line has, unread and urgent first, of which one is shown (`show_id`, else the
    first); that it was shown is written down.
    """
    lines = sorted(knowledge.announcements_for(member), key=lambda line: line.acknowledged_at is not None)
    at = next((n for n, line in enumerate(lines) if line.id == show_id), 0)
    note_seen([line.id for line in lines[at : at + 1] if line.seen_at is None], member=member)
    return [
        {
            "id": line.id,
            "title": line.title,
            "body": line.body,
            "urgency": "" if line.urgency == "calm" else line.urgency,
            "posted_at": line.starts_at,
            "posted_by": line.author,
            "acknowledged_at": line.acknowledged_at,
            "shown": n == at,
            "number": n + 1,
            "next_id": lines[(n + 1) % len(lines)].id,
        }
        for n, line in enumerate(lines)
    ]


def mine_panel(
    member: Member,
    viewer: Viewer,
    organization: Organization,
    *,
    current_id: int | None = None,
    contacts: list[Interaction] | None = None,
    rings: bool = True,
) -> dict[str, Any]:
    """What is on this desk; `contacts` are this person's where they were read already, `rings` is false where
    no offer can be open.
    """
    items = own_contacts(member) if contacts is None else contacts
    offers = routing.live_offers(member) if rings else []
    named = [item.customer_id for item in items]
    named += [offer.work_item.interaction.customer_id for offer in offers]
    note_reads(viewer, (one for one in named if one is not None), "work list")
    return {
        "capacity": _capacity(member) if items or offers else "",
        "offers": [offer_card(offer, viewer, organization) for offer in offers],
        "items": [_item(item, viewer, current=item.id == current_id) for item in items],
    }


def work_panel(
    member: Member,
    viewer: Viewer,
    organization: Organization,
    *,
    lines: list[routing.QueueLine],
    **mine: Any,
) -> dict[str, Any]:
    """What is on this desk (`mine_panel`), what waits for people like this one, what was promised for
    today."""
    promises = _promises_today(viewer)
    note_reads(viewer, (promise.customer_id for promise in promises), "work list")
    return {
        **mine_panel(member, viewer, organization, **mine),
        "queues": [
            {
                "name": line.queue_name,
                "waiting": line.waiting,
                "longest_since": line.longest_since,
                "target_seconds": line.target_seconds,
            }
            for line in routing.waiting_for(member, lines)
        ],
        "promises": [
            promise_card(promise, organization, customer_name=shown_name(viewer, promise.customer), me=member)
            for promise in promises
        ],
    }


def own_contacts(member: Member) -> list[Interaction]:
    """The contacts this person serves or wraps up: a call being served in front, then the oldest."""
    mine = Interaction.objects.filter(
        member=member, state__in=[Interaction.State.SERVING, Interaction.State.WRAP_UP]
    )
    return sorted(
        mine.select_related("customer").order_by("answered_at", "id"),
        key=lambda one: (one.channel != Interaction.Channel.VOICE, one.state != Interaction.State.SERVING),
    )


def _capacity(member: Member) -> str:
    """How many contacts, and what they take of the hundred units."""
    units = list(Engagement.objects.filter(member=member, ended_at=None).values_list("units", flat=True))
    contacts = "1 contact" if len(units) == 1 else f"{len(units)} contacts"
    return f"{contacts} · {min(sum(units), UNITS)} % busy"


def offer_card(offer: Offer, viewer: Viewer, organization: Organization) -> dict[str, Any]:
    """A contact reserved for this person: who, why, how long they waited, why this person."""
    interaction = offer.work_item.interaction
    guess = (
        cases.guess_reason(interaction.customer_id, viewer=viewer, interaction_id=interaction.id)
        if interaction.customer_id
        else None
    )
    return {
        "id": offer.id,
        "interaction_id": interaction.id,
        "channel": interaction.channel,
        "queue": offer.work_item.queue.name,
        "customer_name": contact_name(interaction, viewer, organization),
        "identity": identity_words(interaction),
        "reason": guess.label if guess else "",
        "probability": round(guess.probability * 100) if guess else None,
        "waiting_since": offer.work_item.entered_at,
        "expires_at": offer.expires_at,
        "seconds": offer.work_item.queue.offer_seconds,
        "why_you": offer.reasons[:3],
        "callback": _owed(routing.last_callback_of(interaction.id)),
        "transferred_by": routing.transferred_by(interaction.id),
        "decline_reasons": list(DECLINE_REASONS),
    }


def _owed(callback: Callback | None) -> dict[str, Any] | None:
    """That this is a call we owe, and who is on the line first."""
    if callback is None or callback.ended_at is not None:
        return None
    on_line = callback.state == Callback.State.CONNECTED
    who = "they are on the line" if on_line else "they are called when you accept"
    return {"promised_at": callback.promised_at, "tries": callback.tries, "who": who}


def contact_name(interaction: Interaction, viewer: Viewer, organization: Organization) -> str:
    """What to call the other side: a name, a number, or that they hide it."""
    if interaction.customer is not None:
        return shown_name(viewer, interaction.customer)
    if interaction.address.startswith("+") and not viewer.is_partner:
        return format_phone(interaction.address, country_code=organization.country_code)
    return "Unknown caller"


def channel_name(interaction: Interaction) -> str:
    """The channel in a word."""
    return interaction.get_channel_display().capitalize()


def identity_words(interaction: Interaction) -> dict[str, str]:
    """How sure we are who this is, and by what."""
    by = {
        "phone": "phone number",
        "subscriber_number": "subscriber number",
        "email": "e-mail",
        "whatsapp": "WhatsApp",
        "messenger": "Messenger",
        "web_visitor": "web chat",
        "social": "social handle",
        "agent": "an agent",
    }
    if interaction.customer_id is None:
        return {"confidence": "guessed", "text": "not identified"}
    text = by.get(interaction.identified_by, "their words")
    return {"confidence": interaction.identity_confidence, "text": text}


def _item(interaction: Interaction, viewer: Viewer, *, current: bool) -> dict[str, Any]:
    wrapping = interaction.state == Interaction.State.WRAP_UP
    return {
        "interaction_id": interaction.id,
        "channel": interaction.channel,
        "title": shown_name(viewer, interaction.customer) if interaction.customer else "Unknown caller",
        "subtitle": interaction.queue_name or channel_name(interaction),
        "since": interaction.ended_at if wrapping else interaction.answered_at,
        "state": interaction.state,
        "current": current,
    }


def _promises_today(viewer: Viewer) -> list[Promise]:
    end_of_day = timezone.localtime(clock.now()).replace(hour=0, minute=0, second=0) + timedelta(days=1)
    return list(
        visible_promises(viewer)
        .filter(state__in=[Promise.State.OPEN, Promise.State.BROKEN], due_at__lt=end_of_day)
        .select_related("customer", "owed_by")
        .order_by("due_at")[:8]
    )
