"""One organisation's training: read its newest contacts, fit, compare on the latest weeks, store."""

import hashlib
import json
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import Organization
from cases import rules
from cases.reasons import fitting
from cases.reasons.evaluation import Evaluation, evaluate
from cases.reasons.features import VERSION, features_of
from cases.reasons.known import signals_of
from cases.reasons.models import ReasonModel
from cases.reasons.reading import LATELY_CONTACTS, LATELY_DAYS, Example, read_examples
from cases.reasons.runs import tell_progress, under_way
from cases.reasons.scoring import Weights
from customers.models import Interaction
from foundation import clock
from foundation.tenancy import tenant

NEWEST = 20_000
# Of more: runs of contacts, ends 4 days and 5 hours apart so that every hour of the day is met.
RUNS, RUN_LENGTH, RUN_BEFORE = 20, 800, LATELY_CONTACTS + 50
RUN_EVERY = timedelta(days=4, hours=5)
LEAST_CONTACTS = 500
LEAST_SPAN = timedelta(weeks=4)
HELD_OUT = timedelta(weeks=2)
# A reason of fewer contacts cannot be learned; nor can many be told apart.
LEAST_OF_A_REASON = 15
MOST_REASONS = 30
TRAININGS_KEPT = 90
_CHUNK = 500


@dataclass(frozen=True)
class Case:
    """An example with its features."""

    example: Example
    row: dict[str, float]


@dataclass(frozen=True)
class Trained:
    """What came of it."""

    verdict: str
    evaluation: Evaluation | None = None
    weights: Weights | None = None
    held_out_from: datetime | None = None


def train_organization(organization_id: int, *, run_id: int | None = None) -> int | None:
    """Train on what there is; returns the id of the training in the database, None while another one is under
    way. The same contacts as last time are not trained again. Nothing is locked meanwhile: reading and
    storing are transactions of their own."""
    with under_way(organization_id, run_id) as run:
        return None if run is None else _train(organization_id, run)


def _train(organization_id: int, run_id: int) -> int:
    began = time.monotonic()
    examples, before = _read(organization_id, run_id)
    learnt = prepare(examples, before)
    made_from = digest(learnt)
    with tenant(organization_id):
        known = ReasonModel.objects.filter(made_from=made_from).values_list("id", flat=True).first()
    if known is not None:
        return known
    trained = train(learnt)
    with tenant(organization_id):
        return _store(learnt, trained, made_from, time.monotonic() - began)


@dataclass(frozen=True)
class Chosen:
    """The contacts to learn from, and those that only say what came lately before them."""

    learned: list[int]
    before: frozenset[int] = frozenset()


def chosen_contacts() -> Chosen:
    """The newest contacts whose reason is known, of those that customers began themselves.

    Where they span too little because there are so many, runs of them from the last twelve weeks instead, at
    all hours; each run has some before it, so that what came lately is known of each.
    """
    newest = _newest(clock.now(), NEWEST)
    if len(newest) < NEWEST or newest[0][1] - newest[-1][1] >= RUNS * RUN_EVERY:
        return Chosen([contact_id for contact_id, _ in newest])
    learned: set[int] = set()
    before: set[int] = set()
    for number in range(RUNS):
        run = _newest(newest[0][1] - number * RUN_EVERY, RUN_LENGTH + RUN_BEFORE)
        learned |= {contact_id for contact_id, _ in run[:RUN_LENGTH]}
        before |= {contact_id for contact_id, _ in run[RUN_LENGTH:]}
    return Chosen(sorted(learned), frozenset(before - learned))


def _newest(until: datetime, count: int) -> list[tuple[int, datetime]]:
    known = Interaction.objects.exclude(reason="").filter(
        customer__isnull=False, direction="inbound", ended_at__isnull=False, started_at__lte=until
    )
    return list(known.order_by("-started_at", "-id").values_list("id", "started_at")[:count])


def _read(organization_id: int, run_id: int) -> tuple[list[Example], frozenset[int]]:
    with tenant(organization_id):
        zone = Organization.objects.values_list("time_zone", flat=True).get(id=organization_id)
        chosen = chosen_contacts()
    wanted, examples = sorted([*chosen.learned, *chosen.before]), []
    for start in range(0, len(wanted), _CHUNK):
        with tenant(organization_id):  # short transactions: none holds up the database's tidying
            examples += read_examples(wanted[start : start + _CHUNK], time_zone=zone)
            tell_progress(run_id, read=min(start + _CHUNK, len(wanted)), wanted=len(wanted))
    return sorted(examples, key=lambda one: (one.known.moment, one.contact_id)), chosen.before


def prepare(examples: Sequence[Example], before: Collection[int] = ()) -> list[Case]:
    """The features of each as it began, from those before it; of reasons common enough to be learned, and
    without those that are there only to be `before` others."""
    counts = Counter(one.reason for one in examples)
    common = {reason for reason, count in counts.most_common(MOST_REASONS) if count >= LEAST_OF_A_REASON}
    moments = [one.known.moment for one in examples]
    cases = []
    for place, example in enumerate(examples):
        if example.reason in common and example.contact_id not in before:
            lately = lately_before(examples, moments, place)
            features = features_of(example.known, lately)
            cases.append(Case(example, {one.name: one.value for one in features}))
    return cases


def lately_before(
    examples: Sequence[Example], moments: Sequence[datetime], place: int
) -> list[tuple[str, frozenset[str]]]:
    """What `reading.read_recent` finds as this contact begins: the latest before it that were over."""
    moment = moments[place]
    oldest = bisect_left(moments, moment - timedelta(days=LATELY_DAYS))
    found: list[tuple[str, frozenset[str]]] = []
    for one in reversed(examples[oldest:place]):
        if one.ended_at <= moment and one.known.moment < moment:
            found.append((one.reason, one.known.held))
            if len(found) == LATELY_CONTACTS:
                break
    return found


def digest(cases: Sequence[Case]) -> str:
    """The same for the same contacts, features and way of making them; else another."""
    made = hashlib.sha256(f"{VERSION} {fitting.VERSION}".encode())
    for one in cases:
        made.update(
            json.dumps([one.example.contact_id, one.example.reason, one.row], sort_keys=True).encode()
        )
    return made.hexdigest()


def train(cases: Sequence[Case]) -> Trained:
    """Fit and compare; the weights are of all contacts, the figures of models that had not seen the held-out
    weeks."""
    if len(cases) < LEAST_CONTACTS:
        return Trained("too_few")
    last = cases[-1].example.known.moment
    if last - cases[0].example.known.moment < LEAST_SPAN:
        return Trained("too_short")
    held_out_from = last - HELD_OUT
    rows, reasons = [one.row for one in cases], [one.example.reason for one in cases]
    border = _first_since(cases, held_out_from)
    if len(set(reasons[:border])) < 2 or border == len(cases):
        return Trained("too_few")
    chosen_from = max(_first_since(cases, held_out_from - HELD_OUT), border // 2)
    if len(set(reasons[:chosen_from])) < 2:
        return Trained("too_few")
    tuning = fitting.tune(rows[:border], reasons[:border], known=chosen_from)
    before = fitting.fit(rows[:border], reasons[:border], tuning)
    counts = Counter(reasons[:border])
    evaluation = evaluate(
        reasons[border:],
        model=fitting.predict(before, rows[border:]),
        rules=[_by_rules(one, counts) for one in cases[border:]],
        counts=counts,
    )
    weights = fitting.fit(rows, reasons, tuning).weights
    return Trained(verdict_on(evaluation), evaluation, weights, held_out_from)


def verdict_on(evaluation: Evaluation) -> str:
    """`better` puts the model in force; it must beat the plain frequency, and not lose to the rules."""
    model, plain, by_rules = evaluation.model, evaluation.frequency, evaluation.rules
    if model.hit1 <= plain.hit1 or model.hit3 < plain.hit3:
        return "no_better"
    if model.hit1 + model.hit3 < by_rules.hit1 + by_rules.hit3:
        return "rules_better"
    return "better"


def _first_since(cases: Sequence[Case], moment: datetime) -> int:
    return bisect_left(cases, moment, key=lambda one: one.example.known.moment)


def _by_rules(case: Case, counts: Counter[str]) -> list[str]:
    known = replace(case.example.known, stated_reason="")
    return [guess.reason for guess in rules.guess_reasons(signals_of(known, counts))]


def _store(cases: Sequence[Case], trained: Trained, made_from: str, seconds: float) -> int:
    moments = [one.example.known.moment for one in cases]
    with transaction.atomic():
        row, _ = ReasonModel.objects.get_or_create(
            made_from=made_from,
            defaults={
                "in_force": trained.verdict == "better",
                "verdict": trained.verdict,
                "contacts": len(cases),
                "first_at": moments[0] if moments else None,
                "last_at": moments[-1] if moments else None,
                "held_out_from": trained.held_out_from,
                "seconds": round(seconds, 2),
                "evaluation": trained.evaluation.as_json() if trained.evaluation else {},
                "weights": trained.weights.as_json() if trained.weights else {},
                "trained_at": clock.now(),
            },
        )
    kept = ReasonModel.objects.order_by("-id").values_list("id", flat=True)[:TRAININGS_KEPT]
    ReasonModel.objects.exclude(id__in=list(kept)).delete()
    return row.id
