"""One box: every kind of thing that people type finds whom it should, and nobody else."""

from __future__ import annotations

import unicodedata

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from customers import actions
from customers.models import Customer, SearchEntry, SearchWord
from customers.search import find_customers, search_customers
from customers.search import keys as hashing
from customers.search.distance import edits
from customers.search.entries import index_customers, rebuild
from customers.search.upkeep import count_words
from customers.search.words import fold, split, stored_words, typed_words
from foundation.tenancy import tenant
from tests.people import Cast, make_cast


@pytest.fixture
def add(cast: Cast):
    def add(name: str, **fields: object) -> Customer:
        return actions.create_customer(actor=cast.ana.actor, display_name=name, **fields)

    return add


@pytest.fixture
def robert(add) -> Customer:
    return add(
        "Robert Whitfield",
        given_name="Robert",
        family_name="Whitfield",
        region="Yorkshire",
        company_name="Orchard Travel Ltd",
        postal_address="14 Orchard Close\nLeeds\nLS8 1QX",
        phones=["020 7946 4821"],
        emails=["bobby.w+news@example.com"],
        subscriber_number="2011 0487",
    )


@pytest.fixture
def strangers(add) -> list[Customer]:
    names = ["Alice Brown", "Roberta Field", "Whitney Cole", "Ivan Petrov", "Maria Garcia"]
    return [add(name, phones=[f"+4420794651{at:02}"]) for at, name in enumerate(names, 10)]


def found(cast: Cast, text: str, limit: int = 10) -> list[str]:
    return [one.display_name for one in search_customers(cast.viewer(cast.ana), text, limit)]


def best(cast: Cast, text: str) -> str | None:
    return next(iter(found(cast, text)), None)


# --- What people type ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        *("whitfield", "WHITFIELD", "Robert Whitfield", "whitfield robert", "rob whit", "w rob", "whitf"),
        *("whitfeild", "whitfild", "whittfield", "robret whitfield", "rbert whitfeild", "whitfei"),
        *("tfiel", "hitfie"),
        *(
            "020 7946 4821",
            "+44 20 7946 4821",
            "4821",
            "464821",
            "79464",
            "02079464",
            "+4420794648",
            "946 48",
        ),
        *("２０７９４６４８２１", "02079464821 "),
        *("bobby.w+news@example.com", "bobby.w+news@", "Bobby.W+News@exam", "bobby", "boby"),
        *("2011 0487", "20110487", "0487", "201104"),
        *("whitfield 4821", "4821 rob", "robert yorkshire", "orchard travel", "leeds whitfield", "ls81qx"),
        *("rob ert whitfield", "whit field", "robertwhitfield"),
        *("whitfield nonsense",),
    ],
)
def test_he_is_found_first_by(cast: Cast, robert: Customer, strangers: list[Customer], typed: str) -> None:
    assert best(cast, typed) == "Robert Whitfield"


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Jürgen Müller", ["müller", "mueller", "muller", "MÜLLER", "juergen", "mul", "jurgen mueler"]),
        ("Hans Mueller", ["müller", "mueller", "muller"]),
        ("Søren Ørsted", ["orsted", "oersted", "ørsted", "soren"]),
        ("Łukasz Żółć", ["lukasz", "zolc", "Żółć"]),
        ("Seán O’Brien", ["obrien", "o'brien", "O’Brien", "sean"]),
        ("Ronald Mc Donald", ["mcdonald", "mc donald", "McDonald", "mcdonlad"]),
        ("Flora McDonald", ["mc donald", "mcdonald", "donald"]),
        ("Анна Каренина", ["каренина", "Каренина", "карен", "анна каренина", "карнина", "арени"]),
        ("Семён Йорданов", ["семен", "Семён", "йорданов"]),
        ("Γιώργος Παπαδόπουλος", ["παπαδοπουλος", "Γιωργος", "παπαδ", "ΠΑΠΑΔΟΠΟΥΛΟΣ"]),
        ("محمد الأحمد", ["محمد", "الاحمد", "مُحَمَّد"]),
        ("שרה כהן", ["כהן", "שרה", "שָׂרָה"]),
        ("王小明", ["王小明", "小明", "王", "明"]),
        ("山田 太郎", ["山田", "太郎", "山田太郎"]),
        ("김민수", ["김민수", "민수", "김"]),
        ("สมชาย ใจดี", ["สมชาย", "ใจดี", "สมช"]),
        ("अमिताभ बच्चन", ["अमिताभ", "बच्चन"]),
    ],
)
def test_a_name_in_any_script_is_found_as_people_write_it(
    cast: Cast, add, strangers: list[Customer], name: str, typed: list[str]
) -> None:
    add(name)
    assert {text: best(cast, text) for text in typed} == dict.fromkeys(typed, name)


def test_an_order_and_a_partners_reference_find_the_customer(cast: Cast, robert: Customer) -> None:
    bought = actions.add_subscription(robert.id, product_code="digital-edition", actor=cast.ana.actor)
    switched = actions.switch_subscription(bought.id, product_code="print", actor=cast.ana.actor)
    assert switched is not None
    actions.add_subscription(
        robert.id, product_code="print", actor=cast.ana.actor, reference="ORD-2026/00123"
    )
    actions.add_identity(
        robert.id,
        kind="partner_reference",
        value="DP 77-310",
        actor=cast.ana.actor,
        partner_id=cast.partner.id,
    )
    for typed in ("ORD-2026/00123", "ord202600123", "00123", "dp77310", "77310", "DP 77-310"):
        assert found(cast, typed) == ["Robert Whitfield"], typed


def test_whoever_fits_best_comes_first_and_the_newest_among_equals(cast: Cast, add) -> None:
    for name in ("Anna Martin", "Anna Martinez", "Anna Marten", "Joanna Smart", "Anna Martin"):
        add(name)
    hits = search_customers(cast.viewer(cast.ana), "anna martin")
    assert [one.display_name for one in hits] == ["Anna Martin"] * 2 + ["Anna Martinez", "Anna Marten"]
    assert hits[0].id > hits[1].id
    assert len(search_customers(cast.viewer(cast.ana), "anna", limit=2)) == 2


def test_it_says_why_somebody_was_found(cast: Cast, robert: Customer) -> None:
    def why(text: str) -> tuple[str, ...]:
        (hit,) = find_customers(cast.viewer(cast.ana), text)
        return hit.why

    assert why("whitfield") == ()
    assert why("whitfield 4821") == ("phone ends 4821",)
    assert why("7946") == ("phone has 7946",)
    assert why("0487") == ("subscriber number ends 0487",)
    assert why("whitfeild") == ("name like whitfield",)
    assert why("orchard trav") == ("company orchard", "company travel")
    assert why("leeds") == ("address leeds",)
    assert why("020 7946 4821") == ("phone as typed",)


# --- What is written ------------------------------------------------------------------------------------


def test_a_changed_record_is_found_by_what_it_says_now(cast: Cast, robert: Customer) -> None:
    actor = cast.ana.actor
    names = {"display_name": "Bob Winter", "given_name": "Bob", "family_name": "Winter"}
    actions.change_customer(robert.id, actor=actor, expected_version=robert.version, **names)
    actions.add_identity(robert.id, kind="phone", value="020 7946 5599", actor=actor)
    old = robert.identities.get(value="+442079464821")
    actions.remove_identity(robert.id, identity_id=old.id, actor=actor)
    assert found(cast, "whitfield") == []
    assert found(cast, "464821") == []
    assert found(cast, "winter 5599") == ["Bob Winter"]


def test_a_caller_nobody_knows_is_found_by_the_number_alone(cast: Cast) -> None:
    from accounts.actors import IVR_ACTOR

    actions.find_or_create_by_phone("+442079464821", actor=IVR_ACTOR)
    assert found(cast, "464821") == ["020 7946 4821"]
    assert not SearchWord.objects.exists()


def test_indexing_again_changes_nothing(cast: Cast, robert: Customer) -> None:
    assert index_customers([robert.id]) == 0


def test_the_nightly_count_forgets_unused_words_and_learns_missing_ones(cast: Cast, robert: Customer) -> None:
    actions.change_customer(
        robert.id, actor=cast.ana.actor, expected_version=robert.version, display_name="Robert Winter",
        family_name="Winter",
    )  # fmt: skip
    SearchWord.objects.filter(word="winter").delete()
    count_words(cast.organization.id)
    counted = dict(SearchWord.objects.values_list("word", "customers"))
    assert "whitfield" not in counted
    assert (counted["winter"], counted["^w"], counted["^"]) == (1, 1, 1)
    assert found(cast, "wintre") == ["Robert Winter"]


def test_customers_written_in_bulk_are_indexed_by_the_sweep(cast: Cast) -> None:
    Customer.objects.bulk_create(Customer(display_name=f"Person {at} Bulkington") for at in range(5))
    assert found(cast, "bulkington") == []
    assert rebuild(cast.organization.id, only_missing=True) == 5
    assert len(found(cast, "bulkingtno")) == 5
    assert rebuild(cast.organization.id, only_missing=True) == 0


def test_common_words_are_answered_by_the_newest_whatever_way_is_taken(cast: Cast) -> None:
    Customer.objects.bulk_create(
        Customer(display_name=f"{'Maria' if at % 3 else 'Jose'} {'Garcia' if at % 7 else 'Lopez'}")
        for at in range(3500)
    )
    rebuild(cast.organization.id)
    for counted in (False, True):
        if counted:
            count_words(cast.organization.id)
        for typed, given_name, family in (("maria garcia", "Maria", "Garcia"), ("lop jos", "Jose", "Lopez")):
            wanted = Customer.objects.filter(display_name=f"{given_name} {family}").order_by("-id")[:10]
            assert search_customers(cast.viewer(cast.ana), typed) == list(wanted)
    assert len(found(cast, "m", limit=50)) == 50


# --- Who sees what ----------------------------------------------------------------------------------------


def test_another_company_finds_nobody_even_with_a_setting_made_up(committed_cast: Cast) -> None:
    cast = committed_cast
    with tenant(cast.organization.id):
        robert = actions.create_customer(
            actor=cast.ana.actor, display_name="Robert Whitfield", phones=["020 7946 4821"]
        )
    other = make_cast("rival")
    with tenant(other.organization.id):
        for typed in ("whitfield", "whitfeild", "4821", "020 7946 4821"):
            assert search_customers(other.viewer(other.ana), typed) == []
        theirs = hashing.key(cast.organization.id, "w", "whitfield")
        assert _asked([theirs]) == []
    with tenant(cast.organization.id):
        assert _asked([theirs]) == [robert.id]
    with connection.cursor() as cursor:
        assert _asked([theirs]) == []
        cursor.execute("SELECT set_config('app.organization_id', %s, false)", [str(other.organization.id)])
        assert _asked([theirs]) == []
        cursor.execute("SELECT set_config('app.organization_id', '', false)")
        cursor.execute("SELECT count(*) FROM customers_searchentry")
        assert cursor.fetchone() == (0,)


def _asked(keys: list[int]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT customer_id FROM customers_search_entries(%s, %s, '{}', 1, 1, NULL, '{}', 10)",
            [keys, [1] * len(keys)],
        )
        return [customer_id for (customer_id,) in cursor.fetchall()]


def test_a_partner_finds_only_what_is_shared_and_by_what_its_contract_shows(
    cast: Cast, robert: Customer, strangers: list[Customer]
) -> None:
    def theirs(text: str) -> list[Customer]:
        return search_customers(cast.viewer(cast.paula), text)

    for text in ("whitfield", "whitfeild", "020 7946 4821", "a"):
        assert theirs(text) == []
    actions.share_record(robert.id, partner_id=cast.partner.id, reason="promise")
    for text in ("whitfield", "whitfeild", "rob", "tfiel", "020 7946 4821", "bobby.w+news@example.com"):
        assert theirs(text) == [robert], text
    hidden = ("4821", "464821", "bobby", "bobby.w+news@", "0487", "yorkshire", "leeds", "orchard", "w 4821")
    assert {text: theirs(text) for text in hidden} == {text: [] for text in hidden if text != "w 4821"} | {
        "w 4821": [robert]
    }


def test_a_partner_finds_by_its_own_reference_never_by_anothers(cast: Cast, robert: Customer) -> None:
    for partner, reference in ((cast.partner, "MINE-4711"), (cast.other_partner, "YOURS-9922")):
        actions.share_record(robert.id, partner_id=partner.id, reason="promise")
        actions.add_identity(
            robert.id, kind="partner_reference", value=reference, actor=cast.ana.actor, partner_id=partner.id
        )
    assert search_customers(cast.viewer(cast.paula), "MINE-4711") == [robert]
    assert search_customers(cast.viewer(cast.paula), "YOURS-9922") == []


# --- Bad input --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "x" * 10_000,
        "wort " * 2_000,
        "9" * 10_000,
        "王" * 5_000,
        "'; DROP TABLE customers_customer; --",
        "') OR 1=1 --",
        "%_%",
        "\\",
        "$$ || pg_sleep(9) || $$",
        "a\x00b",
        "\x00",
        "😀😀",
        "\u202eevil\u202c",
        "\ud800",
        "[^ ]*(.*){9,}",
        "@",
        "@@@",
        "a@\\",
        "@%' OR",
        "+" * 50,
        "0000000",
        "-1",
        "²³¹",
        "١٢٣٤",
        "\u0301\u0301",
        "ﷺ" * 200,
    ],
)
def test_nothing_that_is_typed_breaks_the_search(cast: Cast, robert: Customer, typed: str) -> None:
    assert isinstance(found(cast, typed), list)
    assert Customer.objects.filter(id=robert.id).exists()


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=60))
def test_whatever_is_typed_becomes_a_few_terms(text: str) -> None:
    from customers.search.typed import mail_of, terms_of

    mail_of(text)
    assert len(terms_of(text)) <= 6


def test_names_of_every_kind_can_be_written(cast: Cast, add) -> None:
    for name in ("😀", "x" * 200, "ab " * 66, "\u202eمحمد", "A\u0301" * 90, "王" * 200, "' ` ’"):
        add(name)
    assert SearchEntry.objects.count() == Customer.objects.count()


# --- The normaliser ---------------------------------------------------------------------------------------


@settings(max_examples=400, deadline=None)
@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert split(" ".join(split(fold(text)))) == split(fold(text))


@settings(max_examples=400, deadline=None)
@given(
    text=st.text(alphabet=st.characters(categories=["Lu", "Ll", "Lt", "Lo", "Nd"]), min_size=1, max_size=30)
)
def test_no_letter_of_any_script_is_lost(text: str) -> None:
    text = "".join(letter for letter in text if _stands_for_a_letter(letter))
    for letter in text:
        assert any(char.isalnum() for char in fold(letter)), letter
    kept = "".join(split(fold(text)))
    assert len([char for char in kept if char.isalnum()]) >= sum(
        1 for char in fold(text) if unicodedata.category(char)[0] in "LN"
    ) - len([char for char in fold(text) if not char.isalnum()])
    assert bool(list(stored_words(text))) == bool(typed_words(text)) == bool(text)


def _stands_for_a_letter(char: str) -> bool:
    """Some of Arabic's old printing forms are called letters and are vowel marks."""
    return any(part.isalnum() for part in unicodedata.normalize("NFKC", char))


@settings(max_examples=200, deadline=None)
@given(text=st.text(alphabet=st.characters(categories=["L", "Nd", "Zs"]), max_size=30))
def test_what_is_typed_as_it_is_stored_is_among_the_stored_words(text: str) -> None:
    stored = set(stored_words(text))
    for spellings in typed_words(text):
        assert stored.intersection(spellings)


@settings(max_examples=300, deadline=None)
@given(
    typed=st.text(alphabet="abc", min_size=1, max_size=7),
    word=st.text(alphabet="abc", min_size=1, max_size=8),
)
def test_the_distance_is_the_plainly_computed_one(typed: str, word: str) -> None:
    def plain(one: str, other: str) -> int:
        rows = [[max(i, j) if 0 in (i, j) else 0 for j in range(len(other) + 1)] for i in range(len(one) + 1)]
        for i in range(1, len(one) + 1):
            for j in range(1, len(other) + 1):
                cost = min(
                    rows[i - 1][j] + 1,
                    rows[i][j - 1] + 1,
                    rows[i - 1][j - 1] + (one[i - 1] != other[j - 1]),
                )
                if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
                    cost = min(cost, rows[i - 2][j - 2] + 1)
                rows[i][j] = cost
        return rows[-1][-1]

    most = 2
    whole, beginning = edits(typed, word, most)
    wanted = plain(typed, word)
    near = min(plain(typed, word[:length]) for length in range(len(word) + 1))
    assert min(whole, most + 1) == min(wanted, most + 1)
    assert min(beginning, most + 1) == min(near, most + 1)


@settings(max_examples=300, deadline=None)
@given(
    word=st.text(alphabet="abcdef", min_size=4, max_size=12),
    typed=st.text(alphabet="abcdef", min_size=4, max_size=12),
)
def test_every_word_near_enough_shares_a_key(word: str, typed: str) -> None:
    from customers.search.distance import allowed_edits

    most = allowed_edits(typed)
    if edits(typed, word, most)[0] <= most:
        assert set(hashing.misspelling_keys(1, typed, most)) & set(hashing.word_keys(1, word))
