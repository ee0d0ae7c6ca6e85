"""A supervisor brings a file in, mends what was refused, and takes a list out again, on the whole product."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.stack, pytest.mark.browser]


def upload(page: Page, path: Path) -> None:
    page.get_by_role("link", name="Imports and exports").click()
    page.get_by_label("File").set_input_files(path)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("heading", name="What the columns are")).to_be_visible()


def counts(page: Page) -> list[str]:
    expect(page.get_by_role("heading", name="Done")).to_be_visible()
    return [page.get_by_test_id(name).inner_text() for name in ("created", "changed", "unchanged", "refused")]


def test_a_file_is_imported_mended_and_imported_again(sign_in: Callable[[str], Page], tmp_path: Path) -> None:
    filler = "x" * 900
    rows = [f"Imogen Part{n},IMP{n:05},0207 946 {n % 10000:04},{filler}" for n in range(2_600)]
    rows[7] = "Imogen Part7,IMP00007,12,"
    file = tmp_path / "neue Kunden.csv"
    file.write_text("\n".join(["Name;Subscriber number;Phone;Remarks", *rows]).replace(",", ";"))
    assert file.stat().st_size > 2 * 1024 * 1024

    page = sign_in("supervisor")
    upload(page, file)
    expect(page.get_by_test_id("preview-counts")).to_contain_text("2,599 new")
    expect(page.get_by_text("“12” is no phone number in GB")).to_be_visible()
    assert Axe().run(page).response["violations"] == []
    page.get_by_role("button", name="Import 2,600 rows").press("Enter")
    assert counts(page) == ["2,599", "0", "0", "1"]

    with page.expect_download() as download:
        page.get_by_role("link", name="Download all, to mend and upload again").click()
    mended = tmp_path / "mended.csv"
    text = Path(download.value.path()).read_text("utf-8-sig")
    mended.write_text(text.replace("IMP00007,12", "IMP00007,020 7946 0007"))
    upload(page, mended)
    page.get_by_role("button", name="Import 1 row").click()
    assert counts(page) == ["1", "0", "0", "0"]

    upload(page, file)
    expect(page.get_by_test_id("preview-counts")).to_contain_text("2,599 unchanged")
    page.get_by_role("button", name="Discard").click()
    expect(page.get_by_role("heading", name="Never started")).to_be_visible()

    page.get_by_role("link", name="Imports and exports").click()
    page.get_by_role("link", name="Exports", exact=True).click()
    page.get_by_label("Only those found by").fill("Imogen Part2599")
    page.get_by_role("button", name="CSV").first.click()
    with page.expect_download() as download:
        page.get_by_role("link", name="customers-").first.click()
    assert "IMP02599" in Path(download.value.path()).read_text("utf-8-sig")
