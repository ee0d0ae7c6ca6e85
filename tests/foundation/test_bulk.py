"""Many values in one statement arrive as they were sent."""

from datetime import date

import pytest
from django.db import connection

from customers.models import Customer
from foundation.bulk import as_array, reserve_ids

AWKWARD = [
    "",
    "NULL",
    "null",
    'a "b"',
    "back\\slash",
    "{1,2}",
    "a,b",
    " edge ",
    "two\nlines",
    "it's",
    "%s",
    "ñ 例",
    None,
]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("text", AWKWARD),
        ("text", []),
        ("bigint", [1, None, -(2**40)]),
        ("date", [date(2020, 5, 4), None]),
    ],
)
def test_an_array_arrives_as_it_was(kind: str, values: list[object]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT %s::{kind}[]", [as_array(values)])
        assert cursor.fetchone() == (values,)


@pytest.mark.django_db
def test_reserved_ids_are_nobody_else_s() -> None:
    first, second = reserve_ids(Customer, 3), reserve_ids(Customer, 3)
    assert len({*first, *second}) == 6
