"""Whether everything runs, for load balancers and for Prometheus."""

import json
import time

import pytest
import redis
from django.db import connection
from prometheus_client.parser import text_string_to_metric_families

from foundation import health, wake
from foundation.events import emit, listen
from foundation.tenancy import tenant
from tests.foundation import listeners
from tests.foundation.conftest import ORGANIZATION
from tests.foundation.listeners import Rang

pytestmark = pytest.mark.urls("tests.foundation.health_urls")
ALL = ["relay", "live", "worker:realtime", "worker:background"]


@pytest.fixture(autouse=True)
def nothing_beats(monkeypatch, db):
    monkeypatch.setattr(health, "_last_beats", {})
    wake.client().flushall()


@pytest.fixture
def only_foundation(monkeypatch):
    names = ("database", "redis", "relay", "live", "realtime", "background", "events")
    monkeypatch.setattr(health, "_checks", {name: health._checks[name] for name in names})
    for name in ALL:
        health.beat(name)


def parts(client) -> dict:
    return client.get("/healthz").json()["parts"]


def late_event(lane: str, seconds: float) -> None:
    with tenant(ORGANIZATION):
        emit(Rang(bell_id=1))
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE foundation_event SET occurred_at = now() - make_interval(secs => %s)", [seconds]
            )
            cursor.execute("UPDATE foundation_delivery SET lane = %s", [lane])


def test_all_well_is_200(client, only_foundation):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["ok"]) == (200, True)
    assert answer["Cache-Control"].startswith("max-age=0")


@pytest.mark.parametrize(
    ("silent", "part"),
    [
        ("relay", "relay"),
        ("live", "live"),
        ("worker:realtime", "realtime"),
        ("worker:background", "background"),
    ],
)
def test_a_kind_of_process_that_is_silent_is_503(client, only_foundation, silent, part):
    wake.client().delete(f"beats:{silent}")
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert [name for name, state in answer.json()["parts"].items() if not state["ok"]] == [part]


def test_one_live_process_of_two_is_enough(client, only_foundation):
    wake.client().hset("beats:relay", "elsewhere:1", time.time() - 60)
    assert parts(client)["relay"]["running"] == 1


def test_a_redis_that_is_away_is_503_and_said_without_an_error(client, only_foundation, monkeypatch):
    monkeypatch.setattr(wake, "_client", redis.Redis.from_url("redis://127.0.0.1:1/0"))
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert not answer.json()["parts"]["redis"]["ok"]
    assert answer.json()["parts"]["database"]["ok"]


@pytest.mark.parametrize(("seconds", "ok"), [(5, True), (100, False)])
def test_an_event_that_waits_too_long_in_the_real_time_lane_is_503(
    client, only_foundation, no_listeners, seconds, ok
):
    listen(Rang, listeners.remember, lane="realtime")
    late_event("realtime", seconds)
    part = parts(client)["realtime"]
    assert part["ok"] is ok
    assert part["undelivered"] == 1
    assert part["oldest_undelivered_seconds"] >= seconds


def test_the_background_lane_has_more_patience(client, only_foundation, no_listeners):
    listen(Rang, listeners.remember)
    late_event("background", 100)
    assert parts(client)["background"]["ok"]


def test_a_partner_s_failing_endpoint_does_not_make_us_ill(client, only_foundation, no_listeners):
    listen(Rang, listeners.remember)
    late_event("realtime", 5_000)
    with tenant(ORGANIZATION), connection.cursor() as cursor:
        cursor.execute("UPDATE foundation_delivery SET last_error = 'HTTP 500', attempts = 3")
    found = parts(client)
    assert found["realtime"]["ok"]
    assert found["events"]["retrying"] == 1


def test_the_figures_are_readable_by_prometheus(client, only_foundation):
    client.get("/healthz")
    text = client.get("/metrics").content.decode()
    families = {family.name: family for family in text_string_to_metric_families(text)}
    well = {sample.labels["part"]: sample.value for sample in families["bothhands_part_ok"].samples}
    assert well["database"] == 1.0
    assert "bothhands_http_seconds" in families
    assert "bothhands_oldest_undelivered_seconds" in families


def test_health_names_no_company_and_needs_no_login(client, only_foundation):
    assert json.dumps(parts(client)).count("@") == 0
    assert client.post("/healthz").status_code == 405


def test_a_heart_that_cannot_be_heard_does_not_stop(monkeypatch):
    monkeypatch.setattr(wake, "_client", redis.Redis.from_url("redis://127.0.0.1:1/0"))
    health.beat("relay")
