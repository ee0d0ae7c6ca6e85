"""The API and the desk find the same people, in the same order, for the same reasons."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.actions import add_member
from accounts.models import User
from customers.actions import create_customer, share_record
from foundation.tenancy import tenant
from tests.partners.conftest import INHOUSE, Api, Company


@pytest.fixture
def desk(meridian: Company) -> Client:
    """The desk of an agent of Digipress."""
    user = User.objects.create_user(username="paula")
    with tenant(meridian.id):
        add_member(user, role="partner_agent", display_name="Paula", partner=meridian.partner)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize("typed", ["anna martin", "anna martni", "anna 4810", "nna", "44163296481", "nobody"])
def test_the_desk_and_the_api_show_the_same(api: Api, desk: Client, meridian: Company, typed: str) -> None:
    with tenant(meridian.id):
        for at, name in enumerate(
            ("Anna Martin", "Anna Martinez", "Anne Marten", "Joanna Smart", "Ivo Kahn")
        ):
            one = create_customer(actor=INHOUSE, display_name=name, phones=[f"+44163296{4810 + at}"])
            if name != "Anne Marten":
                share_record(one.id, partner_id=meridian.partner.id, reason="promise")
    told = api.get("customers/", params={"q": typed}).json()["results"]
    shown = desk.get("/search/", {"q": typed}).context["results"]
    assert [row["id"] for row in told] == [row["id"] for row in shown]
    assert [row["display_name"] for row in told] == [row["name"] for row in shown]
    assert [" · ".join(row["found_by"]) for row in told] == [row["detail"] for row in shown]
    assert bool(told) == (typed != "nobody")
    assert "Anne Marten" not in {row["display_name"] for row in told}


def test_a_list_without_a_search_says_nothing_of_why(api: Api, meridian: Company) -> None:
    rows: list[dict[str, Any]] = api.get("customers/").json()["results"]
    assert [row["found_by"] for row in rows] == [[]]
