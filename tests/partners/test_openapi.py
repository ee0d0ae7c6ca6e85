"""The OpenAPI document is valid, whole and true: Schemathesis plays it against the running server."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from django.core.management import call_command
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openapi_spec_validator import OpenAPIV31SpecValidator
from playwright.sync_api import Page
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from foundation.tenancy import tenant
from partners.actions.clients import create_own_client
from partners.models import ApiClient
from partners.urls import _api
from tests.partners.conftest import Api, Company, run_relay

EXAMPLES = 12


def test_the_document_is_valid_and_nothing_in_it_was_guessed(tmp_path: Path) -> None:
    target = tmp_path / "openapi.yaml"
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(target))
    assert "openapi: 3.1.0" in target.read_text()


def test_the_served_document_names_every_door(live_server: Any) -> None:
    served = requests.get(f"{live_server.url}/api/v1/openapi.json", timeout=20)
    assert served.headers["Content-Type"] == "application/json"
    document = served.json()
    OpenAPIV31SpecValidator(document).validate()
    routes = {
        "/api/v1/" + re.sub(r"<\w+:(\w+)>", r"{\1}", str(pattern.pattern))
        for pattern in _api
        if hasattr(pattern.callback, "cls")
    }
    assert set(document["paths"]) == routes
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation["security"][0]["oauth2"], (method, path)
            assert {"401", "403", "429"} <= set(operation["responses"])
            headers = {item["name"] for item in operation["parameters"] if item["in"] == "header"}
            only_asks = path.startswith("/api/v1/contact-permission/")
            assert ("Idempotency-Key" in headers) == (method == "post" and not only_asks), path
            if "If-Match" in headers and method != "delete":
                assert "ETag" in operation["responses"]["200"]["headers"], path
            if "If-Match" in headers:
                assert {"412", "428"} <= set(operation["responses"])


def _own_client(company: Company) -> tuple[ApiClient, str]:
    """A system of the company's own, which may set routing up."""
    with tenant(company.id):
        return create_own_client(name="Planning", scopes=["routing:setup"])


def test_the_server_does_what_the_document_says(
    api: Api, meridian: Company, connect: Callable[..., Api]
) -> None:
    run_relay()
    document = requests.get(f"{api.base}/openapi.json", timeout=20).json()
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=api.base.removesuffix("/api/v1"))
    real = {"customer_id": meridian.shared.id, "case_id": meridian.case_id, "promise_id": meridian.promise_id}
    failed: list[str] = []
    own = connect(*_own_client(meridian))
    for operation in (found.ok() for found in schema.get_all_operations()):
        sets_up = "/routing/" in operation.path
        _play(operation, own if sets_up else api, real, failed, examples=4 if sets_up else EXAMPLES)
    assert not failed, "\n\n".join(failed)


def _play(operation: Any, api: Api, real: dict[str, int], failed: list[str], *, examples: int) -> None:
    @given(case=operation.as_strategy(), use_real=st.booleans())
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def play(case: Any, use_real: bool) -> None:
        if use_real:
            known = {name: value for name, value in real.items() if name in (case.path_parameters or {})}
            case.path_parameters = {**(case.path_parameters or {}), **known}
        answer = case.call(headers={"Authorization": f"Bearer {api.token}"}, timeout=20)
        case.validate_response(
            answer,
            checks=[
                not_a_server_error,
                status_code_conformance,
                content_type_conformance,
                response_schema_conformance,
                response_headers_conformance,
            ],
        )

    try:
        play()
    except Exception as error:  # noqa: BLE001 - all operations are played, then all failures told
        failed.append(f"{operation.label}: {error}"[:3000])


def test_the_docs_page_loads_nothing_from_elsewhere(live_server: Any) -> None:
    page = requests.get(f"{live_server.url}/api/v1/docs/", timeout=20)
    assert page.status_code == 200
    assert "unsafe-inline" not in page.headers["Content-Security-Policy"]
    assert not re.search(r"<(script|style)[^>]*>[^<]", page.text)
    for address in re.findall(r'(?:src|href|data-document)="([^"]+)"', page.text):
        assert address.startswith("/")
        assert requests.get(live_server.url + address, timeout=20).status_code == 200, address


@pytest.mark.browser
def test_the_docs_page_works_under_our_content_security_policy(live_server: Any, page: Page) -> None:
    complaints: list[str] = []
    hosts: set[str] = set()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    page.goto(f"{live_server.url}/api/v1/docs/")
    page.get_by_text("Find customers").first.wait_for()
    assert complaints == []
    assert hosts == {live_server.url.removeprefix("http://")}
