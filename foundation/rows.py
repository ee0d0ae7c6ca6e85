"""Single rows read and written with SQL whose text is made once per model.

The ORM compiles a query anew each time, half a millisecond for a wide table: on the way of a caller, who
waits for a dozen of them, that was most of the time. Elsewhere the ORM is to be used.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import connection
from django.db.models import AutoField, Field, Model

from foundation.postgres.base import send_with_next

Converter = Callable[[Any], Any]
M = TypeVar("M", bound=Model)
N = TypeVar("N", bound=Model)


@cache
def columns(model: type[Model], alias: str = "") -> str:
    """All columns of a model as SQL, each with the table's alias in front if there is one."""
    before = f"{alias}." if alias else ""
    return ", ".join(f'{before}"{field.column}"' for field in model._meta.concrete_fields)


@cache
def select(model: type[Model]) -> str:
    """All columns FROM the model's table."""
    return f'SELECT {columns(model)} FROM "{model._meta.db_table}"'  # noqa: S608


def built(model: type[M], values: Sequence[Any]) -> M:
    """A row of `columns(model)` as an instance."""
    names, converters = _reading(model)
    given = list(values)
    for place, convert in converters:
        given[place] = convert(given[place])
    return model.from_db(connection.alias, names, given)


def every(model: type[M], rest: str, params: Sequence[Any]) -> list[M]:
    """All rows; `rest` is what follows FROM and the table's name."""
    with connection.cursor() as cursor:
        cursor.execute(f"{select(model)} {rest}", params)
        return [built(model, values) for values in cursor.fetchall()]


def first(model: type[M], rest: str, params: Sequence[Any]) -> M | None:
    """The first of `every`, or None; `rest` sees to it that there is but one."""
    return next(iter(every(model, rest, params)), None)


def pairs(model: type[M], other: type[N], rest: str, params: Sequence[Any]) -> list[tuple[M, N | None]]:
    """Rows with what is joined to each, if anything; `rest` follows FROM and calls the two `a` and `b`."""
    border = len(model._meta.concrete_fields)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns(model, 'a')}, {columns(other, 'b')} FROM {rest}", params)  # noqa: S608
        found = cursor.fetchall()
    return [(built(model, row[:border]), _joined(other, row[border:])) for row in found]


def _joined(model: type[M], values: Sequence[Any]) -> M | None:
    """The row, or None where the join found none."""
    return built(model, values) if any(value is not None for value in values) else None


def insert(row: M) -> M:
    """Write a new row, all of whose values are given; it has its id then if the database numbers it."""
    text, fields = _inserting(type(row))
    with connection.cursor() as cursor:
        cursor.execute(
            text, [field.get_db_prep_save(field.pre_save(row, True), connection) for field in fields]
        )
        row.pk = cursor.fetchone()[0]
    row._state.adding, row._state.db = False, connection.alias
    return row


def add(row: Model) -> None:
    """As `insert`, with the next statement: its id stays unknown here."""
    text, fields = _inserting(type(row))
    send_with_next(text, [field.get_db_prep_save(field.pre_save(row, True), connection) for field in fields])


def update(row: Model, names: Iterable[str]) -> None:
    """Write these fields of a row, with the next statement; a reference goes by either of its names. KeyError
    for no field of its."""
    text, fields = _updating(type(row), tuple(sorted(names)))
    values = [field.get_db_prep_save(field.pre_save(row, False), connection) for field in fields]
    send_with_next(text, [*values, row.pk])


@cache
def _reading(model: type[Model]) -> tuple[list[str], list[tuple[int, Converter]]]:
    fields = model._meta.concrete_fields
    converters = [
        (place, _converter(field, convert))
        for place, field in enumerate(fields)
        for convert in field.get_db_converters(connection)
    ]
    return [field.attname for field in fields], converters


def _converter(field: Any, convert: Callable[..., Any]) -> Converter:
    return lambda value: convert(value, field, connection)


@cache
def _inserting(model: type[Model]) -> tuple[str, list["Field[Any, Any]"]]:
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, AutoField)]
    names = ", ".join(f'"{field.column}"' for field in fields)
    places = ", ".join(["%s"] * len(fields))
    table = model._meta.db_table
    return f'INSERT INTO "{table}" ({names}) VALUES ({places}) RETURNING "{_key(model)}"', fields  # noqa: S608


@cache
def _updating(model: type[Model], names: tuple[str, ...]) -> tuple[str, list["Field[Any, Any]"]]:
    by_name = {name: field for field in model._meta.concrete_fields for name in (field.name, field.attname)}
    fields = [by_name[name] for name in names]
    places = ", ".join(f'"{field.column}" = %s' for field in fields)
    return f'UPDATE "{model._meta.db_table}" SET {places} WHERE "{_key(model)}" = %s', fields  # noqa: S608


def _key(model: type[Model]) -> str:
    assert model._meta.pk is not None
    return str(model._meta.pk.column)
