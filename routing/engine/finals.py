"""Contacts that nobody took in time, and what becomes of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from routing.engine.line import Line
from routing.engine.scene import Scene
from routing.engine.values import Contact, FinalAction, Rulebook, Situation


@dataclass(frozen=True, slots=True)
class Final:
    """A contact whose time is over since `at`, and what is to be done with it."""

    contact: Contact
    action: FinalAction
    at: float


def finals_due(
    lines: Mapping[int, Line], rules: Rulebook, now: float, situation: Situation | None = None
) -> list[Final]:
    """The contacts whose final action is due, longest overdue first. Reads no more of a line than these."""
    scene = Scene(rules, now, situation)
    found = [
        final for queue_id, line in lines.items() if queue_id in rules.plans for final in _due(line, scene)
    ]
    return sorted(found, key=lambda final: (final.at, final.contact.id))


def final_at(contact: Contact, scene: Scene) -> float | None:
    """When the contact's final action is due: after the last step, or at the deadline; None when never."""
    plan = scene.plan(contact)
    if plan.final is None:
        return None
    over = scene.course(plan).over_at
    anew = contact.final_from
    ends = [] if over is None else [(contact.queued_at if anew is None else anew) + over]
    if plan.deadline is not None:
        ends.append((contact.entered_at if anew is None else anew) + plan.deadline)
    return min(ends, default=None)


def _due(line: Line, scene: Scene) -> list[Final]:
    plan = scene.rules.plans[line.plan.id]
    if plan.final is None:
        return []
    over = scene.course(plan).over_at
    entered_by = None if plan.deadline is None else scene.now - plan.deadline
    queued_by = None if over is None else scene.now - over
    return [
        Final(contact, plan.final, at)
        for contact in line.overdue(entered_by, queued_by)
        if (at := final_at(contact, scene)) is not None
    ]
