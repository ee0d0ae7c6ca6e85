"""The page that says how often the guess is right, as supervisors open it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.actors import SYSTEM_ACTOR
from cases import handlers
from cases.models import ReasonModel, TrainingRun
from cases.reasons.runs import want_training
from cases.reasons.training import train_organization
from customers.models import Interaction
from foundation import clock
from foundation.events import RecordedEvent
from foundation.models import Event
from foundation.tenancy import tenant
from tests.customers.test_consent import recorded
from tests.desk.reason_samples import evaluation
from tests.people import make_cast
from tests.sockets import signed_in


def test_the_page_says_who_guesses_why_and_how_often_that_is_right(db: None) -> None:
    cast = make_cast()
    sam, ana = signed_in(cast.sam), signed_in(cast.ana)
    page = sam.get("/record/reasons/").content.decode()
    assert "Nothing was learned yet" in page
    assert "0 of 500" in page
    with tenant(cast.organization.id):
        ReasonModel.objects.create(
            made_from="a",
            in_force=True,
            verdict="better",
            contacts=2038,
            evaluation=evaluation().as_json(),
            weights={"never": "shown"},
        )
    page = " ".join(sam.get("/record/reasons/").content.decode().split())
    assert "The model guesses" in page
    for name in ("Model", "Rules", "Plain frequency", "Access to the digital edition"):
        assert name in page
    found = evaluation()
    assert f"{100 * found.model.hit1:.0f} %" in page
    assert f"{100 * found.frequency.hit3:.0f} %" in page
    with tenant(cast.organization.id):
        ReasonModel.objects.create(made_from="b", verdict="no_better", contacts=2038)
    assert "The rules guess" in sam.get("/record/reasons/").content.decode()
    assert ana.get("/record/reasons/").status_code == 403


def test_train_now_asks_once_shows_how_far_it_is_and_refreshes_the_page_when_it_is_over(db: None) -> None:
    cast = make_cast()
    sam, ana = signed_in(cast.sam), signed_in(cast.ana)
    assert ana.post("/record/reasons/train/").status_code == 403
    for _ in range(2):  # a double click
        told = sam.post("/record/reasons/train/", headers={"HX-Request": "true"}).content.decode()
        assert "A training is about to start." in told
        assert "every 2s" in told
    with tenant(cast.organization.id):
        run = TrainingRun.objects.get()
        assert (run.state, run.asked_by) == ("waiting", "Sam")
        wanted = recorded("reasons.training_wanted")
        TrainingRun.objects.update(state="running", contacts_read=500, contacts_wanted=1200)
    page = sam.get("/record/reasons/").content.decode()
    assert "Reading contacts: 500 of 1,200." in page
    assert "Train now" not in page
    assert "HX-Refresh" not in sam.get("/record/reasons/training/").headers
    assert train_organization(cast.organization.id) is None  # the night's does not run beside it
    handlers.learn_reasons(wanted)  # what a killed worker had begun
    over = sam.get("/record/reasons/training/")
    assert over.headers["HX-Refresh"] == "true"
    assert "Train now" in over.content.decode()
    with tenant(cast.organization.id):
        assert TrainingRun.objects.get().state == "done"
        assert ReasonModel.objects.get().verdict == "too_few"


def test_a_training_that_died_is_taken_for_dead_and_one_that_failed_says_so(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = make_cast()
    with tenant(cast.organization.id):
        assert want_training(actor=cast.sam.actor)
        assert not want_training(actor=SYSTEM_ACTOR)
        TrainingRun.objects.update(state="running", told_at=clock.now() - timedelta(hours=1))
    page = signed_in(cast.sam).get("/record/reasons/").content.decode()
    assert "It stopped without a word." in page
    assert "Train now" in page
    monkeypatch.setattr("cases.reasons.training.prepare", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        train_organization(cast.organization.id)
    with tenant(cast.organization.id):
        assert TrainingRun.objects.latest("id").state == "failed"


def test_a_large_import_asks_for_a_training_where_there_is_something_to_learn_from(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = make_cast()
    with tenant(cast.organization.id):
        finished = recorded_import(created=900, changed=200)
        handlers.learn_after_import(finished)
        assert not TrainingRun.objects.exists()
        monkeypatch.setattr(handlers, "LEAST_CONTACTS", 1)
        Interaction.objects.create(channel="voice", direction="inbound", reason="billing")
        handlers.learn_after_import(recorded_import(created=10, changed=9))
        assert not TrainingRun.objects.exists()
        handlers.learn_after_import(finished)
        handlers.learn_after_import(finished)
        assert Event.objects.filter(name="reasons.training_wanted").count() == 1


def recorded_import(*, created: int, changed: int) -> RecordedEvent:
    return RecordedEvent(
        id=1,
        organization_id=1,
        name="import.finished",
        version=1,
        subject="import:1",
        payload={"import_id": 1, "created": created, "changed": changed},
        actor={},
        occurred_at=clock.now(),
    )
