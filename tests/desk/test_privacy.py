"""The screens of privacy, on a database: who may, what they show, and that what they say happens."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client

from accounts.actors import SYSTEM_ACTOR
from customers import actions
from customers.exports.actions import write_export
from customers.exports.models import Export
from customers.models import Customer, RecordRead
from customers.privacy.models import Erasure, ErasureReceipt, LegalHold
from customers.privacy.retention import apply_retention, retention_lines
from foundation import clock
from foundation.tenancy import tenant
from tests.customers.test_privacy import admin_of
from tests.people import Cast, make_cast
from tests.sockets import signed_in

HTMX = {"HX-Request": "true"}


class World:
    """A publisher with one customer, whom the partner saw."""

    def __init__(self) -> None:
        self.cast: Cast = make_cast()
        with tenant(self.cast.organization.id):
            self.grace = admin_of(self.cast)
            self.customer: Customer = actions.create_customer(
                actor=SYSTEM_ACTOR, display_name="Robert Whitfield", phones=["+442079460018"]
            )
            actions.share_record(self.customer.id, partner_id=self.cast.partner.id, reason="promise")
        self.page = f"/customers/{self.customer.id}/privacy/"

    def client(self, who: str) -> Client:
        return signed_in(self.grace if who == "grace" else getattr(self.cast, who))

    def inside(self) -> object:
        return tenant(self.cast.organization.id)


@pytest.fixture
def world(db: None) -> World:
    return World()


def test_a_supervisor_has_the_files_made_and_takes_them(world: World) -> None:
    sam = world.client("sam")
    assert "Privacy of Robert Whitfield" in sam.get(world.page).content.decode()
    asked = sam.post(f"{world.page}export/", {"why": "They asked by letter"}, headers=HTMX)
    assert asked.content.decode().count('data-testid="person-file"') == 2
    with tenant(world.cast.organization.id):
        for export in Export.objects.all():
            write_export(export.id)
        ids = list(Export.objects.order_by("file_format").values_list("id", flat=True))
    page, data = (sam.get(f"/exports/{one}/") for one in ids)
    assert "attachment" in page["Content-Disposition"]
    assert page["Content-Type"].startswith("text/html")
    assert "Robert Whitfield" in b"".join(page.streaming_content).decode()
    assert json.loads(b"".join(data.streaming_content))["about"]["customer_number"] == world.customer.id
    looked = sam.get(f"{world.page}reads/", headers=HTMX).content.decode()
    assert "They asked by letter" in looked
    assert "Access export downloaded" in looked
    assert world.client("ana").get(world.page).status_code == 403


def test_who_looked_shows_partners_and_what_for(world: World) -> None:
    paula = world.client("paula")
    for path in ("", "timeline/"):
        paula.get(f"/customers/{world.customer.id}/{path}", headers=HTMX)
    paula.get("/search/?q=Robert", headers=HTMX)
    sam = world.client("sam")
    reads = f"{world.page}reads/"
    everybody = sam.get(reads, headers=HTMX).content.decode()
    assert [everybody.count(f">{what}</td>") for what in ("Record", "Timeline", "Found")] == [1, 1, 1]
    assert "Paula" not in sam.get(f"{reads}?company=inhouse", headers=HTMX).content.decode()
    with tenant(world.cast.organization.id):
        first = RecordRead.objects.order_by("id")[0].pk
    assert "Paula" not in sam.get(f"{reads}?before={first}", headers=HTMX).content.decode()


def test_personal_answers_are_a_sensitive_read_of_anybodys(world: World) -> None:
    with tenant(world.cast.organization.id):
        actions.define_fact_key("callback_number", label="Call-back", sensitivity="personal")
    ana = world.client("ana")
    ana.get(f"/customers/{world.customer.id}/", headers=HTMX)
    with tenant(world.cast.organization.id):
        assert not RecordRead.objects.filter(member=world.cast.ana).exists()
        actions.record_fact(
            world.customer.id, key="callback_number", value="x1", actor=SYSTEM_ACTOR, source="test"
        )
    for _ in range(3):
        ana.get(f"/customers/{world.customer.id}/", headers=HTMX)
    with tenant(world.cast.organization.id):
        read = RecordRead.objects.get(member=world.cast.ana)
        assert (read.what, read.partner_id) == ("record, personal answers", None)
    ana.get(f"/customers/{world.customer.id}/answers/?key=callback_number", headers=HTMX)
    with tenant(world.cast.organization.id):
        assert RecordRead.objects.filter(what="facts, personal answers", partner=None).count() == 1


def test_a_hold_is_placed_shown_and_lifted(world: World) -> None:
    sam = world.client("sam")
    placed = sam.post(f"{world.page}holds/", {"reason": "Court case 7"}, headers=HTMX)
    assert "Court case 7" in placed.content.decode()
    assert "Court case 7" in sam.get("/setup/privacy/").content.decode()
    preview = world.client("grace").get(f"{world.page}erase/").content.decode()
    assert "A legal hold forbids it: Court case 7" in preview
    assert 'data-testid="erase"' not in preview
    with tenant(world.cast.organization.id):
        hold = LegalHold.objects.get()
    assert sam.post(f"{world.page}holds/", {"reason": " "}, headers=HTMX).status_code == 422
    lifted = sam.post(f"/setup/privacy/holds/{hold.pk}/lift/", {"reason": "Closed"}, headers=HTMX)
    assert "Closed" in lifted.content.decode()
    assert sam.post(f"/setup/privacy/holds/{hold.pk}/lift/", {"reason": "Closed"}).status_code == 409


def test_an_administrator_erases_and_keeps_the_proof(world: World) -> None:
    sam, grace = world.client("sam"), world.client("grace")
    door = f"{world.page}erase/"
    assert "Administrators erase" in sam.get(door).content.decode()
    form = {"basis": "asked", "confirm": str(world.customer.id)}
    assert sam.post(door, form, headers=HTMX).status_code == 403
    assert 'data-testid="erase"' in grace.get(door).content.decode()
    assert grace.post(door, form | {"confirm": "1"}, headers=HTMX).status_code == 422
    done = grace.post(door, form, headers=HTMX)
    proof = done["HX-Redirect"]
    assert grace.get(f"/customers/{world.customer.id}/").status_code == 404
    shown = sam.get(f"{proof}?is=020 7946 0018").content.decode()
    assert "This certificate is about whoever has 020 7946 0018" in shown
    assert "Robert" not in shown
    assert "It is not about" in sam.get(f"{proof}?is=someone@else.example").content.decode()
    file = sam.get(f"{proof}certificate.json")
    assert file.json()["customer_number"] == world.customer.id
    with tenant(world.cast.organization.id):
        receipt = ErasureReceipt.objects.get()
        ErasureReceipt.objects.update(due_at=clock.now() - timedelta(days=1))
    assert "Digipress has not confirmed" in sam.get("/setup/privacy/").content.decode()
    assert sam.post(f"/setup/privacy/receipts/{receipt.pk}/").status_code == 302
    assert "entered by hand" in sam.get(proof).content.decode()
    assert "1 of 1 confirmed" in sam.get("/setup/privacy/").content.decode()


def test_how_long_things_are_kept_is_set_and_the_last_night_shown(world: World) -> None:
    sam, grace = world.client("sam"), world.client("grace")
    door = "/setup/privacy/retention/raw_requests/"
    assert sam.post(door, {"days": "9"}, headers=HTMX).status_code == 403
    assert grace.post(door, {"days": "1"}, headers=HTMX).status_code == 422
    assert "9 days" in grace.post(door, {"days": "9"}, headers=HTMX).content.decode()
    assert "for good" in grace.post(door, {"days": "", "forever": "on"}, headers=HTMX).content.decode()
    with tenant(world.cast.organization.id):
        apply_retention(world.cast.organization.id)
        assert {line.run.state for line in retention_lines() if line.run} == {"done"}
    page = sam.get("/setup/privacy/").content.decode()
    assert "0 gone" in page
    assert "set by Grace" in page
    assert "retention-dialog" not in page


def test_a_stranger_companys_erasure_is_nobodys_here(world: World) -> None:
    other = make_cast("stranger")
    with tenant(other.organization.id):
        erasure = Erasure.objects.create(
            record_number=1, basis="asked", erased_at=clock.now(), erased={}, stripped={}, looked={}
        )
    for path in ("", "certificate.json"):
        assert world.client("grace").get(f"/setup/privacy/erasures/{erasure.pk}/{path}").status_code == 404
