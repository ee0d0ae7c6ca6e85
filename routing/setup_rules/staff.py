"""Who could serve a step of a queue, and why nobody can."""

from collections.abc import Iterable, Sequence

from routing.setup_rules.values import HOUSE, Document, Person, PoolFacts, World

IN_HOUSE_AT_ONCE: Document = {"pools": [HOUSE], "wait_seconds": None}


def steps_of(queue: Document) -> Sequence[Document]:
    """The queue's steps; one without any is served in-house at once."""
    return queue.get("steps") or (IN_HOUSE_AT_ONCE,)


def requirements_at(queue: Document, index: int) -> list[Document]:
    """What is asked for from this step on: the queue's, or those of the last step that has its own."""
    own = [step for step in steps_of(queue)[: index + 1] if step.get("own_requirements")]
    return list((own[-1] if own else queue).get("requirements") or [])


def could_serve(queue: Document, index: int, world: World) -> list[Person]:
    """Those who belong to the step's own pools and have what it asks for; whether at work or not."""
    needs = requirements_at(queue, index)
    return [person for person in people_of(queue, index, world) if has_enough(person, needs, queue, world)]


def people_of(queue: Document, index: int, world: World) -> list[Person]:
    """Those who belong to a pool of this step that may serve the queue, whatever they can do."""
    pools = {pool.slug for pool in _pools_at(queue, index, world) if _opens(pool, queue)}
    return [person for person in world.people if person.pools & pools]


def has_enough(person: Person, needs: Iterable[Document], queue: Document, world: World) -> bool:
    """All that is asked for, or one of it where one is enough."""
    had = [_has(person, need, world) for need in needs]
    return not had or (any(had) if queue.get("fit") == "any" else all(had))


def nobody_because(queue: Document, index: int, world: World) -> tuple[str, str] | None:
    """Code and sentence of why no agent can ever take a contact of this step; None when somebody can."""
    if could_serve(queue, index, world):
        return None
    pools = _pools_at(queue, index, world)
    if why := _pools_shut(pools, queue):
        return why
    people = people_of(queue, index, world)
    if not people:
        return "pool_empty", f"Nobody belongs to {_names(pools)}."
    return _skill_missing(people, requirements_at(queue, index), world)


def _pools_shut(pools: Sequence[PoolFacts], queue: Document) -> tuple[str, str] | None:
    if not pools or any(_opens(pool, queue) for pool in pools):
        return None
    uncovered = [pool for pool in pools if pool.is_active]
    if uncovered:
        return "not_in_contract", f"No contract in force lets {_names(uncovered)} serve this queue."
    return "pool_closed", f"{_names(pools)} is switched off."


def _skill_missing(people: Sequence[Person], needs: Sequence[Document], world: World) -> tuple[str, str]:
    for need in needs:
        skill, level = need["skill"], need.get("level", 1)
        holders = [person for person in people if person.skills.get(skill, 0) >= level]
        name = world.skill_name(skill)
        if not holders:
            words = f"at level {level}" if level > 1 else "at all"
            return "skill_missing", f"Nobody here has {name} {words}."
        if not any(_has(person, need, world) for person in holders):
            return "licence_expired", f"The licence {name} has run out for everybody here."
    return "skills_apart", "Nobody here has all the required skills at once."


def _has(person: Person, need: Document, world: World) -> bool:
    skill = need["skill"]
    until = person.valid_until.get(skill)
    return person.skills.get(skill, 0) >= need.get("level", 1) and (until is None or until >= world.today)


def _pools_at(queue: Document, index: int, world: World) -> list[PoolFacts]:
    slugs = steps_of(queue)[index].get("pools") or [HOUSE]
    return [pool for pool in map(world.pool, slugs) if pool is not None]


def _opens(pool: PoolFacts, queue: Document) -> bool:
    return pool.is_active and (pool.covers is None or queue.get("slug") in pool.covers)


def _names(pools: Iterable[PoolFacts]) -> str:
    return " or ".join(pool.name for pool in pools) or "this step"
