"""What may be edited on a record: the customer's fields and the organisation's own, with what is known."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import global_settings
from django.utils.translation import gettext

from accounts.access import Viewer
from customers import access
from customers import queries as record
from customers.actions.edits import FACT, FieldConflict
from customers.actions.facts import REASON_KEY
from customers.models import Customer, FactKey
from customers.rules import edit_text, is_asked, looks_like_phone, spell_value
from desk.panels.words import source_words

# Field, what it is called, and its kind of input.
_FIELDS = (
    ("display_name", "Name", "text"),
    ("given_name", "Given name", "text"),
    ("family_name", "Family name", "text"),
    ("company_name", "Company", "text"),
    ("language", "Language", "select"),
    ("country_code", "Country, two letters", "text"),
    ("region", "Region", "text"),
    ("postal_address", "Address", "textarea"),
)
MOST_MERGED = 20
_INPUTS = {
    FactKey.ValueType.CHOICE: "select",
    FactKey.ValueType.BOOLEAN: "select",
    FactKey.ValueType.NUMBER: "number",
    FactKey.ValueType.DATE: "date",
}
_HELP = {
    FactKey.ValueType.LIST: "Several, with commas between",
}


def edit_panel(
    customer: Customer,
    viewer: Viewer,
    *,
    typed: Mapping[str, str] | None = None,
    seen: Mapping[str, str] | None = None,
    conflicts: Iterable[FieldConflict] = (),
) -> dict[str, Any]:
    """The form: what stands, what was typed over what its editor saw, and where two changed one field."""
    typed, seen = typed or {}, seen or {}
    by_field = {conflict.field: conflict for conflict in conflicts}
    fields = customer_fields(customer, viewer) + fact_fields(customer.pk, viewer, form=FactKey.Form.RECORD)
    for field in fields:
        _type_over(field, typed, seen, by_field.get(field["name"]))
    return {
        "id": customer.pk,
        "name": access.shown_name(viewer, customer),
        "version": customer.version,
        "drafts_before": _drafts_before(customer, viewer),
        "details": [field for field in fields if not field["name"].startswith(FACT)],
        "custom": [field for field in fields if field["name"].startswith(FACT)],
        "conflicts": len(by_field),
    }


def _drafts_before(customer: Customer, viewer: Viewer) -> str:
    """The drafts' keys of the records that this one stands for, as far as the viewer knew them."""
    merged = access.known_records(viewer).filter(merged_into=customer).order_by("-id")
    return " ".join(f"edit.{one}" for one in merged.values_list("id", flat=True)[:MOST_MERGED])


def _type_over(
    field: dict[str, Any],
    typed: Mapping[str, str],
    seen: Mapping[str, str],
    conflict: FieldConflict | None,
) -> None:
    """A field its editor left alone shows what stands now: saved again, it must not undo another's change."""
    name = field["name"]
    field["was"] = field["value"]
    if name in typed and typed[name] != seen.get(name):
        field["value"] = typed[name]
        field["was"] = seen.get(name, field["was"])
    if conflict is not None:
        field["was"] = conflict.theirs
        field["conflict"] = {
            "yours": _spell(field, conflict.yours),
            "theirs": _spell(field, conflict.theirs),
            "hand": conflict.by.hand if conflict.by else "system",
            "name": conflict.by.name if conflict.by else "",
            "at": conflict.by.at if conflict.by else None,
        }


def _spell(field: dict[str, Any], value: str) -> str:
    """A value as the choice shows it; what is empty says so."""
    chosen = next((one["label"] for one in field["options"] if one["value"] == value), value)
    return chosen or "empty"


def customer_fields(customer: Customer, viewer: Viewer) -> list[dict[str, Any]]:
    """The customer's own fields that this viewer may change."""
    return [
        {
            "name": name,
            "id": f"edit-{name}",
            "label": label,
            "kind": kind,
            "value": getattr(customer, name),
            "options": _languages(customer.language) if name == "language" else [],
            "required": name == "display_name",
        }
        for name, label, kind in _FIELDS
        if access.may_write(viewer, name) and not _is_hidden_number(customer, viewer, name)
    ]


def _is_hidden_number(customer: Customer, viewer: Viewer, name: str) -> bool:
    """Whether the name is but the number of a caller nobody knows, which a partner may see masked only."""
    return viewer.is_partner and name == "display_name" and looks_like_phone(customer.display_name)


def fact_fields(
    customer_id: int, viewer: Viewer, *, form: str, queue_slug: str | None = None
) -> list[dict[str, Any]]:
    """The organisation's own fields of a form that this viewer may write, filled with what is known; those of
    one queue, or (None) of all.
    """
    keys = [
        key
        for key in record.questions(viewer)
        if key.key != REASON_KEY
        and access.may_write(viewer, FACT + key.key)
        and is_asked(key, form=form, queue_slug=_queue_of(key, queue_slug))
    ]
    if not keys:
        return []
    known = {fact.key: fact for fact in record.current_facts(customer_id, [key.key for key in keys])}
    return [_fact_field(key, known.get(key.key)) for key in keys]


def _queue_of(key: FactKey, queue_slug: str | None) -> str:
    """On the record itself no queue matters."""
    return queue_slug if queue_slug is not None else next(iter(key.queues), "")


def _fact_field(key: FactKey, fact: record.KnownFact | None) -> dict[str, Any]:
    return {
        "name": FACT + key.key,
        "id": f"edit-fact-{key.key}",
        "label": key.label,
        "kind": _INPUTS.get(FactKey.ValueType(key.value_type), "text"),
        "value": edit_text(fact.value) if fact else "",
        "options": _options(key),
        "required": False,
        "minimum": key.minimum if key.value_type == FactKey.ValueType.NUMBER else None,
        "maximum": key.maximum if key.value_type == FactKey.ValueType.NUMBER else None,
        "help": _HELP.get(FactKey.ValueType(key.value_type), ""),
        "hand": fact.hand if fact else "",
        "hand_name": (fact.partner_name or fact.author) if fact else "",
        "confidence": fact.confidence if fact else "",
        "source": source_words(fact.source) if fact else "",
        "at": fact.at if fact else None,
    }


def _options(key: FactKey) -> list[dict[str, str]]:
    choices = ["yes", "no"] if key.value_type == FactKey.ValueType.BOOLEAN else key.choices
    if key.value_type not in {FactKey.ValueType.BOOLEAN, FactKey.ValueType.CHOICE}:
        return []
    told = [{"value": choice, "label": spell_value(choice).capitalize()} for choice in choices]
    return [{"value": "", "label": "not known"}, *told]


def _languages(current: str) -> list[dict[str, str]]:
    known = [{"value": code, "label": gettext(name)} for code, name in global_settings.LANGUAGES]
    known = [one for one in known if len(one["value"]) <= 8]
    if current and all(one["value"] != current for one in known):
        known.insert(0, {"value": current, "label": current})
    return [{"value": "", "label": "not known"}, *known]
