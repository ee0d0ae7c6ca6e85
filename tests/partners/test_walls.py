"""Nobody sees what is not theirs: every URL of the API, as the wrong client."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.urls import URLPattern
from oauth2_provider.models import get_access_token_model

from accounts.models import Contract, Partner
from cases.actions import make_promise
from customers.actions import add_note, open_interaction, record_fact
from customers.models import Customer, RecordRead
from customers.privacy.models import Erasure, ErasureReceipt
from foundation import clock
from foundation.tenancy import tenant
from partners.actions import create_webhook_endpoint, revoke_api_client
from partners.api.base import PartnerView
from partners.models import ApiClient, WebhookMessage
from partners.urls import _api
from routing.models import SeatAsk, SurgePlan, SurgePlanVersion, SurgeRun
from routing.surge.bundle import Bundle, as_json
from tests.partners.conftest import INHOUSE, Api, Company, Receiver, make_company, run_relay

BODIES: dict[str, dict[str, Any]] = {
    "facts": {"key": "device", "value": "phone"},
    "notes": {"text": "hello"},
    "identities": {"kind": "partner_reference", "value": "DP-1"},
    "cases": {"customer_id": 1, "title": "x"},
    "case": {"state": "solved"},
    "promises": {"customer_id": 1, "text": "x", "due_at": "2027-01-01T00:00:00Z"},
    "promise_keep": {"outcome": "done"},
    "seat_ask_answer": {"answer": "accepted"},
    "consents": {"answer": "stop"},
    "contact_permission": {"purpose": "marketing", "channel": "sms"},
    "address_permission": {"purpose": "marketing", "channel": "sms", "addresses": ["+442071234561"]},
    "webhook_endpoints": {"url": "https://example.com/"},
    "webhook_endpoint": {"description": "mine now"},
    "webhook_endpoint_replay": {"since": "2026-01-01T00:00:00Z"},
}


def doors() -> Iterator[tuple[str, str, str, type[PartnerView]]]:
    """Every (name, route, method, view) of the API that needs a token."""
    for pattern in _api:
        assert isinstance(pattern, URLPattern)
        view = getattr(pattern.callback, "cls", None)
        if view is not None and issubclass(view, PartnerView) and not view.for_house:
            for method in view.scopes:
                yield str(pattern.name), str(pattern.pattern), method, view


ALL = list(doors())


@pytest.fixture
def rows(meridian: Company, receiver: Receiver) -> dict[str, int]:
    """Ids of Meridian's rows, for every kind of id a URL names."""
    with tenant(meridian.id):
        endpoint, _ = create_webhook_endpoint(meridian.partner, url=receiver.url)
    run_relay()
    with tenant(meridian.id):
        interaction = open_interaction(
            actor=INHOUSE, channel="voice", address="+442071234561", customer=meridian.shared
        )
        add_note(meridian.shared.id, text="Wants the app", actor=INHOUSE)
    run_relay()
    with tenant(meridian.id):
        message = WebhookMessage.objects.filter(endpoint=endpoint).order_by("id").first()
        assert message is not None
        _, receipt = _somebody_erased(meridian)
        return {
            "ask_id": _seats_asked(meridian).id,
            "receipt_id": receipt.id,
            "customer_id": meridian.shared.id,
            "interaction_id": interaction.id,
            "case_id": meridian.case_id,
            "promise_id": meridian.promise_id,
            "endpoint_id": endpoint.id,
            "message_id": message.id,
        }


def _seats_asked(company: Company) -> SeatAsk:
    now = clock.now()
    plan = SurgePlan.objects.create(name="Storm day")
    version = SurgePlanVersion.objects.create(plan=plan, number=1, bundle=as_json(Bundle()))
    ends = now + timedelta(hours=2)
    run = SurgeRun.objects.create(plan=plan, version=version, started_at=now, expires_at=ends)
    return SeatAsk.objects.create(
        run=run,
        partner=company.partner,
        seats=3,
        asked_at=now,
        starts_at=now + timedelta(minutes=30),
        ends_at=ends,
        answer_by=now + timedelta(minutes=15),
    )


def _somebody_erased(company: Company) -> tuple[Erasure, ErasureReceipt]:
    now = clock.now()
    erasure = Erasure.objects.create(
        record_number=10**9, basis="asked", erased_at=now, erased={}, stripped={}, looked={}
    )
    return erasure, ErasureReceipt.objects.create(
        erasure=erasure,
        partner=company.partner,
        record_numbers=[10**9],
        asked_at=now,
        due_at=now,
    )


def ask(api: Api, rows: dict[str, int], door: tuple[str, str, str], **kwargs: Any) -> Any:
    name, route, method = door
    for key, value in rows.items():
        route = route.replace(f"<row:{key}>", str(value))
    body = BODIES.get(name, {})
    if "customer_id" in body:
        body = {**body, "customer_id": rows["customer_id"]}
    if method in {"POST", "PATCH"}:
        kwargs["json"] = body
        if name == "contact_permission":
            kwargs["json"] = {**body, "customer_ids": [rows["customer_id"]]}
    elif name == "contact_permission":
        kwargs["params"] = {**body, "customer": rows["customer_id"]}
    headers = {"If-Match": '"1"', **kwargs.pop("headers", {})}
    return api.send(method, route, headers=headers, **kwargs)


def test_another_organisations_client_sees_nothing(
    rows: dict[str, int], orbit: Company, connect: Callable[..., Api]
) -> None:
    _sees_nothing(connect(orbit.client, orbit.secret), rows)


def test_another_partners_client_sees_nothing(
    rows: dict[str, int], postvan: tuple[ApiClient, str], connect: Callable[..., Api]
) -> None:
    _sees_nothing(connect(*postvan), rows)


def _sees_nothing(stranger: Api, rows: dict[str, int]) -> None:
    for name, route, method, _ in ALL:
        answer = ask(stranger, rows, (name, route, method))
        assert "Jane Meridian" not in answer.text, route
        if name == "contact_permission":
            assert [row["reasons"][0]["code"] for row in answer.json()["results"]] == ["unknown"]
        elif name == "address_permission":  # a case of somebody they do not see bars it, and nothing more
            [row] = answer.json()["results"]
            assert {why["code"] for why in row["reasons"]} <= {"no_consent", "stopped", "quiet_hours"}
        elif "<row:" in route or (method == "POST" and name != "webhook_endpoints"):
            assert answer.status_code == 404, (method, route, answer.text)
            assert answer.json()["code"] == "not_found"
        elif method == "GET":
            assert answer.status_code == 200, (method, route, answer.text)
            told = answer.json().get("results", [])  # figures are no rows, and questions belong to nobody
            mine = {row.get("customer_id", row.get("id")) for row in told}
            assert rows["customer_id"] not in mine, route


def test_without_a_token_every_door_is_shut(api: Api, rows: dict[str, int]) -> None:
    for name, route, method, _ in ALL:
        for authorization in (None, "Bearer wrong", "Bearer ", "Basic abc", f"Bearer {'x' * 5000}"):
            answer = ask(api, rows, (name, route, method), headers={"Authorization": authorization})
            assert answer.status_code == 401, (method, route)
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_without_the_scope_is_refused(
    meridian: Company, rows: dict[str, int], connect: Callable[..., Api]
) -> None:
    for scope in meridian.client.scopes:
        lacking = connect(meridian.client, meridian.secret, " ".join(meridian.client.scopes - {scope}))
        for name, route, method, view in ALL:
            if view.scopes[method] == scope:
                answer = ask(lacking, rows, (name, route, method))
                assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope"), route
                assert scope in answer.headers["WWW-Authenticate"]


def test_every_door_declares_its_scope_or_is_known_to_be_open() -> None:
    open_doors = {str(pattern.name) for pattern in _api if getattr(pattern.callback, "cls", None) is None}
    assert open_doors == {"token", "openapi", "docs", "elsewhere"}
    for _, _, method, view in doors():
        assert view.scopes[method]


def test_search_and_filters_find_only_shared_records(api: Api, meridian: Company) -> None:
    for params in ({"q": "Hidden"}, {"phone": "+442071234569"}, {"q": "hidden@meridian.example"}):
        assert api.get("customers/", params=params).json()["results"] == []
    for path in ("cases/", "promises/", "interactions/"):
        rows = api.get(path, params={"customer": meridian.hidden.id}).json()["results"]
        assert rows == []
    assert api.get(f"customers/{meridian.hidden.id}/timeline/").status_code == 404
    assert api.get(f"cases/{meridian.hidden_case_id}/").status_code == 404
    assert api.get(f"promises/{meridian.hidden_promise_id}/").status_code == 404


def test_looking_for_a_hidden_record_leaves_no_trace_that_it_exists(api: Api, meridian: Company) -> None:
    hidden = api.get(f"customers/{meridian.hidden.id}/")
    absent = api.get("customers/999999999/")
    assert hidden.json() == absent.json()
    with tenant(meridian.id):
        assert not RecordRead.objects.filter(customer=meridian.hidden).exists()


def test_a_fact_outside_the_contract_is_neither_read_nor_written(api: Api, meridian: Company) -> None:
    with tenant(meridian.id):
        record_fact(meridian.shared.id, key="mood", value="angry", actor=INHOUSE, source="agent")
    assert "angry" not in api.get(f"customers/{meridian.shared.id}/facts/").text
    assert "angry" not in api.get(f"customers/{meridian.shared.id}/timeline/").text
    written = api.post(f"customers/{meridian.shared.id}/facts/", {"key": "mood", "value": "calm"})
    assert (written.status_code, written.json()["code"]) == (403, "not_in_contract")


def test_a_partner_cannot_keep_what_the_organisation_owes(api: Api, meridian: Company) -> None:
    with tenant(meridian.id):
        ours = make_promise(
            meridian.shared.id,
            text="a refund",
            due_at=clock.now() + timedelta(days=1),
            actor=INHOUSE,
        )
    answer = api.post(f"promises/{ours.id}/keep/", {"outcome": "done"}, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.json()["code"]) == (403, "not_yours")


def test_a_revoked_token_is_out_at_once(api: Api, meridian: Company) -> None:
    assert api.get("customers/").status_code == 200
    get_access_token_model().objects.all().delete()
    assert api.get("customers/").status_code == 401


def test_a_revoked_client_is_out_at_once_and_gets_no_new_token(api: Api, meridian: Company) -> None:
    with tenant(meridian.id):
        assert revoke_api_client(meridian.client.client_id)
    assert api.get("customers/").status_code == 401
    assert api.ask_token({"grant_type": "client_credentials"}).status_code == 401


def test_an_ended_contract_shuts_the_door_at_once(api: Api, meridian: Company) -> None:
    with tenant(meridian.id):
        Contract.objects.update(ended_at=clock.now())
    answer = api.get("customers/")
    assert (answer.status_code, answer.json()["code"]) == (403, "no_contract")


def test_an_inactive_partner_is_refused_at_once(api: Api, meridian: Company) -> None:
    with tenant(meridian.id):
        Partner.objects.filter(id=meridian.partner.id).update(is_active=False)
    assert api.get("customers/").json()["code"] == "no_contract"


def test_a_scope_taken_from_the_client_is_gone_from_its_living_tokens(api: Api, meridian: Company) -> None:
    with tenant(meridian.id):
        ApiClient.objects.filter(id=meridian.client.id).update(allowed_scopes="cases:read")
    assert api.get("customers/").status_code == 403
    assert api.get("cases/").status_code == 200


def test_the_same_number_in_two_companies_stays_apart(
    api: Api, meridian: Company, connect: Callable[..., Api]
) -> None:
    twin = make_company("twin", "+442071234561", "Twinco")
    theirs = connect(twin.client, twin.secret).get("customers/", params={"phone": "+442071234561"}).json()
    ours = api.get("customers/", params={"phone": "+442071234561"}).json()
    assert [row["id"] for row in theirs["results"]] == [twin.shared.id]
    assert [row["id"] for row in ours["results"]] == [meridian.shared.id]
    with tenant(twin.id):
        assert not Customer.objects.filter(id=meridian.shared.id).exists()


def test_what_another_partner_noted_of_its_contact_is_not_told(api: Api, meridian: Company) -> None:
    with tenant(meridian.id):
        rival = Partner.objects.create(name="Rival", slug="rival")
        contacts = [
            open_interaction(
                actor=INHOUSE, channel="voice", address="+442071234561", customer=meridian.shared
            )
            for _ in range(3)
        ]
        for contact, partner in zip(contacts, (None, meridian.partner, rival), strict=True):
            contact.partner, contact.summary = partner, "Asked about the price"
            contact.save(update_fields=["partner", "summary"])
    told = [api.get(f"interactions/{contact.id}/").json()["summary"] for contact in contacts]
    assert told == ["Asked about the price", "Asked about the price", ""]
