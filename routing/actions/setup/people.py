"""Skills and licences, what agents can do, and pools with their members."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError

from accounts.actions import sign_contract
from accounts.actors import Actor
from accounts.hours.models import BusinessHours
from accounts.models import Contract, Member, Partner
from foundation import clock
from foundation.errors import NotVisible, Refusal
from routing.actions.setup.changing import (
    by_slug,
    check_version,
    clean_slug,
    field_problems,
    note_change,
    refuse,
)
from routing.models import AgentSkill, Pool, PoolMember, Skill
from routing.queries.setup import agent_skills_document, pool_document, skill_document
from routing.setup_rules import Problem, check_pool, check_skill_level


@transaction.atomic
def create_skill(slug: str, *, name: str, kind: str = Skill.Kind.SKILL, actor: Actor) -> Skill:
    """A skill, or a licence that runs out. SettingsRefused."""
    clean_slug(slug, taken=Skill.objects.filter(slug=slug).exists())
    skill = Skill(slug=slug, name=name.strip(), kind=kind)
    refuse(field_problems(skill, ("name", "kind")))
    skill.save()
    note_change(f"skill/{slug}", None, skill_document(skill), actor=actor)
    return skill


@transaction.atomic
def change_skill(
    slug: str, changes: Mapping[str, Any], *, actor: Actor, expected_version: int | None = None
) -> Skill:
    """Another name or kind. SettingsRefused, Conflict `stale`, NotVisible."""
    skill = Skill.objects.select_for_update(no_key=True).filter(slug=slug).first()
    if skill is None:
        raise NotVisible("skill")
    before = skill_document(skill)
    check_version(before, changes, expected_version, None)
    wanted = before | dict(changes)
    skill.name, skill.kind = str(wanted["name"]).strip(), wanted["kind"]
    problems = field_problems(skill, ("name", "kind"))
    if skill.kind == Skill.Kind.LICENCE and AgentSkill.objects.filter(skill=skill, valid_until=None).exists():
        problems.append(
            Problem(
                "licence_without_end", "kind", "Some agents have it without an end: give them dates first."
            )
        )
    refuse(problems)
    skill.save(update_fields=["name", "kind"])
    note_change(f"skill/{slug}", before, skill_document(skill), actor=actor)
    return skill


@transaction.atomic
def remove_skill(slug: str, *, actor: Actor) -> None:
    """Take a skill away that nobody has and nothing requires. Refusal `in_use`, NotVisible."""
    skill = Skill.objects.select_for_update().filter(slug=slug).first()
    if skill is None:
        raise NotVisible("skill")
    before = skill_document(skill)
    try:
        skill.delete()
    except ProtectedError as error:
        raise Refusal("in_use", "Agents have it or a queue requires it; take it from them first.") from error
    note_change(f"skill/{slug}", before, None, actor=actor)


@transaction.atomic
def set_agent_skills(
    member_id: int,
    skills: Iterable[Mapping[str, Any]],
    *,
    actor: Actor,
    expected_version: int | None = None,
) -> Member:
    """All that an agent can do: [{skill, level, valid_until}]. SettingsRefused, Conflict, NotVisible.

    Taking away what a step needs is allowed: `setup_problems` tells at once.
    """
    member = Member.objects.select_for_update(no_key=True).filter(id=member_id, is_active=True).first()
    if member is None or not member.takes_work:
        raise NotVisible("agent")
    before = agent_skills_document(member)
    given = [{"level": 3, "valid_until": None, **one} for one in skills]
    check_version(before, {"skills": given}, expected_version, None)
    known = {skill.slug: skill for skill in Skill.objects.all()}
    refuse(_skill_problems(given, known))
    AgentSkill.objects.filter(member=member).delete()
    AgentSkill.objects.bulk_create(
        AgentSkill(
            member=member, skill=known[one["skill"]], level=one["level"], valid_until=one["valid_until"]
        )
        for one in given
    )
    note_change(f"agent/{member_id}", before, agent_skills_document(member), actor=actor)
    return member


def _skill_problems(given: list[dict[str, Any]], known: Mapping[str, Skill]) -> list[Problem]:
    problems = []
    for place, one in enumerate(given):
        skill = known.get(one["skill"])
        at = f"skills/{place}"
        if skill is None:
            problems.append(Problem("unknown_skill", f"{at}/skill", f"There is no skill “{one['skill']}”."))
        else:
            problems += check_skill_level(one, skill.kind, at)
    if len({one["skill"] for one in given}) < len(given):
        problems.append(Problem("skill_twice", "skills", "Each skill once."))
    return problems


@transaction.atomic
def create_pool(slug: str, *, name: str, actor: Actor, **settings: Any) -> Pool:
    """A team, or (`partner`) all of a partner's people. SettingsRefused."""
    clean_slug(slug, taken=Pool.objects.filter(slug=slug).exists())
    partner = by_slug(Partner.objects.all(), settings.pop("partner", None), "partner")
    if partner and Pool.objects.filter(partner=partner).exists():
        refuse([Problem("partner_taken", "partner", f"{partner.name} has its pool already.")])
    pool = Pool(slug=slug, name=name, partner=partner)
    blank = {"slug": slug, "name": name, "partner": partner.slug if partner else None}
    _save_pool(pool, blank | {"hours": None, "regions": [], "is_active": True, "members": []} | settings)
    note_change(f"pool/{slug}", None, pool_document(pool), actor=actor)
    return pool


@transaction.atomic
def change_pool(
    slug: str, changes: Mapping[str, Any], *, actor: Actor, expected_version: int | None = None
) -> Pool:
    """Name, hours, regions, members (ids), in use or not; its partner stays. SettingsRefused, Conflict."""
    locked = Pool.objects.select_for_update(no_key=True, of=("self",)).select_related("partner", "hours")
    pool = locked.filter(slug=slug).first()
    if pool is None:
        raise NotVisible("pool")
    before = pool_document(pool)
    check_version(before, changes, expected_version, None)
    fixed = sorted({"slug", "partner"} & {name for name in changes if changes[name] != before.get(name)})
    if fixed:
        refuse([Problem("fixed", fixed[0], "This stays as it is; make another pool instead.")])
    _save_pool(pool, before | dict(changes))
    note_change(f"pool/{slug}", before, pool_document(pool), actor=actor)
    return pool


def _save_pool(pool: Pool, wanted: Mapping[str, Any]) -> None:
    pool.name, pool.is_active = str(wanted["name"]).strip(), wanted["is_active"]
    pool.regions = sorted({str(region).strip() for region in wanted["regions"] if str(region).strip()})
    pool.hours = by_slug(BusinessHours.objects.all(), wanted["hours"], "hours")
    problems = [*field_problems(pool, ("name", "is_active")), *check_pool(wanted)]
    members = {one.id: one for one in Member.objects.filter(id__in=wanted["members"], is_active=True)}
    for place, member_id in enumerate(wanted["members"]):
        member = members.get(member_id)
        if member is None or not member.takes_work or member.partner_id is not None:
            problems.append(
                Problem("no_agent", f"members/{place}", "Only in-house agents who take contacts form a team.")
            )
    refuse(problems)
    pool.save()
    pool.members.exclude(member_id__in=members).delete()
    there = set(pool.members.values_list("member_id", flat=True))
    PoolMember.objects.bulk_create(
        PoolMember(pool=pool, member=member) for member in members.values() if member.id not in there
    )


@transaction.atomic
def cover_queues(slug: str, queues: Iterable[str], *, actor: Actor) -> bool:
    """Let a partner's contract cover exactly these queues: a new version of the one in force.

    False when it does already. NotVisible; Refusal `no_contract`.
    """
    pool = Pool.objects.select_related("partner").filter(slug=slug).exclude(partner=None).first()
    if pool is None or pool.partner is None:
        raise NotVisible("partner's pool")
    now = clock.now()
    running = Contract.objects.filter(partner=pool.partner, effective_from__lte=now).exclude(
        ended_at__lte=now
    )
    contract = running.order_by("-version").first()
    if contract is None:
        raise Refusal("no_contract", f"No contract with {pool.name} is in force.", field="covers")
    wanted = sorted(set(queues))
    if wanted == sorted(contract.queues):
        return False
    copied = {
        name: getattr(contract, name)
        for name in (
            "products",
            "readable_fields",
            "masked_fields",
            "readable_facts",
            "writable_facts",
            "writable_fields",
        )
    }
    successor = sign_contract(pool.partner, refund_limit=contract.refund_limit, queues=wanted, **copied)
    Contract.objects.filter(id=successor.id).update(ended_at=contract.ended_at)
    note_change(f"contract/{slug}", {"queues": sorted(contract.queues)}, {"queues": wanted}, actor=actor)
    return True
