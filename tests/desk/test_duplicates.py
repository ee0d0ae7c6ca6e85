"""Supervisors judge pairs and undo merges; whoever has a merged record open is led on."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.actors import IVR_ACTOR
from accounts.models import Member
from customers import actions
from customers.models import Customer, CustomerMerge, DuplicatePair, Identity, Interaction, SharedIdentity
from foundation.models import LiveEntry
from foundation.tenancy import tenant
from tests.people import Cast
from tests.sockets import signed_in

HTMX = {"HX-Request": "true"}
CALLER = "+447700900100"


@pytest.fixture
def people(committed_cast: Cast) -> tuple[Customer, Customer, DuplicatePair]:
    with tenant(committed_cast.organization.id):
        one = actions.create_customer(
            actor=committed_cast.ana.actor, display_name="Robert Whitfield", phones=[CALLER]
        )
        other = actions.create_customer(
            actor=committed_cast.ana.actor, display_name="Rob Whitfield", phones=[CALLER], region="Kent"
        )
        actions.find_duplicates(other.id)
        return one, other, DuplicatePair.objects.get()


def post(client: Client, path: str, **fields: Any) -> Any:
    return client.post(path, fields, headers=HTMX)


def test_a_supervisor_sees_both_records_field_by_field(committed_cast: Cast, people: Any) -> None:
    _, _, pair = people
    sam = signed_in(committed_cast.sam)
    listed = sam.get("/customers/duplicates/").content.decode()
    assert "Rob Whitfield" in listed
    assert "The same telephone number" in listed
    page = sam.get(f"/customers/duplicates/{pair.id}/").content.decode()
    assert 'name="display_name" value="second"' in page
    assert 'name="region" value="second" checked' in page
    assert "900100" in page


def test_the_chosen_fields_win_and_the_next_pair_follows(committed_cast: Cast, people: Any) -> None:
    one, other, pair = people
    sam = signed_in(committed_cast.sam)
    answer = post(
        sam,
        f"/customers/duplicates/{pair.id}/merge/",
        stays="first",
        display_name="second",
        region="second",
    )
    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/customers/duplicates/")
    with tenant(committed_cast.organization.id):
        one.refresh_from_db()
        other.refresh_from_db()
        assert (one.display_name, one.region, other.merged_into_id) == ("Rob Whitfield", "Kent", one.id)
    again = post(sam, f"/customers/duplicates/{pair.id}/merge/", stays="first")
    assert again.status_code == 409
    assert "already" in again["HX-Trigger"]
    assert sam.get(f"/customers/duplicates/{pair.id}/").status_code == 302


def test_two_people_are_kept_apart(committed_cast: Cast, people: Any) -> None:
    _, _, pair = people
    sam = signed_in(committed_cast.sam)
    assert post(sam, f"/customers/duplicates/{pair.id}/apart/").status_code == 204
    assert post(sam, f"/customers/duplicates/{pair.id}/apart/").status_code == 409
    with tenant(committed_cast.organization.id):
        pair.refresh_from_db()
        assert (pair.state, pair.decided_by_id) == ("different", committed_cast.sam.id)


def test_a_choice_that_is_none_is_refused(committed_cast: Cast, people: Any) -> None:
    _, _, pair = people
    sam = signed_in(committed_cast.sam)
    for fields in ({"stays": "both"}, {"stays": "first", "region": "neither"}):
        assert post(sam, f"/customers/duplicates/{pair.id}/merge/", **fields).status_code == 422
    with tenant(committed_cast.organization.id):
        assert not CustomerMerge.objects.exists()


def test_undoing_shows_first_what_will_go_where(committed_cast: Cast, people: Any) -> None:
    one, other, _ = people
    organization_id = committed_cast.organization.id
    with tenant(organization_id):
        actions.add_identity(other.id, kind="phone", value="+447700900200", actor=committed_cast.ana.actor)
        merge = actions.merge_customers(one.id, other.id, actor=committed_cast.sam.actor)
        actions.open_interaction(actor=IVR_ACTOR, channel="voice", address="+447700900200", customer=one)
    sam = signed_in(committed_cast.sam)
    preview = sam.get(f"/customers/merges/{merge.id}/").content.decode()
    assert "Would go to" in preview
    assert f"(record {other.id})" in preview
    answer = post(sam, f"/customers/merges/{merge.id}/undo/")
    assert answer["HX-Redirect"] == f"/customers/merges/{merge.id}/"
    done = sam.get(f"/customers/merges/{merge.id}/").content.decode()
    assert "Went to" in done
    with tenant(organization_id):
        assert Interaction.objects.get().customer_id == other.id
    assert post(sam, f"/customers/merges/{merge.id}/undo/").status_code == 409


def test_an_undo_that_must_wait_says_for_which(committed_cast: Cast, people: Any) -> None:
    one, other, _ = people
    with tenant(committed_cast.organization.id):
        third = actions.create_customer(actor=committed_cast.ana.actor, display_name="Bob Whitfield")
        first = actions.merge_customers(one.id, other.id, actor=committed_cast.sam.actor)
        second = actions.merge_customers(third.id, one.id, actor=committed_cast.sam.actor)
    sam = signed_in(committed_cast.sam)
    page = sam.get(f"/customers/merges/{first.id}/").content.decode()
    assert f'href="/customers/merges/{second.id}/"' in page
    assert post(sam, f"/customers/merges/{first.id}/undo/").status_code == 409


def test_a_person_puts_two_records_side_by_side(committed_cast: Cast, people: Any) -> None:
    one, _, _ = people
    with tenant(committed_cast.organization.id):
        third = actions.create_customer(actor=committed_cast.ana.actor, display_name="Somebody Else")
    sam = signed_in(committed_cast.sam)
    answer = post(sam, f"/customers/{one.id}/duplicate/", other=f"#{third.id}")
    assert sam.get(answer["HX-Redirect"]).status_code == 200
    assert post(sam, f"/customers/{one.id}/duplicate/", other="nobody").status_code == 404
    assert post(sam, f"/customers/{one.id}/duplicate/", other=str(one.id)).status_code == 422


def test_an_agent_looks_for_a_record_twice_and_proposes_one_and_a_supervisor_judges(
    committed_cast: Cast, people: Any
) -> None:
    one, other, _ = people
    with tenant(committed_cast.organization.id):
        third = actions.create_customer(actor=committed_cast.ana.actor, display_name="Zelda Somebody")
        DuplicatePair.objects.all().delete()
    ana, path = signed_in(committed_cast.ana), f"/customers/{one.id}/duplicates/"
    assert "Same person…" in ana.get(f"/customers/{one.id}/", headers=HTMX).content.decode()
    assert "No other record" in ana.get(path, headers=HTMX).content.decode()
    looked = post(ana, f"{path}look/")
    assert "the same telephone number" in looked.content.decode().lower()
    assert "may be the same person" in looked["HX-Trigger"]
    assert "Compare" not in looked.content.decode()
    found = ana.get(f"{path}?q=zelda", headers=HTMX).content.decode()
    assert f'value="{third.id}"' in found
    assert other.display_name not in ana.get(f"{path}?q=whitfield", headers=HTMX).content.decode()
    proposed = post(ana, f"/customers/{one.id}/duplicate/", other=third.id)
    assert "A supervisor compares" in proposed["HX-Trigger"]
    assert proposed.content.decode().count('data-testid="record-pair"') == 2
    assert "Compare" in signed_in(committed_cast.sam).get(path, headers=HTMX).content.decode()
    with tenant(committed_cast.organization.id):
        actions.share_record(one.id, partner_id=committed_cast.partner.id, reason="routed call")
    paula = signed_in(committed_cast.paula)
    assert paula.get(path, headers=HTMX).status_code == 403
    assert post(paula, f"{path}look/").status_code == 403
    assert post(paula, f"/customers/{one.id}/duplicate/", other=third.id).status_code == 403


def test_an_open_desktop_moves_to_the_record_that_stays(committed_cast: Cast, people: Any) -> None:
    one, other, _ = people
    organization_id = committed_cast.organization.id
    ana = signed_in(committed_cast.ana)
    with tenant(organization_id):
        contact = actions.open_interaction(actor=IVR_ACTOR, channel="voice", address=CALLER, customer=other)
        actions.queue_interaction(contact.id, queue_slug="service", queue_name="Service", actor=IVR_ACTOR)
        actions.answer_interaction(contact.id, member=committed_cast.ana, actor=committed_cast.ana.actor)
    since = f"/live-since/?t=record:{other.id}&after=0"
    head = ana.get(since).json()["head"]
    with tenant(organization_id):
        actions.merge_customers(one.id, other.id, actor=committed_cast.sam.actor)
    with tenant(organization_id):
        member_nudges = LiveEntry.objects.filter(topic=f"member:{committed_cast.ana.id}")
        assert {"interaction_id": contact.id} in member_nudges.values_list("body", flat=True)
    assert ana.get(since).json()["head"] > head
    led = ana.get(f"/customers/{other.id}/", headers=HTMX, follow=True)
    assert led.redirect_chain == [(f"/customers/{one.id}/", 302)]
    assert f'data-customer="{one.id}"' in led.content.decode()
    timeline = ana.get(f"/customers/{other.id}/timeline/?kind=note", headers=HTMX)
    assert timeline["Location"] == f"/customers/{one.id}/timeline/?kind=note"
    noted = post(ana, f"/contacts/{contact.id}/note/", text="Still the same call")
    assert noted.status_code == 200


def identities_of(client: Client, customer: Customer) -> str:
    return client.get(f"/customers/{customer.id}/identities/", headers=HTMX).content.decode()


def test_an_agent_adds_proves_shares_and_removes_an_identity(committed_cast: Cast, people: Any) -> None:
    one, _, _ = people
    path = f"/customers/{one.id}/identities/"
    ana = signed_in(committed_cast.ana)
    assert "900100" in identities_of(ana, one)
    added = post(ana, path, kind="social", value="Instagram: @RobertW")
    assert "instagram:robertw" in added.content.decode()
    with tenant(committed_cast.organization.id):
        handle, phone = Identity.objects.get(kind="social"), Identity.objects.get(customer=one, kind="phone")
    assert (handle.confidence, handle.source, handle.hand) == ("claimed", "desk", "inhouse")
    post(ana, f"{path}{handle.id}/verify/")
    post(ana, f"{path}{phone.id}/shared/", on="1")
    page = identities_of(ana, one)
    assert "many use it" in page
    assert "verified" in page
    with tenant(committed_cast.organization.id):
        assert SharedIdentity.objects.get().value == CALLER
    post(ana, f"{path}{phone.id}/shared/", on="0")
    post(ana, f"{path}{handle.id}/remove/")
    with tenant(committed_cast.organization.id):
        assert not SharedIdentity.objects.exists()
        assert not Identity.objects.filter(kind="social").exists()
    assert post(ana, f"{path}{handle.id}/remove/").status_code == 404


def test_a_number_that_is_none_is_told_at_its_field(committed_cast: Cast, people: Any) -> None:
    one, _, _ = people
    ana = signed_in(committed_cast.ana)
    answer = post(ana, f"/customers/{one.id}/identities/", kind="phone", value="ring me on 12")
    assert answer.status_code == 422
    assert "fieldErrors" in answer["HX-Trigger"]
    assert post(ana, f"/customers/{one.id}/identities/", kind="fax", value="1").status_code == 422


def test_a_partners_reference_names_its_partner(committed_cast: Cast, people: Any) -> None:
    one, _, _ = people
    ana = signed_in(committed_cast.ana)
    path = f"/customers/{one.id}/identities/"
    post(ana, path, kind="partner_reference", value="DP-10 442", partner=committed_cast.partner.id)
    with tenant(committed_cast.organization.id):
        reference = Identity.objects.get(kind="partner_reference")
    assert (reference.value, reference.partner_id) == ("DP-10 442", committed_cast.partner.id)


def test_a_partners_agent_may_not_say_who_somebody_is(committed_cast: Cast, people: Any) -> None:
    one, _, _ = people
    with tenant(committed_cast.organization.id):
        actions.share_record(one.id, partner_id=committed_cast.partner.id, reason="routed call")
    paula = signed_in(committed_cast.paula)
    page = paula.get(f"/customers/{one.id}/", headers=HTMX).content.decode()
    assert "Numbers and addresses" not in page
    assert "May stand here twice" not in page
    assert paula.get(f"/customers/{one.id}/identities/", headers=HTMX).status_code == 403


@pytest.mark.parametrize("who", ["sam", "ana"])
def test_a_record_says_that_it_may_stand_there_twice(committed_cast: Cast, people: Any, who: str) -> None:
    one, _, pair = people
    member: Member = getattr(committed_cast, who)
    page = signed_in(member).get(f"/customers/{one.id}/", headers=HTMX).content.decode()
    assert "May stand here twice" in page
    assert (f"/customers/duplicates/{pair.id}/" in page) is (who == "sam")
