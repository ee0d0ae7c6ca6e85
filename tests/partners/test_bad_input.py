"""What is wrong is told as RFC 9457 problems, and nothing is ever a 500."""

from __future__ import annotations

import base64
import http.client
import json
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
import requests

from partners import throttles
from tests.partners.conftest import Api, Company


def problem(answer: requests.Response, status: int, code: str) -> dict[str, Any]:
    """The problem, which must be one, of this status and code."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    told: dict[str, Any] = answer.json()
    assert set(told) == {"type", "title", "status", "code", "detail", "errors"}
    assert (told["status"], told["code"]) == (status, code)
    return told


MALFORMED = [
    b"",
    b"{",
    b"\xff\xfe",
    b"nul",
    b"[]",
    b'"text"',
    b"NaN",
    b'{"key": "device", "value": NaN}',
    b'{"key": "device", "value": 1e999}',
    b'{"key": "device", "value": "a\\u0000b"}',
    b'{"key": "device", "value": "\\ud800"}',
    b'{"key": "de\\u0000vice", "value": 1}',
    b'{"key": "device", "value": {"a": {"b": "\\u0000"}}}',
    b'{"key": "device", "value": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    b'{"key": "device", "value": ' + b"9" * 6_000 + b"}",
    b'{"key": "device"}',
    b'{"value": 1}',
    b'{"key": "", "value": 1}',
    b'{"key": ["device"], "value": 1}',
    b'{"key": "device", "value": 1, "interaction_id": 99999999999999999999999}',
    b'{"key": "device", "value": 1, "confidence": "sure"}',
]


def test_a_malformed_body_is_a_400_with_a_reason(api: Api, meridian: Company) -> None:
    for body in MALFORMED:
        answer = api.send(
            "POST",
            f"customers/{meridian.shared.id}/facts/",
            data=body,
            headers={"Content-Type": "application/json"},
        )
        assert answer.status_code == 400, answer.text
        assert answer.headers["Content-Type"] == "application/problem+json"


def test_each_wrong_field_is_named_by_a_json_pointer(api: Api) -> None:
    answer = api.post("webhook-endpoints/", {"event_names": ["promise.made", 5, ["x"]], "url": None})
    errors = problem(answer, 400, "invalid")["errors"]
    assert {error["field"] for error in errors} == {"/url", "/event_names/2"}
    assert all(error["in"] == "body" and error["message"] and error["code"] for error in errors)


def test_what_is_not_json_is_a_415(api: Api, meridian: Company) -> None:
    answer = api.send(
        "POST",
        f"customers/{meridian.shared.id}/notes/",
        data="text=hi",
        headers={"Content-Type": "text/plain"},
    )
    problem(answer, 415, "unsupported_media_type")


def test_a_wrong_method_is_a_405_that_names_the_right_ones(api: Api) -> None:
    for method in ("DELETE", "PUT", "OPTIONS", "PATCH"):
        answer = api.send(method, "customers/")
        problem(answer, 405, "method_not_allowed")
        assert answer.headers["Allow"] == "GET, HEAD"


def test_a_path_that_is_none_is_a_404_problem(api: Api) -> None:
    for path in ("", "nothing/", "nothing", "customers/abc/", "customers/-1/", "customers/1/2/3", "a//b"):
        problem(api.get(path), 404, "not_found")
        problem(api.post(path), 404, "not_found")
    problem(api.get(f"customers/{'9' * 18}/"), 404, "not_found")
    problem(api.get(f"customers/{'9' * 40}/"), 404, "not_found")


GARBAGE_CURSORS = ["garbage", "", "%00", "AAAA", "cD1hYmM=", "cj0y", "bz05OTk5OTk5", "é", "cD0tMQ==", "cA=="]
FAR_MOMENTS = ["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59"]
PAGED = ["customers/", "customers/{id}/timeline/"]


def test_a_garbage_cursor_is_a_400(api: Api, meridian: Company) -> None:
    for path in PAGED:
        for cursor in GARBAGE_CURSORS:
            url = path.format(id=meridian.shared.id) + f"?cursor={cursor}"
            assert problem(api.get(url), 400, "bad_cursor")["errors"][0]["field"] == "/cursor"


def test_a_cursor_at_the_end_of_time_is_a_400(api: Api, meridian: Company) -> None:
    for moment in FAR_MOMENTS:
        cursor = base64.b64encode(urlencode({"p": moment}).encode()).decode()
        answer = api.get(f"customers/{meridian.shared.id}/timeline/", params={"cursor": cursor})
        problem(answer, 400, "bad_cursor")


BAD_FILTERS = {
    "kind": "cas",
    "by": "nobody",
    "channel": "fax",
    "from": "soon",
    "to": "2026-02-30",
    "q": "x" * 201,
}


def test_a_filter_of_the_timeline_that_is_none_is_a_400_that_names_it(api: Api, meridian: Company) -> None:
    path = f"customers/{meridian.shared.id}/timeline/"
    for name, value in BAD_FILTERS.items():
        told = problem(
            api.get(path, params={name: value}),
            400,
            "bad_filter" if name in {"by", "from", "to"} else "invalid",
        )
        assert [error["field"] for error in told["errors"]] == [f"/{name}"]
    assert [
        line["kind"] for line in api.get(path, params={"kind": "case", "q": "switch"}).json()["results"]
    ] == ["case"]


BAD_LIMITS = ["0", "-1", "201", "x", "", "1.5", "٣", "99999999999999999999"]


def test_a_limit_out_of_range_is_a_400(api: Api) -> None:
    for limit in BAD_LIMITS:
        problem(api.get("customers/", params={"limit": limit}), 400, "bad_limit")


HOSTILE_QUERIES = ["?phone=%00", "?q=%00", "?q=a%00b", "?q=", "?phone=1&q=2", "?q=" + "x" * 201]


def test_hostile_queries_are_400(api: Api) -> None:
    for query in HOSTILE_QUERIES:
        assert problem(api.get(f"customers/{query}"), 400, "invalid")["errors"][0]["in"] == "query"


ODD_QUERIES = ["?phone=abc", "?phone=%2B", "?q=%25", "?q=_", "?q='%3B--", "?q=%F0%9F%98%80"]


def test_odd_queries_find_nothing(api: Api) -> None:
    for query in ODD_QUERIES:
        answer = api.get(f"customers/{query}")
        assert answer.status_code == 200, answer.text
        assert answer.json()["results"] == []


def test_a_body_over_two_megabytes_is_a_413(api: Api, meridian: Company) -> None:
    text = json.dumps({"text": "x" * (2 * 1024 * 1024)})
    answer = api.send(
        "POST",
        f"customers/{meridian.shared.id}/notes/",
        data=text,
        headers={"Content-Type": "application/json"},
    )
    problem(answer, 413, "too_large")


def test_a_body_shorter_than_it_says_is_no_500(api: Api, meridian: Company) -> None:
    parts = urlsplit(api.base)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 0, timeout=10)
    connection.putrequest("POST", f"{parts.path}/customers/{meridian.shared.id}/notes/")
    for name, value in {
        "Authorization": f"Bearer {api.token}",
        "Content-Type": "application/json",
        "Idempotency-Key": "short",
        "Content-Length": "500",
    }.items():
        connection.putheader(name, value)
    connection.endheaders(b'{"text": "cut o')
    connection.sock.shutdown(1)
    assert connection.getresponse().status == 400
    connection.close()


def test_rules_that_refuse_are_422_with_the_field(api: Api, meridian: Company) -> None:
    path = f"customers/{meridian.shared.id}/facts/"
    assert problem(api.post(path, {"key": "nonsense", "value": 1}), 422, "unknown_fact")
    told = problem(api.post(path, {"key": "device", "value": {"a": 1}}), 422, "bad_value")
    assert told["errors"][0]["field"] == "/value"
    other = api.post(path, {"key": "device", "value": "x", "interaction_id": 77})
    assert problem(other, 422, "unknown_interaction")["errors"][0]["field"] == "/interaction_id"


def test_a_write_without_if_match_is_428_and_a_stale_one_412(api: Api, meridian: Company) -> None:
    path = f"promises/{meridian.promise_id}/"
    problem(api.post(f"{path}acknowledge/"), 428, "if_match_required")
    for stale in ('"99"', "*", 'W/"1"', "1", "", '"1", "2"', '"' + "9" * 30 + '"'):
        told = problem(api.post(f"{path}acknowledge/", headers={"If-Match": stale}), 412, "stale")
        assert told["errors"][0] | {"message": ""} == {
            "in": "header",
            "field": "If-Match",
            "code": "stale",
            "message": "",
        }
    case = f"cases/{meridian.case_id}/"
    problem(api.send("PATCH", case, json={"state": "solved"}), 428, "if_match_required")
    problem(api.send("PATCH", case, json={"state": "solved"}, headers={"If-Match": '"9"'}), 403, "not_yours")


def test_an_unchanged_row_is_a_304(api: Api, meridian: Company) -> None:
    path = f"customers/{meridian.shared.id}/"
    etag = api.get(path).headers["ETag"]
    again = api.get(path, headers={"If-None-Match": f'"7", {etag}'})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", etag)


def test_requests_are_counted_and_the_last_one_is_refused(
    api: Api, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttles.time, "time", lambda: 1_900_000_000.0)
    settings.API_REQUESTS_PER_MINUTE = 3
    lefts = [api.get("customers/").headers["RateLimit"] for _ in range(3)]
    assert [left.split(";")[1] for left in lefts] == ["r=2", "r=1", "r=0"]
    refused = api.get("customers/")
    problem(refused, 429, "too_many_requests")
    assert int(refused.headers["Retry-After"]) > 0


def test_nobody_is_refused_while_redis_is_away(
    api: Api, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import redis

    settings.API_REQUESTS_PER_MINUTE = 0
    away = redis.Redis(host="127.0.0.1", port=1, socket_connect_timeout=0.2)
    monkeypatch.setattr(throttles.wake, "client", lambda: away)
    answer = api.get("customers/")
    assert answer.status_code == 200
    assert "RateLimit" not in answer.headers


def test_an_unexpected_error_is_a_500_that_tells_nothing(
    api: Api, monkeypatch: pytest.MonkeyPatch, meridian: Company
) -> None:
    def fail(*_: Any) -> None:
        raise ValueError("secret detail")

    monkeypatch.setattr("partners.api.customers.access_customer", fail)
    answer = api.get(f"customers/{meridian.shared.id}/")
    problem(answer, 500, "internal_error")
    assert "secret detail" not in answer.text


def test_a_refused_post_leaves_nothing_half_done(
    api: Api, monkeypatch: pytest.MonkeyPatch, meridian: Company
) -> None:
    from partners import idempotency

    def fail(*_: Any) -> None:
        raise ValueError("after the note was written")

    monkeypatch.setattr(idempotency, "finish", fail)
    path = f"customers/{meridian.shared.id}/"
    assert api.post(f"{path}notes/", {"text": "lost"}).status_code == 500
    assert "lost" not in api.get(f"{path}timeline/").text
