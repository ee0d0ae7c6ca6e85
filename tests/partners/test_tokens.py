"""Getting a token: client credentials and nothing else, refused as RFC 6749 says."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
import requests

from partners import throttles
from tests.partners.conftest import Api, Company

GRANT = {"grant_type": "client_credentials"}


def test_credentials_go_in_the_header_or_in_the_body(api: Api) -> None:
    by_header = api.ask_token(GRANT)
    body = {**GRANT, "client_id": api.client_id, "client_secret": api.secret}
    by_body = requests.post(f"{api.base}/oauth/token/", data=body, timeout=10)
    for answer in (by_header, by_body):
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert (told["token_type"], told["expires_in"]) == ("Bearer", 3600)
        assert answer.headers["Cache-Control"] == "no-store"
        assert api.get("customers/", headers={"Authorization": f"Bearer {told['access_token']}"}).ok


def test_without_asking_a_client_gets_the_scopes_it_has(api: Api, meridian: Company) -> None:
    assert set(api.ask_token(GRANT).json()["scope"].split()) == meridian.client.scopes


def test_a_scope_the_client_does_not_have_is_refused(api: Api) -> None:
    for scope in ("everything", "customers:read admin", "customers:read\x00"):
        answer = api.ask_token({**GRANT, "scope": scope})
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


WRONG_SECRETS = ["wrong", "", "x" * 5000, "\x00"]


def test_a_wrong_secret_is_a_401(api: Api) -> None:
    for secret in WRONG_SECRETS:
        body = {**GRANT, "client_id": api.client_id, "client_secret": secret}
        answer = requests.post(f"{api.base}/oauth/token/", data=body, timeout=10)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
        assert answer.headers["WWW-Authenticate"].startswith("Basic")


UNKNOWN_CLIENTS = ["nobody", "", "\x00", "é", "a" * 5000]


def test_an_unknown_client_is_a_401(api: Api) -> None:
    for client_id in UNKNOWN_CLIENTS:
        body = {**GRANT, "client_id": client_id, "client_secret": api.secret}
        answer = requests.post(f"{api.base}/oauth/token/", data=body, timeout=10)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


GARBLED = ["Basic !!!", "Basic " + base64.b64encode(b"\xff:\xff").decode(), "Basic", "Bearer x"]


def test_a_garbled_authorization_header_is_a_401(api: Api) -> None:
    for header in GARBLED:
        answer = requests.post(
            f"{api.base}/oauth/token/", data=GRANT, headers={"Authorization": header}, timeout=10
        )
        assert answer.status_code == 401, answer.text


OTHER_GRANTS = [
    "password",
    "authorization_code",
    "refresh_token",
    "implicit",
    "urn:ietf:params:oauth:grant-type:device_code",
]


def test_every_other_grant_is_unsupported(api: Api) -> None:
    for grant in OTHER_GRANTS:
        answer = api.ask_token(
            {"grant_type": grant, "username": "agent", "password": "x", "device_code": "x"}
        )
        assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


def test_what_is_no_form_is_an_invalid_request(api: Api) -> None:
    answer = requests.post(f"{api.base}/oauth/token/", json=GRANT, timeout=10)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert requests.get(f"{api.base}/oauth/token/", timeout=10).status_code == 405


def test_a_token_in_the_address_is_not_read(api: Api) -> None:
    answer = requests.get(f"{api.base}/customers/", params={"access_token": api.token}, timeout=10)
    assert answer.status_code == 401


def test_guessing_secrets_is_slowed_for_that_client_only(
    api: Api,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    orbit: Company,
    connect: Callable[..., Api],
) -> None:
    monkeypatch.setattr(throttles.time, "time", lambda: 1_900_000_600.0)
    settings.TOKEN_REQUESTS_PER_MINUTE = 2
    assert [api.ask_token(GRANT).status_code for _ in range(3)] == [200, 200, 429]
    connect(orbit.client, orbit.secret)
