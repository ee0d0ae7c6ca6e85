"""Why a contact still waits, why whom, why not me, and decisions made again."""

from datetime import UTC, datetime
from typing import Any

from accounts.access import Viewer
from accounts.models import Member, Organization
from customers.models import Interaction
from desk.panels.own import contact_name
from foundation import clock
from ivr import queries as phone
from routing import queries as routing
from routing.engine import Why
from routing.models import Callback, DecisionRecord, Offer, Queue, WorkItem
from routing.queries.decisions import Candidate, DecisionTable, decision_table
from routing.queries.explanations import NotMine, lately_not_mine, waiting_explained, waiting_not_mine

PAGE = 40
_OFFERS_SHOWN = 6


def contact_panel(interaction: Interaction, viewer: Viewer, organization: Organization) -> dict[str, Any]:
    """One contact: what keeps it waiting, what would release it and when, and whom it was offered to."""
    item = WorkItem.objects.filter(interaction=interaction).select_related("queue").order_by("-id").first()
    explained = waiting_explained(interaction.id)
    callback = routing.last_callback_of(interaction.id)
    owed = callback is not None and callback.ended_at is None
    return {
        "id": interaction.id,
        "name": contact_name(interaction, viewer, organization),
        "queue": item.queue.name if item else interaction.queue_name,
        "since": item.entered_at if item else interaction.started_at,
        "state": item.get_state_display() if item else interaction.get_state_display(),
        "waits": explained is not None,
        "causes": [_cause(why) for why in explained.causes] if explained else [],
        "end": _cause(explained.end) if explained and explained.end and not owed else None,
        "callback": callback_words(callback) if callback else None,
        "offers": [_offer(offer) for offer in _offers_of(item)],
    }


def _cause(why: Why) -> dict[str, Any]:
    return {
        "text": why.text,
        "agents": why.agents,
        "until": datetime.fromtimestamp(why.until, UTC) if why.until is not None else None,
        "is_now": why.until is not None and why.until <= clock.now().timestamp(),
        "releases": why.releases,
    }


def callback_words(callback: Callback) -> dict[str, Any]:
    """A call owed, as the desk tells it."""
    return {
        "id": callback.id,
        "label": callback.get_state_display(),
        "masked": callback.masked,
        "mode": callback.get_mode_display(),
        "promised_at": callback.promised_at,
        "tries": callback.tries,
        "most_tries": callback.most_tries,
        "due_at": callback.due_at if callback.due_at and callback.due_at > clock.now() else None,
        "last_result": callback.last_result,
        "place": routing.place_of(callback) if callback.ended_at is None else None,
        "may_cancel": callback.ended_at is None and callback.state == Callback.State.WAITING,
    }


def _offers_of(item: WorkItem | None) -> list[Offer]:
    if item is None:
        return []
    offers = Offer.objects.filter(work_item=item).select_related("member", "decisionrecord")
    return list(offers.order_by("-id")[:_OFFERS_SHOWN])


def _offer(offer: Offer) -> dict[str, Any]:
    record = getattr(offer, "decisionrecord", None)
    return {
        "name": offer.member.display_name,
        "label": offer.get_state_display(),
        "at": offer.offered_at,
        "reasons": routing.why_offered(offer),
        "decision_id": record.id if record else None,
    }


def agent_panel(member: Member, viewer: Viewer, organization: Organization, *, mine: bool) -> dict[str, Any]:
    """What one agent did not get, and why not; `mine`: the agent looks themselves."""
    presence = routing.presence_of(member)
    return {
        "id": member.id,
        "name": member.display_name,
        "mine": mine,
        "label": presence.get_state_display(),
        "state": presence.state,
        "waiting": [_not_mine(one, viewer, organization, mine) for one in waiting_not_mine(member, viewer)],
        "lately": [_not_mine(one, viewer, organization, mine) for one in lately_not_mine(member, viewer)],
    }


def _not_mine(one: NotMine, viewer: Viewer, organization: Organization, mine: bool) -> dict[str, Any]:
    """An agent is told of the queue, not of the person: the contact is not theirs."""
    interaction = one.item.interaction
    callback = routing.callbacks_of([interaction.id]).get(interaction.id) if one.took is None else None
    return {
        "id": interaction.id,
        "name": "" if mine else contact_name(interaction, viewer, organization),
        "queue": one.item.queue.name,
        "since": one.item.entered_at,
        "reasons": [_unnamed(text, one.took) for text in one.reasons] if mine else one.reasons,
        "took": one.took.display_name if one.took and not mine else "a colleague" if one.took else "",
        "decision_id": None if mine else one.decision_id,
        "is_callback": callback is not None,
    }


def _unnamed(text: str, took: Member | None) -> str:
    return text.replace(took.display_name, "A colleague") if took else text


def decisions_panel(
    viewer: Viewer, organization: Organization, given: dict[str, Any], *, typed: dict[str, str]
) -> dict[str, Any]:
    """A page of decisions, the newest first; `given` the filters as read, `typed` as typed."""
    rows = list(routing.decisions(viewer, **given)[: PAGE + 1])
    more = len(rows) > PAGE
    agents = Member.objects.filter(is_active=True).order_by("display_name", "id")
    return {
        "rows": [_row(one, viewer, organization) for one in rows[:PAGE]],
        "before": rows[PAGE - 1].id if more else None,
        "typed": typed,
        "queues": [{"value": "", "label": "Every queue"}]
        + [{"value": q.slug, "label": q.name} for q in Queue.objects.order_by("name", "id")],
        "agents": [{"value": "", "label": "Anybody"}]
        + [{"value": str(one.id), "label": one.display_name} for one in agents if one.takes_work],
    }


def _row(record: DecisionRecord, viewer: Viewer, organization: Organization) -> dict[str, Any]:
    interaction = record.work_item.interaction
    return {
        "id": record.id,
        "at": record.decided_at,
        "queue": record.work_item.queue.name,
        "contact": contact_name(interaction, viewer, organization),
        "agent": record.offer.member.display_name if record.offer else "–",
        "outcome": record.offer.get_state_display() if record.offer else "",
        "reasons": list(record.reasons),
    }


def decision_panel(record: DecisionRecord, viewer: Viewer, organization: Organization) -> dict[str, Any]:
    """One decision: who could be asked, by what they differed, who could not and why."""
    interaction, item = record.work_item.interaction, record.work_item
    table = decision_table(record)
    callback = routing.last_callback_of(interaction.id)
    return {
        **_row(record, viewer, organization),
        "interaction_id": interaction.id,
        "customer_id": interaction.customer_id,
        "since": item.entered_at,
        "waited_seconds": (record.decided_at - item.entered_at).total_seconds(),
        "on_line": phone.call_of(interaction.id) is not None,
        "callback": callback_words(callback) if callback else None,
        "by_hand": "assigned_by" in record.inputs,
        "table": _table(table) if table else None,
    }


def _table(table: DecisionTable) -> dict[str, Any]:
    return {
        "columns": table.columns,
        "rows": [_candidate(place, one, table) for place, one in enumerate(table.candidates, 1)],
        "refused": table.refused,
    }


def _candidate(place: int, one: Candidate, table: DecisionTable) -> dict[str, Any]:
    cells = [
        {"value": value, "decisive": column.decisive}
        for value, column in zip(one.values, table.columns, strict=True)
    ]
    return {"place": place, "id": one.member_id, "name": one.name, "won": one.won, "cells": cells}
