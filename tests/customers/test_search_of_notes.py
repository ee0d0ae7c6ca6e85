"""What people wrote on a record finds it, after everybody who is called so, for whoever may read the note."""

from __future__ import annotations

import pytest
from django.db import connection

from customers import actions
from customers.models import Customer, SearchNote, TimelineEntry
from customers.search import find_customers, search_customers
from customers.search import keys as hashing
from customers.search.notes import MOST_WORDS, note_words, rebuild_notes
from foundation.tenancy import tenant
from tests.people import Cast, make_cast


@pytest.fixture
def add(cast: Cast):
    def add(name: str, *notes: str, **choices: object) -> Customer:
        customer = actions.create_customer(actor=cast.ana.actor, display_name=name)
        for text in notes:
            actions.add_note(customer.pk, text=text, actor=cast.ana.actor, **choices)
        return customer

    return add


def found(cast: Cast, text: str, limit: int = 10) -> list[str]:
    return [one.display_name for one in search_customers(cast.viewer(cast.ana), text, limit)]


@pytest.mark.parametrize(
    ("note", "typed"),
    [
        ("The blue envelope was torn.", ["envelope", "torn envelope", "ENVELOPE", "envel", "torn enve"]),
        ("Zusteller läutet nie, Tür klemmt", ["läutet", "laeutet", "lautet", "tür", "tuer klem"]),
        ("Заказ не пришёл, обещали завтра", ["пришел", "обещали", "обещ"]),
        ("客户没有收到报纸", ["收到报纸", "报纸"]),
        ("لم تصل الجريدة", ["الجريده", "تصل"]),
        ("Meter 4711-B, left by the gate", ["4711", "gate left", "to the gate"]),
    ],
)
def test_a_note_is_found_by_its_words_in_any_order_and_by_the_beginning_of_the_last(
    cast: Cast, add, note: str, typed: list[str]
) -> None:
    add("Robert", note)
    add("Somebody", "Wants the invoice again")
    assert {text: found(cast, text) for text in typed} == {text: ["Robert"] for text in typed}


def test_a_note_without_one_of_the_words_is_not_found(cast: Cast, add) -> None:
    add("Robert", "The blue envelope was torn.")
    for text in ("envelope wet", "nvelope", "envelopes", "to", "b", "env"):
        assert found(cast, text) == [], text


def test_it_says_what_stands_in_the_note(cast: Cast, add) -> None:
    add(
        "Robert",
        "Called on Monday, again on Friday. The blue\nenvelope was torn, and everything in it wet. Sent.",
    )
    (hit,) = find_customers(cast.viewer(cast.ana), "envelope torn")
    assert hit.why == ("in a note: …on Friday. The blue envelope was torn, and everything in it wet.…",)
    add("Anna", "Short")
    (hit,) = find_customers(cast.viewer(cast.ana), "short")
    assert hit.why == ("in a note: Short",)


def test_whoever_is_called_so_comes_first_and_nobody_comes_twice(cast: Cast, add) -> None:
    add("Paul", "Sister of Mary Winter", "Winter holiday until March")
    add("Mary Winter", "Winter coat left behind")
    add("Peter", "A note on winter tyres")
    assert found(cast, "winter") == ["Mary Winter", "Peter", "Paul"]
    assert found(cast, "winter", limit=2) == ["Mary Winter", "Peter"]
    # All words in a note say more than one of two words in a name.
    assert found(cast, "winter holiday") == ["Paul", "Mary Winter"]


def test_the_newest_notes_come_first_and_many_with_one_beginning_hide_no_other(cast: Cast, add) -> None:
    add("The custard", "Likes custard")
    for at in range(45):
        add(f"Person {at}", "customer called")
    assert found(cast, "customer called", limit=3) == ["Person 44", "Person 43", "Person 42"]
    assert found(cast, "custard", limit=1) == ["The custard"]
    assert found(cast, "custar", limit=1) == ["The custard"]


def test_a_partner_finds_by_notes_that_it_may_read_and_by_no_other(cast: Cast, add) -> None:
    def theirs(text: str) -> list[Customer]:
        return search_customers(cast.viewer(cast.paula), text)

    def ask() -> dict[str, list[Customer]]:
        return {word: theirs(word) for word in ("albatross", "bittern", "cormorant", "dunlin", "eider")}

    robert, hidden = add("Robert", "albatross for everybody"), add("Stranger", "eider on a record not shared")
    actions.add_note(robert.pk, text="bittern between us", actor=cast.ana.actor, for_partners=False)
    for partner in (cast.partner, cast.other_partner):
        actions.share_record(robert.pk, partner_id=partner.id, reason="promise")
    actions.add_note(robert.pk, text="cormorant by themselves", actor=cast.paula.actor)
    TimelineEntry.objects.filter(body__contains="dunlin").delete()
    note = actions.add_note(robert.pk, text="dunlin of another partner", actor=cast.ana.actor)
    TimelineEntry.objects.filter(pk=note.pk).update(partner=cast.other_partner)
    wanted = {"albatross": [robert], "bittern": [], "cormorant": [robert], "dunlin": [], "eider": []}
    assert ask() == wanted
    _share_crowd(cast)
    assert ask() == wanted
    assert found(cast, "eider") == [hidden.display_name]


def _share_crowd(cast: Cast) -> None:
    """So many that the shared records are no longer looked through one by one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH crowd AS (INSERT INTO customers_customer (organization_id, display_name, given_name,"
            " family_name, company_name, language, country_code, region, postal_address, version, updated_at)"
            " SELECT %s, 'One of many', '', '', '', '', '', '', '', 1, now() FROM generate_series(1, 2001)"
            " RETURNING id) INSERT INTO customers_recordshare"
            " (organization_id, customer_id, partner_id, reason, started_at)"
            " SELECT %s, id, %s, 'promise', now() FROM crowd",
            [cast.organization.id, cast.organization.id, cast.partner.id],
        )


def test_another_company_finds_nothing_in_our_notes(committed_cast: Cast) -> None:
    cast = committed_cast
    with tenant(cast.organization.id):
        robert = actions.create_customer(actor=cast.ana.actor, display_name="Robert")
        actions.add_note(robert.id, text="The envelope was torn", actor=cast.ana.actor)
    other = make_cast("rival")
    theirs = [hashing.key(cast.organization.id, "w", "envelope")]
    with tenant(other.organization.id):
        assert search_customers(other.viewer(other.ana), "envelope") == []
        assert _asked(theirs) == []
    with tenant(cast.organization.id):
        assert _asked(theirs) == [robert.id]
    assert _asked(theirs) == []


def _asked(keys: list[int]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT customer_id FROM customers_search_notes(%s, NULL, '{}', 10)", [keys])
        return [customer_id for (customer_id,) in cursor.fetchall()]


def test_a_note_goes_with_its_line_and_a_merged_records_notes_find_the_other(cast: Cast, add) -> None:
    robert, double = add("Robert Whitfield"), add("Bob Whitfield", "The envelope was torn")
    actions.merge_customers(robert.pk, double.pk, actor=cast.sam.actor)
    assert found(cast, "envelope") == ["Robert Whitfield"]
    TimelineEntry.objects.filter(kind="note").delete()
    assert found(cast, "envelope") == []
    assert not SearchNote.objects.exists()


def test_notes_written_in_bulk_are_found_after_a_rebuild_and_a_long_one_by_its_beginning(
    cast: Cast, add
) -> None:
    robert = add("Robert")
    long = " ".join(f"word{at}" for at in range(2_000))
    TimelineEntry.objects.bulk_create(
        TimelineEntry(customer=robert, kind="note", hand="inhouse", title="Note", body=body)
        for body in ("The envelope was torn", long)
    )
    assert found(cast, "envelope") == []
    assert rebuild_notes(cast.organization.id) == 2
    assert rebuild_notes(cast.organization.id, only_missing=True) == 0
    assert found(cast, "envelope") == found(cast, "word7 word9") == ["Robert"]
    assert found(cast, "word1999") == []
    assert len(note_words(long)) == MOST_WORDS
