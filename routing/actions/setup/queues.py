"""Queues: made, changed as a whole or by a part, with their steps, shares and overflow rules."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Model

from accounts.actors import Actor
from accounts.hours.models import BusinessHours
from foundation.errors import NotVisible, Refusal
from routing.actions.setup.changing import (
    SettingsRefused,
    by_slug,
    check_version,
    clean_slug,
    field_problems,
    new_problems,
    note_change,
    refuse,
)
from routing.models import (
    OverflowRule,
    Pool,
    Queue,
    QueueShare,
    QueueSkill,
    QueueStep,
    Skill,
    StepPool,
    StepSkill,
)
from routing.queries.setup import (
    OVERFLOW_FIELDS,
    QUEUE_FIELDS,
    SHARE_FIELDS,
    STEP_FIELDS,
    Document,
    queue_document,
    queues_with_rules,
    world,
)
from routing.setup_rules import HOUSE, Problem, World, check_queue
from routing.setup_rules.values import Document as Given

_LINKS = ("hours", "final_queue", "final_pool")
_LISTS = ("requirements", "steps", "shares", "overflows")
_EMPTY_STEP: Given = {
    "name": "",
    "pools": [HOUSE],
    "wait_seconds": None,
    "is_alone": False,
    "skip_if_unstaffed": False,
    "own_requirements": False,
    "requirements": [],
}
_EMPTY_SHARE: Given = {"floor_percent": 0.0, "ceiling_percent": 100.0}
_EMPTY_RULE: Given = {
    "home_queue": None,
    "opens_at_wait_seconds": 60,
    "closes_at_wait_seconds": 20,
    "home_max_wait_seconds": 20,
    "min_hold_seconds": 300,
    "is_active": True,
}


@transaction.atomic
def create_queue(slug: str, *, name: str, actor: Actor, **settings: Any) -> Queue:
    """A queue, served in-house at once unless `settings` say otherwise. SettingsRefused."""
    clean_slug(slug, taken=Queue.objects.filter(slug=slug).exists())
    queue = Queue(slug=slug, name=name)
    before = _blank(queue)
    wanted = _merged(before, {"name": name, **settings})
    refuse(_own_problems(queue, wanted))
    there = world()
    refuse(check_queue(wanted, _with(there, wanted)))
    queue.save()
    _write(queue, before, wanted)
    note_change(f"queue/{slug}", None, wanted, actor=actor)
    return queue


@transaction.atomic
def change_queue(
    slug: str,
    changes: Mapping[str, Any],
    *,
    actor: Actor,
    expected_version: int | None = None,
    seen: Iterable[str] | None = None,
) -> Queue:
    """Change what `changes` name. `expected_version`: of the document, or of the fields `seen` of it.

    SettingsRefused with every field at fault; Conflict `stale`; NotVisible.
    """
    queue = lock_queue(slug)
    before = queue_document(queue)
    check_version(before, changes, expected_version, seen)
    wanted = _merged(before, changes)
    refuse(_own_problems(queue, wanted))
    there = world()
    refuse(new_problems(check_queue(before, there), check_queue(wanted, _with(there, wanted)), changes))
    _write(queue, before, wanted)
    note_change(f"queue/{slug}", before, wanted, actor=actor)
    return queue


def lock_queue(slug: str) -> Queue:
    """The queue with its rules, held until commit. NotVisible."""
    if Queue.objects.select_for_update(no_key=True).filter(slug=slug).first() is None:
        raise NotVisible("queue")
    return queues_with_rules().get(slug=slug)


def _blank(queue: Queue) -> Document:
    """A queue as it is before anybody said anything about it."""
    plain = {name: getattr(queue, name) for name in QUEUE_FIELDS}
    return {"slug": queue.slug, **plain, **dict.fromkeys(_LINKS), **{name: [] for name in _LISTS}}


def _merged(before: Document, changes: Mapping[str, Any]) -> Document:
    unknown = [name for name in changes if name not in before or name == "slug"]
    if unknown:
        raise Refusal("unknown_setting", f"A queue has no setting “{unknown[0]}”.", field=unknown[0])
    wanted = {**before, **changes}
    wanted["requirements"] = _needs(wanted["requirements"])
    wanted["steps"] = [
        {**_EMPTY_STEP, **step, "requirements": _needs(step.get("requirements") or [])}
        for step in wanted["steps"]
    ]
    wanted["shares"] = [{**_EMPTY_SHARE, **share} for share in wanted["shares"]]
    wanted["overflows"] = [{**_EMPTY_RULE, **rule} for rule in wanted["overflows"]]
    for name, kind in (("final_queue", "queue"), ("final_pool", "partner")):
        if wanted["final_action"] != kind:
            wanted[name] = None
    return wanted


def _needs(needs: Iterable[Given]) -> list[Document]:
    return sorted(
        ({"skill": need["skill"], "level": need.get("level", 1)} for need in needs),
        key=lambda one: one["skill"],
    )


def _with(there: World, wanted: Document) -> World:
    """The world in which this queue is already as it is to be."""
    return World(
        people=there.people,
        pools=there.pools,
        skills=there.skills,
        hours=there.hours,
        queues={**there.queues, wanted["slug"]: wanted},
        today=there.today,
    )


def _own_problems(queue: Queue, wanted: Document) -> list[Problem]:
    """What the columns do not take."""
    for name in QUEUE_FIELDS:
        setattr(queue, name, wanted[name])
    found = field_problems(queue, QUEUE_FIELDS)
    for name, model, names in (
        ("steps", QueueStep, STEP_FIELDS),
        ("shares", QueueShare, SHARE_FIELDS),
        ("overflows", OverflowRule, OVERFLOW_FIELDS),
    ):
        for place, one in enumerate(wanted[name]):
            row = _row(model, one, names)
            found += field_problems(row, names, at=f"{name}/{place}/")
    return found


def _row(model: type[Model], document: Given, names: Iterable[str]) -> Model:
    return model(**{name: document[name] for name in names})


def _write(queue: Queue, before: Document, wanted: Document) -> None:
    """Write what differs; the lists whole, because their order is part of what they say."""
    queue.hours = by_slug(BusinessHours.objects.all(), wanted["hours"], "hours")
    queue.final_queue = by_slug(Queue.objects.all(), wanted["final_queue"], "final_queue")
    queue.final_pool = by_slug(Pool.objects.all(), wanted["final_pool"], "final_pool")
    queue.save(update_fields=[*QUEUE_FIELDS, *_LINKS])
    pools = {pool.slug: pool for pool in Pool.objects.all()}
    skills = {skill.slug: skill for skill in Skill.objects.all()}
    changed = [name for name in _LISTS if before[name] != wanted[name]]
    if "requirements" in changed:
        queue.requirements.all().delete()
        QueueSkill.objects.bulk_create(
            QueueSkill(queue=queue, skill=skills[need["skill"]], level=need["level"])
            for need in wanted["requirements"]
        )
    if "steps" in changed:
        _write_steps(queue, wanted["steps"], pools, skills)
    if "shares" in changed:
        queue.shares.all().delete()
        QueueShare.objects.bulk_create(
            QueueShare(
                queue=queue, pool=pools.get(share["pool"]), **{name: share[name] for name in SHARE_FIELDS}
            )
            for share in wanted["shares"]
        )
    if "overflows" in changed:
        _write_overflows(queue, wanted["overflows"], pools)


def _write_steps(
    queue: Queue, steps: Iterable[Given], pools: Mapping[str, Pool], skills: Mapping[str, Skill]
) -> None:
    queue.steps.all().delete()
    for position, wanted in enumerate(steps):
        values = {name: wanted[name] for name in STEP_FIELDS}
        step = QueueStep.objects.create(queue=queue, position=position, **values)
        StepPool.objects.bulk_create(StepPool(step=step, pool=pools.get(slug)) for slug in wanted["pools"])
        StepSkill.objects.bulk_create(
            StepSkill(step=step, skill=skills[need["skill"]], level=need["level"])
            for need in wanted["requirements"]
        )


def _write_overflows(queue: Queue, rules: Iterable[Given], pools: Mapping[str, Pool]) -> None:
    """Rules that stay keep whether they lend at the moment."""
    given = {rule["pool"]: rule for rule in rules}
    queue.overflows.exclude(pool__slug__in=given).delete()
    for slug, rule in given.items():
        values = {name: rule[name] for name in OVERFLOW_FIELDS}
        values["home_queue"] = by_slug(Queue.objects.all(), rule["home_queue"], "overflows")
        OverflowRule.objects.update_or_create(queue=queue, pool=pools[slug], defaults=values)


# --- one step at a time, as buttons do it -----------------------------------------------------------------


def add_step(slug: str, step: Given, *, actor: Actor, expected_version: int | None = None) -> Queue:
    """One more step at the end; the one before it gets a wait if it has none yet."""
    steps = _steps(slug)
    steps = steps or ([] if step.get("first") else [dict(_EMPTY_STEP)])
    if steps and steps[-1]["wait_seconds"] is None:
        steps[-1]["wait_seconds"] = DEFAULT_WAIT_SECONDS
    added = {name: value for name, value in step.items() if name != "first"}
    return _save_steps(slug, [*steps, added], actor, expected_version)


def change_step(
    slug: str, position: int, changes: Given, *, actor: Actor, expected_version: int | None = None
) -> Queue:
    """Change one step (0 is the first)."""
    steps = _steps(slug)
    _there(steps, position)
    steps[position] |= changes
    return _save_steps(slug, steps, actor, expected_version)


def move_step(
    slug: str, position: int, *, by: int, actor: Actor, expected_version: int | None = None
) -> Queue:
    """One place towards the start (-1) or the end (1). The last step's missing wait stays the last's."""
    steps = _steps(slug)
    to = position + by
    _there(steps, position)
    _there(steps, to)
    waits = [step["wait_seconds"] for step in steps]
    steps[position], steps[to] = steps[to], steps[position]
    if None in waits:
        for step, wait in zip(steps, waits, strict=True):
            step["wait_seconds"] = wait
    return _save_steps(slug, steps, actor, expected_version)


def remove_step(slug: str, position: int, *, actor: Actor, expected_version: int | None = None) -> Queue:
    """Take a step away; what becomes the last step lasts until the deadline."""
    steps = _steps(slug)
    _there(steps, position)
    del steps[position]
    if steps and position == len(steps):
        steps[-1]["wait_seconds"] = None
    return _save_steps(slug, steps, actor, expected_version)


DEFAULT_WAIT_SECONDS = 20


def _steps(slug: str) -> list[Document]:
    return [dict(step) for step in queue_document(lock_queue(slug))["steps"]]


def _there(steps: list[Document], position: int) -> None:
    if not 0 <= position < len(steps):
        raise NotVisible("step")


def _save_steps(slug: str, steps: list[Any], actor: Actor, expected_version: int | None) -> Queue:
    return change_queue(
        slug, {"steps": steps}, actor=actor, expected_version=expected_version, seen=["steps"]
    )


__all__ = [
    "SettingsRefused",
    "add_step",
    "change_queue",
    "change_step",
    "create_queue",
    "lock_queue",
    "move_step",
    "remove_step",
]
