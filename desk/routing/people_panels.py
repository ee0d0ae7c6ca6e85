"""Teams and partners, and what agents can do."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from accounts.access import scopes_of_partners
from accounts.models import Member, Partner
from desk.routing.queue_settings import hours_options, queue_options
from desk.routing.saving import seen_form
from foundation import clock
from routing.models import AgentSkill, Pool, PoolMember, Skill
from routing.queries.setup import agent_skills_document, pool_document, skill_document

SOON = timedelta(days=30)


def pools_panel(member: Member) -> dict[str, Any]:
    """All teams and partners."""
    pools = list(Pool.objects.select_related("partner", "hours").order_by("partner__name", "name"))
    scopes = scopes_of_partners([pool.partner_id for pool in pools if pool.partner_id is not None])
    names: dict[int, list[str]] = defaultdict(list)
    for pool_id, name in PoolMember.objects.order_by("member__display_name").values_list(
        "pool_id", "member__display_name"
    ):
        names[pool_id].append(name)
    at_partner: dict[int, list[str]] = defaultdict(list)
    for partner_id, name in (
        Member.objects.filter(is_active=True).exclude(partner=None).values_list("partner_id", "display_name")
    ):
        at_partner[partner_id].append(name)
    queues = dict(queue_options())
    return {
        "may_change": member.administers,
        "pools": [
            {
                "slug": pool.slug,
                "name": pool.name,
                "partner": pool.partner.name if pool.partner else "",
                "hours": pool.hours.name if pool.hours else "always",
                "regions": ", ".join(pool.regions),
                "is_active": pool.is_active,
                "people": at_partner[pool.partner_id] if pool.partner_id else names[pool.id],
                "covers": [queues.get(slug, slug) for slug in sorted(scopes[pool.partner_id].queues)]
                if pool.partner_id
                else [],
            }
            for pool in pools
        ],
        "partners": [
            {"value": slug, "label": name}
            for slug, name in Partner.objects.filter(pool=None).order_by("name").values_list("slug", "name")
        ],
    }


def pool_panel(pool: Pool) -> dict[str, Any]:
    """The form of one pool."""
    document = pool_document(pool)
    chosen = set(document["members"])
    people = Member.objects.filter(is_active=True, partner=None, role=Member.Role.AGENT)
    covered = (
        scopes_of_partners([pool.partner_id])[pool.partner_id].queues if pool.partner_id else frozenset()
    )
    return {
        "slug": pool.slug,
        "name": pool.name,
        "partner": pool.partner.name if pool.partner else "",
        "is_active": pool.is_active,
        "hours": document["hours"] or "",
        "all_hours": [{"value": "", "label": "Always"}, *_options(hours_options())],
        "regions": ", ".join(pool.regions),
        "people": [
            {"value": one.id, "label": one.display_name, "checked": one.id in chosen}
            for one in people.order_by("display_name", "id")
        ],
        "covers": [
            {"value": slug, "label": name, "checked": slug in covered} for slug, name in queue_options()
        ],
        "form": seen_form(document),
    }


def skills_panel(member: Member) -> dict[str, Any]:
    """Agents by skills: levels, and until when licences hold."""
    skills = list(Skill.objects.order_by("kind", "name"))
    held: dict[int, dict[int, AgentSkill]] = defaultdict(dict)
    for one in AgentSkill.objects.all():
        held[one.member_id][one.skill_id] = one
    today = clock.now().date()
    people = Member.objects.filter(is_active=True).select_related("partner").order_by("display_name", "id")
    return {
        "may_change": member.administers,
        "skills": [
            {"slug": skill.slug, "name": skill.name, "is_licence": skill.kind == Skill.Kind.LICENCE}
            for skill in skills
        ],
        "agents": [
            {
                "id": person.id,
                "name": person.display_name,
                "partner": person.partner.name if person.partner else "",
                "cells": [_cell(held[person.id].get(skill.id), today) for skill in skills],
            }
            for person in people
            if person.takes_work
        ],
    }


def _cell(had: AgentSkill | None, today: date) -> dict[str, Any]:
    if had is None:
        return {"level": 0, "until": None, "state": ""}
    state = ""
    if had.valid_until is not None:
        state = "now" if had.valid_until < today else "soon" if had.valid_until <= today + SOON else ""
    return {"level": had.level, "until": had.valid_until, "state": state}


def agent_panel(member: Member) -> dict[str, Any]:
    """The form of what one agent can do."""
    document = agent_skills_document(member)
    had = {one["skill"]: one for one in document["skills"]}
    return {
        "id": member.id,
        "name": member.display_name,
        "skills": [
            {
                "slug": skill.slug,
                "name": skill.name,
                "number": number,
                "is_licence": skill.kind == Skill.Kind.LICENCE,
                "level": had[skill.slug]["level"] if skill.slug in had else 0,
                "until": had[skill.slug]["valid_until"] if skill.slug in had else None,
            }
            for number, skill in enumerate(Skill.objects.order_by("kind", "name"))
        ],
        "levels": [
            {"value": "0", "label": "–"},
            *({"value": str(one), "label": str(one)} for one in range(1, 6)),
        ],
        "form": seen_form(document),
    }


def _options(pairs: Any) -> list[dict[str, str]]:
    return [{"value": value, "label": label} for value, label in pairs]


def skill_panel(skill: Skill) -> dict[str, Any]:
    """The form of one skill."""
    return {
        "slug": skill.slug,
        "name": skill.name,
        "kind": skill.kind,
        "kinds": _options(Skill.Kind.choices),
        "form": seen_form(skill_document(skill)),
    }
