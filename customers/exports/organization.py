"""Everything of the organisation as JSON Lines: each row of each of its tables, written by the database."""

import json
from collections.abc import Iterator

from django.apps import apps
from django.db import connection, models

from accounts.models import Organization
from foundation import clock
from foundation.crypto import EncryptedTextField
from foundation.tenancy import current_organization_id

FORMAT_VERSION = 1
_BATCH = 1000
# Names of columns that hold keys and tokens, whatever their type.
_SECRET_WORDS = ("secret", "token", "password")


def tenant_models() -> list[type[models.Model]]:
    """Every table of an organisation's rows, those that refer to others first.

    Each table is written as it stands then: so a row's reference is never to one that was made after.
    """
    found = [
        model
        for model in apps.get_models(include_auto_created=True)
        if any(field.name == "organization_id" for field in model._meta.local_concrete_fields)
    ]
    ordered: list[type[models.Model]] = []
    while found:
        free = [
            model
            for model in found
            if not any(_refers(other, model) for other in found if other is not model)
        ]
        ordered += free or found[:1]
        found = [model for model in found if model not in ordered]
    return ordered


def _refers(model: type[models.Model], target: type[models.Model]) -> bool:
    return any(field.related_model is target for field in model._meta.concrete_fields)


def left_out(model: type[models.Model]) -> list[str]:
    """The columns that are not exported: secrets, and files' bytes."""
    return [
        str(field.column)
        for field in model._meta.concrete_fields
        if isinstance(field, EncryptedTextField | models.BinaryField) or _is_secret(str(field.column))
    ]


def _is_secret(column: str) -> bool:
    return any(column == word or column.endswith((f"_{word}", f"{word}_hash")) for word in _SECRET_WORDS)


def lines() -> Iterator[tuple[str, list[str]]]:
    """(table, some lines) until all is told: first what follows, last how many rows there were of each."""
    organization_id = current_organization_id()
    counts: dict[str, int] = {}
    found = tenant_models()
    yield "", [json.dumps({"manifest": _manifest(found)})]
    for model in found:
        table = model._meta.db_table
        counts[table] = 0
        yield table, []
        for batch in _rows(model, organization_id):
            counts[table] += len(batch)
            yield table, batch
    yield "", [json.dumps({"end": {"rows": counts}})]


def _manifest(found: list[type[models.Model]]) -> dict[str, object]:
    organization = Organization.objects.get(id=current_organization_id())
    return {
        "format": FORMAT_VERSION,
        "organization": {
            "id": organization.id,
            "name": organization.name,
            "slug": organization.slug,
            "time_zone": organization.time_zone,
            "country_code": organization.country_code,
        },
        "written_at": clock.now().isoformat(),
        "tables": [model._meta.db_table for model in found],
        "left_out": {model._meta.db_table: columns for model in found if (columns := left_out(model))},
    }


def _rows(model: type[models.Model], organization_id: int) -> Iterator[list[str]]:
    """The table's rows as JSON texts; the organisation is asked for by name besides the wall."""
    table = connection.ops.quote_name(model._meta.db_table)
    # Names come from our own models only.
    sql = (
        "SELECT jsonb_build_object('table', %s::text, 'row', to_jsonb(t) - %s::text[])::text"  # noqa: S608
        f" FROM {table} t WHERE t.organization_id = %s"
    )
    connection.ensure_connection()
    with connection.connection.cursor(name=f"export_{model._meta.db_table}"[:60]) as cursor:
        cursor.itersize = _BATCH
        cursor.execute(sql, [model._meta.db_table, left_out(model), organization_id])
        while batch := cursor.fetchmany(_BATCH):
            yield [line for (line,) in batch]
