"""Consent at the desk: who may say what, how it is told, and what a company sets up."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from accounts.actors import IVR_ACTOR
from customers import actions
from customers.consent.models import ChannelHours, Consent, ContactHold, ContactPreference, ContactPurpose
from customers.models import Customer
from foundation.tenancy import tenant
from tests.people import Cast
from tests.sockets import signed_in

HTMX = {"HX-Request": "true"}


@pytest.fixture
def robert(committed_cast: Cast) -> Customer:
    with tenant(committed_cast.organization.id):
        robert = actions.create_customer(actor=IVR_ACTOR, display_name="Robert", phones=["+447700900123"])
        actions.share_record(robert.pk, partner_id=committed_cast.partner.id, reason="test")
        return robert


def post(client: Client, path: str, **fields: Any) -> Any:
    return client.post(path, fields, headers=HTMX)


def errors(answer: Any) -> list[str]:
    assert answer.status_code == 422
    return list(json.loads(answer["HX-Trigger"])["fieldErrors"])


def test_an_agent_writes_down_a_yes_a_stop_a_hold_and_what_they_like(
    committed_cast: Cast, robert: Customer
) -> None:
    ana, path = signed_in(committed_cast.ana), f"/customers/{robert.pk}/consent/"
    assert "Nothing yet" in ana.get(path, headers=HTMX).content.decode()
    assert errors(post(ana, path, answer="granted", purpose="marketing")) == ["wording"]
    assert errors(post(ana, path, answer="perhaps")) == ["answer"]
    yes = post(ana, path, answer="granted", purpose="marketing", channel="sms", wording="May we?")
    assert "Yes to Marketing by text message" in yes.content.decode()
    stopped = post(ana, path, answer="stop", channel="sms", evidence="on the phone")
    assert "everywhere at once" in stopped["HX-Trigger"]
    assert "No to everything by text message" in ana.get(f"/customers/{robert.pk}/").content.decode()
    assert errors(post(ana, path + "hold/", why=" ", until="")) == ["why"]
    assert errors(post(ana, path + "hold/", why="x", until="2001-01-01T00:00")) == ["until"]
    assert "Bereaved" in post(ana, path + "hold/", why="Bereaved", until="").content.decode()
    assert errors(post(ana, path + "preference/", time_zone="Mars/Olympus")) == ["time_zone"]
    assert errors(post(ana, path + "preference/", quiet_starts="20:00")) == ["quiet_ends"]
    likes = {"channel": "email", "time_zone": "Europe/Madrid", "quiet_starts": "20:00", "quiet_ends": "10:00"}
    assert post(ana, path + "preference/", **likes).status_code == 200
    with tenant(committed_cast.organization.id):
        assert [one.answer for one in Consent.objects.order_by("id")] == ["granted", "refused", "refused"]
        assert Consent.objects.latest("id").member_id == committed_cast.ana.id
        hold = ContactHold.objects.get()
        assert ContactPreference.objects.get().time_zone == "Europe/Madrid"
    assert post(ana, f"{path}hold/{hold.pk}/end/").status_code == 200
    assert post(ana, f"{path}hold/{hold.pk}/end/").status_code == 409


def test_a_partners_agent_may_pass_on_a_stop_but_not_hold(committed_cast: Cast, robert: Customer) -> None:
    paula, path = signed_in(committed_cast.paula), f"/customers/{robert.pk}/consent/"
    with tenant(committed_cast.organization.id):
        other = actions.create_customer(actor=IVR_ACTOR, display_name="Not theirs")
    assert post(paula, path, answer="stop").status_code == 200
    assert post(paula, path + "hold/", why="x").status_code == 403
    assert post(paula, path + "preference/", channel="sms").status_code == 403
    assert post(paula, f"/customers/{other.pk}/consent/", answer="stop").status_code == 404
    with tenant(committed_cast.organization.id):
        assert list(Consent.objects.values_list("customer_id", "partner_id")) == [
            (robert.pk, committed_cast.partner.id)
        ]


def test_a_supervisor_sets_up_purposes_and_quiet_hours(committed_cast: Cast) -> None:
    sam = signed_in(committed_cast.sam)
    page = sam.get("/contact-rules/").content.decode()
    assert "Renewal notices" in page
    assert errors(post(sam, "/contact-rules/purposes/", slug="a b", name="x", basis="consent")) == ["slug"]
    assert errors(post(sam, "/contact-rules/purposes/", slug="a", name="x", basis="whim")) == ["basis"]
    club = {"slug": "club", "name": "The club", "basis": "opt_out", "wording": "Shall we?", "is_active": "on"}
    assert "The club" in post(sam, "/contact-rules/purposes/", **club).content.decode()
    assert errors(post(sam, "/contact-rules/hours/", channel="fax", starts="20:00", ends="09:00")) == [
        "channel"
    ]
    assert errors(post(sam, "/contact-rules/hours/", channel="sms", starts="20:00", ends="")) == ["ends"]
    assert (
        post(sam, "/contact-rules/hours/", channel="email", starts="20:00", ends="09:00").status_code == 200
    )
    ana = signed_in(committed_cast.ana)
    with tenant(committed_cast.organization.id):
        customer = actions.create_customer(actor=IVR_ACTOR, display_name="Robert")
    assert (
        post(ana, f"/customers/{customer.pk}/consent/", answer="granted", purpose="club").status_code == 200
    )
    with tenant(committed_cast.organization.id):
        assert Consent.objects.get().wording == "Shall we?"
    never = post(sam, "/contact-rules/hours/", channel="voice", starts="", ends="")
    assert 'id="starts-voice" name="starts" type="time" value=""' in never.content.decode()
    assert signed_in(committed_cast.ana).get("/contact-rules/").status_code == 403
    with tenant(committed_cast.organization.id):
        assert (ContactPurpose.objects.get().is_held, ChannelHours.objects.count()) == (False, 2)
