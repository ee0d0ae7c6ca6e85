"""Two records become one and two again, exactly, whatever happened in between."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.actors import IVR_ACTOR
from customers import actions
from customers.access import access_customer, visible_customers
from customers.actions.unmerging import plan_unmerging
from customers.history import orders_of
from customers.merge_errors import MergedAway
from customers.merge_rows import DERIVED, MOVES, STAYS, moving_relations, relations
from customers.models import (
    Customer,
    CustomerMerge,
    DuplicatePair,
    Identity,
    Interaction,
    Order,
    TimelineEntry,
)
from customers.queries import current_facts
from customers.search import search_customers
from foundation.errors import Conflict, Forbidden, NotVisible, Refusal
from foundation.models import Event
from tests.customers.merging_world import everything, open_shares, picture, random_customer, something_happens
from tests.people import Cast

EXAMPLES = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


class _Undo(Exception):
    """Ends one example; its rows go."""


def rolled_back(example) -> None:  # type: ignore[no-untyped-def]
    try:
        with transaction.atomic():
            example()
            raise _Undo
    except _Undo:
        pass


def test_every_key_to_a_customer_says_what_becomes_of_it() -> None:
    silent = [one.label for one in relations() if one.when_merged not in {MOVES, STAYS, DERIVED}]
    assert silent == [], 'say on these models: when_merged = "moves", "stays" or "derived"'


def test_no_table_names_a_customer_behind_the_back_of_the_keys() -> None:
    from django.apps import apps

    keys = {(one.model, f"{one.field}_id") for one in relations()}
    loose = [
        f"{model._meta.label}.{field.attname}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if "customer_id" in field.attname and (model, field.attname) not in keys
    ]
    assert loose == []


@EXAMPLES
@given(seed=st.integers(0, 2**32))
def test_merging_and_separating_at_once_changes_nothing(cast: Cast, seed: int) -> None:
    def example() -> None:
        rng = Random(seed)
        one, other = random_customer(cast, rng), random_customer(cast, rng)
        before = picture(one.id), picture(other.id)
        chosen = {"display_name": rng.choice(["winner", "loser"]), "region": rng.choice(["winner", "loser"])}
        merge = actions.merge_customers(one.id, other.id, actor=cast.sam.actor, chosen=chosen)
        assert not Interaction.objects.filter(customer_id=other.id).exists()
        actions.unmerge_customers(merge.id, actor=cast.sam.actor)
        assert (picture(one.id), picture(other.id)) == before

    rolled_back(example)


@EXAMPLES
@given(seed=st.integers(0, 2**32))
def test_what_arrives_in_between_is_assigned_and_the_rest_is_exact(cast: Cast, seed: int) -> None:
    def example() -> None:
        rng = Random(seed)
        one, other = random_customer(cast, rng), random_customer(cast, rng)
        before = picture(one.id), picture(other.id)
        merge = actions.merge_customers(one.id, other.id, actor=cast.sam.actor)
        known = everything()
        for _ in range(rng.randint(1, 3)):
            something_happens(cast, one.id, rng)
        arrived = everything() - known
        undone = actions.unmerge_customers(merge.id, actor=cast.sam.actor)
        new = everything() - known
        after = picture(one.id, without=new), picture(other.id, without=new)
        assert _but_shares(after[0]) == _but_shares(before[0])
        assert _but_shares(after[1]) == _but_shares(before[1])
        told = {(line["label"], line["pk"]) for line in undone.arrivals}
        assert {row for row in arrived if "Record" not in row[0]} <= told
        for relation in moving_relations():
            for label, pk in arrived:
                if label == relation.label:
                    owner = getattr(relation.model._base_manager.get(pk=pk), f"{relation.field}_id")
                    assert owner in {one.id, other.id}

    rolled_back(example)


def _but_shares(picture: dict) -> dict:  # type: ignore[type-arg]
    return {key: value for key, value in picture.items() if "RecordShare" not in key}


@EXAMPLES
@given(seed=st.integers(0, 2**32), latest_first=st.booleans(), third_wins=st.booleans())
def test_nested_merges_are_undone_in_any_order_or_refused_with_the_reason(
    cast: Cast, seed: int, latest_first: bool, third_wins: bool
) -> None:
    def example() -> None:
        rng = Random(seed)
        one, other, third = (random_customer(cast, rng) for _ in range(3))
        ids = (one.id, other.id, third.id)
        before = [picture(each) for each in ids]
        first = actions.merge_customers(one.id, other.id, actor=cast.sam.actor)
        pair = (third.id, one.id) if third_wins else (one.id, third.id)
        second = actions.merge_customers(*pair, actor=cast.sam.actor)
        survivor = pair[0]
        merged = Customer.objects.filter(id__in=ids).exclude(id=survivor)
        assert set(merged.values_list("merged_into_id", flat=True)) == {survivor}
        order = [second, first] if latest_first else [first, second]
        if third_wins and not latest_first:
            with pytest.raises(Conflict, match="Undo that merge first") as refused:
                actions.unmerge_customers(first.id, actor=cast.sam.actor)
            assert refused.value.code == "merged_since"
            order = [second, first]
        for merge in order:
            actions.unmerge_customers(merge.id, actor=cast.sam.actor)
        assert [picture(each) for each in ids] == before

    rolled_back(example)


def pair_of(cast: Cast) -> tuple[Customer, Customer]:
    one = actions.create_customer(
        actor=cast.ana.actor, display_name="Robert Whitfield", phones=["+447700900100"], region="Yorkshire"
    )
    other = actions.create_customer(
        actor=cast.ana.actor,
        display_name="R. Whitfield",
        phones=["+447700900200"],
        emails=["rob@example.com"],
        postal_address="1 High Street\nLeeds",
    )
    return one, other


def test_the_loser_leads_to_the_winner_and_is_listed_no_more(cast: Cast) -> None:
    one, other = pair_of(cast)
    actions.merge_customers(one.id, other.id, actor=cast.sam.actor)
    viewer = cast.viewer(cast.ana)
    assert list(visible_customers(viewer)) == [one]
    with pytest.raises(MergedAway) as away:
        access_customer(viewer, other.id)
    assert away.value.into_id == one.id
    with pytest.raises(MergedAway):
        actions.add_note(other.id, text="late", actor=cast.ana.actor)
    found = actions.find_or_create_by_phone("+447700900200", actor=IVR_ACTOR)
    assert found.customer == one


def test_a_contact_that_was_about_to_begin_with_the_loser_begins_with_the_winner(cast: Cast) -> None:
    one, other = pair_of(cast)
    actions.merge_customers(one.id, other.id, actor=cast.sam.actor)
    contact = actions.open_interaction(
        actor=IVR_ACTOR, channel="voice", address="+447700900200", customer=other
    )
    assert contact.customer_id == one.id


def test_each_field_is_the_chosen_ones_and_missing_ones_are_filled(cast: Cast) -> None:
    one, other = pair_of(cast)
    actions.merge_customers(one.id, other.id, actor=cast.sam.actor, chosen={"display_name": "loser"})
    one.refresh_from_db()
    assert (one.display_name, one.region) == ("R. Whitfield", "Yorkshire")
    assert one.postal_address == "1 High Street\nLeeds"


def test_a_value_changed_since_is_kept_when_the_records_part(cast: Cast) -> None:
    one, other = pair_of(cast)
    merge = actions.merge_customers(one.id, other.id, actor=cast.sam.actor, chosen={"display_name": "loser"})
    one.refresh_from_db()
    actions.change_customer(
        one.id, actor=cast.ana.actor, expected_version=one.version, display_name="Bob Whitfield"
    )
    actions.unmerge_customers(merge.id, actor=cast.sam.actor)
    one.refresh_from_db()
    assert (one.display_name, one.postal_address) == ("Bob Whitfield", "")


def test_what_came_through_the_others_number_goes_with_it_and_is_shown(cast: Cast) -> None:
    one, other = pair_of(cast)
    merge = actions.merge_customers(one.id, other.id, actor=cast.sam.actor)
    contacts = {}
    for number in ("+447700900100", "+447700900200", "+15005550000"):
        contacts[number] = actions.open_interaction(
            actor=IVR_ACTOR, channel="voice", address=number, customer=one
        )
        actions.record_fact(
            one.id,
            key="preferred_device",
            value="tablet",
            actor=IVR_ACTOR,
            source="ivr",
            interaction_id=contacts[number].id,
        )
    undone = actions.unmerge_customers(merge.id, actor=cast.sam.actor)
    for number, owner in (("+447700900100", one), ("+447700900200", other), ("+15005550000", one)):
        contact = Interaction.objects.get(id=contacts[number].id)
        assert contact.customer_id == owner.id
        assert [fact.customer_id for fact in contact.fact_set.all()] == [owner.id]
        assert {line.customer_id for line in contact.timelineentry_set.all()} == {owner.id}
    told = {line["pk"]: line for line in undone.arrivals if line["label"].startswith("customers.Interaction")}
    assert {pk: line["to"] for pk, line in told.items()} == {
        contacts["+447700900100"].id: "winner",
        contacts["+447700900200"].id: "loser",
        contacts["+15005550000"].id: "winner",
    }
    assert "number" in told[contacts["+447700900200"].id]["why"]


def _plot(customer: Customer) -> dict[str, object]:
    return {fact.key: fact.value for fact in current_facts(customer.id, ["plot"])}


def test_an_order_placed_since_goes_to_whose_contact_or_reference_it_came_by(cast: Cast) -> None:
    actor = cast.ana.actor
    one = actions.create_customer(
        actor=actor, display_name="Rose", phones=["+447700900100"], subscriber_number="20-1"
    )
    other = actions.create_customer(
        actor=actor, display_name="Rosa", phones=["+447700900200"], subscriber_number="20-2"
    )
    merge = actions.merge_customers(one.id, other.id, actor=cast.sam.actor)
    theirs, ours = (
        actions.open_interaction(actor=IVR_ACTOR, channel="voice", address=number, customer=one)
        for number in ("+447700900200", "+447700900100")
    )

    def ordered(**by: Any) -> int:
        return actions.place_order(one.id, product_code="print", actor=actor, **by).id

    goes = {ordered(interaction_id=theirs.id), ordered(reference="20-2")}
    stays = {ordered(interaction_id=ours.id), ordered(reference="20-1"), ordered(reference="W-1"), ordered()}
    label = "customers.Order.customer"
    shown = {row["pk"]: row for row in plan_unmerging(merge).arrivals() if row["label"] == label}
    assert {pk for pk, row in shown.items() if row["to"] == "loser"} == goes
    assert {row["why"] for row in shown.values()} == {
        "it belongs to something of the other's",
        "its reference is the other's",
        "its reference is this record's",
        "nothing says it is the other's",
    }
    done = actions.unmerge_customers(merge.id, actor=cast.sam.actor)
    assert set(Order.objects.filter(customer=other).values_list("id", flat=True)) == goes
    assert set(Order.objects.filter(customer=one).values_list("id", flat=True)) == stays
    assert {row["pk"] for row in done.arrivals if row["label"] == label} == goes | stays
    lines = TimelineEntry.objects.filter(kind="order", customer=other)
    assert set(lines.values_list("ref_id", flat=True)) == goes


def test_own_answers_and_orders_go_along_are_found_and_come_back(cast: Cast) -> None:
    one, other = pair_of(cast)
    actor, viewer = cast.ana.actor, cast.viewer(cast.ana)
    actions.define_fact_key("plot", label="Garden plot", is_searchable=True)
    for customer, value, sure in ((other, "Oak 12", "verified"), (one, "Elm 7", "claimed")):
        actions.record_fact(customer.id, key="plot", value=value, actor=actor, source="desk", confidence=sure)
    order = actions.place_order(other.id, product_code="print", reference="W-7701", actor=actor)
    merge = actions.merge_customers(one.id, other.id, actor=cast.sam.actor)
    assert _plot(one) == {"plot": "Oak 12"}, "the surer counts, whichever record it comes from"
    assert [line.id for line in orders_of(viewer, one.id)] == [order.id]
    for text in ("oak 12", "W-7701"):
        assert search_customers(viewer, text) == [one], text
    actions.change_order_state(order.id, state="sent", actor=actor)
    undone = actions.unmerge_customers(merge.id, actor=cast.sam.actor)
    assert (_plot(one), _plot(other)) == ({"plot": "Elm 7"}, {"plot": "Oak 12"})
    [back] = orders_of(viewer, other.id)
    assert (back.state, len(back.fulfilment.steps)) == ("sent", 2), "what became of it since stays so"
    told = {line["text"]: line["to"] for line in undone.arrivals}
    assert told["Timeline entry: Print: sent"] == "loser"
    for text, owner in (("elm 7", one), ("oak 12", other), ("W-7701", other)):
        assert search_customers(viewer, text) == [owner], text


def test_nothing_is_written_on_a_record_that_was_merged(cast: Cast) -> None:
    one, other = pair_of(cast)
    actions.merge_customers(one.id, other.id, actor=cast.sam.actor)
    other.refresh_from_db()
    actor = cast.ana.actor
    for action, fields in (
        (actions.change_customer, {"expected_version": other.version, "region": "Kent"}),
        (actions.edit_record, {"was": {"region": ""}, "fields": {"region": "Kent"}}),
        (actions.place_order, {"product_code": "print"}),
        (actions.record_fact, {"key": "digital_account", "value": "x", "source": "desk"}),
    ):
        with pytest.raises(MergedAway):
            action(other.id, actor=actor, **fields)  # type: ignore[operator]


def test_the_surer_of_two_equal_numbers_counts_and_both_come_back(cast: Cast) -> None:
    one, other = pair_of(cast)
    actions.add_identity(
        other.id, kind="phone", value="+447700900100", actor=cast.ana.actor, confidence="verified"
    )
    merge = actions.merge_customers(one.id, other.id, actor=cast.sam.actor)
    number = Identity.objects.get(customer=one, value="+447700900100")
    assert number.confidence == "verified"
    actions.unmerge_customers(merge.id, actor=cast.sam.actor)
    number.refresh_from_db()
    assert number.confidence == "claimed"


def test_a_partner_sees_the_joined_record_only_with_a_reason_or_when_both_halves_were_shared(
    cast: Cast,
) -> None:
    one, other = pair_of(cast)
    actions.share_record(one.id, partner_id=cast.partner.id, reason="routed call")
    actions.share_record(other.id, partner_id=cast.other_partner.id, reason="routed call")
    actions.add_note(other.id, text="Said in confidence to Postfast", actor=cast.ana.actor)
    merge = actions.merge_customers(one.id, other.id, actor=cast.sam.actor)
    assert open_shares(one.id) == set()
    for record in (one.id, other.id):
        with pytest.raises(NotVisible):
            access_customer(cast.viewer(cast.paula), record)
    actions.unmerge_customers(merge.id, actor=cast.sam.actor)
    assert open_shares(one.id) == {cast.partner.id}
    assert open_shares(other.id) == {cast.other_partner.id}


def test_a_partner_that_works_for_one_half_goes_on_seeing_the_person(cast: Cast) -> None:
    one, other = pair_of(cast)
    actions.add_subscription(other.id, product_code="digital-edition", actor=cast.ana.actor)
    assert open_shares(other.id) == {cast.partner.id}
    actions.merge_customers(one.id, other.id, actor=cast.sam.actor)
    assert open_shares(one.id) == {cast.partner.id}
    with pytest.raises(MergedAway) as away:
        access_customer(cast.viewer(cast.paula), other.id)
    assert away.value.into_id == one.id


def test_a_partner_that_knew_only_the_winner_does_not_learn_of_the_loser(cast: Cast) -> None:
    one, other = pair_of(cast)
    actions.add_subscription(one.id, product_code="digital-edition", actor=cast.ana.actor)
    actions.merge_customers(one.id, other.id, actor=cast.sam.actor)
    assert access_customer(cast.viewer(cast.paula), one.id) == one
    with pytest.raises(NotVisible):
        access_customer(cast.viewer(cast.paula), other.id)


def test_a_merge_is_told_to_open_desktops_of_both_and_to_whoever_serves(cast: Cast) -> None:
    one, other = pair_of(cast)
    contact = actions.open_interaction(
        actor=IVR_ACTOR, channel="voice", address="+447700900200", customer=other
    )
    actions.queue_interaction(contact.id, queue_slug="service", queue_name="Service", actor=IVR_ACTOR)
    actions.answer_interaction(contact.id, member=cast.ana, actor=cast.ana.actor)
    actions.merge_customers(one.id, other.id, actor=cast.sam.actor)
    contact.refresh_from_db()
    assert (contact.customer_id, contact.state) == (one.id, "serving")
    assert Event.objects.filter(
        name="customer.merged", payload__customer_id=one.id, payload__merged_customer_id=other.id
    ).exists()


def test_nonsense_is_refused_in_words(cast: Cast) -> None:
    one, other = pair_of(cast)
    for call, error, code in (
        (lambda: actions.merge_customers(one.id, one.id, actor=cast.sam.actor), Refusal, "same_record"),
        (lambda: actions.merge_customers(one.id, 10**12, actor=cast.sam.actor), NotVisible, "not_found"),
        (
            lambda: actions.merge_customers(one.id, other.id, actor=cast.paula.actor),
            Forbidden,
            "not_in_contract",
        ),
        (
            lambda: actions.merge_customers(
                one.id, other.id, actor=cast.sam.actor, chosen={"merged_into": "loser"}
            ),
            Refusal,
            "bad_choice",
        ),
        (lambda: actions.unmerge_customers(10**12, actor=cast.sam.actor), NotVisible, "not_found"),
    ):
        with pytest.raises(error) as refused:
            call()
        assert refused.value.code == code
    merge = actions.merge_customers(one.id, other.id, actor=cast.sam.actor)
    with pytest.raises(Conflict) as again:
        actions.merge_customers(one.id, other.id, actor=cast.sam.actor)
    assert again.value.code == "already_merged"
    actions.unmerge_customers(merge.id, actor=cast.sam.actor)
    with pytest.raises(Conflict) as twice:
        actions.unmerge_customers(merge.id, actor=cast.sam.actor)
    assert twice.value.code == "already_undone"


def test_who_separates_two_records_says_they_are_different_people(cast: Cast) -> None:
    one, other = pair_of(cast)
    merge = actions.merge_customers(one.id, other.id, actor=cast.sam.actor)
    actions.unmerge_customers(merge.id, actor=cast.sam.actor)
    pair = DuplicatePair.objects.get()
    assert (pair.first_id, pair.second_id, pair.state) == (one.id, other.id, "different")


def test_the_same_two_records_may_be_merged_again(cast: Cast) -> None:
    one, other = pair_of(cast)
    for _ in range(2):
        merge = actions.merge_customers(one.id, other.id, actor=cast.sam.actor)
        actions.unmerge_customers(merge.id, actor=cast.sam.actor)
    assert CustomerMerge.objects.count() == 2
