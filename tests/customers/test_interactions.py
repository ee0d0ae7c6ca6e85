"""The life of one contact."""

from __future__ import annotations

import pytest

from accounts.actors import IVR_ACTOR
from customers import actions
from customers.models import Customer, Interaction, RecordShare
from foundation.models import Event
from tests.people import Cast

NUMBER = "+442079460123"


def call(cast: Cast) -> Interaction:
    found = actions.find_or_create_by_phone(NUMBER, actor=IVR_ACTOR)
    return actions.open_interaction(
        actor=IVR_ACTOR,
        channel="voice",
        address=NUMBER,
        customer=found.customer,
        confidence=found.confidence,
        identified_by="phone",
    )


def waiting(cast: Cast, queue: str = "main") -> Interaction:
    interaction = call(cast)
    actions.queue_interaction(interaction.id, queue_slug=queue, queue_name=queue.title(), actor=IVR_ACTOR)
    return interaction


def served(cast: Cast) -> Interaction:
    interaction = waiting(cast)
    actions.answer_interaction(interaction.id, member=cast.ana, actor=cast.ana.actor)
    return interaction


def names() -> list[str]:
    return list(Event.objects.order_by("id").values_list("name", flat=True))


def test_a_call_goes_from_ring_to_wrap_up(cast: Cast) -> None:
    interaction = served(cast)
    actions.end_interaction(interaction.id)
    actions.wrap_up_interaction(
        interaction.id, actor=cast.ana.actor, disposition="switched", summary="Wants digital."
    )
    interaction.refresh_from_db()
    assert interaction.state == "ended"
    assert interaction.disposition == "switched"
    assert names() == [
        "customer.created",
        "interaction.opened",
        "interaction.queued",
        "interaction.answered",
        "interaction.ended",
        "interaction.wrapped_up",
    ]
    titles = list(interaction.customer.timeline.order_by("id").values_list("title", flat=True))
    assert titles == ["Called", "Answered by Ana", "Switched"]


def test_a_step_that_comes_twice_or_out_of_order_writes_nothing(cast: Cast) -> None:
    interaction = served(cast)
    before = names()
    actor = cast.ana.actor
    assert actions.answer_interaction(interaction.id, member=cast.mark, actor=actor) is None
    assert actions.queue_interaction(interaction.id, queue_slug="x", queue_name="X", actor=actor) is None
    assert actions.abandon_interaction(interaction.id) is None
    assert actions.wrap_up_interaction(interaction.id, actor=actor, disposition="x", summary="") is None
    assert names() == before
    actions.end_interaction(interaction.id)
    assert actions.end_interaction(interaction.id) is None
    assert names() == [*before, "interaction.ended"]


def test_a_caller_who_leaves_the_queue_is_counted_as_abandoned_once(cast: Cast) -> None:
    interaction = waiting(cast)
    assert actions.abandon_interaction(interaction.id)
    assert actions.abandon_interaction(interaction.id) is None
    assert names().count("interaction.abandoned") == 1


def test_a_transfer_waits_in_the_partners_queue_and_shares_the_record(cast: Cast) -> None:
    interaction = served(cast)
    assert not RecordShare.objects.exists()
    actions.transfer_interaction(
        interaction.id,
        to_queue_slug="digital",
        to_queue_name="Digital",
        note="Wants the app",
        actor=cast.ana.actor,
    )
    interaction.refresh_from_db()
    assert (interaction.state, interaction.queue_slug, interaction.member_id) == ("waiting", "digital", None)
    assert RecordShare.objects.get().partner == cast.partner


def test_a_call_whose_agents_line_failed_keeps_its_place(cast: Cast) -> None:
    interaction = served(cast)
    queued_at = Interaction.objects.get(id=interaction.id).queued_at
    returned = actions.return_interaction(interaction.id, why="line failed", actor=IVR_ACTOR)
    assert returned is not None
    assert (returned.state, returned.queued_at, returned.member_id) == ("waiting", queued_at, None)


def test_what_an_unknown_caller_said_moves_to_the_customer_he_turns_out_to_be(cast: Cast) -> None:
    robert = actions.create_customer(
        actor=cast.ana.actor, display_name="Robert Whitfield", subscriber_number="TM-1001"
    )
    interaction = call(cast)
    bare_id = interaction.customer_id
    actions.record_fact(
        bare_id,
        key="reason_for_contact",
        value="missing_issue",
        actor=IVR_ACTOR,
        source="ivr:reason",
        interaction_id=interaction.id,
    )
    actions.identify_interaction(
        interaction.id,
        customer=robert,
        identified_by="subscriber_number",
        confidence="claimed",
        actor=IVR_ACTOR,
    )
    assert not Customer.objects.filter(id=bare_id).exists()
    assert robert.facts.get().value == "missing_issue"
    assert actions.find_or_create_by_phone(NUMBER, actor=IVR_ACTOR).customer == robert
    interaction.refresh_from_db()
    assert interaction.reason == "missing_issue"


@pytest.mark.parametrize("said", ["anonymous", "", "restricted", "+266696687", "unknown"])
def test_a_withheld_number_finds_and_creates_nobody(cast: Cast, said: str) -> None:
    found = actions.find_or_create_by_phone(said, actor=IVR_ACTOR)
    assert (found.customer, found.candidates) == (None, ())
    assert not Customer.objects.exists()


def test_a_number_two_people_share_offers_both_and_chooses_neither(cast: Cast) -> None:
    for name in ("Robert", "Jane"):
        actions.create_customer(actor=cast.ana.actor, display_name=name, phones=[NUMBER])
    found = actions.find_or_create_by_phone(NUMBER, actor=IVR_ACTOR)
    assert found.customer is None
    assert [customer.display_name for customer in found.candidates] == ["Robert", "Jane"]


def test_a_guessed_number_never_identifies(cast: Cast) -> None:
    robert = actions.create_customer(
        actor=cast.ana.actor, display_name="Robert", phones=[NUMBER], confidence="guessed"
    )
    found = actions.find_or_create_by_phone(NUMBER, actor=IVR_ACTOR)
    assert found.customer is None
    assert found.candidates == (robert,)


def test_an_unknown_caller_is_shown_as_the_number(cast: Cast) -> None:
    found = actions.find_or_create_by_phone(NUMBER, actor=IVR_ACTOR)
    assert found.customer is not None
    assert found.customer.display_name == "020 7946 0123"
