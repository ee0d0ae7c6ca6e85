"""The demo company, as `script/demo` writes it."""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command

from accounts.access import viewer_of_member
from accounts.models import Member, Organization, User
from analytics.models import QueueInterval
from analytics.queries import service_level, trend
from analytics.rules import COUNTED, Counts, total
from cases.models import Case, Promise, ReasonModel
from cases.queries import guess_reason, holds_marketing, promises_at_risk
from cases.reasons.training import train_organization
from cases.spoken import spoken_summary
from customers.access import visible_customers
from customers.merge_queries import waiting_pairs
from customers.models import Customer, CustomerMerge, Interaction, TimelineEntry
from customers.queries import customer_by_identity, record_view
from foundation import clock
from foundation.models import Event, Timer
from foundation.tenancy import system, tenant
from simulator.accounts import Directory
from tests.engines import TestEngines


def organization(slug: str) -> Organization:
    with system():
        return Organization.objects.get(slug=slug)


def seed(folder: Path) -> dict[str, Any]:
    call_command("seed_demo", data=folder)
    return dict(json.loads((folder / "demo.json").read_text()))


@pytest.fixture(scope="module")
def seeded(
    django_db_setup: None, django_db_blocker: Any, engines: TestEngines, tmp_path_factory: Any
) -> Iterator[Path]:
    """The folder of a demo company that all tests of this file find, each as if nobody had touched it."""
    folder = tmp_path_factory.mktemp("demo")
    with django_db_blocker.unblock():
        seed(folder)
    yield folder
    engines.empty_database()


@pytest.fixture
def demo(seeded: Path, db: None, tmp_path: Path) -> dict[str, Any]:
    shutil.copytree(seeded, tmp_path, dirs_exist_ok=True)
    return dict(json.loads((tmp_path / "demo.json").read_text()))


def test_the_demo_tells_the_story_once_however_often_it_is_written(
    demo: dict[str, Any], tmp_path: Path
) -> None:
    assert stat.S_IMODE((tmp_path / "demo.json").stat().st_mode) == 0o600
    meridian = organization("meridian")
    with tenant(meridian.id):
        before = (Customer.objects.count(), Interaction.objects.count(), Promise.objects.count())
        robert = customer_by_identity("phone", demo["callers"]["known"]["number"])
        assert robert is not None
        assert robert.display_name == demo["callers"]["known"]["name"] == "Robert Whitfield"
        said = spoken_summary(robert.id, clock.now(), meridian.time_zone)
        assert said == (
            "Two issues were reported missing. "
            "Digipress promised an access link by e-mail by tomorrow at 10 in the morning."
        )
        guess = guess_reason(robert.id)
        assert guess is not None
        assert guess.reason in {"digital_access", "switch_to_digital"}
        assert guess.probability > 0.5
        assert holds_marketing(robert.id)
        promise = robert.promises.get()
        due = promise.due_at.astimezone(ZoneInfo(meridian.time_zone))
        assert (due.hour, due.date() - clock.now().astimezone(due.tzinfo).date()) == (10, timedelta(days=1))
        assert Timer.objects.filter(key=f"promise:{promise.id}:due", due_at=promise.due_at).exists()
        noor = Member.objects.get(user__username=demo["users"]["partner_agent"]["username"])
        seen = record_view(viewer_of_member(noor), robert.id)
        assert {identity.value for identity in seen.identities if identity.kind == "phone"} == {
            "+44 ••• ••• 0187"
        }
        assert {fact.key for fact in seen.facts} >= {"missing_issues", "preferred_device"}
        assert 25 <= Case.objects.filter(state="open").count() <= 40
        assert 3 <= len(promises_at_risk()) <= 20
        assert not TimelineEntry.objects.filter(at__gt=clock.now()).exists()
        assert waiting_pairs().count() == 3
        assert CustomerMerge.objects.filter(undone_at=None).count() == 1
        shared = visible_customers(viewer_of_member(noor)).count()
        assert 0 < shared < Customer.objects.count()
    again = seed(tmp_path)
    assert again == demo
    with tenant(meridian.id):
        assert before == (Customer.objects.count(), Interaction.objects.count(), Promise.objects.count())


def test_the_demo_learns_why_its_customers_contact(demo: dict[str, Any]) -> None:
    meridian = organization("meridian")
    with tenant(meridian.id):
        assert Event.objects.filter(name="reasons.training_wanted").count() == 1
    train_organization(meridian.id)
    with tenant(meridian.id):
        row = ReasonModel.objects.get()
        assert row.verdict in {"better", "rules_better"}
        assert row.evaluation["model"]["hit1"] > row.evaluation["frequency"]["hit1"] + 0.05
        robert = customer_by_identity("phone", demo["callers"]["known"]["number"])
        assert robert is not None
        guess = guess_reason(robert.id)
        assert guess is not None
        assert guess.reason == "digital_access"
        assert any("access link by e-mail" in sentence for sentence in guess.evidence)


def test_the_demos_people_can_sign_in_and_the_stranger_company_is_apart(
    demo: dict[str, Any], client: Any
) -> None:
    for login in demo["users"].values():
        assert User.objects.get(username=login["username"]).check_password(login["password"])
    assert len({login["password"] for login in demo["users"].values()}) == 6
    meridian, fellhouse = organization("meridian"), organization("fellhouse")
    with tenant(fellhouse.id):
        theirs = set(Customer.objects.values_list("id", flat=True))
        assert Member.objects.get(user__username=demo["users"]["outsider"]["username"])
        assert customer_by_identity("phone", demo["callers"]["known"]["number"]) is None
    with tenant(meridian.id):
        assert not Customer.objects.filter(id__in=theirs).exists()
    assert demo["partner"]["client_id"] != demo["other_partner"]["client_id"]


def test_the_carrier_is_told_the_same_secrets_and_where_calls_go(
    demo: dict[str, Any], tmp_path: Path
) -> None:
    carrier = json.loads((tmp_path / "simulator.json").read_text())
    ours, theirs = carrier["accounts"]
    assert (ours["sid"], ours["auth_token"]) == (demo["twilio"]["account_sid"], demo["twilio"]["auth_token"])
    assert ours["sid"] != theirs["sid"]
    (number,) = ours["numbers"]
    assert number["number"] == demo["twilio"]["number"]
    assert number["voice_url"] == demo["twilio"]["voice_url"] == f"{demo['base_url']}/twilio/voice/"
    assert number["sms_url"] == f"{demo['base_url']}/twilio/message/"
    assert carrier["callers"][0] == demo["callers"]["known"]
    directory = Directory()
    directory.load(carrier)
    assert {account.sid for account in directory.accounts} == {ours["sid"], theirs["sid"]}


def test_the_floor_has_figures_of_today_or_yesterday(demo: dict[str, Any]) -> None:
    meridian = organization("meridian")
    with tenant(meridian.id):
        assert sum(trend("offered", 48)) > 40
        assert 0.5 < service_level(total(Counts(**row) for row in QueueInterval.objects.values(*COUNTED))) < 1


def test_lost_logins_are_made_anew_and_a_fresh_start_removes_the_old_company(
    demo: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "demo.json").unlink()
    anew = seed(tmp_path)
    assert anew["users"]["agent"]["password"] != demo["users"]["agent"]["password"]
    assert anew["partner"]["client_secret"] != demo["partner"]["client_secret"]
    before = organization("meridian").id
    call_command("seed_demo", data=tmp_path, fresh=True)
    assert organization("meridian").id != before
    with tenant(before):
        assert not Customer.objects.exists()


def test_a_folder_that_is_not_there_is_said(db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="not a folder"):
        call_command("seed_demo", data=tmp_path / "nowhere")
