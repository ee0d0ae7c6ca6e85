"""Files of customers become records: what is taken, what is refused by row and field, what a rerun does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.template.loader import render_to_string

from customers.actions import define_fact_key, retire_fact_key
from customers.history import fulfilment_of_subscriptions
from customers.imports import actions, handlers
from customers.imports.models import Import, ImportChunk, ImportRefusal
from customers.imports.queries import preview_of, progress_of, refusals_as_csv
from customers.models import Customer, Fact, Identity, RecordShare, Subscription, TimelineEntry
from customers.search import search_customers
from customers.tasks import drop_abandoned_uploads
from desk.panels.files import import_panel
from foundation import clock
from foundation.deliveries import _recorded
from foundation.errors import Conflict, Refusal
from foundation.models import Event
from tests.customers.importing import imported, map_and_start, refusals, run, upload, workbook
from tests.people import Cast

HEADER = "Name,Subscriber number,Phone,E-mail,Language,Products,Preferred device"
ROBERT = "Robert Hale,A-1001,020 7946 0301,Robert@Example.org,en,print,tablet"
MARIA = "María Núñez,A-1002,07700 900123,maria@example.org,Spanish,digital-edition,phone"


def everything() -> list[tuple[object, ...]]:
    """All that stands in the record, in a comparable form."""
    return [
        *Customer.objects.order_by("id").values_list("id", "display_name", "language", "version"),
        *Identity.objects.order_by("id").values_list("id", "customer_id", "kind", "value"),
        *Fact.objects.order_by("id").values_list("id", "customer_id", "value"),
        *Subscription.objects.order_by("id").values_list("id", "customer_id", "product__code"),
        *TimelineEntry.objects.order_by("id").values_list("id", "title"),
        *RecordShare.objects.order_by("id").values_list("id", "partner_id"),
    ]


def test_a_file_becomes_customers_with_all_that_it_says(cast: Cast) -> None:
    file = imported("\n".join([HEADER, ROBERT, MARIA]), cast.sam)
    assert file.state == "done"
    assert refusals(file) == {}
    robert = Customer.objects.get(display_name="Robert Hale")
    assert set(robert.identities.values_list("kind", "value", "hand")) == {
        ("subscriber_number", "A1001", "file"),
        ("phone", "+442079460301", "file"),
        ("email", "robert@example.org", "file"),
    }
    assert robert.subscriptions.get().product.code == "print"
    fact = robert.facts.get()
    assert (fact.key.key, fact.value, fact.hand, fact.member_id) == (
        "preferred_device", "tablet", "file", cast.sam.id,
    )  # fmt: skip
    assert Customer.objects.get(display_name="María Núñez").language == "es"


def test_the_same_file_again_changes_nothing(cast: Cast) -> None:
    content = "\n".join([HEADER, ROBERT, MARIA])
    imported(content, cast.sam)
    before = everything()
    events = Event.objects.count()
    file = imported(content, cast.sam)
    progress = progress_of(file.id)
    assert (progress.created, progress.changed, progress.unchanged) == (0, 0, 2)
    assert everything() == before
    assert set(Event.objects.order_by("id")[events:].values_list("name", flat=True)) <= {
        "import.uploaded", "import.chunks_due", "import.finished",
    }  # fmt: skip


def test_a_changed_row_changes_that_customer_and_raises_the_version(cast: Cast) -> None:
    imported("\n".join([HEADER, ROBERT, MARIA]), cast.sam)
    imported("\n".join([HEADER, ROBERT.replace("Robert Hale", "Robert J. Hale"), MARIA]), cast.sam)
    robert = Customer.objects.get(identities__value="A1001")
    assert (robert.display_name, robert.version) == ("Robert J. Hale", 2)
    assert TimelineEntry.objects.filter(customer=robert, title="Import changed display name").count() == 1


def test_an_empty_cell_leaves_what_stands(cast: Cast) -> None:
    imported("\n".join([HEADER, ROBERT]), cast.sam)
    imported("Subscriber number,Name,Phone\nA-1001,,\n", cast.sam)
    assert Customer.objects.get().display_name == "Robert Hale"


def test_known_customers_can_be_left_as_they_are_or_only_filled_up(cast: Cast) -> None:
    imported("Name,Subscriber number\nRobert Hale,A-1001\n", cast.sam)
    file = "Name,Subscriber number,Region\nBob,A-1001,Kent\n"
    imported(file, cast.sam, on_match="skip")
    assert (Customer.objects.get().display_name, Customer.objects.get().region) == ("Robert Hale", "")
    imported(file, cast.sam, on_match="fill")
    assert (Customer.objects.get().display_name, Customer.objects.get().region) == ("Robert Hale", "Kent")


def test_one_event_a_chunk_and_the_partners_learn_only_of_what_is_theirs(cast: Cast) -> None:
    file = imported("\n".join([HEADER, ROBERT, MARIA]), cast.sam)
    maria = Customer.objects.get(display_name="María Núñez")
    [event] = Event.objects.filter(name="customers.imported")
    assert event.payload["import_id"] == file.id
    assert len(event.payload["created"]) == 2
    told = Event.objects.filter(name="customer.created").values_list("payload__customer_id", flat=True)
    assert list(told) == [maria.id]
    share = RecordShare.objects.get()
    assert (share.customer_id, share.partner_id) == (maria.id, cast.partner.id)


def test_the_search_finds_what_was_imported_as_soon_as_it_is_told(cast: Cast) -> None:
    imported("\n".join([HEADER, ROBERT, MARIA]), cast.sam)
    imported("\n".join([HEADER, ROBERT.replace("Robert Hale", "Rupert Quillfeather")]), cast.sam)
    for event in Event.objects.filter(name="customers.imported").order_by("id"):
        handlers.make_imported_findable(_recorded(event))
    found = search_customers(cast.viewer(cast.sam), "quillfeather")
    assert [customer.display_name for customer in found] == ["Rupert Quillfeather"]
    assert search_customers(cast.viewer(cast.sam), "Hale") == []


def test_rows_of_one_customer_add_up_when_they_agree(cast: Cast) -> None:
    rows = ["Name,Subscriber number,Products", "Robert Hale,A1,print", "Robert Hale,A1,digital-edition"]
    file = imported("\n".join(rows), cast.sam)
    assert refusals(file) == {}
    robert = Customer.objects.get()
    assert set(robert.subscriptions.values_list("product__code", flat=True)) == {"print", "digital-edition"}


def test_rows_of_one_customer_that_disagree_name_each_other(cast: Cast) -> None:
    file = imported("Name,Subscriber number\nRobert Hale,A1\nRoberta Hill,A1\n", cast.sam)
    [(column, why)] = refusals(file)[3]
    assert column == "Subscriber number"
    assert "Row 2 is the same customer" in why
    assert Customer.objects.get().display_name == "Robert Hale"


def test_rows_far_apart_that_disagree_are_found_too(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "CHUNK_ROWS", 2)
    rows = ["Name,Subscriber number", *(f"N {n},A{n}" for n in range(5)), "Other,A0"]
    file = imported("\n".join(rows), cast.sam)
    assert list(refusals(file)) == [7]
    before = everything()
    again = imported("\n".join(rows), cast.sam)
    assert list(refusals(again)) == [7]
    assert everything() == before


def test_rows_that_name_one_customer_in_different_ways_must_agree_too(cast: Cast) -> None:
    imported("Name,Subscriber number,Phone\nRobert Hale,A1,020 7946 0301\n", cast.sam)
    file = imported("Name,Subscriber number,Phone\nBob,,020 7946 0301\nRob,A1,\n", cast.sam)
    [(column, why)] = refusals(file)[3]
    assert column == "Subscriber number"
    assert "Row 2 is the same customer" in why
    assert Customer.objects.get().display_name == "Bob"


def test_a_shared_identity_is_refused_with_the_customers_it_may_be(cast: Cast) -> None:
    imported("Name,Subscriber number,Phone\nAnn,A1,02079460301\nBen,A2,02079460301\n", cast.sam)
    file = imported("Name,Phone\nCleo,02079460301\n", cast.sam)
    [(column, why)] = refusals(file)[2]
    assert column == "Phone"
    assert "several customers" in why
    assert Customer.objects.count() == 2


def test_an_email_never_joins_people_with_different_subscriber_numbers(cast: Cast) -> None:
    imported("Name,Subscriber number,E-mail\nAnn,A1,home@example.org\n", cast.sam)
    content = "Name,Subscriber number,E-mail\nBen,A2,home@example.org\n"
    imported(content, cast.sam, match_by="email")
    assert Customer.objects.get(display_name="Ben") != Customer.objects.get(display_name="Ann")
    before = everything()
    imported(content, cast.sam, match_by="email")
    assert everything() == before


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ("x" * 500 + ",A1,,", "Name", "500 characters; at most 200"),
        ("Ann,A1,12,", "Phone", "no phone number in GB"),
        ("Ann,A1,4.47701E+11,", "Phone", "shortened"),
        ("Ann,A1,,ann@", "E-mail", "no e-mail"),
        ('"=HYPERLINK(""http://x"")",A1,,', "Name", "formula"),
        ("#REF!,A1,,", "Name", "spreadsheet's error"),
        ("Ann,,,", "Subscriber number, e-mail or phone", "missing"),
        (",A1,,", "Name", "missing"),
        ("Ann,A1,,,,more", "Row", "6 cells, the header 4"),
    ],
)
def test_a_bad_cell_is_named_by_row_and_column(cast: Cast, row: str, column: str, words: str) -> None:
    file = imported(f"Name,Subscriber number,Phone,E-mail\nGood,B9,,\n{row}\n", cast.sam)
    [(said_column, why)] = refusals(file)[3]
    assert said_column == column
    assert words in why
    assert list(Customer.objects.values_list("display_name", flat=True)) == ["Good"]


@pytest.mark.parametrize(
    ("phone", "e164"),
    [
        ("020 7946 0301", "+442079460301"),
        ("０２０ ７９４６ ０３０１", "+442079460301"),
        ("(020) 7946-0301 ext. 12", "+442079460301"),
        ("+49 30 901820", "+4930901820"),
        ("00 49 30 901820", "+4930901820"),
        ("447700900123", "+447700900123"),
        ("'+442079460301", "+442079460301"),
        ('="02079460301"', "+442079460301"),
    ],
)
def test_numbers_are_read_as_people_at_home_write_them(cast: Cast, phone: str, e164: str) -> None:
    quoted = phone.replace('"', '""')
    file = imported(f'Name,Phone\nAnn,"{quoted}"\n', cast.sam)
    assert refusals(file) == {}
    assert Identity.objects.get().value == e164


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [
        ("utf-8", ","), ("utf-8-sig", ","), ("utf-16", "\t"), ("utf-16-le", ","),
        ("latin-1", ";"), ("utf-8", "|"),
    ],
)  # fmt: skip
def test_files_come_in_every_encoding_and_with_every_delimiter(
    cast: Cast, encoding: str, delimiter: str
) -> None:
    rows = [
        ["Name", "Subscriber number", "Region"],
        ["Zoë Müller", "A1", "Baden"],
        ["Ann\nMarie", "A2", "Kent"],
    ]
    lines = [delimiter.join(f'"{cell}"' if "\n" in cell else cell for cell in row) for row in rows]
    file = imported("\r\n".join(lines).encode(encoding), cast.sam)
    assert refusals(file) == {}
    assert set(Customer.objects.values_list("display_name", "region")) == {
        ("Zoë Müller", "Baden"), ("Ann Marie", "Kent"),
    }  # fmt: skip


def test_a_wrong_guess_is_mended_by_reading_again(cast: Cast) -> None:
    file = upload("Name;Subscriber number\nŽofie;A1\n".encode("cp1250"), cast.sam)
    assert file.read_as["encoding"] == "cp1252"
    actions.read_again(file.id, actor=cast.sam.actor, encoding="cp1250", delimiter=";", sheet="")
    actions.read_file(file.id)
    file.refresh_from_db()
    run(map_and_start(file, cast.sam))
    assert Customer.objects.get().display_name == "Žofie"


def test_a_few_broken_bytes_refuse_their_row_only(cast: Cast) -> None:
    good = "".join(f"Zoë {n},A{n}\n" for n in range(20)).encode()
    file = imported(b"Name,Subscriber number\n" + good + b"Jos\xe9,B1\n", cast.sam)
    assert [reason[0] for reason in refusals(file)[22]] == ["Name"]
    assert Customer.objects.count() == 20


def test_a_workbook_is_read_with_its_dates_numbers_and_gaps(cast: Cast) -> None:
    from datetime import date

    content = workbook(
        ["Name", "Subscriber number", "Phone", "Customer since"],
        ["Robert Hale", 1001, 2079460301, date(2020, 5, 4)],
        [None, None, None, None],
        ["Ann", "A7", None, "4.5.2021"],
    )
    file = imported(content, cast.sam, name="customers.xlsx")
    assert refusals(file) == {}
    robert = Customer.objects.get(display_name="Robert Hale")
    assert robert.customer_since == date(2020, 5, 4)
    assert robert.identities.filter(value="+442079460301").exists()
    assert robert.identities.filter(value="1001").exists()
    assert Customer.objects.get(display_name="Ann").customer_since == date(2021, 5, 4)


def test_the_preview_writes_nothing_and_says_what_would_happen(cast: Cast) -> None:
    imported("Name,Subscriber number\nRobert Hale,A1\nAnn,A2\n", cast.sam)
    before = everything()
    file = upload(b"Name,Subscriber number\nBob,A1\nAnn,A2\nNew,A3\nBad,\n", cast.sam)
    preview = preview_of(file)
    assert [row.outcome for row in preview.rows] == ["changed", "unchanged", "created", "refused"]
    assert (preview.created, preview.changed, preview.unchanged, preview.refused) == (1, 1, 1, 1)
    assert everything() == before


def test_the_refused_rows_come_back_as_a_file_that_can_be_mended_and_sent_again(cast: Cast) -> None:
    file = imported("Name,Phone\nAnn,12\nBen,+44 20 7946 0301\nCleo,999999999999999999\n", cast.sam)
    text = b"".join(refusals_as_csv(file)).decode("utf-8-sig")
    assert "Row 2: Phone: “12” is no phone number" in text
    mended = text.replace("Ann,12", "Ann,020 7946 0302").replace("999999999999999999", "020 7946 0303")
    again = imported(mended, cast.sam)
    assert refusals(again) == {}
    assert Customer.objects.count() == 3


def test_an_import_can_be_stopped_and_its_rows_are_dropped(cast: Cast) -> None:
    file = upload(b"Name,Subscriber number\nAnn,A1\n", cast.sam)
    actions.cancel_import(file.id)
    assert [bytes(rows) for rows in ImportChunk.objects.values_list("rows", flat=True)] == [b""]
    with pytest.raises(Conflict):
        actions.start_import(file.id, actor=cast.sam.actor)


def test_nothing_starts_while_no_column_says_who_it_is(cast: Cast) -> None:
    file = upload(b"Name,Colour\nAnn,red\n", cast.sam)
    problems = actions.map_columns(file.id, mapping=file.mapping, match_by="any", on_match="update")
    assert problems == ["At least one column must be a subscriber number, an e-mail or a phone."]
    with pytest.raises(Refusal):
        actions.start_import(file.id, actor=cast.sam.actor)


def test_a_finished_import_keeps_no_copy_of_its_rows(cast: Cast) -> None:
    file = imported("Name,Subscriber number\nAnn,A1\nBad,\n", cast.sam)
    assert [bytes(rows) for rows in ImportChunk.objects.values_list("rows", flat=True)] == [b""]
    assert not file.parts.exists()
    assert not file.keys.exists()
    actions.forget_import(file.id)
    assert refusals(file) == {}
    assert progress_of(file.id).refused == 1


def test_a_file_that_nobody_starts_is_deleted_after_a_week_and_the_screen_says_so(cast: Cast) -> None:
    left = upload(b"Name,Email\nAnn,ann@example.com\n", cast.sam)
    fresh = upload(b"Name,Email\nBea,bea@example.com\n", cast.sam)
    running = upload(b"Name,Email\nCleo,cleo@example.com\n", cast.sam)
    broken_off = actions.start_upload(file_name="half.csv", size_bytes=10, member=cast.sam)
    Import.objects.filter(id=running.id).update(state="running")
    old = [left.id, running.id, broken_off.id]
    Import.objects.filter(id__in=old).update(created_at=clock.now() - actions.KEEP_UNSTARTED)
    drop_abandoned_uploads()
    drop_abandoned_uploads()
    kept = {file.id: file for file in Import.objects.all()}
    assert {one: kept[one].state for one in (left.id, fresh.id, running.id, broken_off.id)} == {
        left.id: "cancelled",
        fresh.id: "mapping",
        running.id: "running",
        broken_off.id: "cancelled",
    }
    assert not left.parts.exists()
    assert [bytes(chunk.rows) for chunk in left.chunks.all()] == [b""]
    assert running.parts.exists()
    with pytest.raises(Conflict):
        actions.start_import(left.id, actor=cast.sam.actor)
    page = render_to_string("desk/imports/_step.html", {"file": import_panel(kept[left.id])})
    assert "Nobody started it for 7 days" in page
    assert "Never started" in page
    waiting = render_to_string("desk/imports/_step.html", {"file": import_panel(kept[fresh.id])})
    assert "The file is kept until" in waiting


def own_fields(cast: Cast) -> None:
    define_fact_key("plot", label="Garden plot", is_searchable=True, expires_after_days=30)
    define_fact_key("shoe_size", label="Shoe size", value_type="number", minimum=20, maximum=52)
    define_fact_key("vat", label="VAT number", text_kind="code")
    define_fact_key("old", label="Old field")
    retire_fact_key("old", actor=cast.sam.actor)


def test_own_fields_are_columns_with_their_rules(cast: Cast) -> None:
    own_fields(cast)
    header = "Name,Phone,Garden plot,Shoe size,VAT number,Old field"
    uploaded = upload(f"{header}\nA,+442079460301,,,,\n".encode(), cast.sam)
    assert uploaded.mapping[2:] == ["fact:plot", "fact:shoe_size", "fact:vat", ""], "not what was retired"
    rows = ["Robert,020 7946 0301,Elm 7,44,gb-123,x", "Maria,020 7946 0302,Oak 1,99,gb 124,"]
    file = imported("\n".join([header, *rows]), cast.sam)
    assert refusals(file) == {
        3: [
            ("Shoe size", "The answer must be at most 52."),
            ("VAT number", "The answer must have letters and digits only, without blanks."),
        ]
    }
    robert = Customer.objects.get()
    plot = robert.facts.get(key__key="plot")
    assert plot.expires_at == plot.recorded_at + timedelta(days=30)
    assert robert.facts.get(key__key="vat").value == "GB-123"
    assert search_customers(cast.viewer(cast.ana), "elm 7") == [robert]


def test_an_answer_that_has_expired_is_news_when_the_file_says_it_again(cast: Cast) -> None:
    own_fields(cast)
    content = "Name,Phone,Garden plot\nRobert,020 7946 0301,Elm 7\n"
    imported(content, cast.sam)
    imported(content, cast.sam)
    assert Fact.objects.count() == 1
    Fact.objects.update(expires_at=clock.now())
    imported(content, cast.sam, on_match="fill")
    assert Fact.objects.count() == 2


def test_a_card_number_in_a_file_is_refused_and_kept_nowhere(cast: Cast) -> None:
    rows = ["Name,Phone,Digital account,Remarks", "Robert,020 7946 0301,4111 1111 1111 1111,4111111111111111"]
    file = imported("\n".join(rows), cast.sam, mapping=["display_name", "phone", "fact:digital_account", ""])
    [(column, why)] = refusals(file)[2]
    assert (column, "payment card" in why) == ("Digital account", True)
    assert "4111" not in str([*ImportRefusal.objects.values()])
    assert not Customer.objects.exists()


def test_an_imported_subscription_has_a_history(cast: Cast) -> None:
    imported("\n".join([HEADER, MARIA]), cast.sam)
    subscription = Subscription.objects.get()
    [step] = fulfilment_of_subscriptions(cast.viewer(cast.sam), [subscription.id])[subscription.id].steps
    assert (step.what, step.state, step.hand) == ("Subscribed to Digital edition", "active", "file")
