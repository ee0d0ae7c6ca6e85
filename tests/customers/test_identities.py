"""Each way to recognise somebody, in one form, as sure as it is, and never guessed silently."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from accounts.actors import IVR_ACTOR
from customers import actions
from customers.identity_rules import NoIdentity, canonical_mail, read_identity
from customers.models import Customer, Identity, Interaction
from foundation.errors import Refusal
from foundation.models import Event
from foundation.tenancy import tenant
from tests.people import Cast

NUMBER = "+442079464821"
KINDS = sorted(Identity.Kind.values)


@pytest.mark.parametrize(
    ("kind", "text", "value", "extension"),
    [
        ("phone", "020 7946 4821", NUMBER, ""),
        ("phone", "(020) 7946-4821 ext. 42", NUMBER, "42"),
        ("phone", "+44 20 7946 4821 x42", NUMBER, "42"),
        ("phone", "+442079464821;ext=42", NUMBER, "42"),
        ("phone", "０２０ ７９４６ ４８２１", NUMBER, ""),
        ("phone", "0044 (0)20 7946 4821", NUMBER, ""),
        ("phone", "tel:+44-20-7946-4821", NUMBER, ""),
        ("phone", "0800 FLOWERS", "+448003569377", ""),
        ("phone", "+49 30/901820", "+4930901820", ""),
        ("phone", "+33 1.42.68.53.00", "+33142685300", ""),
        ("phone", "+1 (212) 555-0100", "+12125550100", ""),
        ("phone", "+91 98765 43210", "+919876543210", ""),
        ("phone", "+81 3-1234-5678", "+81312345678", ""),
        ("whatsapp", "whatsapp:+442079464821", NUMBER, ""),
        ("email", "Robert+News@Example.COM", "robert+news@example.com", ""),
        ("email", "ana@xn--exmple-cua.com", "ana@exämple.com", ""),
        ("email", "mailto:Ana_M-B.c@Mail.Example.com", "ana_m-b.c@mail.example.com", ""),
        ("email", "Ana@EXÄMPLE.com", "ana@exämple.com", ""),
        ("email", "用户@例子.公司", "用户@例子.公司", ""),
        ("messenger", "messenger:1234567890", "1234567890", ""),
        ("web_visitor", "b7f3c2a1-0000", "b7f3c2a1-0000", ""),
        ("social", "Instagram: @RobertW", "instagram:robertw", ""),
        ("subscriber_number", "2011 0487-a", "20110487A", ""),
        ("partner_reference", " DP-10 442 ", "DP-10 442", ""),
    ],
)
def test_many_spellings_are_one_identity(kind: str, text: str, value: str, extension: str) -> None:
    read = read_identity(kind, text, country_code="GB")
    assert (read.value, read.extension) == (value, extension)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("phone", "call me on 020 7946 4821 please"),
        ("phone", "my number is +442079464821"),
        ("phone", "020 7946 4821 or 020 7946 4822"),
        ("phone", "anonymous"),
        ("phone", "12"),
        ("phone", "+999 1234567"),
        ("email", "a..b@example.com"),
        ("email", "a@b"),
        ("email", "a@-b.com"),
        ("email", "a.@example.com"),
        ("email", f"{'a' * 250}@example.com"),
        ("email", "robert"),
        ("email", "two@example.com, three@example.com"),
        ("messenger", "abc"),
        ("web_visitor", "short"),
        ("web_visitor", "has a space in it"),
        ("social", "robertw"),
        ("subscriber_number", "---"),
        ("subscriber_number", "9" * 61),
        ("partner_reference", "x" * 255),
        ("fax", "1"),
    ],
)
def test_what_is_no_identity_is_refused_in_words(kind: str, text: str) -> None:
    with pytest.raises(NoIdentity) as refused:
        read_identity(kind, text, country_code="GB")
    assert len(str(refused.value)) > 8


@given(text=st.text(max_size=300), kind=st.sampled_from(KINDS))
def test_whatever_is_read_reads_the_same_again(text: str, kind: str) -> None:
    try:
        once = read_identity(kind, text, country_code="GB")
    except NoIdentity:
        return
    assert 0 < len(once.value) <= 254
    assert read_identity(kind, once.value, country_code="GB").value == once.value


def test_addresses_of_one_mailbox_are_known_to_be() -> None:
    assert canonical_mail("Rob.W+news@googlemail.com") == canonical_mail("robw@gmail.com")
    assert canonical_mail("rob.w+news@example.com") == "rob.w@example.com"
    assert canonical_mail("rob.w@example.com") != canonical_mail("robw@example.com")


def test_a_refusal_names_the_kind_at_fault(cast: Cast) -> None:
    customer = actions.create_customer(actor=cast.ana.actor, display_name="Robert")
    with pytest.raises(Refusal) as refused:
        actions.add_identity(customer.id, kind="email", value="robert@", actor=cast.ana.actor)
    assert (refused.value.code, refused.value.field) == ("bad_identity", "email")
    with pytest.raises(Refusal) as unknown:
        actions.add_identity(customer.id, kind="fax", value="1", actor=cast.ana.actor)
    assert unknown.value.field == "fax"


def test_a_number_nobody_vouches_for_finds_its_owner_as_a_guess(cast: Cast) -> None:
    robert = actions.create_customer(
        actor=cast.ana.actor, display_name="Robert", phones=[NUMBER], confidence="verified"
    )
    vouched = actions.find_or_create_by_phone(NUMBER, actor=IVR_ACTOR, attested=True)
    assert (vouched.customer, vouched.confidence) == (robert, "verified")
    unknown = actions.find_or_create_by_phone(NUMBER, actor=IVR_ACTOR, attested=False)
    assert (unknown.customer, unknown.confidence) == (robert, "guessed")


def test_a_number_that_many_share_identifies_nobody_and_creates_nobody(cast: Cast) -> None:
    actions.mark_shared("phone", NUMBER, actor=cast.ana.actor, note="Hotel Astoria")
    found = actions.find_or_create_by_phone(NUMBER, actor=IVR_ACTOR)
    assert (found.customer, found.candidates, Customer.objects.count()) == (None, (), 0)
    robert = actions.create_customer(
        actor=cast.ana.actor, display_name="Robert", phones=[NUMBER], confidence="verified"
    )
    found = actions.find_or_create_by_phone(NUMBER, actor=IVR_ACTOR)
    assert (found.customer, found.candidates) == (None, (robert,))
    assert actions.unmark_shared("phone", NUMBER)
    assert actions.find_or_create_by_phone(NUMBER, actor=IVR_ACTOR).customer == robert


def test_a_switchboards_number_offers_whom_we_know_behind_it(cast: Cast) -> None:
    robert = actions.create_customer(
        actor=cast.ana.actor, display_name="Robert", phones=["020 7946 4821 ext 42"]
    )
    found = actions.find_or_create_by_phone(NUMBER, actor=IVR_ACTOR)
    assert (found.customer, found.candidates) == (None, (robert,))


def test_whoever_writes_by_whatsapp_is_whoever_calls_from_that_number(cast: Cast) -> None:
    robert = actions.create_customer(actor=cast.ana.actor, display_name="Robert", phones=[NUMBER])
    found = actions.find_or_create_customer(
        [("whatsapp", NUMBER)], actor=IVR_ACTOR, confidence="verified", source="whatsapp"
    )
    assert (found.customer, found.confidence) == (robert, "verified")
    whatsapp = Identity.objects.get(kind="whatsapp")
    assert (whatsapp.customer, whatsapp.confidence, whatsapp.source) == (robert, "verified", "whatsapp")


def test_identities_of_two_people_in_one_message_make_both_candidates(cast: Cast) -> None:
    one = actions.create_customer(actor=cast.ana.actor, display_name="Robert", phones=[NUMBER])
    other = actions.create_customer(actor=cast.ana.actor, display_name="Anna", emails=["a@example.com"])
    found = actions.find_or_create_customer([("phone", NUMBER), ("email", "a@example.com")], actor=IVR_ACTOR)
    assert (found.customer, set(found.candidates)) == (None, {one, other})
    assert Customer.objects.count() == 2


def test_a_caller_without_a_name_gets_the_one_they_write(cast: Cast) -> None:
    caller = actions.find_or_create_by_phone(NUMBER, actor=IVR_ACTOR).customer
    found = actions.find_or_create_customer(
        [("email", "rob@example.com"), ("phone", NUMBER)], actor=IVR_ACTOR, display_name="Robert Whitfield"
    )
    assert caller is not None
    assert found.customer is not None
    assert (found.customer.id, found.customer.display_name) == (caller.id, "Robert Whitfield")
    assert set(found.customer.identities.values_list("kind", flat=True)) == {"phone", "email"}


def test_an_identity_becomes_surer_and_never_less_sure(cast: Cast) -> None:
    customer = actions.create_customer(actor=cast.ana.actor, display_name="Robert", phones=[NUMBER])
    number = customer.identities.get()
    assert actions.verify_identity(
        customer.id, identity_id=number.id, actor=cast.ana.actor, source="code by SMS"
    )
    number.refresh_from_db()
    assert (number.confidence, number.source) == ("verified", "code by SMS")
    assert number.confirmed_at is not None
    assert not actions.verify_identity(customer.id, identity_id=number.id, actor=cast.ana.actor)
    actions.add_identity(customer.id, kind="phone", value=NUMBER, actor=IVR_ACTOR, confidence="guessed")
    number.refresh_from_db()
    assert number.confidence == "verified"


def test_twenty_first_contacts_over_two_channels_make_one_customer(committed_cast: Cast) -> None:
    organization_id = committed_cast.organization.id
    barrier = Barrier(20)

    def contact(n: int) -> int:
        try:
            barrier.wait(timeout=20)
            with tenant(organization_id):
                if n % 2:
                    found = actions.find_or_create_by_phone(NUMBER, actor=IVR_ACTOR)
                else:
                    found = actions.find_or_create_customer(
                        [("email", "rob@example.com"), ("whatsapp", NUMBER)],
                        actor=IVR_ACTOR,
                        display_name="Robert Whitfield",
                    )
                actions.open_interaction(
                    actor=IVR_ACTOR,
                    channel="voice" if n % 2 else "web_form",
                    address=NUMBER,
                    customer=found.customer,
                    confidence=found.confidence,
                )
                assert found.customer is not None
                return found.customer.id
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        ids = set(pool.map(contact, range(20)))
    assert len(ids) == 1
    with tenant(organization_id):
        assert Customer.objects.count() == 1
        assert Customer.objects.get().display_name == "Robert Whitfield"
        assert sorted(Identity.objects.values_list("kind", flat=True)) == ["email", "phone", "whatsapp"] or (
            sorted(Identity.objects.values_list("kind", flat=True)) == ["email", "whatsapp"]
        )
        assert Interaction.objects.count() == 20
        assert Event.objects.filter(name="customer.created").count() == 1
