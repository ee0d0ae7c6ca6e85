"""The organisation's own fields, as an administrator sets them up."""

from typing import Any

from django.db.models import Count

from customers.models import Fact, FactKey
from customers.rules import spell_value
from routing.models import Queue


def fields_panel() -> dict[str, Any]:
    """Every field in the order of the desk, retired ones last, each with how many answers are kept."""
    keys = list(FactKey.objects.order_by("position", "key"))
    answers = dict(Fact.objects.values_list("key_id").annotate(Count("id")).order_by())
    names = dict(Queue.objects.values_list("slug", "name"))
    active = [key for key in keys if key.retired_at is None]
    lines = [_line(key, answers.get(key.id, 0), names) for key in active]
    for place, line in enumerate(lines):
        line["first"], line["last"] = place == 0, place == len(lines) - 1
    retired = [_line(key, answers.get(key.id, 0), names) for key in keys if key.retired_at is not None]
    return {"fields": lines, "retired": retired}


def _line(key: FactKey, answers: int, queue_names: dict[str, str]) -> dict[str, Any]:
    forms = dict(FactKey.Form.choices)
    return {
        "key": key.key,
        "label": key.label,
        "question": key.question,
        "type": key.get_value_type_display(),
        "limits": _limits(key),
        "forms": ", ".join(forms[form] for form in key.forms if form in forms) or "nowhere",
        "queues": ", ".join(queue_names.get(slug, slug) for slug in key.queues) or "all",
        "sensitivity": key.get_sensitivity_display(),
        "expires": f"{key.expires_after_days} days" if key.expires_after_days else "–",
        "precedence": key.get_precedence_display(),
        "searchable": key.is_searchable,
        "answers": answers,
        "retired_at": key.retired_at,
    }


def _limits(key: FactKey) -> str:
    if key.value_type == FactKey.ValueType.CHOICE:
        return ", ".join(spell_value(choice) for choice in key.choices)
    parts = []
    if key.value_type == FactKey.ValueType.TEXT and key.text_kind != FactKey.TextKind.ANY:
        parts.append(key.get_text_kind_display().lower())
    if key.minimum is not None or key.maximum is not None:
        low = f"{key.minimum:g}" if key.minimum is not None else ""
        high = f"{key.maximum:g}" if key.maximum is not None else ""
        unit = {"text": " characters", "list": " entries"}.get(key.value_type, "")
        parts.append(_span(low, high) + unit)
    return ", ".join(parts)


def _span(low: str, high: str) -> str:
    if low and high:
        return f"{low}–{high}"
    return f"at least {low}" if low else f"at most {high}"


def field_panel(key: FactKey | None) -> dict[str, Any]:
    """The form of one field; of a new one without a key."""
    shown = key or FactKey(forms=[FactKey.Form.SCRIPT, FactKey.Form.RECORD])
    return {
        "is_new": key is None,
        "key": shown.key,
        "version": shown.version,
        "label": shown.label,
        "question": shown.question,
        "value_type": shown.value_type,
        "choices": "\n".join(shown.choices),
        "text_kind": shown.text_kind,
        "minimum": "" if shown.minimum is None else f"{shown.minimum:g}",
        "maximum": "" if shown.maximum is None else f"{shown.maximum:g}",
        "sensitivity": shown.sensitivity,
        "precedence": shown.precedence,
        "expires_after_days": shown.expires_after_days or "",
        "is_searchable": shown.is_searchable,
        "types": _options(FactKey.ValueType.choices),
        "text_kinds": _options(FactKey.TextKind.choices),
        "sensitivities": _options(
            choice for choice in FactKey.Sensitivity.choices if choice[0] != FactKey.Sensitivity.PAYMENT_NEVER
        ),
        "precedences": _options(FactKey.Precedence.choices),
        "forms": _options(FactKey.Form.choices, chosen=shown.forms),
        "queues": _options(Queue.objects.order_by("name").values_list("slug", "name"), chosen=shown.queues),
    }


def _options(choices: Any, chosen: Any = ()) -> list[dict[str, Any]]:
    return [{"value": value, "label": label, "checked": value in chosen} for value, label in choices]
