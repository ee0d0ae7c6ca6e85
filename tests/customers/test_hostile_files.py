"""Files made to hurt: each is refused with a sentence, quickly and in little memory."""

from __future__ import annotations

import io
import zipfile

import pytest

from customers.imports import actions
from customers.imports.reading import MAX_BYTES, Wishes, read_table
from customers.imports.spreadsheets import UnreadableError
from customers.models import Customer
from foundation.errors import Conflict, NotVisible, Refusal
from foundation.tenancy import tenant
from tests.customers.importing import imported, refusals, upload, workbook
from tests.people import Cast, make_cast

SHEET = "xl/worksheets/sheet1.xml"
_NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def changed_workbook(**members: str | bytes) -> bytes:
    """A good workbook with these members put in the place of its own."""
    good = zipfile.ZipFile(io.BytesIO(workbook(["Name", "Phone"], ["Ann", "020 7946 0301"])))
    content = io.BytesIO()
    given = {name.replace("__", "/").replace("_xml", ".xml"): text for name, text in members.items()}
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in {*good.namelist(), *given}:
            archive.writestr(name, given.get(name, good.read(name) if name in good.namelist() else b""))
    return content.getvalue()


def problem(content: bytes) -> str:
    with pytest.raises(UnreadableError) as caught:
        list(read_table([content], Wishes()).rows)
    return str(caught.value)


def test_a_zip_bomb_is_not_unpacked() -> None:
    bomb = changed_workbook(xl__worksheets__sheet1_xml=b" " * 60_000_000)
    assert len(bomb) < 100_000
    assert "unpacks to far more" in problem(bomb)


def test_entities_that_unfold_are_refused() -> None:
    laughs = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    sheet = f"<?xml version='1.0'?><!DOCTYPE x [{laughs}]><worksheet {_NS}><sheetData><row r='1'><c t='str'><v>&a9;</v></c></row></sheetData></worksheet>"  # noqa: E501
    assert "damaged" in problem(changed_workbook(xl__worksheets__sheet1_xml=sheet))


def test_entities_that_read_files_are_refused() -> None:
    sheet = f"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY f SYSTEM 'file:///etc/passwd'>]><worksheet {_NS}><sheetData><row r='1'><c t='str'><v>&f;</v></c></row></sheetData></worksheet>"  # noqa: E501
    assert "root:" not in problem(changed_workbook(xl__worksheets__sheet1_xml=sheet))


def test_a_row_number_beyond_excels_ends_the_sheet() -> None:
    rows = (
        "<row r='1'><c t='inlineStr'><is><t>Name</t></is></c></row><row r='2000000000'><c><v>1</v></c></row>"
    )
    sheet = f"<worksheet {_NS}><sheetData>{rows}</sheetData></worksheet>"
    table = read_table([changed_workbook(xl__worksheets__sheet1_xml=sheet)], Wishes())
    assert list(table.rows) == []


def test_a_cell_far_to_the_right_takes_no_room() -> None:
    cell = "<c r='XFD2' t='str'><v>far</v></c>"
    head = "<row r='1'><c r='A1' t='str'><v>Name</v></c></row>"
    rows = f"{head}<row r='2'><c r='A2' t='str'><v>Ann</v></c>{cell}</row>"
    sheet = f"<worksheet {_NS}><sheetData>{rows}</sheetData></worksheet>"
    table = read_table([changed_workbook(xl__worksheets__sheet1_xml=sheet)], Wishes())
    assert list(table.rows) == [(2, ["Ann"])]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"  \n\n", "empty"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "old Excel format"),
        (b"PK\x03\x04 broken", "damaged"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(32)) * 40, "neither a table"),
        (b",".join(b"c%d" % n for n in range(300)) + b"\n1,2\n", "300 columns"),
        (b'Name,Phone\n"Ann,1\n' + b"x" * 200_000, "quotation mark"),
    ],
)
def test_what_is_no_table_is_refused_in_words(content: bytes, words: str) -> None:
    assert words in problem(content)


def test_an_archive_that_is_no_workbook_is_refused() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("../../etc/passwd", "root")
    assert "not an Excel workbook" in problem(content.getvalue())


def test_an_unreadable_file_says_why_and_keeps_nothing(cast: Cast) -> None:
    file = upload(b'Name,Phone\n"Ann,1\n' + b"x" * 200_000, cast.sam)
    assert file.state == "failed"
    assert "quotation mark" in file.problem
    assert not file.parts.exists()
    assert not file.chunks.exists()


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ann\\people.csv", "people.csv"),
        ("a\x00b\r\nSet-Cookie: x.csv", "abSet-Cookie: x.csv"),
        ("..", "file"),
        ("x" * 500 + ".csv", "x" * 116 + ".csv"),
    ],
)
def test_a_files_name_is_only_a_name(name: str, plain: str) -> None:
    assert actions.plain_name(name) == plain


def test_parts_that_were_not_announced_are_refused(cast: Cast) -> None:
    file = actions.start_upload(file_name="a.csv", size_bytes=10, member=cast.sam)
    for number, content in ((0, b"x" * 11), (1, b"x" * 10), (0, b"")):
        with pytest.raises(Refusal):
            actions.store_part(file.id, number=number, content=content)
    with pytest.raises(Refusal):
        actions.finish_upload(file.id, actor=cast.sam.actor)
    with pytest.raises(Refusal):
        actions.start_upload(file_name="a.csv", size_bytes=MAX_BYTES + 1, member=cast.sam)


def test_cells_full_of_nothing_and_of_nulls_are_refused_by_name(cast: Cast) -> None:
    file = imported("Name,Subscriber number\nA\x00nn,A1\n\u200e,A2\nAnn,A3\n", cast.sam)
    assert "no text" in refusals(file)[2][0][1]
    assert Customer.objects.filter(display_name="Ann").count() == 1


def test_another_companys_import_does_not_exist(db: None) -> None:
    ours, theirs = make_cast("ours"), make_cast("theirs")
    with tenant(ours.organization.id):
        file = upload(b"Name,Phone\nAnn,020 7946 0301\n", ours.sam)
    with tenant(theirs.organization.id):
        for step in (
            lambda: actions.start_import(file.id, actor=theirs.sam.actor),
            lambda: actions.cancel_import(file.id),
            lambda: actions.finish_upload(file.id, actor=theirs.sam.actor),
            lambda: actions.store_part(file.id, number=0, content=b"x"),
        ):
            with pytest.raises((NotVisible, Conflict)):
                step()
    with tenant(ours.organization.id):
        file.refresh_from_db()
        assert file.state == "mapping"


def test_a_hundred_megabytes_are_read_in_little_memory() -> None:
    import tracemalloc

    line = b"Ann Somebody,A-000000001,020 7946 0301," + b"x" * 60 + b"\n"
    part = line * (1024 * 1024 // len(line))

    class Parts:
        def __iter__(self):
            yield b"Name,Subscriber number,Phone,Region\n"
            for _ in range(24):
                yield part

    tracemalloc.start()
    count = sum(1 for _ in read_table(Parts(), Wishes()).rows)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 24 * (len(part) // len(line))
    assert peak < 24 * 1024 * 1024
