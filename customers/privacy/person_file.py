"""Everything that is kept of one person, to read (one HTML page that needs nothing else) and for machines."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import BinaryField, Field, ForeignKey, Model
from django.template.loader import render_to_string
from django.utils import timezone

from accounts.models import Member, Organization, Partner
from customers.exports.organization import left_out
from customers.models import FactKey, Product
from customers.privacy.kinds import PersonalKind, Subject, subject_of, told_kinds
from customers.rules import spell_value
from foundation import clock
from foundation.tenancy import current_organization_id

FORMAT_VERSION = 1
_BATCH = 500
# What a row refers to is told by name, not by number only.
_NAMED: dict[type[Model], str] = {
    Member: "display_name",
    Partner: "name",
    FactKey: "label",
    Product: "name",
}
Piece = tuple[bytes, int]


def pieces(customer_id: int, file_format: str) -> Iterator[tuple[str, Piece]]:
    """The file in pieces: the kind that is being told, the bytes, and how many rows they hold. NotVisible."""
    subject = subject_of(customer_id)
    return _as_html(subject) if file_format == "html" else _as_json(subject)


def steps() -> int:
    """How many kinds there are to tell."""
    return len(told_kinds())


def _about(subject: Subject) -> dict[str, Any]:
    organization = Organization.objects.get(id=current_organization_id())
    return {
        "format": FORMAT_VERSION,
        "organization": organization.name,
        "made_at": clock.now(),
        "customer_number": subject.customer_id,
        "merged_customer_numbers": list(subject.customer_ids[1:]),
        "names": list(subject.names),
    }


# --- for machines -----------------------------------------------------------------------------------------


def _as_json(subject: Subject) -> Iterator[tuple[str, Piece]]:
    about = json.dumps(_about(subject), cls=DjangoJSONEncoder, ensure_ascii=False)
    yield "", (f'{{"about": {about}, "kinds": {{\n'.encode(), 0)
    for number, kind in enumerate(told_kinds()):
        before = ",\n" if number else ""
        head = json.dumps(kind.name)
        yield kind.name, (f'{before}{head}: {{"label": {json.dumps(kind.label)}, "rows": ['.encode(), 0)
        begun = False
        for batch in _batches(kind, subject):
            lines = ",\n".join(
                json.dumps(told(kind, row), cls=DjangoJSONEncoder, ensure_ascii=False) for row in batch
            )
            yield kind.name, (f"{',' if begun else ''}\n{lines}".encode(), len(batch))
            begun = True
        yield kind.name, (b"]}", 0)
    yield "", (b"\n}}\n", 0)


def told(kind: PersonalKind, row: Model) -> dict[str, Any]:
    """Every column of a row but secrets; references to people, companies and questions with their names."""
    hidden = {"organization_id", *left_out(kind.model)}
    found: dict[str, Any] = {}
    for field in kind.model._meta.concrete_fields:
        if field.column in hidden or isinstance(field, BinaryField):
            continue
        found[field.name] = _value(row, field)
    return found


def _value(row: Model, field: "Field[Any, Any]") -> Any:
    value = field.value_from_object(row)
    name = _NAMED.get(field.related_model) if isinstance(field, ForeignKey) else None
    if name is None or value is None:
        return value
    return {"id": value, "name": getattr(getattr(row, field.name), name)}


# --- for people -------------------------------------------------------------------------------------------


def _as_html(subject: Subject) -> Iterator[tuple[str, Piece]]:
    page = render_to_string("customers/person.html", {"about": _about(subject), "kinds": told_kinds()})
    head, _, foot = page.partition("<!-- kinds -->")
    yield "", (head.encode(), 0)
    for kind in told_kinds():
        begun = False
        for batch in _batches(kind, subject):
            context = {"kind": kind, "rows": [_line(kind, row) for row in batch], "first": not begun}
            yield kind.name, (render_to_string("customers/person_rows.html", context).encode(), len(batch))
            begun = True
        closing = render_to_string("customers/person_rows.html", {"kind": kind, "closes": begun})
        yield kind.name, (closing.encode(), 0)
    yield "", (foot.encode(), 0)


def _line(kind: PersonalKind, row: Model) -> list[tuple[str, str]]:
    return [(heading, _spelled(row, name)) for name, heading in kind.columns]


def _spelled(row: Model, name: str) -> str:
    """A value as people read it: in the organisation's zone, by their labels, names for numbers."""
    display = getattr(row, f"get_{name}_display", None)
    value = display() if display is not None else getattr(row, name)
    if value is None:
        return ""
    if isinstance(value, Model):
        return str(getattr(value, _NAMED.get(type(value), "pk")))
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict) or (isinstance(value, list) and any(isinstance(one, dict) for one in value)):
        return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)
    return spell_value(value)


def _batches(kind: PersonalKind, subject: Subject) -> Iterator[list[Any]]:
    named = [
        field.name
        for field in kind.model._meta.concrete_fields
        if isinstance(field, ForeignKey) and field.related_model in _NAMED
    ]
    rows = kind.rows(subject)
    batch: list[Any] = []
    for row in (rows.select_related(*named) if named else rows).iterator(chunk_size=_BATCH):
        batch.append(row)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
