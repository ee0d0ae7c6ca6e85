"""Editing by API, the questions and answers, orders, and how often one's own people ask again."""

from __future__ import annotations

import pytest

from accounts.actions import add_member
from accounts.models import Contract, Member, Partner, User
from customers.actions import (
    change_customer,
    count_asked_again,
    define_fact_key,
    place_order,
    record_fact,
)
from customers.models import Customer, Interaction
from foundation import clock
from foundation.tenancy import tenant
from tests.partners.conftest import INHOUSE, Api, Company


@pytest.fixture
def writer(api: Api, meridian: Company) -> Api:
    """The contract lets Digipress change regions and languages."""
    with tenant(meridian.id):
        for contract in Contract.objects.filter(partner=meridian.partner):
            contract.readable_fields = [*contract.readable_fields, "region", "language"]
            contract.writable_fields = ["region", "language"]
            contract.save()
    return api


def member(name: str, partner: Partner | None) -> Member:
    user = User.objects.create_user(username=name)
    role = "partner_agent" if partner else "agent"
    return add_member(user, role=role, display_name=name, partner=partner)


def test_a_change_that_came_too_late_is_told_how_it_stands_and_what_differs(
    writer: Api, meridian: Company
) -> None:
    path = f"customers/{meridian.shared.id}/"
    seen = writer.get(path)
    with tenant(meridian.id):
        version = Customer.objects.get(id=meridian.shared.id).version
        change_customer(meridian.shared.id, actor=INHOUSE, expected_version=version, region="Wales")
    wanted = {"region": "Scotland", "language": "gd"}
    late = writer.send("PATCH", path, json=wanted, headers={"If-Match": seen.headers["ETag"]})
    told = late.json()
    assert (late.status_code, told["code"]) == (412, "stale")
    assert told["current"]["region"] == "Wales"
    assert told["differs"] == ["language", "region"]
    assert told["changed"] == ["region"]
    assert told["current"]["postal_address"] is None, "still cut to the contract"
    again = writer.send("PATCH", path, json={"language": "gd"}, headers={"If-Match": late.headers["ETag"]})
    assert again.status_code == 200, again.text
    assert (again.json()["region"], again.json()["language"]) == ("Wales", "gd")


def test_a_partner_changes_nothing_that_its_contract_does_not_name(writer: Api, meridian: Company) -> None:
    path = f"customers/{meridian.shared.id}/"
    tag = {"If-Match": writer.get(path).headers["ETag"]}
    assert writer.send("PATCH", path, json={"display_name": "X"}, headers=tag).status_code == 403
    assert writer.send("PATCH", path, json={}, headers=tag).status_code == 400
    assert writer.send("PATCH", path, json={"region": "Wales"}).status_code == 428
    hidden = f"customers/{meridian.hidden.id}/"
    assert writer.send("PATCH", hidden, json={"region": "Wales"}, headers=tag).status_code == 404


def test_a_promise_that_moved_on_meanwhile_is_shown_as_it_is(api: Api, meridian: Company) -> None:
    path = f"promises/{meridian.promise_id}/keep/"
    late = api.post(path, {"outcome": "Link sent"}, headers={"If-Match": '"99"'})
    assert late.status_code == 412, late.text
    assert (late.json()["current"]["state"], late.json()["differs"]) == ("open", ["outcome"])
    assert late.headers["ETag"] == api.get(f"promises/{meridian.promise_id}/").headers["ETag"]


def test_the_questions_tell_what_an_answer_may_be(api: Api, meridian: Company) -> None:
    with tenant(meridian.id):
        define_fact_key("device", label="Device", maximum=20, text_kind="letters", queues=["digital"])
    fields = {row["key"]: row for row in api.get("fields/").json()["results"]}
    assert set(fields) == {"device", "missing_issues"}, "mood is not in the contract"
    assert (fields["device"]["maximum"], fields["device"]["text_kind"]) == (20, "letters")
    assert (fields["device"]["writable"], fields["missing_issues"]["writable"]) == (True, False)
    path = f"customers/{meridian.shared.id}/facts/"
    refused = api.post(path, {"key": "device", "value": "4111 1111 1111 1111"})
    assert (refused.status_code, refused.json()["code"]) == (422, "card_number")
    assert api.post(path, {"key": "device", "value": "i7"}).json()["code"] == "bad_value"


def test_every_answer_to_a_question_is_told_with_why_it_does_not_count(api: Api, meridian: Company) -> None:
    with tenant(meridian.id):
        for value, confidence in ((2, "verified"), (3, "claimed")):
            record_fact(
                meridian.shared.id,
                key="missing_issues",
                value=value,
                actor=INHOUSE,
                source="desk",
                confidence=confidence,
            )
    path = f"customers/{meridian.shared.id}/answers/"
    told = api.get(path, params={"key": "missing_issues"}).json()["results"]
    assert [(row["text"], row["why_not"]) for row in told] == [("2", ""), ("3", "less sure")]
    assert api.get(path, params={"key": "mood"}).status_code == 404
    assert api.get(path).status_code == 400


def test_orders_are_told_with_their_numbers_and_history(api: Api, meridian: Company) -> None:
    with tenant(meridian.id):
        place_order(meridian.shared.id, product_code="digital", reference="W-7", actor=INHOUSE)
    [order] = api.get(f"customers/{meridian.shared.id}/orders/").json()["results"]
    assert (order["state"], order["references"]) == ("placed", [{"system": "Order number", "value": "W-7"}])
    assert [step["what"] for step in order["history"]] == ["Ordered Digital edition"]
    [subscription] = api.get(f"customers/{meridian.shared.id}/subscriptions/").json()["results"]
    assert (subscription["product"], subscription["history"]) == ("digital", [])
    assert api.get(f"customers/{meridian.hidden.id}/orders/").status_code == 404


def test_a_partner_reads_how_often_its_own_people_ask_again(api: Api, meridian: Company) -> None:
    with tenant(meridian.id):
        for agent in (member("noor", meridian.partner), member("ana", None)):
            contact = Interaction.objects.create(
                customer=meridian.shared,
                channel="voice",
                state="ended",
                member=agent,
                partner_id=agent.partner_id,
                queue_slug="digital",
                queue_name="Digital edition",
                answered_at=clock.now(),
            )
            count_asked_again(
                meridian.shared.id,
                key="device",
                reason="It changed",
                actor=agent.actor,
                interaction_id=contact.id,
            )
    told = api.get("asked-again/", params={"days": 7}).json()
    assert (told["total"]["contacts"], told["total"]["asked_in"], told["total"]["percent"]) == (1, 1, 100.0)
    assert [row["name"] for row in told["agents"]] == ["noor"], "never those of the house"
    assert told["questions"] == [{"question": "device", "times": 1}]
