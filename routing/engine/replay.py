"""A decision's inputs as JSON, and the same decision again from them."""

from dataclasses import asdict
from typing import Any

from routing.engine.decide import decide
from routing.engine.values import Agent, Contact, Decision, QueuePlan, Requirement, Seat, Step


def inputs_of(decision: Decision, plan: QueuePlan, now: float) -> dict[str, Any]:
    """What the decision was made from: JSON values only."""
    return {
        "now": now,
        "contact": asdict(decision.contact),
        "plan": asdict(plan),
        "seats": [_seat_json(seat) for seat in decision.considered],
    }


def replay(inputs: dict[str, Any]) -> Decision:
    """Decide again from stored inputs. Raises LookupError when they hold no eligible pair."""
    contact, plan = _contact(inputs["contact"]), _plan(inputs["plan"])
    made = decide([contact], [_seat(seat) for seat in inputs["seats"]], {plan.id: plan}, inputs["now"])
    if not made:
        raise LookupError("The stored inputs hold no pair.")
    return made[0]


def _seat_json(seat: Seat) -> dict[str, Any]:
    agent = asdict(seat.agent)
    agent["queues"] = None if seat.agent.queues is None else sorted(seat.agent.queues)
    return {"id": seat.id, "agent": agent, "ready_since": seat.ready_since, "load": seat.load}


def _seat(row: dict[str, Any]) -> Seat:
    queues = row["agent"]["queues"]
    agent = Agent(**{**row["agent"], "queues": None if queues is None else frozenset(queues)})
    return Seat(**{**row, "agent": agent})


def _contact(row: dict[str, Any]) -> Contact:
    avoid = tuple((agent_id, until) for agent_id, until in row["avoid"])
    return Contact(**{**row, "avoid": avoid})


def _plan(row: dict[str, Any]) -> QueuePlan:
    needs = tuple(Requirement(**need) for need in row["requirements"])
    steps = tuple(Step(**step) for step in row["steps"])
    return QueuePlan(**{**row, "requirements": needs, "steps": steps})
