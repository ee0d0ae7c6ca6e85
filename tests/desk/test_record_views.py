"""What is done on a customer's record: switching a subscription, opening and solving a case."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Member
from cases.actions import make_promise
from cases.models import Case
from customers.actions import add_subscription, create_customer, share_record
from customers.models import Subscription, TimelineEntry
from foundation import clock
from foundation.models import LiveEntry
from foundation.tenancy import tenant
from tests.people import Cast, make_cast
from tests.sockets import signed_in

HTMX = {"hx-request": "true"}


class Record:
    """Robin's record, shared with Digipress, and who looks at it."""

    def __init__(self) -> None:
        self.cast: Cast = make_cast()
        with tenant(self.cast.organization.id):
            actor = self.cast.ana.actor
            self.robin = create_customer(actor=actor, display_name="Robin", phones=["+447700900123"])
            self.print = add_subscription(self.robin.id, product_code="print", actor=actor)
            share_record(self.robin.id, partner_id=self.cast.partner.id, reason="test")

    def post(self, who: Member, path: str, **data: object) -> Any:
        return signed_in(who).post(path, data, headers=HTMX)

    def page(self, who: Member) -> str:
        return signed_in(who).get(f"/customers/{self.robin.id}/", headers=HTMX).content.decode()

    def all(self, model: Any, **which: object) -> list[Any]:
        with tenant(self.cast.organization.id):
            return list(model.objects.filter(**which))

    def switch(self, who: Member, product: str = "digital-edition") -> Any:
        return self.post(who, f"/subscriptions/{self.print.id}/switch/", product=product)

    def open_case(self, who: Member, **data: object) -> Any:
        return self.post(who, f"/customers/{self.robin.id}/cases/", **{"title": "No link came", **data})


@pytest.fixture
def record(db: None) -> Record:
    return Record()


def said(answer: Any) -> dict[str, Any]:
    return dict(json.loads(answer["HX-Trigger"]))


def test_switching_to_digital_tells_the_partner_which_confirms_it(record: Record) -> None:
    ana, paula = record.cast.ana, record.cast.paula
    assert f"switch-dialog-{record.print.id}" in record.page(ana)
    answer = record.switch(ana)
    assert "Being switched" in answer.content.decode()
    assert "Digipress was told" in said(answer)["toast"]["text"]
    assert f"confirm-dialog-{record.print.id}" not in record.page(ana)
    assert f"confirm-dialog-{record.print.id}" in record.page(paula)
    done = record.post(paula, f"/subscriptions/{record.print.id}/confirm/", reference="DP-7")
    assert done.status_code == 200
    [subscription] = record.all(Subscription)
    assert (subscription.state, subscription.reference) == ("active", "DP-7")


def test_switching_twice_is_switching_once(record: Record) -> None:
    assert record.switch(record.cast.ana).status_code == 200
    again = record.switch(record.cast.ana)
    assert again.status_code == 409
    assert again["HX-Reswap"] == "none"
    assert len(record.all(TimelineEntry, title__startswith="Switched")) == 1


def test_no_product_is_offered_that_they_have_already(record: Record) -> None:
    offered = 'value="digital-edition"'
    assert offered in record.page(record.cast.ana)
    with tenant(record.cast.organization.id):
        add_subscription(record.robin.id, product_code="digital-edition", actor=record.cast.ana.actor)
    assert offered not in record.page(record.cast.ana)


@pytest.mark.parametrize("product", ["", "radio", "x" * 200], ids=["none", "unknown", "long"])
def test_a_switch_to_no_product_changes_nothing(record: Record, product: str) -> None:
    assert record.switch(record.cast.ana, product).status_code == 422
    assert [row.product_id for row in record.all(Subscription)] == [record.print.product_id]


def test_a_partner_switches_only_to_what_its_contract_covers(record: Record) -> None:
    assert record.switch(record.cast.paula).status_code == 200
    digital = record.post(record.cast.paula, f"/subscriptions/{record.print.id}/switch/", product="print")
    assert digital.status_code == 403
    assert record.all(Subscription, product__code="digital-edition") != []


def test_a_partner_does_not_find_a_subscription_of_a_record_that_is_not_shared(record: Record) -> None:
    with tenant(record.cast.organization.id):
        other = create_customer(actor=record.cast.ana.actor, display_name="Jun", phones=["+447700900124"])
        hidden = add_subscription(other.id, product_code="print", actor=record.cast.ana.actor)
    answer = record.post(record.cast.paula, f"/subscriptions/{hidden.id}/switch/", product="digital-edition")
    assert answer.status_code == 404


def test_a_case_is_opened_for_a_partner_and_solved_by_it_with_its_outcome(record: Record) -> None:
    ana, paula = record.cast.ana, record.cast.paula
    answer = record.open_case(ana, worker=record.cast.partner.id)
    assert "No link came" in answer.content.decode()
    [case] = record.all(Case)
    assert (case.partner_id, case.state) == (record.cast.partner.id, "open")
    solved = record.post(
        paula, f"/cases/{case.id}/solve/", outcome="Sent the link again", version=case.version
    )
    assert solved.status_code == 200
    assert record.all(Case)[0].state == "solved"
    assert record.all(TimelineEntry, title="Case solved: No link came")[0].body == "Sent the link again"


def test_a_partner_opens_cases_for_itself_and_solves_no_others(record: Record) -> None:
    ours, paula = record.open_case(record.cast.ana), record.cast.paula
    assert ours.status_code == 200
    [case] = record.all(Case)
    assert f"solve-dialog-{case.id}" not in record.page(paula)
    assert record.post(paula, f"/cases/{case.id}/solve/", outcome="x").status_code == 403
    other = record.open_case(paula, title="Account locked", worker=record.cast.other_partner.id)
    assert other.status_code == 403
    assert record.open_case(paula, title="Account locked").status_code == 200
    assert [one.partner_id for one in record.all(Case, title="Account locked")] == [record.cast.partner.id]


def test_a_case_with_an_open_promise_stays_open_and_says_why(record: Record) -> None:
    record.open_case(record.cast.ana)
    [case] = record.all(Case)
    with tenant(record.cast.organization.id):
        make_promise(
            record.robin.id,
            text="Call back",
            due_at=clock.now() + timedelta(hours=1),
            actor=record.cast.ana.actor,
            case_id=case.id,
        )
    answer = record.post(record.cast.ana, f"/cases/{case.id}/solve/", outcome="Done", version=case.version)
    assert answer.status_code == 409
    assert "still open" in said(answer)["toast"]["text"]
    assert record.all(Case)[0].state == "open"


@pytest.mark.parametrize("title", ["", "   ", "x" * 201], ids=["none", "blank", "long"])
def test_a_case_about_nothing_is_refused_at_its_field(record: Record, title: str) -> None:
    answer = record.open_case(record.cast.ana, title=title)
    assert answer.status_code == 422
    assert list(said(answer)["fieldErrors"]) == ["title"]
    assert record.all(Case) == []


def test_an_outcome_is_asked_for_before_a_case_is_solved(record: Record) -> None:
    record.open_case(record.cast.ana)
    [case] = record.all(Case)
    answer = record.post(record.cast.ana, f"/cases/{case.id}/solve/", outcome=" ", version=case.version)
    assert list(said(answer)["fieldErrors"]) == ["outcome"]
    stale = record.post(record.cast.ana, f"/cases/{case.id}/solve/", outcome="Done", version=9)
    assert stale.status_code == 409
    assert record.all(Case)[0].state == "open"


def test_whoever_has_the_record_open_is_told(record: Record) -> None:
    topic = f"record:{record.robin.id}"
    before = len(record.all(LiveEntry, topic=topic))
    record.switch(record.cast.ana)
    record.open_case(record.cast.ana)
    assert len(record.all(LiveEntry, topic=topic)) >= before + 2
