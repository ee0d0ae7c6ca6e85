"""What every change of a setting shares: nobody's change is lost, contradictions are refused, all is told."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet

from accounts.actors import Actor
from foundation.errors import Conflict, Refusal
from foundation.events import emit
from foundation.live import hint
from foundation.wake import wake_after_commit
from routing.events import RoutingSettingsChanged
from routing.models import ChangeToken
from routing.queries.setup import Document, version_of
from routing.setup_rules import HOUSE, Problem

M = TypeVar("M", bound=Model)
_SLUG = re.compile(r"[a-z][a-z0-9_-]{0,49}")


class SettingsRefused(Refusal):
    """Settings that contradict themselves; `problems` names every field at fault."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        first = problems[0]
        super().__init__(first.code, first.message, field=first.field)
        self.problems = list(problems)


class SettingsStale(Conflict):
    """Somebody else changed it since; `current` is how it stands, `differs` the fields in question."""

    def __init__(self, current: Document, wanted: Mapping[str, Any]) -> None:
        super().__init__(
            "stale",
            "Somebody else changed this meanwhile. What you typed is kept; what stands now is beside it.",
        )
        self.current = current
        self.differs = sorted(name for name in wanted if name in current and current[name] != wanted[name])


def settings_changed() -> None:
    """The owner of the order decides by what stands now, from its next decision on; open pages read anew."""
    ChangeToken.objects.create()
    wake_after_commit("routing")
    hint("floor", "setup")


def note_change(key: str, before: Document | None, after: Document | None, *, actor: Actor) -> bool:
    """Tell who changed what, from what to what. `key`: kind and slug, as in `queue/main`. False: nothing."""
    changes = _differences(before or {}, after or {})
    if not changes:
        return False
    what = "changed" if before and after else "added" if after else "removed"
    emit(RoutingSettingsChanged(key=key, what=what, changes=changes), actor=actor.as_json())
    settings_changed()
    return True


def _differences(before: Document, after: Document) -> dict[str, list[Any]]:
    names = dict.fromkeys([*before, *after])
    return {
        name: [before.get(name), after.get(name)] for name in names if before.get(name) != after.get(name)
    }


def check_version(
    current: Document, changes: Mapping[str, Any], expected: int | None, seen: Iterable[str] | None
) -> None:
    """Conflict `stale` unless the caller saw what stands; None where nobody looked before."""
    if expected is not None and expected != version_of(current, seen):
        raise SettingsStale(current, changes)


def refuse(problems: Sequence[Problem]) -> None:
    """Refused with all of them, if there are any."""
    if problems:
        raise SettingsRefused(problems)


def field_problems(row: Model, names: Iterable[str], *, at: str = "") -> list[Problem]:
    """What the columns themselves do not take: too long, out of range, none of the choices."""
    skipped = {field.name for field in row._meta.concrete_fields} - set(names)
    try:
        row.clean_fields(exclude=skipped)
    except ValidationError as error:
        return [
            Problem("invalid", f"{at}{name}", " ".join(messages))
            for name, messages in error.message_dict.items()
        ]
    return []


def new_problems(
    before: Sequence[Problem], after: Sequence[Problem], changed: Iterable[str]
) -> list[Problem]:
    """What this change is to blame for; what stood before is told by `setup_problems`."""
    known, touched = {(one.code, one.field) for one in before}, set(changed)
    return [
        one
        for one in after
        if (one.code, one.field) not in known
        or (not one.of_people and one.field.partition("/")[0] in touched)
    ]


def clean_slug(slug: str, *, taken: bool) -> None:
    """Refusal `bad_slug`, or `slug_taken` where another has it."""
    if not _SLUG.fullmatch(slug):
        refuse([Problem("bad_slug", "slug", "Lower-case letters, digits and -, beginning with a letter.")])
    if taken or slug == HOUSE:
        refuse([Problem("slug_taken", "slug", f"There is one called “{slug}” already.")])


def by_slug(rows: QuerySet[M], slug: str | None, field: str) -> M | None:
    """The row of that slug, None where none is named. Refusal `unknown` naming the field."""
    if not slug:
        return None
    row = rows.filter(slug=slug).first()
    if row is None:
        refuse([Problem("unknown", field, f"There is no “{slug}”.")])
    return row
