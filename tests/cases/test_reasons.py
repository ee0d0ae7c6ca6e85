"""The model that guesses why customers contact: what it may know, what it says, and when it is in force."""

from __future__ import annotations

import ast
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actors import IVR_ACTOR
from cases import rules
from cases.actions import (
    keep_promise,
    make_promise,
    open_case,
    reopen_case,
    solve_case,
    withdraw_promise,
)
from cases.models import Case, Promise, ReasonModel
from cases.queries import guess_reason, guess_reasons
from cases.reasons import fitting, scoring, training
from cases.reasons.evaluation import Evaluation, Score, evaluate
from cases.reasons.features import Feature, features_of
from cases.reasons.known import Known, KnownContact, KnownProduct, KnownPromise, Recent
from cases.reasons.reading import Example, read_examples, read_known, read_recent
from cases.reasons.scoring import Weights
from customers.actions import (
    add_subscription,
    change_order_state,
    change_subscription_state,
    create_customer,
    end_interaction,
    open_interaction,
    place_order,
    record_fact,
    switch_subscription,
    wrap_up_interaction,
)
from customers.models import Customer, Interaction, Product, Subscription
from foundation.tenancy import tenant
from tests.people import Cast, make_cast

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def at(days: float) -> time_machine.travel:
    """That many days after the start; rows that the database dates itself are dated explicitly."""
    return time_machine.travel(START + timedelta(days=days), tick=False)


def contact_of(customer: Customer, *, days: float, reason: str = "") -> Interaction:
    """A contact that was over ten minutes later."""
    began = START + timedelta(days=days)
    return Interaction.objects.create(
        customer=customer,
        channel="voice",
        state="ended",
        reason=reason,
        disposition="solved" if reason else "",
        started_at=began,
        ended_at=began + timedelta(minutes=10),
    )


def test_nothing_that_happens_after_a_contact_began_changes_what_was_known(cast: Cast) -> None:
    actor = cast.ana.actor
    with at(1):
        robin = create_customer(actor=actor, display_name="Robin")
        old_case = open_case(robin.id, title="Parcel lost", reason="missing_issue", actor=actor)
        matter = open_case(robin.id, title="No link", reason="digital_access", actor=actor)
        owed = make_promise(robin.id, text="access link", due_at=START + timedelta(days=3), actor=actor)
        other = make_promise(robin.id, text="refund", due_at=START + timedelta(days=9), actor=actor)
        sub = add_subscription(robin.id, product_code="print", actor=actor, renews_on=START.date())
        order = place_order(robin.id, product_code="print", actor=actor)
        record_fact(robin.id, key="missing_issues", value=["9"], actor=actor, source="desk")
    contact_of(robin, days=1.5, reason="missing_issue")
    with at(2):
        solve_case(old_case.id, actor=actor)
    with at(4):
        contact = open_interaction(actor=IVR_ACTOR, channel="voice", address="", customer=robin)
        Interaction.objects.filter(id=contact.id).update(
            started_at=START + timedelta(days=4),
            ended_at=START + timedelta(days=4, minutes=9),
            reason="billing",
        )
    [before] = read_examples([contact.id], time_zone="UTC")
    recent = read_recent(before.known.moment)
    told = {feature.name for feature in features_of(before.known, recent.contacts)}
    assert {
        "promise.late:digital_access",
        "promise.open:billing",
        "case.open:digital_access",
        "case.solved:missing_issue",
        "contact.last:missing_issue",
        "product.active:print",
        "issues.missing",
    } <= told

    later: list[Callable[[], object]] = [
        lambda: reopen_case(old_case.id, actor=actor, why="again"),
        lambda: solve_case(old_case.id, actor=actor),
        lambda: keep_promise(owed.id, actor=actor, outcome="sent"),
        lambda: withdraw_promise(other.id, actor=actor, reason="paid"),
        lambda: solve_case(matter.id, actor=actor),
        lambda: switch_subscription(sub.id, product_code="digital-edition", actor=actor),
        lambda: change_subscription_state(sub.id, state="cancelled", actor=actor),
        lambda: add_subscription(robin.id, product_code="print", actor=actor),
        lambda: change_order_state(order.id, state="cancelled", actor=actor),
        lambda: place_order(robin.id, product_code="print", actor=actor),
        lambda: record_fact(robin.id, key="missing_issues", value=["9", "10"], actor=actor, source="desk"),
        lambda: open_case(robin.id, title="New", reason="billing", actor=actor),
        lambda: make_promise(robin.id, text="call", due_at=START + timedelta(days=30), actor=actor),
        lambda: end_interaction(contact.id),
        lambda: wrap_up_interaction(contact.id, actor=actor, disposition="promise_made", summary=""),
        lambda: contact_of(robin, days=5, reason="cancel"),
    ]
    for hours, change in enumerate(later):
        with at(4.5 + hours / 24):
            change()
        [after] = read_examples([contact.id], time_zone="UTC")
        assert after.known == before.known, hours
        assert read_recent(before.known.moment) == recent, hours
    known_now = read_known(robin.id).known
    assert {case.title for case in known_now.cases if case.is_open} == {"New"}
    assert {one.state for one in known_now.products} == {"cancelled", "active"}


def test_what_was_turned_before_turns_were_kept_counts_from_when_it_was_solved(cast: Cast) -> None:
    with at(1):
        robin = create_customer(actor=cast.ana.actor, display_name="Robin")
        case = open_case(robin.id, title="Old", reason="billing", actor=cast.ana.actor)
        gone = make_promise(robin.id, text="refund", due_at=START + timedelta(days=2), actor=cast.ana.actor)
    Case.objects.filter(id=case.id).update(state="solved", solved_at=START + timedelta(days=5), turns=[])
    Promise.objects.filter(id=gone.id).update(state="withdrawn", withdrawn_at=None)
    ids = [contact_of(robin, days=days, reason="billing").id for days in (4, 6)]
    before, after = read_examples(ids, time_zone="UTC")
    assert [case.is_open for case in before.known.cases] == [True]
    assert [case.is_open for case in after.known.cases] == [False]
    assert not before.known.promises


def invented(count: int, *, days: float, rng: random.Random, telling: bool) -> list[Example]:
    """Contacts over so many days; where they are telling, what people have says what they contact about."""
    examples = []
    for number in range(count):
        product = rng.choice(["print", "digital"])
        likely = {"print": "missing_issue", "digital": "digital_access"}[product]
        reason = (
            likely
            if telling and rng.random() < 0.8
            else rng.choice(["missing_issue", "digital_access", "billing"])
        )
        moment = START + timedelta(days=days * number / count)
        known = Known(
            moment=moment, channel="voice", products=(KnownProduct(product, product.title(), "active", None),)
        )
        examples.append(Example(number, known, reason, moment + timedelta(minutes=9)))
    return examples


@pytest.mark.parametrize(
    ("count", "days", "telling", "verdict"),
    [
        (499, 60, True, "too_few"),
        (600, 27, True, "too_short"),
        (600, 60, False, "no_better"),
        (600, 60, True, "better"),
    ],
)
def test_a_model_is_in_force_only_where_it_has_learned_something(
    count: int, days: float, telling: bool, verdict: str
) -> None:
    examples = invented(count, days=days, rng=random.Random(7), telling=telling)
    if verdict == "no_better":  # what is commonest is the best guess there is
        examples = [
            Example(one.contact_id, one.known, "billing" if place % 3 else "cancel", one.ended_at)
            for place, one in enumerate(examples)
        ]
    trained = training.train(training.prepare(examples))
    assert trained.verdict == verdict
    assert (trained.evaluation is None) == (verdict in {"too_few", "too_short"})
    if trained.evaluation and verdict == "better":
        assert trained.held_out_from == examples[-1].known.moment - training.HELD_OUT
        assert trained.evaluation.model.contacts == sum(
            one.known.moment >= trained.held_out_from for one in examples
        )
        assert trained.evaluation == Evaluation.from_json(trained.evaluation.as_json())


def test_the_rules_guess_where_they_are_right_more_often() -> None:
    def verdict(**hits: tuple[float, float]) -> str:
        scores = {name: Score(100, *hit) for name, hit in hits.items()}
        return training.verdict_on(Evaluation(**scores))

    assert verdict(model=(0.4, 0.7), rules=(0.5, 0.7), frequency=(0.3, 0.6)) == "rules_better"
    assert verdict(model=(0.5, 0.7), rules=(0.5, 0.7), frequency=(0.3, 0.6)) == "better"
    assert verdict(model=(0.3, 0.7), rules=(0.2, 0.7), frequency=(0.3, 0.6)) == "no_better"


@pytest.mark.parametrize("reasons", [["a", "b"], ["a", "b", "c", "d"]])
def test_the_stored_model_gives_what_scikit_learn_gives(reasons: list[str]) -> None:
    rng = random.Random(3)
    names = [f"f{number}" for number in range(8)]
    rows = [{name: rng.uniform(-1, 2) for name in rng.sample(names, 4)} for _ in range(200)]
    fitted = fitting.fit(rows, [rng.choice(reasons) for _ in rows], fitting.Tuning(0.5, 1.3))
    stored = Weights.from_json(fitted.weights.as_json())
    for row, theirs in zip(rows, fitting.predict(fitted, rows), strict=True):
        features = [Feature(name, value) for name, value in {**row, "unheard of": 9.0}.items()]
        ours = dict(zip(stored.reasons, scoring.probabilities(stored, features), strict=True))
        assert ours == pytest.approx(theirs, abs=1e-9)


def test_hits_are_counted_among_the_first_and_the_first_three() -> None:
    found = evaluate(
        ["a", "b", "c", "d"],
        model=[
            dict(zip("abcd", chances, strict=True))
            for chances in [(0.7, 0.2, 0.1, 0), (0.6, 0.3, 0.1, 0)] * 2
        ],
        rules=[["a"], ["b"], ["a", "c"], ["a", "b", "c", "d"]],
        counts={"d": 5, "c": 4, "b": 3, "a": 1},
    )
    assert (found.model.hit1, found.model.hit3) == (0.25, 0.75)
    assert (found.rules.hit1, found.rules.hit3) == (0.5, 0.75)
    assert (found.frequency.hit1, found.frequency.hit3) == (0.25, 0.75)
    [first, *_] = [one for one in found.reasons if one.reason == "a"]
    assert (first.contacts, first.guessed, first.right) == (1, 4, 1)


def test_evidence_names_what_speaks_for_the_reason_and_what_was_said_outweighs_it() -> None:
    moment = START + timedelta(days=9, hours=2)
    known = Known(
        moment=moment,
        promises=(
            KnownPromise("access link", "Digipress", None, START, START + timedelta(days=8, hours=1), None),
        ),
        contacts=(KnownContact("billing", "solved", False, START + timedelta(days=8)),),
    )
    model = Weights(
        reasons=("billing", "digital_access"),
        intercepts=(0.0, 0.0),
        weights={"promise.late:digital_access": (-1.0, 2.0), "contact.last:billing": (0.4, 0.0)},
        counts={"billing": 60, "digital_access": 40},
    )
    features = features_of(known, ())
    best, other = scoring.guess(model, features)
    assert best.evidence == ["“access link” (Digipress), promised by yesterday 10:00, is late."]
    assert (best.reason, other.evidence) == (
        "digital_access",
        ["60% of the last 100 contacts were about this."],
    )
    said = scoring.guess(model, features, stated_reason="billing")[0]
    assert (said.reason, said.evidence[0]) == ("billing", "They said so: payment or invoice.")
    own = scoring.guess(model, features, stated_reason="lost_key")[0]
    assert (own.reason, own.label) == ("lost_key", "Lost key")


def write_months(cast: Cast) -> Customer:
    """Five weeks of contacts; who has the digital edition contacts about it. Returns one of them."""
    products = {product.code: product for product in Product.objects.all()}
    customers = Customer.objects.bulk_create([Customer(display_name=f"Reader {n}") for n in range(60)])
    for number, customer in enumerate(customers):
        code = "digital-edition" if number % 2 else "print"
        Subscription.objects.create(customer=customer, product=products[code])
    rng = random.Random(5)
    contacts = []
    for number in range(520):
        place = rng.randrange(len(customers))
        usual = "digital_access" if place % 2 else "missing_issue"
        began = START + timedelta(hours=number * 1.7)
        contacts.append(
            Interaction(
                customer=customers[place],
                channel="voice",
                state="ended",
                reason=usual if rng.random() < 0.8 else "billing",
                disposition="solved",
                started_at=began,
                ended_at=began + timedelta(minutes=7),
            )
        )
    Interaction.objects.bulk_create(contacts)
    return customers[1]


def test_a_company_learns_from_its_own_contacts_alone_and_only_once(cast: Cast) -> None:
    reader = write_months(cast)
    assert guess_reasons(reader.id) == sorted(guess_reasons(reader.id), key=lambda one: -one.probability)
    first = training.train_organization(cast.organization.id)
    assert training.train_organization(cast.organization.id) == first
    row = ReasonModel.objects.get()
    assert (row.verdict, row.in_force, row.contacts) == ("better", True, 520)
    guess_reasons(reader.id)
    with CaptureQueriesContext(connection) as asked:
        guess = guess_reason(reader.id)
    assert len(asked) == 2
    assert guess is not None
    assert guess.reason == "digital_access"
    assert guess.probability > 0.6
    _check_training_saw_what_serving_sees()
    ReasonModel.objects.create(made_from="later", in_force=False, verdict="no_better", contacts=520)
    by_rules = rules.guess_reasons(rules.Signals(now=START, baseline=read_recent(datetime.now(UTC)).counts))
    assert {one.reason for one in guess_reasons(reader.id)} == {one.reason for one in by_rules}


def _check_training_saw_what_serving_sees() -> None:
    chosen = training.chosen_contacts()
    examples = read_examples([*chosen.learned, *chosen.before], time_zone="Europe/London")
    cases = {case.example.contact_id: case for case in training.prepare(examples, chosen.before)}
    for example in [one for one in examples if one.contact_id in cases][5::30]:
        customer_id = Interaction.objects.values_list("customer_id", flat=True).get(id=example.contact_id)
        assert customer_id is not None
        served = read_known(customer_id, interaction_id=example.contact_id).known
        recent = read_recent(served.moment)
        features = features_of(served, recent.contacts)
        assert {one.name: one.value for one in features} == cases[example.contact_id].row


def test_where_there_are_too_many_contacts_runs_of_them_from_weeks_are_learned(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_months(cast)
    monkeypatch.setattr(training, "NEWEST", 120)
    monkeypatch.setattr(training, "RUNS", 6)
    monkeypatch.setattr(training, "RUN_EVERY", timedelta(days=5, hours=5))
    monkeypatch.setattr(training, "RUN_LENGTH", 15)
    monkeypatch.setattr(training, "RUN_BEFORE", 110)  # a week of them is 99
    chosen = training.chosen_contacts()
    assert len(chosen.learned) == 90
    assert not chosen.before & set(chosen.learned)
    moments = Interaction.objects.filter(id__in=chosen.learned).values_list("started_at", flat=True)
    assert max(moments) - min(moments) > timedelta(weeks=3)
    _check_training_saw_what_serving_sees()


def test_another_companys_model_guesses_nothing_here(db: None) -> None:
    ours, theirs = make_cast("ours"), make_cast("theirs")
    weights = Weights(("lost_key",), (0.0,), {}, {"lost_key": 9}).as_json()
    with tenant(theirs.organization.id):
        ReasonModel.objects.create(
            made_from="same", in_force=True, verdict="better", contacts=9, weights=weights
        )
        robin = create_customer(actor=theirs.ana.actor, display_name="Robin")
        assert guess_reasons(robin.id)[0].reason == "lost_key"
    with tenant(ours.organization.id):
        assert not ReasonModel.objects.exists()
        robin = create_customer(actor=ours.ana.actor, display_name="Robin")
        assert "lost_key" not in {one.reason for one in guess_reasons(robin.id)}


def test_nothing_that_serves_people_loads_the_learning_library() -> None:
    heavy = {"sklearn", "numpy", "scipy", "threadpoolctl", "joblib"}
    for path in Path(fitting.__file__).parent.glob("*.py"):
        for node in ast.parse(path.read_text()).body:
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not heavy & {name.split(".")[0] for name in names}, path


def test_no_contact_says_nothing() -> None:
    assert features_of(Known(moment=START), Recent().contacts)
    assert training.train([]).verdict == "too_few"
