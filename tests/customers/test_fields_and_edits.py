"""An organisation's own questions, records that several people edit at once, and orders."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine

from accounts.actions import sign_contract
from accounts.actors import IVR_ACTOR
from customers import actions
from customers.history import answers_to, fields_changed_since, fulfilment_of_subscriptions, orders_of
from customers.models import Customer, Fact, FactKey, FulfilmentChange, TimelineEntry
from customers.queries import current_facts, questions
from customers.rules import is_asked
from customers.search import search_customers
from foundation.errors import Conflict, Forbidden, NotVisible, Refusal
from foundation.models import Event
from foundation.tenancy import tenant
from tests.customers.test_record import at_once
from tests.people import Cast


@pytest.fixture
def robert(cast: Cast) -> Customer:
    return actions.create_customer(
        actor=cast.ana.actor, display_name="Robert Whitfield", region="Yorkshire", language="en"
    )


def refused(action: Any, *args: Any, **fields: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        action(*args, **fields)
    return caught.value


# Fields


@pytest.mark.parametrize("sensitivity", ["payment", "payment_never", "payment-never"])
def test_there_is_no_field_for_what_belongs_to_a_payment_card(cast: Cast, sensitivity: str) -> None:
    no = refused(actions.define_fact_key, "bank_card", label="Card", sensitivity=sensitivity)
    assert (no.code, no.field) == ("payment_never", "sensitivity")
    assert refused(actions.define_fact_key, "card_number", label="Card").code == "payment_never"
    assert not FactKey.objects.filter(key__in=["bank_card", "card_number"]).exists()


def test_a_field_that_somehow_is_for_payments_is_never_written(cast: Cast, robert: Customer) -> None:
    FactKey.objects.filter(key="digital_account").update(sensitivity="payment")
    no = refused(
        actions.record_fact, robert.id, key="digital_account", value="x", actor=IVR_ACTOR, source="ivr:x"
    )
    assert no.code == "payment_never"
    assert not Fact.objects.exists()


def test_a_card_number_is_refused_in_facts_notes_and_fields_and_kept_nowhere(
    cast: Cast, robert: Customer
) -> None:
    card, actor = "it is 4111 1111 1111 1111", cast.ana.actor
    tries = [
        (actions.record_fact, {"key": "digital_account", "value": card, "source": "desk"}, "value"),
        (actions.record_fact, {"key": "missing_issues", "value": ["9", card], "source": "desk"}, "value"),
        (actions.add_note, {"text": card}, "text"),
        (actions.count_asked_again, {"key": "digital_account", "reason": card}, "reason"),
        (actions.change_customer, {"expected_version": 1, "postal_address": card}, "postal_address"),
    ]
    for action, fields, field in tries:
        no = refused(action, robert.id, actor=actor, **fields)
        assert (no.code, no.field) == ("card_number", field)
        assert "4111" not in no.message
    for rows in (Fact.objects, TimelineEntry.objects, Event.objects, Customer.objects):
        assert not [row for row in rows.values() if "4111" in str(row)]


def test_a_field_keeps_to_its_limits_and_says_which_input_is_wrong(cast: Cast, robert: Customer) -> None:
    actions.define_fact_key("shoe_size", label="Shoe size", value_type="number", minimum=20, maximum=52)
    write = {"key": "shoe_size", "actor": cast.ana.actor, "source": "desk"}
    assert refused(actions.record_fact, robert.id, value="12", **write).code == "bad_value"
    assert actions.record_fact(robert.id, value="44", **write).value == 44
    no = refused(actions.define_fact_key, "size", label="S", value_type="number", minimum=9, maximum=3)
    assert (no.code, no.field) == ("bad_limits", "maximum")
    assert refused(actions.define_fact_key, "Shoe Size", label="S").field == "key"
    assert refused(actions.define_fact_key, "colour", label="C", value_type="choice").field == "choices"


def test_a_retired_field_is_asked_no_more_but_its_answers_stay(cast: Cast, robert: Customer) -> None:
    write = {"key": "preferred_device", "value": "tablet", "actor": cast.ana.actor, "source": "desk"}
    actions.record_fact(robert.id, **write)
    assert actions.retire_fact_key("preferred_device", actor=cast.sam.actor)
    assert not actions.retire_fact_key("preferred_device", actor=cast.sam.actor)
    assert "preferred_device" not in {key.key for key in questions(cast.viewer(cast.ana))}
    assert [fact.text for fact in current_facts(robert.id)] == ["tablet"]
    assert refused(actions.record_fact, robert.id, **write).code == "retired_fact"
    assert actions.restore_fact_key("preferred_device", actor=cast.sam.actor)
    assert actions.record_fact(robert.id, **write).value == "tablet"


def test_a_field_changes_its_type_only_before_its_first_answer(cast: Cast, robert: Customer) -> None:
    actions.define_fact_key("age", label="Age")
    actions.define_fact_key("age", label="Age", value_type="number")
    actions.record_fact(robert.id, key="age", value=44, actor=cast.ana.actor, source="desk")
    assert refused(actions.define_fact_key, "age", label="Age", value_type="text").code == "field_in_use"
    assert FactKey.objects.get(key="age").value_type == "number"


def test_of_two_who_set_a_field_up_the_second_looks_again(cast: Cast) -> None:
    key = FactKey.objects.get(key="digital_account")
    actions.change_fact_key(key.key, actor=cast.sam.actor, expected_version=key.version, label="Account")
    with pytest.raises(Conflict):
        actions.change_fact_key(key.key, actor=cast.sam.actor, expected_version=key.version, label="Konto")
    assert FactKey.objects.get(key="digital_account").label == "Account"


def test_fields_are_ordered_one_place_at_a_time(cast: Cast) -> None:
    before = [key.key for key in FactKey.objects.order_by("position", "key")]
    assert not actions.move_fact_key(before[0], up=True, actor=cast.sam.actor)
    assert actions.move_fact_key(before[0], up=False, actor=cast.sam.actor)
    after = [key.key for key in FactKey.objects.order_by("position", "key")]
    assert after == [before[1], before[0], *before[2:]]


def test_a_question_is_asked_in_the_queues_and_forms_it_names(cast: Cast) -> None:
    key = actions.define_fact_key("device", label="Device", queues=["digital"], forms=["script"])
    assert is_asked(key, form="script", queue_slug="digital")
    assert not is_asked(key, form="script", queue_slug="parcels")
    assert not is_asked(key, form="wrap_up", queue_slug="digital")
    anywhere = actions.define_fact_key("mood", label="Mood")
    assert is_asked(anywhere, form="script", queue_slug="")


def test_customers_are_found_by_the_current_answer_to_a_searchable_question(
    cast: Cast, robert: Customer
) -> None:
    ana, paula = cast.viewer(cast.ana), cast.viewer(cast.paula)
    write = {"key": "boat", "actor": cast.ana.actor, "source": "desk"}
    actions.define_fact_key("boat", label="Boat", precedence="newest")
    actions.record_fact(robert.id, value="Wandering Albatross", **write)
    assert search_customers(ana, "wandering") == []
    actions.define_fact_key("boat", label="Boat", precedence="newest", is_searchable=True)
    assert search_customers(ana, "WANDERING alb") == [robert]
    actions.share_record(robert.id, partner_id=cast.partner.id, reason="promise")
    assert search_customers(paula, "wandering") == [], "the contract does not show it"
    actions.record_fact(robert.id, value="Petrel", **write)
    assert search_customers(ana, "wandering") == [], "that boat is sold"
    assert search_customers(ana, "petr") == [robert]


# Which answer counts, and until when


def test_an_answer_counts_as_long_as_its_field_says(cast: Cast, robert: Customer) -> None:
    actions.define_fact_key("mood", label="Mood", expires_after_days=30)
    with time_machine.travel("2026-11-09 10:00Z", tick=False) as clock:
        actions.record_fact(robert.id, key="mood", value="calm", actor=cast.ana.actor, source="desk")
        clock.shift(29 * 86_400)
        assert [fact.text for fact in current_facts(robert.id)] == ["calm"]
        clock.shift(86_400)
        assert current_facts(robert.id) == []
        [told] = answers_to(cast.viewer(cast.ana), robert.id, "mood").answers
        assert told.why_not == "expired"


def test_a_field_may_have_its_own_rule_of_precedence(cast: Cast, robert: Customer) -> None:
    for key, precedence in (("usual_key", "usual"), ("newest_key", "newest")):
        actions.define_fact_key(key, label=key, precedence=precedence)
        for value, confidence in (("sure", "verified"), ("newer", "guessed")):
            actions.record_fact(
                robert.id,
                key=key,
                value=value,
                confidence=confidence,
                actor=cast.ana.actor,
                source="desk",
            )
    assert {fact.key: fact.text for fact in current_facts(robert.id)} == {
        "usual_key": "sure",
        "newest_key": "newer",
    }


def test_the_history_of_an_answer_says_who_when_how_sure_and_why_it_does_not_count(
    cast: Cast, robert: Customer
) -> None:
    actions.share_record(robert.id, partner_id=cast.partner.id, reason="promise")
    for value, actor, confidence in (
        ("tablet", cast.ana.actor, "verified"),
        ("phone", cast.paula.actor, "claimed"),
    ):
        actions.record_fact(
            robert.id,
            key="digital_account",
            value=value,
            actor=actor,
            source="desk",
            confidence=confidence,
        )
    current, before = answers_to(cast.viewer(cast.ana), robert.id, "digital_account").answers
    assert (current.text, current.author, current.confidence, current.is_current) == (
        "tablet",
        "Ana",
        "verified",
        True,
    )
    assert (before.partner_name, before.why_not) == (cast.partner.name, "less sure")
    with pytest.raises(NotVisible):
        answers_to(cast.viewer(cast.paula), robert.id, "missing_issues")


# Two who edit


def test_two_who_edit_different_fields_are_both_kept(committed_cast: Cast) -> None:
    cast = committed_cast
    with tenant(cast.organization.id):
        robert = actions.create_customer(actor=cast.ana.actor, display_name="Robert", region="Kent")
    was = {"region": "Kent", "language": "", "postal_address": ""}

    def edit(**fields: str) -> Any:
        return lambda: actions.edit_record(robert.id, actor=cast.ana.actor, was=was, fields={**was, **fields})

    done = at_once(
        cast.organization.id,
        edit(region="Wales"),
        edit(language="cy"),
        edit(postal_address="1 High Street"),
    )
    assert not [one for one in done if isinstance(one, Refusal)]
    with tenant(cast.organization.id):
        now = Customer.objects.get()
        assert (now.region, now.language, now.postal_address) == ("Wales", "cy", "1 High Street")
        assert now.version == robert.version + 3


def test_two_who_edit_one_field_see_both_values_and_nothing_is_written_over(committed_cast: Cast) -> None:
    cast = committed_cast
    with tenant(cast.organization.id):
        robert = actions.create_customer(actor=cast.ana.actor, display_name="Robert", region="Kent")
    was = {"region": "Kent", "language": ""}

    def edit(member: Any, **fields: str) -> Any:
        return lambda: actions.edit_record(robert.id, actor=member.actor, was=was, fields={**was, **fields})

    done = at_once(
        cast.organization.id,
        edit(cast.ana, region="Wales"),
        edit(cast.mark, region="Scotland", language="gd"),
    )
    [refused_edit] = [one for one in done if isinstance(one, actions.EditConflict)]
    [conflict] = refused_edit.conflicts
    with tenant(cast.organization.id):
        now = Customer.objects.get()
    assert conflict.field == "region"
    assert {conflict.yours, conflict.theirs} == {"Wales", "Scotland"}
    assert conflict.theirs == now.region
    assert conflict.by is not None
    assert conflict.by.name == ("Ana" if now.region == "Wales" else "Mark")
    assert now.version == robert.version + 1, "of the second edit nothing is written until it is decided"


def test_an_answer_is_edited_like_a_field_and_its_conflict_is_asked_too(cast: Cast, robert: Customer) -> None:
    actions.edit_record(
        robert.id,
        actor=cast.ana.actor,
        was={"fact.preferred_device": ""},
        fields={"fact.preferred_device": "tablet"},
    )
    assert [fact.text for fact in current_facts(robert.id)] == ["tablet"]
    with pytest.raises(actions.EditConflict) as caught:
        actions.edit_record(
            robert.id,
            actor=cast.mark.actor,
            was={"fact.preferred_device": ""},
            fields={"fact.preferred_device": "phone"},
        )
    assert [(one.yours, one.theirs) for one in caught.value.conflicts] == [("phone", "tablet")]
    no = refused(
        actions.edit_record,
        robert.id,
        actor=cast.ana.actor,
        was={"fact.preferred_device": "tablet", "region": "Yorkshire"},
        fields={"fact.preferred_device": "laptop", "region": "Wales"},
    )
    assert no.field == "fact.preferred_device"
    assert Customer.objects.get(id=robert.id).region == "Yorkshire"


def test_a_partner_changes_the_fields_its_contract_names_and_no_others(cast: Cast, robert: Customer) -> None:
    sign_contract(cast.partner, readable_fields=["region", "language"], writable_fields=["region", "email"])
    change = {"actor": cast.paula.actor, "expected_version": robert.version}
    with pytest.raises(NotVisible):
        actions.change_customer(robert.id, region="Wales", **change)
    actions.share_record(robert.id, partner_id=cast.partner.id, reason="promise")
    robert.refresh_from_db()
    with pytest.raises(Forbidden):
        actions.change_customer(robert.id, language="cy", **change)
    changed = actions.change_customer(robert.id, region="Wales", **change)
    assert changed.region == "Wales"
    assert fields_changed_since(robert.id, robert.version) == ["region"]


# Subscriptions and orders


def test_the_history_of_a_subscription_tells_every_step_and_reference(cast: Cast, robert: Customer) -> None:
    sign_contract(cast.partner, products=["digital-edition"], readable_fields=["subscriptions"])
    actor = cast.ana.actor
    subscription = actions.add_subscription(robert.id, product_code="print", actor=actor)
    actions.switch_subscription(subscription.id, product_code="digital-edition", actor=actor)
    actions.confirm_switch(subscription.id, reference="DP-77", actor=cast.paula.actor)
    assert actions.change_subscription_state(subscription.id, state="paused", actor=actor)
    assert actions.change_subscription_state(subscription.id, state="paused", actor=actor) is None
    told = fulfilment_of_subscriptions(cast.viewer(cast.ana), [subscription.id])[subscription.id]
    assert [step.state for step in told.steps] == ["paused", "active", "switching", "active"]
    assert [(one.system, one.value) for one in told.references] == [(cast.partner.name, "DP-77")]
    assert FulfilmentChange.objects.order_by("id")[1].fulfilled_by_id == cast.partner.id


def test_an_order_goes_on_and_never_back(cast: Cast, robert: Customer) -> None:
    sign_contract(cast.partner, products=["print"], readable_fields=["subscriptions"])
    order = actions.place_order(
        robert.id, product_code="print", quantity=2, reference="W-1001", actor=cast.ana.actor
    )
    assert actions.change_order_state(order.id, state="sent", actor=cast.paula.actor)
    assert actions.change_order_state(order.id, state="placed", actor=cast.paula.actor) is None
    actions.add_reference(order=order, system="Parcel", value="JD0002", actor=cast.paula.actor)
    [told] = orders_of(cast.viewer(cast.ana), robert.id)
    assert (told.state, told.quantity, told.partner_name) == ("sent", 2, cast.partner.name)
    assert {(one.system, one.value) for one in told.fulfilment.references} == {
        ("Order number", "W-1001"),
        ("Parcel", "JD0002"),
    }
    assert [step.what for step in told.fulfilment.steps] == ["Print: sent", "Ordered 2 × Print"]
    outsider = refused(actions.change_order_state, order.id, state="lost", actor=cast.ana.actor)
    assert outsider.code == "unknown_state"
