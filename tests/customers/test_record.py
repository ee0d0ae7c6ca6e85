"""The shared record: written by many hands, seen as the contract allows."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import time_machine
from django.db import connection

from accounts.actions import end_contract
from accounts.actors import IVR_ACTOR
from customers import actions
from customers.access import (
    UNNAMED,
    access_customer,
    known_records,
    shown,
    shown_name,
    visible_customers,
    visible_interactions,
    visible_timeline,
)
from customers.models import Customer, Fact, Identity, RecordRead, RecordShare, TimelineEntry
from customers.queries import current_facts, customer_by_identity, record_view
from customers.search import search_customers
from foundation.errors import Conflict, Forbidden, NotVisible, Refusal
from foundation.models import Event, LiveEntry
from foundation.tenancy import tenant
from tests.people import Cast

NUMBER = "+442079464821"


@pytest.fixture
def robert(cast: Cast) -> Customer:
    return actions.create_customer(
        actor=cast.ana.actor,
        display_name="Robert Whitfield",
        given_name="Robert",
        family_name="Whitfield",
        language="en",
        region="Yorkshire",
        phones=["020 7946 4821"],
        emails=["Robert.Whitfield@example.com"],
        subscriber_number="2011 0487",
        confidence="verified",
    )


def at_once(organization_id: int, *steps: Callable[[], object]) -> list[object]:
    barrier = Barrier(len(steps))

    def run(step: Callable[[], object]) -> object:
        try:
            barrier.wait(timeout=20)
            with tenant(organization_id):
                return step()
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(steps)) as pool:
        return list(pool.map(run, steps))


def test_twenty_first_contacts_at_once_make_one_customer(committed_cast: Cast) -> None:
    organization_id = committed_cast.organization.id
    steps = [lambda: actions.find_or_create_by_phone(NUMBER, actor=IVR_ACTOR)] * 20
    found = at_once(organization_id, *steps)
    with tenant(organization_id):
        assert Customer.objects.count() == 1
        assert Identity.objects.count() == 1
        assert Event.objects.filter(name="customer.created").count() == 1
        customer = Customer.objects.get()
    assert {one.customer.id for one in found} == {customer.id}  # type: ignore[attr-defined]
    assert sum(one.created for one in found) == 1  # type: ignore[attr-defined]


def test_of_two_editors_the_second_is_told_to_look_again(committed_cast: Cast) -> None:
    organization_id = committed_cast.organization.id
    with tenant(organization_id):
        customer = actions.create_customer(actor=committed_cast.ana.actor, display_name="Robert")

    def edit(region: str) -> Callable[[], object]:
        return lambda: actions.change_customer(
            customer.id, actor=committed_cast.ana.actor, expected_version=customer.version, region=region
        )

    results = at_once(organization_id, edit("Yorkshire"), edit("Scotland"))
    assert sum(isinstance(result, Customer) for result in results) == 1
    (refused,) = [result for result in results if isinstance(result, Conflict)]
    assert refused.code == "stale"
    with tenant(organization_id):
        assert Customer.objects.get().version == customer.version + 1


def test_a_record_shared_by_ten_hands_at_once_is_shared_once(committed_cast: Cast) -> None:
    organization_id = committed_cast.organization.id
    with tenant(organization_id):
        customer = actions.create_customer(actor=committed_cast.ana.actor, display_name="Robert")
    step = lambda: actions.share_record(  # noqa: E731
        customer.id, partner_id=committed_cast.partner.id, reason="routed call"
    )
    at_once(organization_id, *[step] * 10)
    with tenant(organization_id):
        assert RecordShare.objects.count() == 1
        assert TimelineEntry.objects.filter(kind="partner").count() == 1


def test_a_change_of_nothing_is_no_change(cast: Cast, robert: Customer) -> None:
    version = robert.version
    same = actions.change_customer(
        robert.id, actor=cast.ana.actor, expected_version=version, region="Yorkshire"
    )
    assert same.version == version
    with pytest.raises(Conflict):
        actions.change_customer(robert.id, actor=cast.ana.actor, expected_version=version - 1, region="Wales")


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"display_name": " "}, "display_name"), ({"region": "x" * 101}, "region"), ({"id": "7"}, "id")],
)
def test_a_change_that_makes_no_sense_names_the_field(
    cast: Cast, robert: Customer, fields: dict[str, str], field: str
) -> None:
    with pytest.raises(Refusal) as refused:
        actions.change_customer(robert.id, actor=cast.ana.actor, expected_version=robert.version, **fields)
    assert refused.value.field == field


def test_an_unusable_number_is_refused_and_nothing_is_written(cast: Cast) -> None:
    with pytest.raises(Refusal) as refused:
        actions.create_customer(actor=cast.ana.actor, display_name="X", phones=["12"])
    assert refused.value.code == "bad_identity"


def test_identities_are_kept_in_one_form_and_found_in_any(cast: Cast, robert: Customer) -> None:
    assert set(robert.identities.values_list("value", flat=True)) == {
        "+442079464821",
        "robert.whitfield@example.com",
        "20110487",
    }
    assert customer_by_identity("phone", "020 7946 4821", country_code="GB") == robert
    assert customer_by_identity("subscriber_number", "2011-0487") == robert
    assert customer_by_identity("email", "ROBERT.whitfield@EXAMPLE.com") == robert
    assert customer_by_identity("phone", "nonsense") is None


def test_the_current_fact_is_chosen_and_every_answer_kept(cast: Cast, robert: Customer) -> None:
    with time_machine.travel("2026-11-09 10:00Z", tick=False) as clock:
        actions.record_fact(
            robert.id,
            key="preferred_device",
            value="tablet",
            actor=cast.ana.actor,
            source="desk",
            confidence="verified",
        )
        clock.shift(60)
        actions.record_fact(
            robert.id, key="preferred_device", value="phone", actor=IVR_ACTOR, source="ivr:device"
        )
    (known,) = current_facts(robert.id)
    assert (known.value, known.author, known.hand, known.confidence) == (
        "tablet",
        "Ana",
        "inhouse",
        "verified",
    )
    assert Fact.objects.count() == 2


def test_saying_the_same_again_in_one_contact_is_one_fact(cast: Cast, robert: Customer) -> None:
    contact = actions.open_interaction(actor=IVR_ACTOR, channel="voice", address=NUMBER, customer=robert)
    for _ in range(3):
        actions.record_fact(
            robert.id,
            key="preferred_device",
            value="tablet",
            actor=IVR_ACTOR,
            source="ivr:device",
            interaction_id=contact.id,
        )
    assert Fact.objects.count() == 1
    assert Event.objects.filter(name="fact.recorded").count() == 1


def test_a_fact_nobody_defined_or_that_does_not_fit_is_refused(cast: Cast, robert: Customer) -> None:
    for key, value, code in (("shoe_size", "9", "unknown_fact"), ("preferred_device", "laptop", "bad_value")):
        with pytest.raises(Refusal) as refused:
            actions.record_fact(robert.id, key=key, value=value, actor=cast.ana.actor, source="desk")
        assert refused.value.code == code


def test_asking_again_is_counted_with_its_reason(cast: Cast, robert: Customer) -> None:
    with pytest.raises(Refusal, match="why"):
        actions.count_asked_again(robert.id, key="preferred_device", reason=" ", actor=cast.ana.actor)
    asked = actions.count_asked_again(
        robert.id, key="preferred_device", reason="He has a new tablet", actor=cast.ana.actor
    )
    assert asked.reason == "He has a new tablet"
    assert Event.objects.filter(name="fact.asked_again").count() == 1


def test_a_note_must_say_something(cast: Cast, robert: Customer) -> None:
    for text, code in ((" \n ", "empty_note"), ("x" * 10_001, "note_too_long")):
        with pytest.raises(Refusal) as refused:
            actions.add_note(robert.id, text=text, actor=cast.ana.actor)
        assert refused.value.code == code


def test_open_desktops_are_told_of_each_change(committed_cast: Cast) -> None:
    cast = committed_cast
    with tenant(cast.organization.id):
        robert = actions.create_customer(actor=cast.ana.actor, display_name="Robert")
    with tenant(cast.organization.id):
        actions.add_note(robert.id, text="Reads on the train", actor=cast.ana.actor)
    with tenant(cast.organization.id):
        entry = LiveEntry.objects.filter(topic=f"record:{robert.id}").latest("n")
        assert (entry.kind, entry.body) == ("record.changed", {"what": "note"})


# --- What a partner sees ------------------------------------------------------------------------------


def test_a_partner_knows_no_customer_until_the_record_is_shared(cast: Cast, robert: Customer) -> None:
    viewer = cast.viewer(cast.paula)
    with pytest.raises(NotVisible):
        access_customer(viewer, robert.id)
    assert search_customers(viewer, "Whitfield") == []
    actions.share_record(robert.id, partner_id=cast.partner.id, reason="promise")
    assert access_customer(cast.viewer(cast.paula), robert.id) == robert
    actions.end_share(robert.id, partner_id=cast.partner.id, actor=cast.sam.actor)
    with pytest.raises(NotVisible):
        access_customer(cast.viewer(cast.paula), robert.id)


def test_without_a_contract_in_force_a_partner_sees_nothing(cast: Cast, robert: Customer) -> None:
    actions.share_record(robert.id, partner_id=cast.partner.id, reason="promise")
    end_contract(cast.partner.id)
    viewer = cast.viewer(cast.paula)
    assert not visible_customers(viewer).exists()
    assert not visible_interactions(viewer).exists()


def test_a_partner_sees_its_fields_masked_ones_by_their_ends_and_no_others(
    cast: Cast, robert: Customer
) -> None:
    actions.share_record(robert.id, partner_id=cast.partner.id, reason="promise")
    actions.record_fact(robert.id, key="missing_issues", value=["9"], actor=cast.ana.actor, source="desk")
    actions.record_fact(
        robert.id, key="preferred_device", value="tablet", actor=cast.ana.actor, source="desk"
    )
    seen = record_view(cast.viewer(cast.paula), robert.id)
    assert (seen.display_name, seen.language, seen.region) == ("Robert Whitfield", "en", None)
    assert {identity.kind: identity.value for identity in seen.identities} == {
        "phone": "+44 ••• ••• 4821",
        "email": "r•••@example.com",
    }
    assert [fact.key for fact in seen.facts] == ["preferred_device"]
    titles = [entry.title for entry in visible_timeline(cast.viewer(cast.paula), robert.id)]
    assert "Preferred device: tablet" in titles
    assert not any("Missing issues" in title for title in titles)
    whole = record_view(cast.viewer(cast.ana), robert.id)
    assert "020 7946 4821" in {identity.value for identity in whole.identities}
    assert {fact.key for fact in whole.facts} == {"missing_issues", "preferred_device"}


def test_a_partner_never_reads_in_house_notes_or_another_partners_lines(cast: Cast, robert: Customer) -> None:
    for partner in (cast.partner, cast.other_partner):
        actions.share_record(robert.id, partner_id=partner.id, reason="promise")
    actions.add_note(robert.id, text="Between us only", actor=cast.ana.actor, for_partners=False)
    actions.add_note(robert.id, text="For everybody", actor=cast.ana.actor)
    actions.add_timeline_entry(
        robert.id, kind="order", title="Parcel", actor=cast.ana.actor, partner_id=cast.other_partner.id
    )
    seen = visible_timeline(cast.viewer(cast.paula), robert.id)
    assert set(seen.filter(kind__in=["note", "order"]).values_list("body", flat=True)) == {"For everybody"}
    assert not seen.filter(partner=cast.other_partner).exists()


def test_an_unknown_callers_name_is_a_number_and_is_masked_like_one(cast: Cast) -> None:
    found = actions.find_or_create_by_phone(NUMBER, actor=IVR_ACTOR)
    assert found.customer is not None
    actions.share_record(found.customer.id, partner_id=cast.partner.id, reason="routed call")
    viewer = cast.viewer(cast.paula)
    assert "4821" in shown_name(viewer, found.customer)
    assert "7946" not in shown_name(viewer, found.customer)
    assert shown_name(cast.viewer(cast.ana), found.customer) == "020 7946 4821"
    assert shown_name(viewer, None) == UNNAMED
    assert shown(viewer, "postal_address", "14 Orchard Close") is None


def test_a_partner_writes_only_what_its_contract_names(cast: Cast, robert: Customer) -> None:
    actor = cast.paula.actor
    with pytest.raises(NotVisible):
        actions.record_fact(robert.id, key="digital_account", value="created", actor=actor, source="api")
    actions.share_record(robert.id, partner_id=cast.partner.id, reason="promise")
    with pytest.raises(Forbidden):
        actions.record_fact(robert.id, key="missing_issues", value=["9"], actor=actor, source="api")
    with pytest.raises(Forbidden):
        actions.change_customer(robert.id, actor=actor, expected_version=robert.version, region="Wales")
    fact = actions.record_fact(robert.id, key="digital_account", value="created", actor=actor, source="api")
    assert (fact.hand, fact.partner_id) == ("partner", cast.partner.id)


def test_a_partners_reads_are_noted_once_in_ten_minutes(cast: Cast, robert: Customer) -> None:
    viewer = cast.viewer(cast.paula)
    with time_machine.travel("2026-11-09 10:00:05Z", tick=False) as clock:
        for _ in range(3):
            actions.note_read(viewer, robert.id, "record")
        actions.note_read(viewer, robert.id, "timeline")
        actions.note_read(cast.viewer(cast.ana), robert.id, "record")
        assert RecordRead.objects.count() == 2
        clock.shift(9 * 60)
        actions.note_read(viewer, robert.id, "record")
        assert RecordRead.objects.count() == 2
        clock.shift(60)
        actions.note_read(viewer, robert.id, "record")
    assert RecordRead.objects.filter(what="record", reader="Paula").count() == 2


def test_a_partner_finds_by_a_masked_number_only_when_it_is_typed_whole(cast: Cast, robert: Customer) -> None:
    actions.share_record(robert.id, partner_id=cast.partner.id, reason="promise")
    viewer = cast.viewer(cast.paula)
    assert search_customers(viewer, "4821") == []
    assert search_customers(viewer, "robert.w@") == []
    assert search_customers(viewer, "020 7946 4821") == [robert]
    assert search_customers(viewer, "whit rob") == [robert]
    assert search_customers(cast.viewer(cast.ana), "4821") == [robert]


# --- Subscriptions ----------------------------------------------------------------------------------------


def test_a_switch_to_the_partners_product_waits_for_its_confirmation(cast: Cast, robert: Customer) -> None:
    bought = actions.add_subscription(robert.id, product_code="print", actor=cast.ana.actor)
    assert not RecordShare.objects.exists()
    switched = actions.switch_subscription(bought.id, product_code="digital-edition", actor=cast.ana.actor)
    assert switched is not None
    assert (switched.state, switched.fulfilled_by) == ("switching", cast.partner)
    assert RecordShare.objects.get().partner == cast.partner
    assert (
        actions.switch_subscription(bought.id, product_code="digital-edition", actor=cast.ana.actor) is None
    )
    confirmed = actions.confirm_switch(bought.id, reference="DP-1", actor=cast.paula.actor)
    assert confirmed is not None
    assert (confirmed.state, confirmed.reference) == ("active", "DP-1")
    assert actions.confirm_switch(bought.id, reference="DP-2", actor=cast.paula.actor) is None


def test_an_unknown_product_is_refused_and_one_outside_the_contract_forbidden(
    cast: Cast, robert: Customer
) -> None:
    with pytest.raises(Refusal) as refused:
        actions.add_subscription(robert.id, product_code="vinyl", actor=cast.ana.actor)
    assert refused.value.code == "unknown_product"
    with pytest.raises(Forbidden):
        actions.add_subscription(robert.id, product_code="print", actor=cast.paula.actor)


def test_whether_one_record_is_known_is_asked_of_that_record_alone(cast: Cast, robert: Customer) -> None:
    for member in (cast.ana, cast.paula):
        known = known_records(cast.viewer(member)).filter(id=robert.id)
        assert " IN (SELECT" not in str(known.query)  # that reads all there are, 200 ms for 100,000
        assert known.exists() == (member == cast.ana)
    actions.share_record(robert.id, partner_id=cast.partner.id, reason="works on a case")
    assert known_records(cast.viewer(cast.paula)).filter(id=robert.id).exists()
