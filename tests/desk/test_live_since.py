"""Catching up over HTTP."""

import pytest

from foundation import live
from foundation.live_queries import PAGE
from foundation.tenancy import tenant
from tests.people import make_cast
from tests.sockets import signed_in

pytestmark = pytest.mark.urls("desk.live_urls")


def nudge_often(cast, topic, times):
    with tenant(cast.organization.id):
        for number in range(times):
            live.nudge(topic, "work.changed", interaction_id=number)


def test_missed_nudges_come_in_order_with_the_head(committed_cast):
    topic = f"member:{committed_cast.ana.id}"
    nudge_often(committed_cast, topic, 4)
    answer = signed_in(committed_cast.ana).get("/live-since/", {"t": topic, "after": 2})
    assert answer.json() == {
        "entries": [
            {"n": 3, "kind": "work.changed", "body": {"interaction_id": 2}},
            {"n": 4, "kind": "work.changed", "body": {"interaction_id": 3}},
        ],
        "head": 4,
    }


def test_many_missed_nudges_come_in_pages(committed_cast):
    topic = f"member:{committed_cast.ana.id}"
    nudge_often(committed_cast, topic, PAGE + 3)
    client = signed_in(committed_cast.ana)
    first = client.get("/live-since/", {"t": topic, "after": 0}).json()
    rest = client.get("/live-since/", {"t": topic, "after": first["entries"][-1]["n"]}).json()
    assert len(first["entries"]) == PAGE
    assert [entry["n"] for entry in first["entries"] + rest["entries"]] == list(range(1, PAGE + 4))


def test_heads_of_several_topics_come_at_once_without_those_of_others(committed_cast):
    mine, other = f"member:{committed_cast.ana.id}", f"member:{committed_cast.mark.id}"
    nudge_often(committed_cast, mine, 2)
    nudge_often(committed_cast, other, 5)
    answer = signed_in(committed_cast.ana).get("/live-since/", {"heads": f"{mine},{other},audience:all"})
    assert answer.json() == {"heads": {mine: 2, "audience:all": 0}}


def test_topics_of_others_do_not_exist(committed_cast):
    stranger = make_cast("stranger")
    client = signed_in(committed_cast.ana)
    for topic in (
        f"member:{committed_cast.mark.id}",
        f"member:{stranger.ana.id}",
        "floor",
        "record:1",
        "",
        "\0",
    ):
        assert client.get("/live-since/", {"t": topic, "after": 0}).status_code == 404


def test_a_cursor_that_is_no_number_is_a_bad_request(committed_cast):
    client = signed_in(committed_cast.ana)
    for after in ("", "x", "-1", "1.5", "9" * 40, "²"):
        answer = client.get("/live-since/", {"t": f"member:{committed_cast.ana.id}", "after": after})
        assert answer.status_code == 400


def test_signed_out_is_told_so(client, db):
    assert client.get("/live-since/", {"t": "audience:all", "after": 0}).status_code == 401
