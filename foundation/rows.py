"""Single rows read and written with SQL whose text is made once per model.

The ORM compiles a query anew each time, half a millisecond for a wide table: on the way of a caller, who
waits for a dozen of them, that was most of the time. Elsewhere the ORM is to be used.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Field, Model

Converter = Callable[[Any], Any]
M = TypeVar("M", bound=Model)


@cache
def columns(model: type[Model], alias: str = "") -> str:
    """All columns of a model as SQL, each with the table's alias in front if there is one."""
    before = f"{alias}." if alias else ""
    return ", ".join(f'{before}"{field.column}"' for field in model._meta.concrete_fields)


def built(model: type[M], values: Sequence[Any]) -> M:
    """A row of `columns(model)` as an instance."""
    names, converters = _reading(model)
    given = list(values)
    for place, convert in converters:
        given[place] = convert(given[place])
    return model.from_db(connection.alias, names, given)


def first(model: type[M], rest: str, params: Sequence[Any]) -> M | None:
    """The first row; `rest` is what follows FROM and the table's name."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT {columns(model)} FROM "{model._meta.db_table}" {rest}', params)  # noqa: S608 - our models' names
        values = cursor.fetchone()
    return None if values is None else built(model, values)


def insert(row: M) -> M:
    """Write a new row, all of whose values are given; it has its id then."""
    text, fields = _inserting(type(row))
    with connection.cursor() as cursor:
        cursor.execute(
            text, [field.get_db_prep_save(field.pre_save(row, True), connection) for field in fields]
        )
        row.pk = cursor.fetchone()[0]
    row._state.adding, row._state.db = False, connection.alias
    return row


def update(row: Model, names: Iterable[str]) -> None:
    """Write these fields of a row."""
    text, fields = _updating(type(row), tuple(sorted(names)))
    values = [field.get_db_prep_save(field.pre_save(row, False), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(text, [*values, row.pk])


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
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    names = ", ".join(f'"{field.column}"' for field in fields)
    places = ", ".join(["%s"] * len(fields))
    table = model._meta.db_table
    return f'INSERT INTO "{table}" ({names}) VALUES ({places}) RETURNING "{_key(model)}"', fields  # noqa: S608


@cache
def _updating(model: type[Model], names: tuple[str, ...]) -> tuple[str, list["Field[Any, Any]"]]:
    wanted = set(names)
    fields = [field for field in model._meta.concrete_fields if field.name in wanted]
    places = ", ".join(f'"{field.column}" = %s' for field in fields)
    return f'UPDATE "{model._meta.db_table}" SET {places} WHERE "{_key(model)}" = %s', fields  # noqa: S608


def _key(model: type[Model]) -> str:
    assert model._meta.pk is not None
    return str(model._meta.pk.column)
