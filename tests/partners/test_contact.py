"""A partner asks before it sends, and tells what customers say, over HTTP."""

from __future__ import annotations

import io
from collections.abc import Callable

from django.core.management import call_command

from customers.consent.actions import stop_contact
from customers.consent.models import Consent
from foundation.tenancy import tenant
from partners.actions import revoke_api_client
from partners.models import ApiClient
from tests.partners.conftest import INHOUSE, Api, Company, run_relay
from tests.partners.test_bad_input import problem

AT = "2026-11-24T12:00:00Z"
WORDING = "May we write to you about our offers?"


def answers(
    api: Api, ids: list[int], purpose: str = "marketing", channel: str = "email"
) -> dict[int, list[str]]:
    body = {"customer_ids": ids, "purpose": purpose, "channel": channel, "at": AT}
    # Nothing is kept: the same key gets a fresh answer.
    told = api.post("contact-permission/", body, headers={"Idempotency-Key": "always the same"})
    assert told.status_code == 200, told.text
    return {row["customer_id"]: [why["code"] for why in row["reasons"]] for row in told.json()["results"]}


def test_a_partner_asks_tells_a_yes_and_a_stop_and_is_answered_anew_each_time(
    api: Api, meridian: Company
) -> None:
    shared, hidden = meridian.shared.id, meridian.hidden.id
    path = f"customers/{shared}/consents/"
    assert answers(api, [shared, hidden, 10**12]) == {
        shared: ["no_consent", "open_case"],
        hidden: ["unknown"],
        10**12: ["unknown"],
    }
    yes = api.post(
        path, {"answer": "granted", "purpose": "marketing", "wording": WORDING, "evidence": "form 7"}
    )
    assert yes.status_code == 201, yes.text
    assert answers(api, [shared]) == {shared: ["open_case"]}
    one = api.get(
        "contact-permission/", params={"customer": shared, "purpose": "service", "channel": "sms", "at": AT}
    )
    assert one.json()["results"][0]["allowed"] is True
    stop = api.post(path, {"answer": "stop", "channel": "sms"})
    assert [row["channel"] for row in stop.json()] == ["", "sms"]
    assert answers(api, [shared]) == {shared: ["stopped", "open_case"]}
    assert answers(api, [shared], "service", "sms") == {shared: ["stopped"]}
    said = api.get(path).json()["results"]
    assert [(row["answer"], row["wording"]) for row in said] == [
        ("refused", ""),
        ("refused", ""),
        ("granted", WORDING),
    ]
    run_relay()
    told = api.get("events").json()["results"]
    assert {"purpose": "", "channel": "sms", "answer": "refused"} in [event["data"] for event in told]


def test_what_the_house_heard_is_told_only_where_the_contract_says_so(api: Api, meridian: Company) -> None:
    with tenant(meridian.id):
        stop_contact(meridian.shared.id, actor=INHOUSE, source="desk")
    assert api.get(f"customers/{meridian.shared.id}/consents/").json()["results"] == []
    assert answers(api, [meridian.shared.id]) == {meridian.shared.id: ["stopped", "open_case"]}
    problem(api.get(f"customers/{meridian.hidden.id}/consents/"), 404, "not_found")
    problem(api.post(f"customers/{meridian.hidden.id}/consents/", {"answer": "stop"}), 404, "not_found")
    with tenant(meridian.id):
        assert not Consent.objects.filter(customer=meridian.hidden).exists()


def test_the_companys_own_campaign_tool_may_ask_and_nothing_else(
    meridian: Company, orbit: Company, connect: Callable[..., Api]
) -> None:
    told = io.StringIO()
    call_command("create_own_client", "Mailer", company="meridian", stdout=told)
    credentials = [line.partition(": ")[2] for line in told.getvalue().splitlines()]
    with tenant(meridian.id):
        client = ApiClient.objects.get(client_id=credentials[0])
    tool = connect(client, credentials[1])
    assert answers(tool, [meridian.hidden.id, orbit.shared.id]) == {
        meridian.hidden.id: ["no_consent", "open_case"],
        orbit.shared.id: ["unknown"],
    }
    body = {"addresses": ["nobody@example.com", "@"], "purpose": "renewal", "channel": "email", "at": AT}
    asked = tool.post("contact-permission/addresses/", body).json()["results"]
    assert [(row["read_as"], row["allowed"]) for row in asked] == [("nobody@example.com", True), ("", False)]
    problem(tool.get("customers/"), 403, "partners_only")
    problem(tool.get(f"customers/{meridian.hidden.id}/"), 403, "partners_only")
    problem(tool.get("events"), 403, "insufficient_scope")
    with tenant(meridian.id):
        assert revoke_api_client(credentials[0])
    problem(tool.post("contact-permission/addresses/", body), 401, "invalid_token")


def test_an_address_is_asked_for_over_http(api: Api, meridian: Company) -> None:
    path = "contact-permission/addresses/"
    good = {"addresses": ["jane@meridian.example"], "purpose": "marketing", "channel": "email", "at": AT}
    [row] = api.post(path, good).json()["results"]
    assert (row["address"], [why["code"] for why in row["reasons"]]) == (
        "jane@meridian.example",
        ["no_consent", "open_case"],
    )
    for name, value, field in (("addresses", [], "/addresses"), ("addresses", [""], "/addresses/0")):
        told = problem(api.post(path, good | {name: value}), 400, "invalid")
        assert [error["field"] for error in told["errors"]] == [field]
    problem(api.post(path, good | {"channel": "letter"}), 422, "unknown_channel")
    problem(api.post(path, good | {"purpose": "nothing"}), 422, "unknown_purpose")


def test_bad_questions_are_refused_by_name(api: Api, meridian: Company) -> None:
    good = {"customer_ids": [meridian.shared.id], "purpose": "marketing", "channel": "sms"}
    for name, value, field in (
        ("customer_ids", [], "/customer_ids"),
        ("customer_ids", [1] * 1_001, "/customer_ids"),
        ("customer_ids", ["x"], "/customer_ids/0"),
        ("channel", "fax", "/channel"),
        ("at", "soon", "/at"),
        ("purpose", "", "/purpose"),
    ):
        told = problem(api.post("contact-permission/", good | {name: value}), 400, "invalid")
        assert [error["field"] for error in told["errors"]] == [field]
    told = problem(api.post("contact-permission/", good | {"purpose": "nothing"}), 422, "unknown_purpose")
    query = {"customer": meridian.shared.id, "purpose": "nothing", "channel": "sms"}
    told = problem(api.get("contact-permission/", params=query), 400, "unknown_purpose")
    assert told["errors"][0]["in"] == "query"
    path = f"customers/{meridian.shared.id}/consents/"
    problem(api.post(path, {"answer": "granted", "purpose": "marketing"}), 422, "missing_wording")
    problem(api.post(path, {"answer": "granted", "wording": "x"}), 422, "missing_purpose")
