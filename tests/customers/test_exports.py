"""Lists and the whole organisation as files: complete, harmless, of one company only, gone after a day."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from django.test import Client

from accounts.actions import add_member
from accounts.actors import IVR_ACTOR
from accounts.models import Member, User
from cases.actions import make_promise, open_case
from customers.actions import add_note, create_customer, define_fact_key, open_interaction, record_fact
from customers.exports import actions
from customers.exports.lists import all_lists
from customers.exports.models import Export, ExportPart
from customers.exports.organization import left_out, tenant_models
from customers.imports.queries import progress_of, refusals_as_csv
from customers.models import Customer, Fact
from foundation import clock
from foundation.errors import Conflict, Forbidden, NotVisible, Refusal
from foundation.tenancy import tenant
from tests.customers.importing import imported, refusals
from tests.foundation.test_tenant_wall import insert, tenant_tables
from tests.people import Cast, make_cast
from tests.sockets import signed_in


def admin_of(cast: Cast) -> Member:
    user = User.objects.create_user(username=f"{cast.organization.slug}-grace")
    return add_member(user, role="admin", display_name="Grace")


def exported(member: Member, kind: str, file_format: str = "csv", **choices: str) -> bytes:
    export = actions.request_export(member=member, kind=kind, file_format=file_format, choices=choices)
    actions.write_export(export.id)
    return b"".join(actions.take_export(export.id, member)[1])


def read_csv(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def robert(cast: Cast) -> Any:
    customer = create_customer(
        actor=cast.ana.actor, display_name="=Robert+1", phones=["+442079460301"], subscriber_number="A1"
    )
    due = clock.now() + timedelta(hours=2)
    make_promise(customer.id, text="@once: the July issue", due_at=due, actor=cast.ana.actor)
    open_case(customer.id, title="-lost", reason="other", actor=cast.ana.actor)
    add_note(customer.id, text="He said\n“hello”", actor=cast.ana.actor)
    open_interaction(actor=IVR_ACTOR, channel="voice", address="+442079460301", customer=customer)
    return customer


@pytest.mark.parametrize("kind", ["customers", "calls", "timeline", "promises", "cases"])
@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_every_list_comes_out_in_both_formats(cast: Cast, kind: str, file_format: str) -> None:
    robert(cast)
    content = exported(cast.sam, kind, file_format)
    if file_format == "csv":
        rows = [list(row.values()) for row in read_csv(content)]
    else:
        sheet: Any = openpyxl.load_workbook(io.BytesIO(content)).active
        rows = [list(row) for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert rows
    assert any("Robert" in str(cell) for row in rows for cell in row)
    [known] = [each for each in all_lists() if each.name == kind]
    assert all(len(row) == len(known.header(cast.viewer(cast.sam))) for row in rows)


def test_no_cell_is_a_formula(cast: Cast) -> None:
    robert(cast)
    [row] = read_csv(exported(cast.sam, "customers"))
    assert (row["Name"], row["Phone"]) == ("'=Robert+1", "'+442079460301")
    assert read_csv(exported(cast.sam, "cases"))[0]["Title"] == "'-lost"
    sheet: Any = openpyxl.load_workbook(io.BytesIO(exported(cast.sam, "customers", "xlsx"))).active
    assert [(cell.value, cell.data_type) for cell in sheet["B"][1:]] == [("=Robert+1", "s")]


LOOKS_LIKE_FORMULAS = ["=1+1", "+x", "-y", "@z", "＝1", "'=q", "''-q", "'t Hooft", "'@ both'"]


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_what_is_exported_can_be_imported_and_changes_nothing(cast: Cast, file_format: str) -> None:
    robert(cast)
    define_fact_key("motto", label="=Motto()", actor=cast.sam.actor)
    for number, name in enumerate(LOOKS_LIKE_FORMULAS):
        customer = create_customer(actor=cast.ana.actor, display_name=name, subscriber_number=f"B{number}")
        record_fact(customer.pk, key="motto", value=name, actor=cast.ana.actor, source="desk")
    content = exported(cast.sam, "customers", file_format)
    file = imported(content, cast.sam, match_by="subscriber_number", name=f"customers.{file_format}")
    assert refusals(file) == {}
    assert (file.state, progress_of(file.id).unchanged) == ("done", 1 + len(LOOKS_LIKE_FORMULAS))
    assert set(Customer.objects.values_list("display_name", flat=True)) > set(LOOKS_LIKE_FORMULAS)


def test_a_refused_formula_is_refused_again_until_it_is_mended(cast: Cast) -> None:
    content = b"=Name,Subscriber number\n=1+1,A1\n'=2,A2\n"
    for again in (False, True):
        mapping = ["display_name", "subscriber_number"] + [""] * again
        file = imported(content, cast.sam, mapping=mapping)
        [[(column, why)]] = refusals(file).values()
        assert (column.endswith("=Name"), why) == (True, "It is a formula, not a value.")
        content = b"".join(refusals_as_csv(file))
        [header, row] = csv.reader(io.StringIO(content.decode("utf-8-sig")))
        assert (header[0], row[0]) == ("'=Name", "' =1+1")
    assert list(Customer.objects.values_list("display_name", flat=True)) == ["=2"]


def test_a_search_is_exported_as_it_was_found(cast: Cast) -> None:
    robert(cast)
    create_customer(actor=cast.ana.actor, display_name="Zoë Quill")
    assert [row["Name"] for row in read_csv(exported(cast.sam, "customers", q="Quill"))] == ["Zoë Quill"]


def test_the_organisations_file_holds_every_table_and_nothing_of_another_company(db: None) -> None:
    ours, theirs = make_cast("ours"), make_cast("theirs")
    with tenant(theirs.organization.id):
        create_customer(actor=theirs.ana.actor, display_name="Treacle Plum")
    with tenant(ours.organization.id):
        admin = admin_of(ours)
        for table in tenant_tables():
            if table not in {"accounts_organization", "customers_export", "customers_exportpart"}:
                insert(table, ours.organization.id)
        content = exported(admin, "organization").decode()
        lines = [json.loads(line) for line in content.splitlines()]
        Export.objects.all().delete()
        # The made-up rows refer to nothing.
        from django.db import connection, transaction

        with connection.cursor() as cursor:
            for model in tenant_models():
                cursor.execute(f'DELETE FROM "{model._meta.db_table}"')
        assert transaction.get_autocommit() is False
    manifest, end = lines[0]["manifest"], lines[-1]["end"]
    told = {line["table"] for line in lines[1:-1]}
    assert set(manifest["tables"]) == set(tenant_tables()) - {"accounts_organization"}
    assert told >= set(manifest["tables"]) - {"customers_exportpart"}
    assert {line["row"]["organization_id"] for line in lines[1:-1]} == {ours.organization.id}
    assert manifest["organization"]["id"] == ours.organization.id
    assert sum(end["rows"].values()) == len(lines) - 2
    assert "Treacle Plum" not in content


def test_no_key_and_no_token_is_in_the_organisations_file() -> None:
    kept = {
        f"{model._meta.db_table}.{field.column}"
        for model in tenant_models()
        for field in model._meta.concrete_fields
        if field.column not in left_out(model)
    }
    names = {name for name in kept if "secret" in name or "token" in name or "password" in name}
    assert {name for name in names if not name.startswith("routing_")} <= {
        "partners_webhookendpoint.previous_secret_until",
        "customers_searchentry.tokens",  # words that a search finds
    }


def test_only_administrators_take_the_whole_organisation(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        actions.request_export(member=cast.sam, kind="organization", file_format="jsonl", choices={})
    export = actions.request_export(
        member=admin_of(cast), kind="organization", file_format="jsonl", choices={}
    )
    with pytest.raises(Forbidden):
        actions.take_export(export.id, cast.sam)


def test_a_file_is_gone_after_its_day(cast: Cast) -> None:
    robert(cast)
    export = actions.request_export(member=cast.sam, kind="customers", file_format="csv", choices={})
    with pytest.raises(Conflict):
        actions.take_export(export.id, cast.sam)
    actions.write_export(export.id)
    Export.objects.update(expires_at=clock.now())
    with pytest.raises(Conflict):
        actions.take_export(export.id, cast.sam)
    actions.expire_export(export.id)
    assert not ExportPart.objects.exists()


def test_writing_twice_writes_once(cast: Cast) -> None:
    robert(cast)
    export = actions.request_export(member=cast.sam, kind="customers", file_format="csv", choices={})
    actions.write_export(export.id)
    actions.write_export(export.id)
    assert ExportPart.objects.count() == 1


def test_an_unknown_list_is_refused(cast: Cast) -> None:
    for kind, file_format in (("nothing", "csv"), ("customers", "exe")):
        with pytest.raises(Refusal):
            actions.request_export(member=cast.sam, kind=kind, file_format=file_format, choices={})
    with pytest.raises(NotVisible):
        actions.take_export(10**12, cast.sam)


def test_the_link_gives_the_file_to_supervisors_of_this_company_only(db: None) -> None:
    ours, theirs = make_cast("ours"), make_cast("theirs")
    with tenant(ours.organization.id):
        robert(ours)
        export = actions.request_export(member=ours.sam, kind="customers", file_format="csv", choices={})
        actions.write_export(export.id)
    url = f"/exports/{export.id}/"
    answer = signed_in(ours.sam).get(url)
    assert b"Robert" in b"".join(answer.streaming_content)
    assert "attachment" in answer["Content-Disposition"]
    assert signed_in(theirs.sam).get(url).status_code == 404
    assert signed_in(ours.ana).get(url).status_code == 403
    assert Client().get(url).status_code == 302


def test_own_fields_are_columns_that_an_import_knows_again(cast: Cast) -> None:
    customer = create_customer(actor=cast.ana.actor, display_name="Robin Field", phones=["+442079460301"])
    define_fact_key("plot", label="Garden plot")
    define_fact_key("area", label="Region")
    define_fact_key("organic", label="Organic", value_type="boolean")
    answers = {"plot": "Elm 7", "area": "North", "organic": False, "missing_issues": ["June", "July"]}
    for key, value in answers.items():
        record_fact(customer.id, key=key, value=value, actor=cast.ana.actor, source="desk")
    sure = {"actor": cast.ana.actor, "source": "desk"}
    record_fact(customer.id, key="plot", value="Oak 1", confidence="guessed", **sure)
    content = exported(cast.sam, "customers")
    [row] = read_csv(content)
    assert (row["Garden plot"], row["Organic"], row["Missing issues"]) == ("Elm 7", "no", "June; July")
    assert (row["Region"], row["Region (area)"]) == ("", "North")
    assert "Reason for contact" not in row
    before = Fact.objects.count()
    file = imported(content, cast.sam)
    assert {"fact:plot", "fact:organic", "fact:missing_issues"} <= set(file.mapping)
    assert Fact.objects.count() == before, "nothing new is said"
