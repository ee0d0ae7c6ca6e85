"""The cast: a publisher with its people, a partner that runs the digital edition, and a stranger company."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from accounts.access import Viewer, viewer_of_member
from accounts.actions import add_member, create_organization, create_partner, sign_contract
from accounts.models import Member, Organization, Partner, User
from customers.actions import define_fact_key, define_product
from foundation.tenancy import tenant


@dataclass
class Cast:
    """Who is who; `ana` and `mark` answer in-house, `paula` at the partner, `sam` supervises."""

    organization: Organization
    partner: Partner
    other_partner: Partner
    ana: Member
    mark: Member
    paula: Member
    sam: Member

    def viewer(self, member: Member) -> Viewer:
        return viewer_of_member(member)


def make_cast(slug: str = "publisher") -> Cast:
    """The cast, committed or not as the test's transaction is."""
    organization = create_organization(name="Publisher", slug=slug, time_zone="Europe/London")
    with tenant(organization.id):
        partner = create_partner(name="Digipress", slug="digipress")
        other = create_partner(name="Postfast", slug="postfast")
        sign_contract(
            partner,
            queues=["digital"],
            products=["digital-edition"],
            readable_fields=["display_name", "language", "subscriptions"],
            masked_fields=["phone", "email"],
            readable_facts=["preferred_device"],
            writable_facts=["digital_account"],
        )
        sign_contract(other, queues=["parcels"], readable_fields=["display_name"])
        define_product("print", name="Print")
        define_product("digital-edition", name="Digital edition")
        define_fact_key("reason_for_contact", label="Reason for contact")
        define_fact_key(
            "preferred_device", label="Preferred device", value_type="choice", choices=["tablet", "phone"]
        )
        define_fact_key("digital_account", label="Digital account")
        define_fact_key("missing_issues", label="Missing issues", value_type="list")

        def member(name: str, role: str, of: Partner | None = None) -> Member:
            user = User.objects.create_user(username=f"{slug}-{name.lower()}")
            return add_member(user, role=role, display_name=name, partner=of)

        return Cast(
            organization=organization,
            partner=partner,
            other_partner=other,
            ana=member("Ana", "agent"),
            mark=member("Mark", "agent"),
            paula=member("Paula", "partner_agent", partner),
            sam=member("Sam", "supervisor"),
        )


@pytest.fixture
def cast(db: None) -> Iterator[Cast]:
    """The cast, inside the tenant's transaction."""
    made = make_cast()
    with tenant(made.organization.id):
        yield made


@pytest.fixture
def committed_cast(transactional_db: None) -> Cast:
    """The cast, committed, for tests with several connections."""
    return make_cast()
