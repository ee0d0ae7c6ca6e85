"""Records of one person are found, merged where a rule is sure, and shown to a person otherwise."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actors import IVR_ACTOR
from customers import actions
from customers.actions.duplicates import find_duplicates_of
from customers.duplicate_rules import (
    WORTH_A_LOOK,
    KnownBy,
    Profile,
    candidate_keys,
    compare,
    names_may_be_one,
    postcode,
)
from customers.duplicate_sweep import sweep_organization
from customers.models import CandidateKey, Customer, DuplicatePair, Identity
from foundation.tenancy import tenant
from tests.people import Cast

LEEDS = "1 High Street\nLeeds\nLS1 4AB"


def profile(name: str, *identities: tuple[str, str, str], address: str = "", **more: Any) -> Profile:
    known = tuple(KnownBy(kind, value, confidence) for kind, value, confidence in identities)
    return Profile(customer_id=0, display_name=name, postal_address=address, identities=known, **more)


PHONE = ("phone", "+447700900100", "verified")
MAIL = ("email", "rob@example.com", "verified")


@pytest.mark.parametrize(
    ("one", "other", "may"),
    [
        ("Robert Whitfield", "Robert Whitfield", True),
        ("Robert Whitfield", "WHITFIELD, Robert", True),
        ("Robert Whitfield", "R. Whitfield", True),
        ("Dr Robert Whitfield", "Robert J Whitfield", True),
        ("Robert Whitfield", "Robert Whitfeild", True),
        ("José Muñoz", "Jose Munoz", True),
        ("李小龍", "李小龍", True),
        ("Robert Whitfield", "Anna Whitfield", False),
        ("Robert Whitfield", "Roberta Smith", False),
        ("Whitfield", "Robert Whitfield", False),
        ("محمد علي", "علي حسن", False),
        ("🙂", "Robert", False),
    ],
)
def test_names_that_may_be_one_persons(one: str, other: str, may: bool) -> None:
    assert names_may_be_one(one, other) is may


def test_the_same_verified_number_and_name_is_safe() -> None:
    like = compare(profile("Robert Whitfield", PHONE), profile("R. Whitfield", PHONE))
    assert like.is_safe
    assert like.score >= WORTH_A_LOOK
    assert "verified on both" in str(like.reasons[0]["text"])


def test_a_couple_with_one_number_and_address_is_two_people() -> None:
    like = compare(
        profile("Robert Whitfield", PHONE, address=LEEDS), profile("Anna Whitfield", PHONE, address=LEEDS)
    )
    assert not like.is_safe
    assert like.score < WORTH_A_LOOK


def test_a_mail_alone_never_merges_where_subscriber_numbers_differ() -> None:
    like = compare(
        profile("Robert Whitfield", MAIL, ("subscriber_number", "1", "claimed")),
        profile("Robert Whitfield", MAIL, ("subscriber_number", "2", "claimed")),
    )
    assert not like.is_safe
    assert {reason["code"] for reason in like.reasons} >= {"same_email_verified", "other_subscriber_number"}


def test_a_claimed_number_and_a_like_name_wait_for_a_person() -> None:
    phone = ("phone", "+447700900100", "claimed")
    like = compare(profile("Robert Whitfield", phone), profile("Rob Whitfield", phone))
    assert not like.is_safe
    assert like.score >= WORTH_A_LOOK


def test_one_mailbox_in_two_spellings_and_a_name_that_sounds_alike_are_seen() -> None:
    like = compare(
        profile("Catherine Meyer", ("email", "kate.meyer+a@gmail.com", "claimed"), address=LEEDS),
        profile("Katherine Mayer", ("email", "katemeyer@gmail.com", "claimed"), address="2 Low Rd\nLS1 4AB"),
    )
    assert like.score >= WORTH_A_LOOK
    assert {"same_mailbox", "same_postcode"} <= {reason["code"] for reason in like.reasons}


def test_a_guess_and_a_shared_number_count_for_little() -> None:
    guess = ("phone", "+447700900100", "guessed")
    assert compare(profile("Robert Whitfield", guess), profile("Rob Whitfield", guess)).score < WORTH_A_LOOK
    hotel = KnownBy("phone", "+447700900100", "verified", is_shared=True)
    guests = [Profile(n, name, identities=(hotel,)) for n, name in enumerate(("Ann Day", "Ann Dale"))]
    assert not compare(*guests).is_safe


@pytest.mark.parametrize(
    ("address", "code"),
    [
        (LEEDS, "LS14AB"),
        ("Hauptstr. 5\n10115 Berlin", "10115"),
        ("350 Fifth Ave\nNew York, NY 10118", "10118"),
        ("Keizersgracht 1\n1015 CJ Amsterdam", "1015CJ"),
        ("12 Rue", ""),
        ("", ""),
    ],
)
def test_the_postcode_is_found_in_an_address(address: str, code: str) -> None:
    assert postcode(address) == code


def test_likeness_knows_no_order() -> None:
    one, other = profile("Robert Whitfield", PHONE, MAIL, address=LEEDS), profile("Rob Whitfeld", PHONE)
    assert compare(one, other).score == compare(other, one).score
    assert candidate_keys(one)


def same_person(cast: Cast, *, confidence: str) -> tuple[Customer, Customer]:
    people = [
        actions.create_customer(
            actor=cast.ana.actor, display_name=name, phones=["+447700900100"], confidence=confidence
        )
        for name in ("Robert Whitfield", "R. Whitfield")
    ]
    return people[0], people[1]


def test_a_safe_pair_is_merged_at_once_into_the_older_record(cast: Cast) -> None:
    one, other = same_person(cast, confidence="verified")
    assert actions.find_duplicates(other.id).merged == 1
    other.refresh_from_db()
    assert other.merged_into_id == one.id
    pair = DuplicatePair.objects.get()
    assert (pair.state, pair.is_safe) == ("merged", True)
    assert one.merges.get().why.startswith("By rule: the same telephone number, verified on both")


def test_a_doubtful_pair_waits_with_its_reasons(cast: Cast) -> None:
    one, other = same_person(cast, confidence="claimed")
    actions.find_duplicates(other.id)
    pair = DuplicatePair.objects.get()
    assert (pair.first_id, pair.second_id, pair.state) == (one.id, other.id, "waiting")
    assert pair.reasons[0]["text"] == "the same telephone number"


def test_what_a_person_kept_apart_is_not_asked_again(cast: Cast) -> None:
    one, other = same_person(cast, confidence="claimed")
    actions.find_duplicates(other.id)
    pair = DuplicatePair.objects.get()
    assert actions.keep_pair_apart(pair.id, actor=cast.sam.actor)
    assert not actions.keep_pair_apart(pair.id, actor=cast.sam.actor)
    for row in Identity.objects.all():
        actions.verify_identity(row.customer_id, identity_id=row.id, actor=cast.ana.actor)
    assert actions.find_duplicates(one.id).merged == 0
    assert Customer.objects.filter(merged_into=None).count() == 2


def test_an_undone_merge_is_not_made_again_by_rule(cast: Cast) -> None:
    one, other = same_person(cast, confidence="verified")
    actions.find_duplicates(other.id)
    actions.unmerge_customers(one.merges.get().id, actor=cast.sam.actor)
    assert actions.find_duplicates(other.id).merged == 0


def test_a_caller_without_a_name_joins_the_record_that_gets_the_number(cast: Cast) -> None:
    caller = actions.find_or_create_by_phone("+447700900100", actor=IVR_ACTOR).customer
    assert caller is not None
    robert = actions.create_customer(
        actor=cast.ana.actor, display_name="Robert Whitfield", phones=["+447700900100"]
    )
    actions.find_duplicates(robert.id)
    caller.refresh_from_db()
    assert caller.merged_into_id == robert.id
    assert actions.find_or_create_by_phone("+447700900100", actor=IVR_ACTOR).customer == robert


def test_records_of_one_place_with_names_that_sound_alike_are_found_without_an_identity(cast: Cast) -> None:
    one = actions.create_customer(actor=cast.ana.actor, display_name="Catherine Meyer", postal_address=LEEDS)
    other = actions.create_customer(
        actor=cast.ana.actor, display_name="Katherine Meyer", postal_address="1 High St.\nLeeds LS1 4AB"
    )
    for each in (one, other):
        actions.find_duplicates(each.id)
    pair = DuplicatePair.objects.get()
    assert {"same_address", "same_postcode"} & {reason["code"] for reason in pair.reasons}


def test_a_pair_that_shares_nothing_any_more_is_dropped(cast: Cast) -> None:
    _, other = same_person(cast, confidence="claimed")
    actions.find_duplicates(other.id)
    actions.remove_identity(other.id, identity_id=other.identities.get().id, actor=cast.ana.actor)
    actions.find_duplicates(other.id)
    assert not DuplicatePair.objects.exists()


def test_a_key_of_thousands_leads_nowhere(cast: Cast) -> None:
    people = Customer.objects.bulk_create(
        Customer(display_name=f"Guest {n}", postal_address=LEEDS) for n in range(60)
    )
    swept = find_duplicates_of([one.pk for one in people], found_by="sweep")
    assert (swept.looked_at, swept.compared) == (60, 0)


def test_the_work_of_a_look_does_not_grow_with_the_company(cast: Cast) -> None:
    _, other = same_person(cast, confidence="claimed")
    with CaptureQueriesContext(
        connection,
    ) as before:
        actions.find_duplicates(other.id)
    Customer.objects.bulk_create(Customer(display_name=f"Stranger {n}") for n in range(500))
    with CaptureQueriesContext(connection) as after:
        swept = actions.find_duplicates(other.id)
    assert swept.compared == 1
    assert len(after) <= len(before)


def test_the_nightly_sweep_finds_what_no_event_told_of(committed_cast: Cast) -> None:
    organization_id = committed_cast.organization.id
    with tenant(organization_id):
        people = Customer.objects.bulk_create(
            Customer(display_name=name, postal_address=LEEDS)
            for name in ("Robert Whitfield", "Robert Whitfeild", "Anna Whitfield", "Someone Else")
        )
        Identity.objects.bulk_create(
            Identity(customer=one, kind="phone", value="+447700900100", confidence="verified", hand="file")
            for one in people[:2]
        )
    swept = sweep_organization(organization_id)
    assert (swept.looked_at, swept.merged) == (4, 1)
    with tenant(organization_id):
        assert Customer.objects.get(id=people[1].id).merged_into_id == people[0].id
        assert CandidateKey.objects.filter(customer_id=people[2].id).exists()
    assert sweep_organization(organization_id).merged == 0
