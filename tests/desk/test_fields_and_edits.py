"""Editing a record beside others, the history of an answer, the set-up of fields, and who asks again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from accounts.actions import add_member, sign_contract
from accounts.models import Member, User
from customers import actions
from customers.models import AskedAgain, Customer, Fact, FactKey, Interaction
from foundation import clock
from foundation.tenancy import tenant
from routing.models import Queue
from tests.people import Cast, make_cast
from tests.sockets import signed_in

HTMX = {"hx-request": "true"}


class Office:
    """Robin's record and an administrator, Grace."""

    def __init__(self) -> None:
        self.cast: Cast = make_cast()
        with tenant(self.cast.organization.id):
            self.robin = actions.create_customer(
                actor=self.cast.ana.actor, display_name="Robin Field", region="Kent", language="en"
            )
            user = User.objects.create_user(username="meridian-grace")
            self.grace = add_member(user, role="admin", display_name="Grace")
            Queue.objects.create(slug="digital", name="Digital edition")
            actions.share_record(self.robin.id, partner_id=self.cast.partner.id, reason="test")

    def get(self, who: Member, path: str) -> Any:
        return signed_in(who).get(path, headers=HTMX)

    def post(self, who: Member, path: str, **data: object) -> Any:
        return signed_in(who).post(path, data, headers=HTMX)

    def edit(self, who: Member, was: dict[str, str], **fields: str) -> Any:
        data = {**was, **fields, **{f"was.{name}": value for name, value in was.items()}}
        return signed_in(who).post(f"/customers/{self.robin.id}/edit/", data, headers=HTMX)

    def now(self) -> Customer:
        with tenant(self.cast.organization.id):
            return Customer.objects.get(id=self.robin.id)

    def fact(self, member: Member, key: str, value: object, **options: Any) -> Fact:
        with tenant(self.cast.organization.id):
            return actions.record_fact(
                self.robin.id, key=key, value=value, actor=member.actor, source="desk", **options
            )


@pytest.fixture
def office(db: None) -> Office:
    return Office()


def told(answer: Any) -> dict[str, Any]:
    return dict(json.loads(answer["HX-Trigger"]))


# Editing


def test_the_form_shows_what_stands_and_saving_writes_only_what_changed(office: Office) -> None:
    form = office.get(office.cast.ana, f"/customers/{office.robin.id}/edit/").content.decode()
    assert 'name="was.region" value="Kent"' in form
    before = office.now().version
    saved = office.edit(office.cast.ana, {"region": "Kent", "language": "en"}, region="Wales")
    assert saved.status_code == 200
    assert told(saved)["toast"]["text"] == "Saved."
    now = office.now()
    assert (now.region, now.language, now.version) == ("Wales", "en", before + 1)


def test_different_fields_of_two_editors_are_both_kept(office: Office) -> None:
    seen = {"region": "Kent", "company_name": ""}
    assert office.edit(office.cast.ana, seen, region="Wales").status_code == 200
    assert office.edit(office.cast.mark, seen, company_name="Field & Sons").status_code == 200
    now = office.now()
    assert (now.region, now.company_name) == ("Wales", "Field & Sons")


def test_the_same_field_shows_both_values_and_asks_and_the_choice_is_kept(office: Office) -> None:
    seen = {"region": "Kent", "company_name": ""}
    office.edit(office.cast.ana, seen, region="Wales")
    asked = office.edit(office.cast.mark, seen, region="Scotland", company_name="Field & Sons")
    page = asked.content.decode()
    assert asked.status_code == 409
    assert asked["HX-Retarget"] == "#edit-fields"
    assert "Yours: <b>Scotland</b>" in page
    assert "Theirs: <b>Wales</b>" in page
    assert "Ana" in page, "who wrote the other value"
    assert 'value="Field &amp; Sons"' in page, "nothing typed is lost"
    assert 'name="was.region" value="Wales"' in page
    assert office.now().region == "Wales"
    again = {"region": "Wales", "company_name": ""}
    theirs = {"region": "Scotland", "company_name": "Field & Sons", "choose.region": "theirs"}
    assert office.edit(office.cast.mark, again, **theirs).status_code == 200
    assert (office.now().region, office.now().company_name) == ("Wales", "Field & Sons")
    mine = {"region": "Scotland", "choose.region": "mine"}
    assert office.edit(office.cast.mark, again, **mine).status_code == 200
    assert office.now().region == "Scotland"


def test_what_was_typed_into_a_record_that_was_merged_meanwhile_goes_on_at_the_one_that_stays(
    office: Office,
) -> None:
    robin = office.robin
    with tenant(office.cast.organization.id):
        stays = actions.create_customer(
            actor=office.cast.ana.actor, display_name="Robin A. Field", company_name="Field & Sons"
        )
        actions.merge_customers(stays.id, robin.id, actor=office.cast.sam.actor)
    path = f"/customers/{robin.id}/edit/"
    assert office.get(office.cast.ana, path)["Location"] == f"/customers/{stays.id}/edit/"
    form = office.get(office.cast.ana, f"/customers/{stays.id}/edit/").content.decode()
    assert f'data-form-draft-before="edit.{robin.id}"' in form, "a draft begun there is found again"
    seen = {"region": "Kent", "company_name": "", "display_name": "Robin Field"}
    asked = office.edit(office.cast.ana, seen, region="Wales", company_name="Fields")
    assert asked.status_code == 409
    assert "Theirs: <b>Field &amp; Sons</b>" in asked.content.decode()
    saved = office.edit(office.cast.ana, {**seen, "company_name": "Field & Sons"}, region="Wales")
    assert f'data-customer="{stays.id}"' in saved.content.decode()
    with tenant(office.cast.organization.id):
        stays.refresh_from_db()
    assert (stays.region, stays.company_name, stays.display_name) == (
        "Wales", "Field & Sons", "Robin A. Field",
    )  # fmt: skip


def test_a_card_number_in_a_field_is_refused_at_that_field(office: Office) -> None:
    refused = office.edit(office.cast.ana, {"postal_address": ""}, postal_address="4111 1111 1111 1111")
    assert refused.status_code == 422
    assert "payment card" in told(refused)["fieldErrors"]["postal_address"][0]


def test_answers_are_edited_with_the_record(office: Office) -> None:
    office.fact(office.cast.ana, "preferred_device", "tablet")
    form = office.get(office.cast.ana, f"/customers/{office.robin.id}/edit/").content.decode()
    assert 'name="was.fact.preferred_device" value="tablet"' in form
    seen = {"fact.preferred_device": "tablet"}
    assert office.edit(office.cast.ana, seen, **{"fact.preferred_device": "phone"}).status_code == 200
    with tenant(office.cast.organization.id):
        assert list(Fact.objects.order_by("id").values_list("value", flat=True)) == ["tablet", "phone"]


def test_a_partner_edits_only_what_its_contract_names(office: Office) -> None:
    path = f"/customers/{office.robin.id}/edit/"
    assert office.get(office.cast.paula, path).status_code == 403
    with tenant(office.cast.organization.id):
        sign_contract(
            office.cast.partner, readable_fields=["language", "region"], writable_fields=["language"]
        )
    form = office.get(office.cast.paula, path).content.decode()
    assert "was.language" in form
    assert "was.region" not in form
    assert office.edit(office.cast.paula, {"region": "Kent"}, region="Wales").status_code == 403
    assert office.edit(office.cast.paula, {"language": "en"}, language="cy").status_code == 200
    assert (office.now().region, office.now().language) == ("Kent", "cy")


# Answers


def test_an_answer_tells_on_request_every_one_that_was_given(office: Office) -> None:
    office.fact(office.cast.ana, "preferred_device", "tablet", confidence="verified")
    office.fact(office.cast.mark, "preferred_device", "phone")
    path = f"/customers/{office.robin.id}/answers/?key=preferred_device"
    page = office.get(office.cast.ana, path).content.decode()
    for words in ("tablet", "Ana", "verified", "phone", "Mark", "less sure"):
        assert words in page
    assert (
        office.get(office.cast.paula, path.replace("preferred_device", "missing_issues")).status_code == 404
    )
    record = office.get(office.cast.ana, f"/customers/{office.robin.id}/").content.decode()
    assert f"/customers/{office.robin.id}/answers/?key=preferred_device" in record


def test_orders_and_what_became_of_them_are_read_from_the_record(office: Office) -> None:
    with tenant(office.cast.organization.id):
        order = actions.place_order(
            office.robin.id, product_code="print", reference="W-1", actor=office.cast.ana.actor
        )
        actions.change_order_state(order.id, state="sent", actor=office.cast.ana.actor)
    page = office.get(office.cast.ana, f"/customers/{office.robin.id}/orders/").content.decode()
    for words in ("W-1", "Ordered Print", "Print: sent"):
        assert words in page


# Fields


FIELD = {
    "label": "Shoe size",
    "question": "Which size do you wear?",
    "value_type": "number",
    "minimum": "20",
    "maximum": "52",
    "sensitivity": "internal",
    "precedence": "newest",
    "forms": ["script", "record"],
    "queues": ["digital"],
}


def test_an_administrator_adds_changes_orders_and_retires_fields(office: Office) -> None:
    added = office.post(office.grace, "/setup/fields/", key="shoe_size", **FIELD)
    assert "Shoe size" in added.content.decode()
    with tenant(office.cast.organization.id):
        key = FactKey.objects.get(key="shoe_size")
    assert (key.minimum, key.precedence, key.queues) == (20, "newest", ["digital"])
    changed = {**FIELD, "label": "Size of shoe", "version": key.version}
    assert "Size of shoe" in office.post(office.grace, "/setup/fields/shoe_size/", **changed).content.decode()
    assert office.post(office.grace, "/setup/fields/shoe_size/", **changed).status_code == 409
    office.post(office.grace, "/setup/fields/shoe_size/move/", up="1")
    with tenant(office.cast.organization.id):
        assert FactKey.objects.order_by("-position").first() != key
    office.fact(office.cast.ana, "shoe_size", 44)
    retired = office.post(office.grace, "/setup/fields/shoe_size/retire/").content.decode()
    assert "Retired" in retired
    with tenant(office.cast.organization.id):
        assert Fact.objects.get().value == 44
    office.post(office.grace, "/setup/fields/shoe_size/retire/", on="0")
    with tenant(office.cast.organization.id):
        assert FactKey.objects.get(key="shoe_size").retired_at is None


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"key": "Shoe Size"}, "key"),
        ({"key": "preferred_device"}, "key"),
        ({"key": "card_number"}, "key"),
        ({"label": ""}, "label"),
        ({"sensitivity": "payment"}, "sensitivity"),
        ({"minimum": "60"}, "maximum"),
        ({"value_type": "choice"}, "choices"),
        ({"expires_after_days": "0"}, "expires_after_days"),
    ],
)
def test_a_field_that_makes_no_sense_is_refused_at_the_input(
    office: Office, wrong: dict[str, str], field: str
) -> None:
    refused = office.post(office.grace, "/setup/fields/", **{"key": "shoe_size", **FIELD, **wrong})
    assert refused.status_code == 422
    assert field in told(refused)["fieldErrors"]
    with tenant(office.cast.organization.id):
        assert not FactKey.objects.filter(key__in=["shoe_size", "card_number"]).exists()


def test_only_administrators_set_fields_up(office: Office) -> None:
    for member in (office.cast.ana, office.cast.paula, office.cast.sam):
        assert office.get(member, "/setup/fields/").status_code == 403
        assert office.post(member, "/setup/fields/", key="shoe_size", **FIELD).status_code == 403


# Asked again


def test_the_page_tells_how_often_who_asks_again(office: Office) -> None:
    cast = office.cast
    with tenant(cast.organization.id):
        for number, (member, slug) in enumerate(
            [(cast.ana, "service"), (cast.ana, "service"), (cast.paula, "digital"), (cast.paula, "digital")]
        ):
            contact = Interaction.objects.create(
                customer=office.robin,
                channel="voice",
                state="ended",
                member=member,
                partner_id=member.partner_id,
                queue_slug=slug,
                queue_name=slug.title(),
                answered_at=clock.now(),
            )
            if number == 3:
                for reason in ("They say it changed", "The line was unclear"):
                    actions.count_asked_again(
                        office.robin.id,
                        key="preferred_device",
                        reason=reason,
                        actor=member.actor,
                        interaction_id=contact.id,
                    )
        assert AskedAgain.objects.count() == 2
    page = office.get(cast.sam, "/record/asked-again/?days=7").content.decode()
    text = " ".join(page.split())
    assert "25.0" in text, "one contact of four"
    assert "50.0 %" in text, "one of the partner's two"
    assert text.index(">Digital") < text.index(">Service"), "the most frequent first"
    assert "They say it changed" in text
    assert office.get(cast.ana, "/record/asked-again/").status_code == 403
