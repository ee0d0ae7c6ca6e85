"""Setting routing up on screens: what is saved, what is refused beside its field, who may."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from accounts.models import Member
from foundation.models import Event
from foundation.tenancy import tenant
from routing.models import (
    AgentSkill,
    ChangeToken,
    ChannelRule,
    PauseReason,
    Pool,
    Queue,
    QueueStep,
    Skill,
)
from routing.pools import pool_of_partner
from routing.queries.problems import setup_problems
from tests.customers.test_privacy import admin_of
from tests.people import Cast, make_cast
from tests.sockets import signed_in

HTMX = {"HX-Request": "true"}
ROUTING = "/setup/routing/"


class Office:
    """A company with an administrator at the set-up pages."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        with tenant(cast.organization.id):
            self.grace = admin_of(cast)
            self.partner = pool_of_partner(cast.partner)
            self.queue = Queue.objects.create(slug="digital", name="Digital edition")
        self._clients: dict[int, Client] = {}

    def as_(self, member: Member) -> Client:
        return self._clients.setdefault(member.id, signed_in(member))

    def get(self, path: str, *, member: Member | None = None, htmx: bool = False) -> Any:
        return self.as_(member or self.grace).get(f"{ROUTING}{path}", headers=HTMX if htmx else {})

    def post(self, path: str, *, member: Member | None = None, **body: Any) -> Any:
        """Send a form as somebody does who has just opened it; `version`: as somebody who did before."""
        data = {name.replace("__", "/"): value for name, value in body.items()}
        data.setdefault("version", self.version(path, data))
        return self.as_(member or self.grace).post(f"{ROUTING}{path}", data, headers=HTMX)

    def version(self, path: str, body: dict[str, Any]) -> str:
        """What a form of this address has seen, by the page it stands on."""
        kind = path.split("/")[0]
        page = self.get("floor/" if kind in {"channels", "pauses"} else path, htmx=True).content.decode()
        ends = f'name="section" value="{body["section"]}"' if "section" in body else ""
        if kind in {"channels", "pauses"}:
            page = page[page.index(f"/{path}") :]
            ends = "</form>"
        before = page.split(ends)[0] if ends else page
        return before.rsplit('name="version" value="', 1)[-1].split('"')[0] if "version" in before else ""


@pytest.fixture
def office(db: None) -> Office:
    return Office(make_cast())


def errors(answer: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = json.loads(answer["HX-Trigger"])["fieldErrors"]
    return found


def test_every_page_opens_for_supervisors_and_changes_only_for_administrators(office: Office) -> None:
    pages = ["", "queues/", "queues/digital/", "pools/", "skills/", "hours/", "floor/", "numbers/"]
    for page in pages:
        for member in (office.grace, office.cast.sam):
            assert office.get(page, member=member).status_code == 200, page
        assert office.get(page, member=office.cast.ana).status_code == 403
    with tenant(office.cast.organization.id):
        before = ChangeToken.objects.count()
    for path, body in (
        ("queues/", {"name": "Mine"}),
        ("queues/digital/", {"section": "basics", "name": "Mine"}),
        ("pools/digipress/", {"name": "Mine"}),
    ):
        assert office.post(path, member=office.cast.sam, **body).status_code == 403
    with tenant(office.cast.organization.id):
        assert ChangeToken.objects.count() == before
        assert not Queue.objects.filter(name="Mine").exists()


def test_a_queue_is_made_and_its_steps_are_added_moved_and_removed(office: Office) -> None:
    assert office.post("queues/", name="Main line").status_code == 200
    added = office.post("queues/main-line/steps/", pools="in-house", name="Office", wait_seconds="12")
    assert added.status_code == 200
    refused = office.post("queues/main-line/steps/", pools="digipress", name="Offshore")
    assert refused.status_code == 422
    assert "No contract in force" in errors(refused)["pools"][0]
    dialog = office.get("pools/digipress/", htmx=True).content.decode()
    assert "Queues in the contract with Digipress" in dialog
    covered = office.post(
        "pools/digipress/", name="Digipress", is_active="on", asks_covers="1", covers=["digital", "main-line"]
    )
    assert covered.status_code == 200
    assert office.post("queues/main-line/steps/", pools="digipress", name="Offshore").status_code == 200
    assert office.post("queues/main-line/steps/1/", act="left").status_code == 200
    with tenant(office.cast.organization.id):
        steps = list(QueueStep.objects.filter(queue__slug="main-line").values_list("name", "wait_seconds"))
        assert steps == [("Offshore", 12), ("Office", None)]
    page = office.post("queues/main-line/steps/0/", act="remove").content.decode()
    assert page.count('data-testid="map-step"') == 1
    assert "Grace" in page  # who changed it, in its history
    with tenant(office.cast.organization.id):
        told = Event.objects.filter(name="routing.settings_changed", subject="routing:queue/main-line")
        assert [event.payload["what"] for event in told.order_by("id")] == ["added", *["changed"] * 4]
        assert ChangeToken.objects.count() > told.count()


def test_what_contradicts_itself_is_told_at_its_field_and_nothing_is_saved(office: Office) -> None:
    shares = {
        "shares/0/pool": "in-house",
        "shares/0/percent": "90",
        "shares/0/floor_percent": "0",
        "shares/0/ceiling_percent": "100",
        "shares/3/pool": "in-house",
        "shares/3/percent": "much",
    }
    unread = office.post("queues/digital/", section="split", split_minutes="60", **shares)
    assert errors(unread)["shares/3/percent"] == ["A number, such as 1.5."]
    for part, body, field in (
        (
            "final",
            {"deadline_seconds": "60", "final_action": "queue", "final_queue": "digital"},
            "final_queue",
        ),
        (
            "basics",
            {"name": "", "target_seconds": "20", "waiting_target": "1", "short_abandon_seconds": "5"},
            "name",
        ),
        (
            "offer",
            {"offer_seconds": "4", "offers_at_once": "1", "wrap_up": "none", "wrap_up_seconds": "0"},
            "offer_seconds",
        ),
        ("first", {"priority_class": "1", "acceleration": "-1", "delay_seconds": "0"}, "acceleration"),
    ):
        answer = office.post("queues/digital/", section=part, **body)
        assert answer.status_code == 422, part
        assert field in errors(answer), part
    with tenant(office.cast.organization.id):
        queue = Queue.objects.get(slug="digital")
        assert (queue.name, queue.final_action, queue.offer_seconds) == ("Digital edition", "voicemail", 20)
        assert not Event.objects.filter(name="routing.settings_changed").exists()


def test_two_people_at_one_part_never_overwrite_each_other_silently(office: Office) -> None:
    page = office.get("queues/digital/", htmx=True).content.decode()
    part = page.split('name="section" value="offer"')[0]
    version = part.rsplit('name="version" value="', 1)[1].split('"')[0]
    was = part.rsplit('name="was" value="', 1)[1].split('"')[0].replace("&quot;", '"')
    body = {"section": "offer", "offers_at_once": "1", "wrap_up": "timed", "wrap_up_seconds": "120"}
    assert office.post("queues/digital/", version=version, offer_seconds="30", **body).status_code == 200
    late = office.post("queues/digital/", version=version, was=was, offer_seconds="25", **body)
    assert late.status_code == 409
    assert errors(late) == {"offer_seconds": ["Somebody set this to: 30"]}
    again = json.loads(late["HX-Trigger"])["setupVersion"]["version"]
    assert office.post("queues/digital/", version=again, offer_seconds="25", **body).status_code == 200
    other_part = {"section": "first", "priority_class": "0", "acceleration": "1", "delay_seconds": "0"}
    first = page.split('name="section" value="first"')[0].rsplit('name="version" value="', 1)[1].split('"')[0]
    assert office.post("queues/digital/", version=first, **other_part).status_code == 200


def test_the_bound_is_said_in_words_and_a_preset_shows_what_it_changes_first(office: Office) -> None:
    assert "Nobody waits longer than" in office.get("queues/digital/").content.decode()
    preview = office.get("queues/digital/preset/genesys-best/", htmx=True).content.decode()
    assert "best" in preview
    assert office.post("queues/digital/preset/genesys-best/").status_code == 200
    with tenant(office.cast.organization.id):
        queue = Queue.objects.get(slug="digital")
        assert (queue.fit, queue.agent_order[-1]) == ("best", "idle")


def test_skills_licences_and_levels_are_given_and_what_breaks_by_it_is_listed(office: Office) -> None:
    assert office.post("skills/", name="Nursing", kind="licence").status_code == 200
    ana = office.cast.ana
    undated = office.post(f"agents/{ana.id}/", skills__0__level="5")
    assert undated.status_code == 422
    assert "skills/0/valid_until" in errors(undated)
    dated = {"skills/0/level": "5", "skills/0/valid_until": "2199-12-31"}
    assert office.post(f"agents/{ana.id}/", **dated).status_code == 200
    needs = {"requirements/0/skill": "nursing", "requirements/0/level": "3"}
    assert office.post("queues/digital/", section="requirements", **needs).status_code == 200
    with tenant(office.cast.organization.id):
        assert setup_problems() == []
    assert office.post(f"agents/{ana.id}/", skills__0__level="0").status_code == 200
    with tenant(office.cast.organization.id):
        assert not AgentSkill.objects.filter(member=ana).exists()
        [problem] = setup_problems()
        assert (problem.code, problem.key, problem.level) == ("skill_missing", "queue/digital", "now")
    assert "Nobody here has Nursing" in office.get("").content.decode()
    floor = office.as_(office.cast.sam).get("/floor/").content.decode()
    assert "Nobody here has Nursing" in floor
    refused = office.post("skills/nursing/", remove="1", name="Nursing")
    assert errors(refused)["name"] == ["Agents have it or a queue requires it; take it from them first."]


def test_teams_have_members_and_hours_and_a_partners_people_are_not_named(office: Office) -> None:
    assert office.post("pools/", name="Local nurses").status_code == 200
    body = {"name": "Local nurses", "regions": "Kent, Surrey", "is_active": "on"}
    assert office.post("pools/local-nurses/", members=[office.cast.ana.id], **body).status_code == 200
    stranger = office.post("pools/local-nurses/", members=[office.cast.paula.id], name="x", is_active="on")
    assert stranger.status_code in {409, 422}
    with tenant(office.cast.organization.id):
        pool = Pool.objects.get(slug="local-nurses")
        assert pool.regions == ["Kent", "Surrey"]
        assert [one.member_id for one in pool.members.all()] == [office.cast.ana.id]


def test_hours_are_typed_by_day_and_overlaps_are_told_at_the_second_span(office: Office) -> None:
    assert office.post("hours/", name="Office hours", time_zone="Europe/London").status_code == 200
    base = {"name": "Office hours", "time_zone": "Europe/London"}

    def spans(*given: tuple[str, str, str]) -> dict[str, str]:
        found = {}
        for number, (day, opens, closes) in enumerate(given):
            found |= {
                f"spans/{number}/weekday": day,
                f"spans/{number}/opens": opens,
                f"spans/{number}/closes": closes,
            }
        return found

    overlapping = office.post(
        "hours/office-hours/", **base, **spans(("0", "09:00", "17:00"), ("0", "12:00", "18:00"))
    )
    assert "spans/1/opens" in errors(overlapping)
    holiday = {"holidays/0/date": "2026-12-25", "holidays/0/name": "Christmas"}
    good = spans(("0", "09:00", "12:00"), ("0", "13:00", "17:00"))
    assert office.post("hours/office-hours/", **base, **good, **holiday).status_code == 200
    page = office.get("hours/").content.decode()
    assert "09:00–12:00" in page
    assert "25 Dec 2026 Christmas: closed" in page
    basics = {"section": "basics", "name": "Digital", "target_seconds": "20", "waiting_target": "8"}
    given = office.post(
        "queues/digital/",
        **basics,
        short_abandon_seconds="5",
        is_active="on",
        hours="office-hours",
    )
    assert given.status_code == 200
    assert "hours" in office.post("hours/office-hours/", remove="1", **base)["HX-Trigger"]


def test_channels_and_pause_reasons(office: Office) -> None:
    refused = office.post("channels/chat/", units="120", most="")
    assert "units" in errors(refused)
    assert office.post("channels/chat/", units="25", most="4", excludes=["email"]).status_code == 200
    for name in ("Lunch", "Training"):
        assert (
            office.post("floor/", name=name, is_productive="on" if name == "Training" else "").status_code
            == 200
        )
    assert office.post("pauses/training/", act="up").status_code == 200
    with tenant(office.cast.organization.id):
        assert (ChannelRule.objects.get().units, ChannelRule.objects.get().excludes) == (25, ["email"])
        assert list(PauseReason.objects.values_list("slug", "is_productive")) == [
            ("training", True),
            ("lunch", False),
        ]
        assert not Skill.objects.exists()
