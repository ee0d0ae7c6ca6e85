"""Rows written and read without the ORM's queries are the rows the ORM knows."""

import pytest

from customers.models import Customer, Interaction, TimelineEntry
from foundation import clock, rows
from foundation.tenancy import tenant
from tests.people import Cast, make_cast


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def an_interaction(customer: Customer | None) -> Interaction:
    return rows.insert(Interaction(channel="voice", address="+44", customer=customer, started_at=clock.now()))


def same(mine: object, theirs: object) -> bool:
    return {k: v for k, v in vars(mine).items() if k[0] != "_"} == {
        k: v for k, v in vars(theirs).items() if k[0] != "_"
    }


def test_what_is_inserted_is_what_the_orm_reads(cast: Cast) -> None:
    with tenant(cast.organization.id):
        made = an_interaction(None)
        assert same(made, Interaction.objects.get(id=made.id))
        found = rows.first(Interaction, "WHERE id = %s", [made.id])
        assert found is not None
        assert same(found, made)
        assert not found._state.adding


def test_fields_are_updated_by_either_name_of_a_reference(cast: Cast) -> None:
    with tenant(cast.organization.id):
        made = an_interaction(None)
        made.member_id, made.partner = cast.ana.id, cast.partner
        rows.update(made, ["member_id", "partner"])
        read = Interaction.objects.get(id=made.id)
        assert (read.member_id, read.partner_id) == (cast.ana.id, cast.partner.id)


def test_a_field_that_does_not_exist_is_an_error(cast: Cast) -> None:
    with tenant(cast.organization.id), pytest.raises(KeyError):
        rows.update(an_interaction(None), ["no_such_field"])


def test_a_join_that_finds_nothing_gives_none(cast: Cast) -> None:
    joined = "customers_interaction a LEFT JOIN customers_customer b ON b.id = a.customer_id ORDER BY a.id"
    with tenant(cast.organization.id):
        customer = Customer.objects.create(display_name="Robert")
        an_interaction(customer)
        an_interaction(None)
        [(_, robert), (_, nobody)] = rows.pairs(Interaction, Customer, joined, [])
        assert robert == customer
        assert nobody is None


def test_no_row_of_another_company_is_read(cast: Cast) -> None:
    with tenant(cast.organization.id):
        made = an_interaction(None)
    with tenant(cast.organization.id + 1_000_000):
        assert rows.first(Interaction, "WHERE id = %s", [made.id]) is None
        assert rows.every(TimelineEntry, "", []) == []
