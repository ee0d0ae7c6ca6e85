"""The contact in the middle of the desk, its line, and what its dialogs offer."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.access import Viewer
from accounts.actors import Hand
from accounts.models import Member, Organization
from cases import queries as cases
from customers import queries as record
from customers.access import shown, timeline_of_visible
from customers.actions.facts import REASON_KEY
from customers.models import AskedAgain, FactKey, Interaction
from customers.rules import is_asked, spell_value
from desk.forms import DISPOSITIONS
from desk.panels import edits, matters
from desk.panels.own import channel_name, contact_name, identity_words
from desk.panels.words import fact_line, told
from foundation import clock
from foundation.phones import format_phone
from ivr import queries as phone
from routing import queries as routing
from routing.models import Callback

AGAIN_REASONS = ("They say it changed", "The line was unclear", "Security check", "I could not find it")
PROMISE_TEXTS = ("Access link by e-mail", "Replacement issue", "Call back", "Refund", "Confirmation by post")
SCRIPT = FactKey.Form.SCRIPT
_INPUTS = {"choice": "choice", "boolean": "choice", "number": "number", "date": "date"}
LIKELY = 0.1
HOLD_SOON_SECONDS, HOLD_NOW_SECONDS = 40, 60


def contact_panel(
    interaction: Interaction,
    viewer: Viewer,
    organization: Organization,
    view: record.RecordView | None,
    questions: list[FactKey],
) -> dict[str, Any]:
    """Everything the middle column shows of one contact; `view` is its customer's record."""
    steps = script_steps(interaction, view, questions)
    serving = interaction.state == Interaction.State.SERVING
    way = routing.way_of(interaction.id)
    return {
        "id": interaction.id,
        "channel": interaction.channel,
        "state": interaction.state,
        "customer_id": interaction.customer_id,
        "customer_name": contact_name(interaction, viewer, organization),
        "address": _address(interaction, viewer, organization),
        "identity": identity_words(interaction),
        "channel_name": channel_name(interaction),
        "path": way.queue_names or [interaction.queue_name or channel_name(interaction)],
        "started_at": interaction.answered_at or interaction.started_at,
        "waited_seconds": _seconds(interaction.queued_at, interaction.answered_at),
        "guess": _guess(interaction, viewer) if view else None,
        "handover": _handover(way.handover),
        "callback": _called_back(routing.last_callback_of(interaction.id)),
        "known_count": sum(1 for step in steps if step["state"] == "known"),
        "step_count": len(steps),
        "steps": steps,
        "notes": notes_of(interaction, viewer),
        "may_transfer": serving,
        "may_promise": interaction.customer_id is not None,
    }


def _called_back(callback: Callback | None) -> dict[str, Any] | None:
    """That we owe them this call, why, and how it goes."""
    if callback is None or callback.state in {Callback.State.FAILED, Callback.State.CANCELLED}:
        return None
    return {
        "promised_at": callback.promised_at,
        "label": callback.get_state_display(),
        "masked": callback.masked,
        "tries": callback.tries,
        "most_tries": callback.most_tries,
    }


def _guess(interaction: Interaction, viewer: Viewer) -> dict[str, Any] | None:
    """Why they most likely contact, with the evidence, and what else it may well be."""
    if interaction.customer_id is None:
        return None
    best, *others = cases.guess_reasons(interaction.customer_id, viewer=viewer, interaction_id=interaction.id)
    if not best.evidence:
        return None
    likely = [one for one in others[:2] if one.probability >= LIKELY]
    return {
        "text": best.label,
        "probability": round(best.probability * 100),
        "evidence": best.evidence,
        "others": [{"text": one.label, "probability": round(one.probability * 100)} for one in likely],
    }


def script_steps(
    interaction: Interaction, view: record.RecordView | None, questions: list[FactKey]
) -> list[dict[str, Any]]:
    """The questions of this contact: what is known is filled in, what is not is asked."""
    if view is None:
        return []
    questions = script_questions(interaction, questions)
    facts = record.known_answers(view, questions)
    reason = facts.get(REASON_KEY)
    if reason is not None and reason.interaction_id != interaction.id:
        del facts[REASON_KEY]  # why they called another time
    again = {
        asked.key_id: asked
        for asked in AskedAgain.objects.filter(interaction=interaction).order_by("asked_at")
    }
    return [_step(key, facts.get(key.key), again.get(key.id)) for key in questions]


def script_questions(interaction: Interaction, questions: list[FactKey]) -> list[FactKey]:
    """Those that the script of this contact's queue asks."""
    queue_slug = interaction.queue_slug
    return [key for key in questions if key.question and is_asked(key, form=SCRIPT, queue_slug=queue_slug)]


def _step(key: FactKey, fact: record.KnownFact | None, asked: AskedAgain | None) -> dict[str, Any]:
    open_again = asked is not None and (fact is None or fact.at < asked.asked_at)
    state = "open" if fact is None else "asked_again" if open_again else "known"
    return {
        "key": key.key,
        "title": key.label if state == "known" else key.question,
        "prompt": "",
        "state": state,
        "fact": fact_line(fact) if fact else None,
        "again_reasons": list(AGAIN_REASONS),
        "again_reason": asked.reason if asked and open_again else "",
        "type": _INPUTS.get(key.value_type, "text"),
        "choices": [{"value": choice, "label": spell_value(choice)} for choice in _choices(key)],
        "value": (fact.text if key.value_type != "choice" else fact.value) if fact else "",
        "error": "",
    }


def _choices(key: FactKey) -> list[str]:
    return ["yes", "no"] if key.value_type == FactKey.ValueType.BOOLEAN else list(key.choices)


def call_panel(
    interaction: Interaction | None, viewer: Viewer, organization: Organization
) -> dict[str, Any] | None:
    """The line of the contact being served; None when there is none."""
    if interaction is None or interaction.state != Interaction.State.SERVING:
        return None
    call = phone.call_of(interaction.id)
    if call is None:
        return None
    return {
        "interaction_id": interaction.id,
        "name": contact_name(interaction, viewer, organization),
        "state": "connected" if call.agent_connected else "connecting",
        "started_at": interaction.answered_at,
        "on_hold": call.on_hold,
        "hold_since": call.hold_since,
        "hold_soon_seconds": HOLD_SOON_SECONDS,
        "hold_now_seconds": HOLD_NOW_SECONDS,
        "muted": call.muted,
        "may_transfer": True,
    }


def carried_panel(*, facts: int, promises: int) -> dict[str, Any]:
    """What goes with a contact that is transferred."""
    carried = ["who is calling", "1 fact" if facts == 1 else f"{facts} facts"]
    if promises:
        carried.append("1 promise" if promises == 1 else f"{promises} promises")
    return {"carried": [*carried, "your notes"]}


def targets_panel(interaction: Interaction, organization: Organization) -> dict[str, Any]:
    """Where the contact may go now, whose hand that is, and how long it would wait there."""
    return {
        "targets": [
            {
                "value": target.queue_slug,
                "label": target.queue_name,
                "hand": Hand.PARTNER if target.partner_name else Hand.INHOUSE,
                "hand_name": target.partner_name or organization.name,
                "waiting": target.waiting,
                "wait_seconds": target.wait_seconds,
                "open": True,
                "hours": "",
            }
            for target in routing.transfer_targets()
            if target.queue_slug != interaction.queue_slug
        ],
    }


def promise_panel(organization: Organization, owners: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """Times that may be promised, and the companies that may owe it, where they were not read already."""
    presets = [
        {"value": value, "label": label, "told": told(due_at)} for value, label, due_at in promise_presets()
    ]
    return {
        "presets": presets,
        "owners": owners or matters.companies(organization),
        "texts": list(PROMISE_TEXTS),
    }


def promise_presets() -> list[tuple[str, str, datetime]]:
    """Value, label and moment of the times offered, in the organisation's zone."""
    now = timezone.localtime(clock.now())
    evening = now.replace(hour=17, minute=0, second=0, microsecond=0)
    presets = [("1h", "In 1 hour", now + timedelta(hours=1))]
    if evening - now > timedelta(hours=1):
        presets.append(("today", "Today 17:00", evening))
    presets.append(("24h", "In 24 hours", now + timedelta(hours=24)))
    presets.append(("3d", "In 3 days", now + timedelta(days=3)))
    return presets


def wrapup_panel(interaction: Interaction, member: Member, viewer: Viewer) -> dict[str, Any] | None:
    """What ends the contact, while it is in wrap-up."""
    if interaction.state != Interaction.State.WRAP_UP:
        return None
    until, seconds = routing.wrap_up_limit(member, interaction.id)
    return {
        "until": until,
        "seconds": seconds,
        "talk_seconds": _seconds(interaction.answered_at, interaction.ended_at),
        "may_skip": routing.may_skip_wrap_up(member, interaction.id),
        "summary": interaction.summary,
        "fields": wrapup_fields(interaction, viewer),
        "disposition": interaction.disposition,
        "dispositions": [{"value": value, "label": label} for value, label in DISPOSITIONS],
        "error": "",
    }


def wrapup_fields(interaction: Interaction, viewer: Viewer) -> list[dict[str, Any]]:
    """The organisation's own fields that the wrap-up of this queue asks, filled with what is known."""
    if interaction.customer_id is None:
        return []
    fields = edits.fact_fields(
        interaction.customer_id, viewer, form=FactKey.Form.WRAP_UP, queue_slug=interaction.queue_slug
    )
    return [{**field, "was": field["value"], "id": f"wrapup-{field['id']}"} for field in fields]


def _handover(handed: routing.Handover | None) -> dict[str, Any] | None:
    if handed is None:
        return None
    return {
        "hand": handed.hand,
        "hand_name": handed.name,
        "from_queue": handed.from_queue,
        "note": handed.note,
        "at": handed.at,
    }


def notes_of(interaction: Interaction, viewer: Viewer) -> list[dict[str, Any]]:
    """The last notes written in this contact of the viewer's, oldest first."""
    if interaction.customer_id is None:
        return []
    entries = timeline_of_visible(viewer, interaction.customer_id).filter(
        kind="note", interaction=interaction
    )
    return [
        {"hand": entry.hand, "hand_name": entry.author, "text": entry.body or entry.title, "at": entry.at}
        for entry in entries[:5]
    ][::-1]


def _address(interaction: Interaction, viewer: Viewer, organization: Organization) -> str:
    if interaction.channel != Interaction.Channel.VOICE and not interaction.address.startswith("+"):
        return shown(viewer, "email", interaction.address) or "address outside your contract"
    if not interaction.address.startswith("+"):
        return "number withheld"
    address = shown(viewer, "phone", interaction.address)
    if address != interaction.address:
        return address or "number outside your contract"
    return format_phone(address, country_code=organization.country_code)


def _seconds(start: datetime | None, end: datetime | None) -> float:
    return (end - start).total_seconds() if start and end else 0.0
