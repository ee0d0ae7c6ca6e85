"""Decisions as they were made: who could be asked, by what they differed, who could not; the same again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from accounts.access import Viewer
from routing.access import visible_work
from routing.config import load_agents
from routing.engine import Decision, Scene, explain_not_me, replay, rules_in, situation_in
from routing.engine.durations import clock_text
from routing.engine.filters import usable_of, within_split
from routing.engine.ranks import agent_order, decisive, ranks_of, telling_ranks
from routing.models import DecisionRecord
from routing.rule_versions import inputs_of_record

LABELS = {
    "preferred": "Knows them",
    "split": "Short of share",
    "ring": "Step",
    "local": "Region",
    "language": "Language",
    "fit": "Skill",
    "load": "Load",
    "idle": "Idle",
}
_BROKEN = (LookupError, TypeError, ValueError, AttributeError)


@dataclass(frozen=True)
class RankColumn:
    """One rank of the queue's order; `decisive`: the first in which the chosen and the next best differ."""

    name: str
    label: str
    decisive: bool


@dataclass(frozen=True)
class Candidate:
    """An agent who could be asked, with what each rank said of them."""

    member_id: int
    name: str
    values: list[str]
    won: bool


@dataclass(frozen=True)
class Refused:
    """An agent who could not, and why; judged by the decision's inputs and the person's skills of today."""

    member_id: int
    name: str
    reasons: list[str]


@dataclass(frozen=True)
class DecisionTable:
    """What a decision was made from, drawn as a table; ranks that tell nobody apart here are left out."""

    columns: list[RankColumn]
    candidates: list[Candidate]
    refused: list[Refused]


@dataclass(frozen=True)
class Replayed:
    """The decision made again from what was kept; `problem`: why it cannot be."""

    same: bool
    name: str = ""
    reasons: tuple[str, ...] = ()
    problem: str = ""


def decisions(
    viewer: Viewer,
    *,
    queue_slug: str = "",
    member_id: int | None = None,
    interaction_id: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    before_id: int | None = None,
) -> QuerySet[DecisionRecord]:
    """Those the viewer may see, the newest first."""
    rows = DecisionRecord.objects.filter(work_item__in=visible_work(viewer))
    rows = rows.select_related("offer__member", "work_item__queue", "work_item__interaction__customer")
    chosen: dict[str, Any] = {
        "work_item__queue__slug": queue_slug,
        "offer__member_id": member_id,
        "work_item__interaction_id": interaction_id,
        "decided_at__gte": since,
        "decided_at__lt": until,
        "id__lt": before_id,
    }
    return rows.filter(**{name: value for name, value in chosen.items() if value}).order_by("-id")


def inputs_of_decision(record: DecisionRecord) -> dict[str, Any]:
    """What it was made from."""
    return inputs_of_record(record)


def decision_table(record: DecisionRecord) -> DecisionTable | None:
    """The table; None when what was kept cannot be read."""
    try:
        return _table(inputs_of_decision(record), record.offer.member_id if record.offer else 0)
    except _BROKEN:
        return None


def replayed(record: DecisionRecord) -> Replayed:
    """Decide again from what was kept, and compare whom and why."""
    inputs = inputs_of_decision(record)
    if "assigned_by" in inputs:
        return Replayed(False, problem="A person decided this, not the rules.")
    try:
        made = replay(inputs)
    except _BROKEN:
        return Replayed(False, problem="What was kept of it cannot be decided again.")
    chosen = record.offer.member_id if record.offer else 0
    same = made.seat.agent.id == chosen and list(made.reasons) == list(record.reasons)
    return Replayed(same, made.seat.agent.name, tuple(made.reasons))


def _table(inputs: dict[str, Any], chosen_id: int) -> DecisionTable:
    made = replay(inputs)
    rules, situation, contact = rules_in(inputs), situation_in(inputs), made.contact
    scene = Scene(rules, inputs["now"], situation)
    bids = [
        (seat, within_split(contact, usable_of(contact, seat.agent.pools, scene), scene))
        for seat in made.considered
    ]
    bids.sort(key=lambda bid: agent_order(contact, bid[0], bid[1], scene))
    decided = decisive(contact, bids[0], bids[1], scene) if len(bids) > 1 else None
    telling = {name for name, _ in telling_ranks(contact, scene)}
    ranks = [
        (name, rank)
        for name, rank in ranks_of(scene.plan(contact))
        if rank is decided or name in telling or (name == "preferred" and contact.preferred_agent_id)
    ]
    columns = [RankColumn(name, LABELS.get(name, name), rank is decided) for name, rank in ranks]
    candidates = [
        Candidate(
            seat.agent.id,
            seat.agent.name,
            [_shown(name, rank.rank(contact, seat, pools, scene), inputs["now"]) for name, rank in ranks],
            seat.agent.id == chosen_id,
        )
        for seat, pools in bids
    ]
    return DecisionTable(columns, candidates, _refused(made, inputs))


def _shown(name: str, value: float, now: float) -> str:
    if name == "idle":
        return clock_text(max(now - value, 0))
    if name == "load":
        return f"{100 * value:.0f} %"
    if name == "preferred":
        return {0.0: "agent", 1.0: "team"}.get(value, "–")
    if name == "ring":
        return f"{value + 1:g}"
    if name in {"local", "language"}:
        return "yes" if value == 0 else "–"
    return f"{-value:.3g}" if value else "–"


def _refused(made: Decision, inputs: dict[str, Any]) -> list[Refused]:
    considered = {seat.agent.id for seat in made.considered}
    rules, situation, now = rules_in(inputs), situation_in(inputs), inputs["now"]
    found = []
    for agent in sorted(load_agents().values(), key=lambda one: (one.name, one.id)):
        if agent.id not in considered:
            reasons = explain_not_me(made, agent, rules, now, situation)
            found.append(Refused(agent.id, agent.name, reasons))
    return found
