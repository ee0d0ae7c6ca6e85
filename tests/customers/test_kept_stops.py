"""A stop outlives its record, and an address may be asked for whoever has it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.actions import add_member
from accounts.actors import IVR_ACTOR
from accounts.models import Member, User
from cases.actions import open_case
from cases.address_permission import address_permissions
from customers import actions
from customers.consent.actions import record_consent, resume_sender, stop_contact, write_kept_stops
from customers.consent.handlers import heed_kept_stops
from customers.consent.models import Consent, KeptStop, StopSalt
from customers.models import Customer, Identity
from customers.privacy import certificates
from customers.privacy.erasing import erase_customer, preview_erasure
from foundation import clock
from foundation.errors import Refusal
from foundation.models import Event
from tests.customers.test_consent import codes, listed, noon, recorded
from tests.people import Cast

NUMBER, MAIL = "+447700900123", "robert@example.com"


@pytest.fixture
def grace(cast: Cast) -> Member:
    user = User.objects.create_user(username=f"{cast.organization.slug}-grace")
    return add_member(user, role="admin", display_name="Grace")


def robert(cast: Cast) -> Customer:
    return actions.create_customer(
        actor=cast.ana.actor, display_name="Robert", phones=[NUMBER], emails=[MAIL]
    )


def test_a_stop_outlives_its_record_and_the_next_record_of_the_number_knows_it(
    cast: Cast, grace: Member
) -> None:
    customer = robert(cast)
    stop_contact(customer.pk, actor=IVR_ACTOR, source="sms", said_on="sms")
    [told] = [one for one in preview_erasure(customer.pk).stripped if one.name == "kept_stops"]
    assert (told.count, "hash" in told.because) == (2, True)
    erasure = erase_customer(customer.pk, member=grace, basis="asked")
    assert erasure.stripped["kept_stops"] == 2
    assert certificates.as_json(erasure)["stripped"]["kept_stops"] == 2
    kept = KeptStop.objects.order_by("id")
    assert sorted((row.kind, row.channel) for row in kept) == [("email", ""), ("phone", ""), ("phone", "sms")]
    assert all(len(row.digest) == 64 and NUMBER[1:] not in row.digest for row in kept)
    assert StopSalt.objects.get().salt not in {row.digest for row in kept}

    again = actions.find_or_create_by_phone(NUMBER, actor=IVR_ACTOR).customer
    assert again is not None
    # At once, and in writing as soon as the event is handled; handled again it changes nothing.
    assert codes(cast, again, "research", "sms") == ["stopped"]
    assert codes(cast, again, "research", "email") == ["stopped"]
    assert not Consent.objects.filter(customer=again).exists()
    Event.objects.filter(name="customer.created").exclude(subject=f"customer:{again.pk}").delete()
    for _ in range(2):
        heed_kept_stops(recorded("customer.created"))
    written = Consent.objects.filter(customer=again).order_by("id")
    assert [(row.answer, row.channel, row.source) for row in written] == [
        ("refused", "", "kept after an erasure"),
        ("refused", "sms", "kept after an erasure"),
    ]


def test_the_suppression_list_has_kept_stops_as_hashes_in_their_own_part(cast: Cast, grace: Member) -> None:
    customer = robert(cast)
    stop_contact(customer.pk, actor=IVR_ACTOR, source="desk")
    record_consent(customer.pk, answer="refused", channel="voice", actor=IVR_ACTOR, source="desk")
    erase_customer(customer.pk, member=grace, basis="asked")
    plain = listed(cast, purpose="marketing", identities="plain")
    assert {(row[1], row[3], row[4], row[5]) for row in plain} == {
        ("email (kept)", "email", "stopped", ""),
        ("phone (kept)", "voice; sms; whatsapp", "stopped", ""),
    }
    assert {row[2] for row in plain} == set(KeptStop.objects.values_list("digest", flat=True))
    assert [row[3] for row in listed(cast, purpose="service")] == ["voice"]


def test_what_was_taken_back_or_belongs_to_others_is_not_kept(cast: Cast, grace: Member) -> None:
    customer = robert(cast)
    other = actions.create_customer(actor=cast.ana.actor, display_name="Roberta", phones=[NUMBER])
    actions.mark_shared("email", MAIL, actor=cast.sam.actor)
    stop_contact(customer.pk, actor=IVR_ACTOR, source="sms")
    erase_customer(customer.pk, member=grace, basis="asked")
    assert not KeptStop.objects.exists()
    stop_contact(other.pk, actor=IVR_ACTOR, source="sms")
    record_consent(
        other.pk, answer="lifted", actor=IVR_ACTOR, source="sms", said_at=clock.now() + timedelta(seconds=1)
    )
    erase_customer(other.pk, member=grace, basis="asked")
    assert not KeptStop.objects.exists()


def test_start_takes_a_kept_stop_back_and_other_organisations_never_know_it(
    cast: Cast, grace: Member
) -> None:
    customer = robert(cast)
    stop_contact(customer.pk, actor=IVR_ACTOR, source="sms", said_on="sms")
    erase_customer(customer.pk, member=grace, basis="asked")
    resume_sender(NUMBER, channel="sms", source="sms", actor=IVR_ACTOR)
    assert [row.kind for row in KeptStop.objects.all()] == ["email"]
    again = Identity.objects.get(value=NUMBER).customer
    assert codes(cast, again, "research", "sms") == []
    assert write_kept_stops([again.pk]) == 0


def test_a_second_erasure_forgets_what_the_person_had_taken_back(cast: Cast, grace: Member) -> None:
    customer = robert(cast)
    stop_contact(customer.pk, actor=IVR_ACTOR, source="sms")
    erase_customer(customer.pk, member=grace, basis="asked")
    again = robert(cast)
    write_kept_stops([again.pk])
    record_consent(again.pk, answer="lifted", actor=IVR_ACTOR, source="desk")
    erase_customer(again.pk, member=grace, basis="asked")
    assert not KeptStop.objects.exists()


def asked(cast: Cast, address: str, purpose: str, channel: str, by: Member | None = None) -> list[str]:
    viewer = cast.viewer(by or cast.ana)
    [told] = address_permissions(viewer, [address], purpose=purpose, channel=channel, at=noon())
    assert told.permission.allowed is not bool(told.permission.reasons)
    return [reason.code for reason in told.permission.reasons]


def test_an_unknown_address_gets_what_the_purpose_and_the_kept_stops_say(cast: Cast, grace: Member) -> None:
    assert asked(cast, "07700 900123", "research", "sms") == []
    assert asked(cast, "07700 900123", "marketing", "sms") == ["no_consent"]
    assert asked(cast, "not a number", "research", "sms") == ["not_an_address"]
    customer = robert(cast)
    stop_contact(customer.pk, actor=IVR_ACTOR, source="sms", said_on="sms")
    assert asked(cast, "07700 900123", "research", "whatsapp") == ["stopped"]
    erase_customer(customer.pk, member=grace, basis="asked")
    assert asked(cast, "whatsapp:+447700900123", "research", "whatsapp") == ["stopped"]
    assert asked(cast, "Robert@Example.com", "research", "email") == ["stopped"]
    assert asked(cast, NUMBER, "service", "voice") == []
    assert asked(cast, NUMBER, "service", "sms") == ["stopped"]
    with pytest.raises(Refusal, match="By letter"):
        asked(cast, "1 High Street", "research", "letter")


def test_of_several_who_have_an_address_the_strictest_answer_counts(cast: Cast) -> None:
    customer = robert(cast)
    other = actions.create_customer(actor=cast.ana.actor, display_name="Roberta", phones=[NUMBER])
    assert asked(cast, NUMBER, "research", "sms") == []
    open_case(other.pk, title="Late", actor=cast.ana.actor)
    assert asked(cast, NUMBER, "research", "sms") == ["open_case"]
    record_consent(customer.pk, answer="refused", channel="sms", actor=IVR_ACTOR, source="desk")
    assert asked(cast, NUMBER, "research", "sms") == ["stopped", "open_case"]
    actions.merge_customers(customer.pk, other.pk, actor=cast.sam.actor)
    assert asked(cast, NUMBER, "research", "sms") == ["stopped", "open_case"]


def test_a_partner_is_told_that_an_address_is_barred_and_nothing_of_whose_it_is(
    cast: Cast, grace: Member
) -> None:
    hidden = robert(cast)
    assert asked(cast, NUMBER, "research", "sms", by=cast.paula) == []
    record_consent(
        hidden.pk, answer="granted", purpose="marketing", actor=IVR_ACTOR, source="web", wording="Offers?"
    )
    assert asked(cast, NUMBER, "marketing", "sms", by=cast.paula) == ["no_consent"]
    stop_contact(hidden.pk, actor=IVR_ACTOR, source="sms")
    viewer = cast.viewer(cast.paula)
    while_there = address_permissions(viewer, [NUMBER], purpose="marketing", channel="sms", at=noon())
    erase_customer(hidden.pk, member=grace, basis="asked")
    assert address_permissions(viewer, [NUMBER], purpose="marketing", channel="sms", at=noon()) == while_there
    assert [reason.text for reason in while_there[0].permission.reasons] == [
        "This address is not to be contacted."
    ]
