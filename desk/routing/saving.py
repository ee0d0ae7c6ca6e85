"""How a change of a setting is answered: what was typed stays, errors stand beside their fields."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.http import HttpResponse

from desk.doors import DeskRequest, number_of, toast, with_toast
from desk.routing.settings import as_text
from foundation.errors import Conflict, Forbidden, Refusal
from routing.actions.setup import SettingsRefused, SettingsStale
from routing.queries.setup import version_of
from routing.setup_rules import Problem

Rename = Callable[[str], str]


def need_admin(request: DeskRequest) -> None:
    """Supervisors look, administrators change. Forbidden."""
    if not request.member.administers:
        raise Forbidden("admins_only", "Only administrators may change this.")


def version_in(request: DeskRequest) -> int:
    """What the form had seen; 0 for a form that does not say."""
    return number_of(request.POST.get("version", "")) or 0


def seen_form(document: Mapping[str, Any], names: Iterable[str] | None = None) -> dict[str, Any]:
    """What a form says it has seen: its version, and the values so that what others changed can be told."""
    kept = {name: document[name] for name in (document if names is None else names)}
    return {
        "version": version_of(kept),
        "was": json.dumps({name: _words(value) for name, value in kept.items()}),
    }


def saved(
    request: DeskRequest,
    save: Callable[[], object],
    fresh: Callable[[], HttpResponse],
    words: str,
    *,
    seen: Iterable[str] | None = None,
    rename: Rename = lambda field: field,
    problems: Iterable[Problem] = (),
) -> HttpResponse:
    """Save and show it anew; else tell what is wrong at its field (`rename`: a path as the form names it)."""
    if unread := list(problems):
        return errors_at(unread)
    try:
        save()
    except SettingsStale as stale:
        return _stale(request, stale, seen)
    except SettingsRefused as refused:
        return errors_at(refused.problems, rename=rename)
    except Conflict:
        raise
    except Refusal as refusal:
        return errors_at([Problem(refusal.code, refusal.field or "", refusal.message)], rename=rename)
    return with_toast(fresh(), words)


def errors_at(problems: Iterable[Problem], *, rename: Rename = lambda field: field) -> HttpResponse:
    """What is wrong, by field; the first also as a toast."""
    fields: dict[str, list[str]] = {}
    listed = list(problems)
    for problem in listed:
        fields.setdefault(rename(problem.field), []).append(problem.message)
    return toast(listed[0].message, level="soon", status=422, fieldErrors=fields)


def _stale(request: DeskRequest, stale: SettingsStale, seen: Iterable[str] | None) -> HttpResponse:
    """Told what others set meanwhile; saving again is then on purpose."""
    now = seen_form(stale.current, seen)
    was, stands = _spoken(request.POST.get("was", "")), json.loads(now["was"])
    told = {
        name: [f"Somebody set this to: {words}"]
        for name, words in stands.items()
        if was.get(name, words) != words
    }
    return toast(
        f"{stale.message} Save again to keep yours.",
        level="soon",
        status=409,
        fieldErrors=told,
        setupVersion=now,
    )


def _spoken(text: str) -> dict[str, str]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _words(value: Any) -> str:
    if value is None or value == "":
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_words(one) for one in value)
    if isinstance(value, dict):
        return " ".join(_words(one) for one in value.values())
    return as_text(value)


def only_changed(values: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    """Of what was typed, what differs from what stands."""
    return {name: value for name, value in values.items() if document.get(name) != value}


def renamed_rows(name: str, numbers: Iterable[int], first: str, *, strip: str = "") -> Rename:
    """How a path such as `shares/1/percent` is called in a form whose rows have these numbers.

    What is wrong with the rows as a whole is told at the field `first` of the first row; `strip` is taken
    from the beginning of every path.
    """
    places = list(numbers)

    def rename(field: str) -> str:
        field = field.removeprefix(strip)
        if field == name:
            return f"{name}/{places[0] if places else 0}/{first}"
        parts = field.split("/")
        if parts[0] == name and len(parts) > 2 and parts[1].isdigit() and int(parts[1]) < len(places):
            parts[1] = str(places[int(parts[1])])
        return "/".join(parts)

    return rename
