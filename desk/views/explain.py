"""Why it waits, why whom, why not me; decisions and their replay; calls owed."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Member
from customers.access import access_interaction
from desk.doors import DeskRequest, desk_door, number_of, toast
from desk.panels import explain as panels
from foundation.errors import Conflict, NotVisible, Refusal
from routing import queries as routing
from routing.actions import end_callback, lock_callback
from routing.models import Callback, DecisionRecord

_FILTERS = ("queue", "agent", "contact", "from", "to")


@require_GET
@desk_door(supervisors=True)
def contact(request: DeskRequest, interaction_id: int) -> HttpResponse:
    """Why a contact still waits, or whom it was offered to."""
    interaction = access_interaction(request.viewer, interaction_id)
    panel = panels.contact_panel(interaction, request.viewer, request.organization)
    return render(request, "desk/explain/contact.html", {"panel": panel})


@require_GET
@desk_door(supervisors=True)
def agent(request: DeskRequest, member_id: int) -> HttpResponse:
    """Why an agent does not get what waits. NotVisible for nobody's id."""
    member = Member.objects.filter(id=member_id, is_active=True).first()
    if member is None or not member.takes_work:
        raise NotVisible("agent")
    return _agent(request, member, mine=False)


@require_GET
@desk_door(agents=True)
def not_me(request: DeskRequest) -> HttpResponse:
    """Why I do not get what waits, and did not get what others were offered."""
    return _agent(request, request.member, mine=True)


def _agent(request: DeskRequest, member: Member, *, mine: bool) -> HttpResponse:
    panel = panels.agent_panel(member, request.viewer, request.organization, mine=mine)
    return render(request, "desk/explain/agent.html", {"panel": panel})


@require_GET
@desk_door(supervisors=True)
def decisions(request: DeskRequest) -> HttpResponse:
    """The decisions, by queue, agent, contact and time. Refusal `bad_filter`."""
    typed = {name: request.GET.get(name, "").strip() for name in _FILTERS}
    given = _read(request.GET)
    panel = panels.decisions_panel(request.viewer, request.organization, given, typed=typed)
    if panel["before"]:
        panel["more_url"] = "?" + urlencode({**typed, "before": panel["before"]})
    return render(request, "desk/explain/decisions.html", {"panel": panel})


def _read(query: QueryDict) -> dict[str, Any]:
    return {
        "queue_slug": query.get("queue", "").strip(),
        "member_id": _number(query, "agent"),
        "interaction_id": _number(query, "contact"),
        "before_id": _number(query, "before"),
        "since": _moment(query, "from"),
        "until": _moment(query, "to"),
    }


def _number(query: QueryDict, name: str) -> int | None:
    text = query.get(name, "").strip()
    found = number_of(text)
    if text and found is None:
        raise Refusal("bad_filter", "That is no number.", field=name)
    return found


def _moment(query: QueryDict, name: str) -> datetime | None:
    text = query.get(name, "").strip()
    try:
        found = parse_datetime(text) if text else None
    except ValueError:
        found = None
    if text and found is None:
        raise Refusal("bad_filter", "Give the time as 2026-11-23T09:30.", field=name)
    if found is not None and timezone.is_naive(found):
        found = timezone.make_aware(found)
    return found


@require_GET
@desk_door(supervisors=True)
def decision(request: DeskRequest, decision_id: int) -> HttpResponse:
    """One decision, from its inputs."""
    record = _record(request, decision_id)
    panel = panels.decision_panel(record, request.viewer, request.organization)
    return render(request, "desk/explain/decision.html", {"panel": panel})


@require_GET
@desk_door(supervisors=True)
def replay(request: DeskRequest, decision_id: int) -> HttpResponse:
    """The decision made again from what was kept: the same, or not."""
    found = routing.replayed(_record(request, decision_id))
    return render(request, "desk/explain/_replay.html", {"replay": found})


def _record(request: DeskRequest, decision_id: int) -> DecisionRecord:
    record = routing.decisions(request.viewer).filter(id=decision_id).first()
    if record is None:
        raise NotVisible("decision")
    return record


@require_POST
@desk_door(supervisors=True)
def cancel_callback(request: DeskRequest, callback_id: int) -> HttpResponse:
    """Take back that a customer will be called. Conflict `callback_over` once it is under way or over."""
    if not Callback.objects.filter(id=callback_id).exists():
        raise NotVisible("callback")
    callback = lock_callback(callback_id)
    if callback is None or callback.state != Callback.State.WAITING:
        raise Conflict("callback_over", "They are being called already, or it is over.")
    end_callback(callback, how="cancelled", actor=request.member.actor)
    return toast("They will not be called back; it stands on their timeline.")
