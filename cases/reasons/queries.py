"""What the trainings say."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Min

from cases.reasons.evaluation import Evaluation
from cases.reasons.models import ReasonModel
from customers.models import Interaction


@dataclass(frozen=True)
class Training:
    """One training without its weights; `evaluation` is None where there was nothing to compare."""

    id: int
    trained_at: datetime
    in_force: bool
    verdict: str
    contacts: int
    first_at: datetime | None
    last_at: datetime | None
    held_out_from: datetime | None
    seconds: float
    evaluation: Evaluation | None


@dataclass(frozen=True)
class Labelled:
    """The contacts whose reason is known: how many, from when to when."""

    contacts: int
    first_at: datetime | None
    last_at: datetime | None


def trainings(*, latest: int = 30) -> list[Training]:
    """The last trainings, the newest first; that one decides who guesses."""
    rows = ReasonModel.objects.order_by("-id").defer("weights")[:latest]
    return [
        Training(
            id=row.id,
            trained_at=row.trained_at,
            in_force=row.in_force,
            verdict=row.verdict,
            contacts=row.contacts,
            first_at=row.first_at,
            last_at=row.last_at,
            held_out_from=row.held_out_from,
            seconds=row.seconds,
            evaluation=_evaluation(row.evaluation),
        )
        for row in rows
    ]


def labelled_contacts() -> Labelled:
    """How much there is to learn from."""
    known = Interaction.objects.exclude(reason="").filter(direction="inbound")
    found = known.aggregate(contacts=Count("id"), first_at=Min("started_at"), last_at=Max("started_at"))
    return Labelled(**found)


def _evaluation(stored: Mapping[str, Any]) -> Evaluation | None:
    return Evaluation.from_json(stored) if stored else None
