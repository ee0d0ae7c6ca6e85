"""An organisation's own questions: each is asked once, kept as facts, and retired instead of deleted."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import F, Max

from accounts.actors import Actor
from customers import answers, rules
from customers.events import FactKeyChanged
from customers.models import Fact, FactKey
from foundation import clock
from foundation.errors import Conflict, NotVisible, Refusal
from foundation.events import emit

MOST_CHOICES = 100
PAYMENT_REFUSED = "What belongs to a payment card is never kept here, so there can be no field for it."
_KEY = re.compile(r"[a-z][a-z0-9_]{0,59}")
_SETTINGS = frozenset(
    {
        "label",
        "question",
        "choices",
        "sensitivity",
        "position",
        "precedence",
        "expires_after_days",
        "text_kind",
        "minimum",
        "maximum",
        "queues",
        "forms",
        "is_searchable",
        "value_type",
    }
)


def define_fact_key(
    key: str,
    *,
    label: str,
    question: str = "",
    value_type: str = FactKey.ValueType.TEXT,
    choices: Sequence[str] = (),
    sensitivity: str = FactKey.Sensitivity.INTERNAL,
    actor: Actor | None = None,
    **settings: Any,
) -> FactKey:
    """A question that is asked once; defining it again changes how it is asked.

    `settings`: position, precedence, expires_after_days, text_kind, minimum, maximum, queues, forms,
    is_searchable. Without an actor (a company is being set up) no event tells of it. Refusal `bad_key`,
    `payment_never`, `missing_choices`, `bad_limits`, `field_in_use`.
    """
    wanted = settings | {
        "label": label,
        "question": question,
        "value_type": value_type,
        "choices": list(choices),
        "sensitivity": sensitivity,
    }
    known = FactKey.objects.select_for_update(no_key=True).filter(key=key).first()
    if known is not None:
        return _change(known, wanted, actor)
    if not _KEY.fullmatch(key):
        raise Refusal(
            "bad_key",
            "A key has lower-case letters, digits and _, begins with a letter and has at most 60.",
            field="key",
        )
    if answers.names_card_data(key):
        raise Refusal("payment_never", PAYMENT_REFUSED, field="key")
    fact_key = FactKey(key=key, **_checked(wanted))
    _check_whole(fact_key)
    fact_key.save()
    _tell(fact_key, "added", actor)
    return fact_key


def change_fact_key(key: str, *, actor: Actor, expected_version: int, **settings: Any) -> FactKey:
    """Change how a question is asked, as it was at `expected_version`.

    Conflict `stale`; otherwise as `define_fact_key`; NotVisible.
    """
    fact_key = _lock(key)
    if fact_key.version != expected_version:
        raise Conflict("stale", "Somebody else changed this field; look again before you save.")
    return _change(fact_key, settings, actor)


def retire_fact_key(key: str, *, actor: Actor) -> bool:
    """Ask nobody any more. What was answered stays on the records. False when it was retired already."""
    fact_key = _lock(key)
    if fact_key.retired_at is not None:
        return False
    return _set_retired(fact_key, retired=True, actor=actor)


def restore_fact_key(key: str, *, actor: Actor) -> bool:
    """Ask again. False when it was not retired."""
    fact_key = _lock(key)
    if fact_key.retired_at is None:
        return False
    return _set_retired(fact_key, retired=False, actor=actor)


def move_fact_key(key: str, *, up: bool, actor: Actor) -> bool:
    """Change places with the question before (or after) it. False at the end of the list."""
    ordered = list(FactKey.objects.select_for_update(no_key=True).order_by("position", "key"))
    at = next((index for index, one in enumerate(ordered) if one.key == key), None)
    if at is None:
        raise NotVisible("field")
    to = at - 1 if up else at + 1
    if not 0 <= to < len(ordered):
        return False
    ordered[at], ordered[to] = ordered[to], ordered[at]
    for position, one in enumerate(ordered, start=1):
        one.position = position * 10
    FactKey.objects.bulk_update(ordered, ["position"])
    _tell(ordered[to], "moved", actor)
    return True


def next_position() -> int:
    """The place after the last question."""
    last = FactKey.objects.aggregate(last=Max("position"))["last"] or 0
    return min(last + 10, 32_000)


def _lock(key: str) -> FactKey:
    fact_key = FactKey.objects.select_for_update(no_key=True).filter(key=key).first()
    if fact_key is None:
        raise NotVisible("field")
    return fact_key


def _change(fact_key: FactKey, settings: Mapping[str, Any], actor: Actor | None) -> FactKey:
    wanted = _checked(settings)
    changed = {name: value for name, value in wanted.items() if getattr(fact_key, name) != value}
    if not changed:
        return fact_key
    retyped = "value_type" in changed and Fact.objects.filter(key=fact_key).exists()
    for name, value in changed.items():
        setattr(fact_key, name, value)
    if retyped:
        raise Refusal(
            "field_in_use",
            "Answers of the old type are on record. Retire this field and add a new one.",
            field="value_type",
        )
    _check_whole(fact_key)
    fact_key.version += 1
    fact_key.save(update_fields=[*changed, "version"])
    if "is_searchable" in changed:
        _index_answers(fact_key)
    _tell(fact_key, "changed", actor)
    return fact_key


def _set_retired(fact_key: FactKey, *, retired: bool, actor: Actor) -> bool:
    FactKey.objects.filter(id=fact_key.id).update(
        retired_at=clock.now() if retired else None, version=F("version") + 1
    )
    _tell(fact_key, "retired" if retired else "restored", actor)
    return True


def _tell(fact_key: FactKey, what: str, actor: Actor | None) -> None:
    if actor is not None:
        emit(FactKeyChanged(key=fact_key.key, what=what), actor=actor.as_json())


def _checked(settings: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(settings) - _SETTINGS
    if unknown:
        name = sorted(unknown)[0]
        raise Refusal("unknown_setting", f"A field has no setting “{name}”.", field=name)
    wanted = dict(settings)
    if "label" in wanted and not str(wanted["label"]).strip():
        raise Refusal("missing", "A name is needed.", field="label")
    if str(wanted.get("sensitivity")).startswith(FactKey.Sensitivity.PAYMENT_NEVER):
        raise Refusal("payment_never", PAYMENT_REFUSED, field="sensitivity")
    for name in ("choices", "queues", "forms"):
        if name in wanted:
            wanted[name] = list(dict.fromkeys(str(one).strip() for one in wanted[name] if str(one).strip()))
    for name in _ONE_OF:
        if name in wanted:
            _check_one_of(name, wanted[name])
    return wanted


_ONE_OF: dict[str, list[str]] = {
    "value_type": FactKey.ValueType.values,
    "sensitivity": FactKey.Sensitivity.values,
    "precedence": FactKey.Precedence.values,
    "text_kind": FactKey.TextKind.values,
}


def _check_one_of(name: str, value: Any) -> None:
    known = _ONE_OF[name]
    if value not in known:
        raise Refusal("unknown_choice", f"“{value}” is none of: {', '.join(known)}.", field=name)


def _check_whole(fact_key: FactKey) -> None:
    kind = fact_key.value_type
    if kind == FactKey.ValueType.CHOICE and not fact_key.choices:
        raise Refusal("missing_choices", "Give at least one answer to choose from.", field="choices")
    if len(fact_key.choices) > MOST_CHOICES or any(len(one) > 120 for one in fact_key.choices):
        raise Refusal(
            "bad_choices", f"At most {MOST_CHOICES} answers, each of 120 characters.", field="choices"
        )
    if any(answers.holds_card_number(one) for one in fact_key.choices):
        raise Refusal("card_number", answers.CARD_NUMBER_WORDS, field="choices")
    _check_limits(fact_key)


def _check_limits(fact_key: FactKey) -> None:
    low, high = fact_key.minimum, fact_key.maximum
    if low is not None and high is not None and low > high:
        raise Refusal("bad_limits", "The least is more than the most.", field="maximum")
    most = {"text": answers.LONGEST_VALUE, "list": answers.MOST_ITEMS}.get(fact_key.value_type)
    if most is None:
        return
    for name, limit in (("minimum", low), ("maximum", high)):
        if limit is not None and (limit != int(limit) or not 1 <= limit <= most):
            raise Refusal("bad_limits", f"A whole number from 1 to {most:,}.", field=name)


def _index_answers(fact_key: FactKey) -> None:
    facts = Fact.objects.filter(key=fact_key)
    if not fact_key.is_searchable:
        facts.exclude(search_value="").update(search_value="")
        return
    changed = []
    for fact in facts.iterator(chunk_size=1000):
        fact.search_value = rules.search_value(fact.value)
        changed.append(fact)
        if len(changed) == 1000:
            Fact.objects.bulk_update(changed, ["search_value"])
            changed = []
    Fact.objects.bulk_update(changed, ["search_value"])
