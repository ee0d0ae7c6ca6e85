"""Example values for the page about the reasons for contact, shaped as `desk.panels.reasons` makes them."""

from __future__ import annotations

from typing import Any

from cases.models import TrainingRun
from cases.reasons.evaluation import Evaluation, evaluate
from cases.reasons.queries import Labelled, Training
from desk.panels import reasons
from tests.desk.samples import ago

_TRUTH = ["missing_issue"] * 60 + ["digital_access"] * 50 + ["billing"] * 30 + ["cancel"] * 10


def evaluation() -> Evaluation:
    """A model that is right most of the time, rules that are right now and then."""
    others = [*_TRUTH[40:], *_TRUTH[:40]]
    return evaluate(
        _TRUTH,
        model=[
            {
                reason: 0.62 if reason == (true if place % 3 else other) else 0.1
                for reason in sorted(set(_TRUTH))
            }
            for place, (true, other) in enumerate(zip(_TRUTH, others, strict=True))
        ],
        rules=[[other, true, "cancel"] for true, other in zip(_TRUTH, others, strict=True)],
        counts={"missing_issue": 400, "billing": 300, "digital_access": 250, "cancel": 20},
    )


def training(*, verdict: str = "better", compared: bool = True) -> Training:
    """One training of last night."""
    return Training(
        id=1,
        trained_at=ago(hours=7),
        in_force=verdict == "better",
        verdict=verdict,
        contacts=2038 if compared else 120,
        first_at=ago(days=120),
        last_at=ago(hours=9),
        held_out_from=ago(days=14) if compared else None,
        seconds=1.4,
        evaluation=evaluation() if compared else None,
    )


def run(state: str = "running", *, read: int = 3_500, problem: str = "") -> dict[str, Any]:
    """The training as the page shows it."""
    made = TrainingRun(
        organization_id=1, state=state, asked_by="Sam Supervisor", asked_at=ago(minutes=1), problem=problem,
        contacts_read=read, contacts_wanted=20_000,
    )  # fmt: skip
    return reasons.run_panel(made)


def panel(*done: Training) -> dict[str, Any]:
    """The page after these trainings, the newest first."""
    known = Labelled(contacts=120, first_at=ago(days=9), last_at=ago(hours=1))
    return reasons.panel_of(list(done), known)
