"""A company's own system sets routing up: the same rules as the screens, and nobody else gets in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.actions import add_member
from accounts.models import User
from foundation.errors import Refusal
from foundation.models import Event
from foundation.tenancy import tenant
from partners.actions.clients import create_api_client, create_own_client
from routing.models import ChangeToken, Queue
from routing.pools import pool_of_partner
from tests.partners.conftest import Api, Company

Connect = Callable[..., Api]


@pytest.fixture
def house(meridian: Company, connect: Connect) -> Api:
    """Meridian's own planning system."""
    with tenant(meridian.id):
        pool_of_partner(meridian.partner)
        ana = add_member(User.objects.create_user(username="ana"), role="agent", display_name="Ana")
        meridian.others["ana"] = ana.id
        client, secret = create_own_client(name="Planning", scopes=["routing:setup"])
    return connect(client, secret)


def patch(api: Api, path: str, body: dict[str, Any], etag: str | None = None) -> Any:
    tag = api.get(path).headers["ETag"] if etag is None else etag
    return api.send("PATCH", path, json=body, headers={"If-Match": tag})


def test_a_whole_company_is_set_up_by_its_own_system(house: Api, meridian: Company) -> None:
    office = {
        "slug": "office",
        "name": "Office hours",
        "time_zone": "Europe/London",
        "spans": [{"weekday": day, "opens": "09:00", "closes": "17:00"} for day in range(5)],
        "holidays": [{"date": "2026-12-25", "name": "Christmas"}],
    }
    assert house.post("routing/hours/", office).status_code == 201
    assert house.post("routing/skills/", {"slug": "nursing", "name": "Nursing", "kind": "licence"}).ok
    held = {"skills": [{"skill": "nursing", "level": 5, "valid_until": "2199-01-01"}]}
    ana = meridian.others["ana"]
    assert patch(house, f"routing/agents/{ana}/", held).json()["skills"][0]["level"] == 5
    team = {
        "slug": "nurses",
        "name": "Local nurses",
        "members": [ana],
        "regions": ["Kent"],
        "hours": "office",
    }
    assert house.post("routing/pools/", team).status_code == 201
    queue = {
        "slug": "digital",
        "name": "Digital",
        "hours": "office",
        "requirements": [],
        "steps": [
            {"name": "Nurses", "pools": ["nurses"], "wait_seconds": 12},
            {"name": "All", "pools": ["in-house"]},
        ],
        "shares": [{"pool": "in-house", "percent": 85}, {"pool": "nurses", "percent": 15}],
    }
    made = house.post("routing/queues/", queue)
    assert made.status_code == 201, made.text
    read = house.get("routing/queues/digital/")
    assert read.json() == made.json()
    assert [step["pools"] for step in read.json()["steps"]] == [["nurses"], ["in-house"]]
    assert (
        house.get("routing/queues/digital/", headers={"If-None-Match": read.headers["ETag"]}).status_code
        == 304
    )
    assert house.post("routing/pause-reasons/", {"slug": "lunch", "name": "Lunch"}).status_code == 201
    assert patch(house, "routing/channels/chat/", {"units": 25}).json()["units"] == 25
    for name in ("queues", "pools", "skills", "hours", "pause-reasons", "channels", "agents"):
        assert house.get(f"routing/{name}/").json()["results"], name
    with tenant(meridian.id):
        told = Event.objects.filter(name="routing.settings_changed")
        assert {event.actor["name"] for event in told} == {"Planning"}
        assert told.count() == 7
        assert ChangeToken.objects.count() >= 7


def test_contradictions_come_back_with_every_field_at_fault(house: Api) -> None:
    wrong = {
        "slug": "main",
        "name": "Main",
        "steps": [{"pools": ["in-house"]}, {"pools": ["moon"], "wait_seconds": 5}],
        "final_action": "queue",
        "final_queue": "main",
        "shares": [{"pool": "in-house", "percent": 90}, {"pool": "in-house", "percent": 20}],
    }
    answer = house.post("routing/queues/", wrong)
    assert answer.status_code == 422
    assert {(one["field"], one["code"]) for one in answer.json()["errors"]} == {
        ("/steps/0/wait_seconds", "wait_missing"),
        ("/steps/1/pools", "unknown_pool"),
        ("/final_queue", "points_at_itself"),
        ("/shares", "pool_twice"),
        ("/shares", "over_hundred"),
    }
    unread = house.post(
        "routing/queues/", {"slug": "main", "name": "Main", "steps": [{"pools": "all"}], "sla": 3}
    )
    assert unread.status_code == 400
    assert unread.json()["errors"][0]["field"] == "/sla"


def test_nobodys_change_is_lost(house: Api, meridian: Company) -> None:
    house.post("routing/queues/", {"slug": "main", "name": "Main"})
    seen = house.get("routing/queues/main/").headers["ETag"]
    assert patch(house, "routing/queues/main/", {"offer_seconds": 30}, seen).status_code == 200
    late = patch(house, "routing/queues/main/", {"offer_seconds": 25}, seen)
    assert (late.status_code, late.json()["differs"]) == (412, ["offer_seconds"])
    assert late.json()["current"]["offer_seconds"] == 30
    assert (
        patch(house, "routing/queues/main/", {"offer_seconds": 25}, late.headers["ETag"]).status_code == 200
    )
    unseen = house.send("PATCH", "routing/queues/main/", json={"offer_seconds": 20})
    assert unseen.status_code == 428
    with tenant(meridian.id):
        assert Queue.objects.get(slug="main").offer_seconds == 25


def test_a_list_is_sent_whole_with_whole_entries(house: Api) -> None:
    house.post("routing/queues/", {"slug": "main", "name": "Main"})
    for body, field in (
        ({"requirements": [{"level": 2}]}, "/requirements/0/skill"),
        ({"steps": [{"wait_seconds": 5}]}, "/steps/0/pools"),
        ({"shares": [{"pool": "in-house"}]}, "/shares/0/percent"),
    ):
        answer = patch(house, "routing/queues/main/", body)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)


def test_partners_get_no_key_to_it_and_it_none_to_customers(house: Api, api: Api, meridian: Company) -> None:
    for name in ("queues/", "pools/", "skills/digital/", "agents/1/"):
        answer = api.get(f"routing/{name}")
        assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")
    assert house.get("customers/").status_code == 403
    with tenant(meridian.id):
        with pytest.raises(Refusal, match="There is no scope"):
            create_api_client(meridian.partner, name="x", scopes=["routing:setup"])
        with pytest.raises(Refusal, match="There is no scope"):
            create_own_client(name="x", scopes=["cases:read"])


def test_another_companys_own_system_finds_nothing_of_ours(
    house: Api, meridian: Company, orbit: Company, connect: Connect
) -> None:
    house.post("routing/queues/", {"slug": "main", "name": "Marmalade"})
    with tenant(orbit.id):
        client, secret = create_own_client(name="Theirs", scopes=["routing:setup"])
    theirs = connect(client, secret)
    for name in ("queues", "pools", "agents", "skills", "hours", "pause-reasons"):
        assert theirs.get(f"routing/{name}/").json()["results"] == [], name
    for path in ("queues/main/", "pools/digipress/", f"agents/{meridian.others['ana']}/"):
        assert theirs.get(f"routing/{path}").status_code == 404, path
        assert patch(theirs, f"routing/{path}", {"name": "Mine"}, '"1"').status_code in {400, 404}, path
    members = {"slug": "team", "name": "Team", "members": [meridian.others["ana"]]}
    assert theirs.post("routing/pools/", members).status_code == 422
