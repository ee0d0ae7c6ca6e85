"""The page that says how often the guess why people contact is right, and who makes it."""

from datetime import datetime
from typing import Any

from cases.models import TrainingRun
from cases.reasons.evaluation import Evaluation, ReasonScore, Score, margin
from cases.reasons.queries import Labelled, Training, labelled_contacts, trainings
from cases.reasons.runs import current_run
from cases.reasons.training import HELD_OUT, LEAST_CONTACTS, LEAST_SPAN
from cases.rules import label_of

_WHY = {
    "better": "On contacts it had not seen, it was right more often than the plain frequency.",
    "too_few": f"There are fewer than {LEAST_CONTACTS} contacts to learn from.",
    "too_short": f"The contacts span less than {LEAST_SPAN.days // 7} weeks.",
    "no_better": "On contacts it had not seen, the model was no better than always naming what is commonest.",
    "rules_better": "On contacts it had not seen, the rules were right more often than the model.",
}


def reasons_panel() -> dict[str, Any]:
    """The latest training with its figures, and those before it."""
    return panel_of(trainings(), labelled_contacts())


def training_panel() -> dict[str, Any]:
    """The training that is asked for or under way, or how the last one ended."""
    return run_panel(current_run())


def run_panel(run: TrainingRun | None) -> dict[str, Any]:
    """The same of this run."""
    if run is None:
        return {"is_open": False}
    states = TrainingRun.State
    return {
        "is_open": run.state in {states.WAITING, states.RUNNING},
        "is_reading": run.state == states.RUNNING and run.contacts_read < run.contacts_wanted,
        "is_waiting": run.state == states.WAITING,
        "read": run.contacts_read,
        "wanted": run.contacts_wanted,
        "asked_by": run.asked_by,
        "asked_at": run.asked_at,
        "finished_at": run.finished_at,
        "has_failed": run.state == states.FAILED,
        "problem": run.problem,
    }


def panel_of(done: list[Training], known: Labelled) -> dict[str, Any]:
    """The same of these trainings, the newest first, and what there is to learn from."""
    latest = done[0] if done else None
    shown = latest.evaluation if latest else None
    return {
        "training": _training(latest) if latest else None,
        "missing": None if shown else _missing(known),
        "ways": _ways(shown, in_force=bool(latest and latest.in_force)) if shown else [],
        "reasons": [_reason(one) for one in shown.reasons] if shown else [],
        "sureness": _sureness(shown) if shown else [],
        "before": [_before(one) for one in done],
    }


def _training(one: Training) -> dict[str, Any]:
    return {
        "way": "model" if one.in_force else "rules",
        "why": _WHY.get(one.verdict, ""),
        "trained_at": one.trained_at,
        "contacts": f"{one.contacts:,}",
        "first_at": one.first_at,
        "last_at": one.last_at,
        "held_out_from": one.held_out_from,
        "held_out": f"{one.evaluation.model.contacts:,}" if one.evaluation else "",
        "seconds": f"{one.seconds:.1f}",
    }


def _missing(known: Labelled) -> dict[str, Any]:
    days = _days(known.first_at, known.last_at)
    return {
        "contacts": f"{known.contacts:,}",
        "contacts_needed": LEAST_CONTACTS,
        "contacts_width": _percent(min(known.contacts / LEAST_CONTACTS, 1)),
        "days": days,
        "days_needed": LEAST_SPAN.days,
        "days_width": _percent(min(days / LEAST_SPAN.days, 1)),
        "weeks_held_out": HELD_OUT.days // 7,
    }


def _days(first: datetime | None, last: datetime | None) -> int:
    return (last - first).days if first and last else 0


def _ways(shown: Evaluation, *, in_force: bool) -> list[dict[str, Any]]:
    told = (
        ("Model", "learned from your own contacts", shown.model, in_force),
        ("Rules", "promises, cases and last contacts, weighed by hand", shown.rules, not in_force),
        ("Plain frequency", "always what is commonest", shown.frequency, False),
    )
    return [
        {"name": name, "what": what, "in_force": guesses, **_score(score), "margin": _margin(score)}
        for name, what, score, guesses in told
    ]


def _score(score: Score) -> dict[str, str]:
    return {
        "hit1": f"{100 * score.hit1:.0f}",
        "hit3": f"{100 * score.hit3:.0f}",
        "hit1_width": _percent(score.hit1),
        "hit3_width": _percent(score.hit3),
    }


def _margin(score: Score) -> str:
    return f"{100 * margin(score.hit1, score.contacts):.0f}"


def _reason(one: ReasonScore) -> dict[str, Any]:
    return {
        "label": label_of(one.reason),
        "contacts": one.contacts,
        **_score(one.model),
        "rules": f"{100 * one.rules.hit1:.0f}",
        "frequency": f"{100 * one.frequency.hit1:.0f}",
        "guessed": one.guessed,
        "right": f"{100 * one.right / one.guessed:.0f} %" if one.guessed else "–",
        "right_value": f"{one.right / one.guessed:.3f}" if one.guessed else "-1",
    }


def _sureness(shown: Evaluation) -> list[dict[str, Any]]:
    return [
        {
            "span": f"{100 * one.at_least:.0f}–{100 * one.at_least + 10:.0f} %",
            "guesses": one.guesses,
            "said": f"{100 * one.said:.0f}",
            "right": f"{100 * one.right:.0f}",
            "width": _percent(one.right),
            "at": _percent(one.said),
        }
        for one in shown.sureness
    ]


def _before(one: Training) -> dict[str, Any]:
    found = one.evaluation
    return {
        "trained_at": one.trained_at,
        "contacts": f"{one.contacts:,}",
        "model": _pair(found.model) if found else "–",
        "rules": _pair(found.rules) if found else "–",
        "frequency": _pair(found.frequency) if found else "–",
        "way": "Model" if one.in_force else "Rules",
    }


def _pair(score: Score) -> str:
    return f"{100 * score.hit1:.0f} / {100 * score.hit3:.0f} %"


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"
