"""The people who take work: what they do now."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Count

from accounts.models import Member, Organization
from foundation import clock
from foundation.tenancy import current_organization_id
from routing.models import AgentSkill, Engagement, Offer, Presence


@dataclass(frozen=True)
class AgentState:
    """One agent now; `since` is None for people who never signed in. `contacts`: how many they have, with
    offers and wrap-ups; `after_work`: what they declare while busy, when not ready."""

    member: Member
    partner_name: str
    state: str
    reason: str
    since: datetime | None
    customer_name: str
    queue_name: str
    handled_today: int
    skills: list[str]
    contacts: int = 0
    microphone_lost: bool = False
    after_work: str = ""


def presence_of(member: Member) -> Presence:
    """The person's presence; an unsaved, offline one when they never signed in."""
    known = Presence.objects.filter(member=member).first()
    return known or Presence(member=member, state=Presence.State.OFFLINE, since=clock.now())


def agent_states() -> list[AgentState]:
    """Everyone who takes work, in-house first, by name."""
    members = Member.objects.filter(is_active=True).select_related("partner")
    presences = {one.member_id: one for one in Presence.objects.select_related("interaction__customer")}
    handled, skills, contacts = _handled_today(), _skills(), _contacts()

    def state_of(member: Member) -> AgentState:
        known = presences.get(member.id)
        return _state(member, known, handled.get(member.id, 0), skills[member.id], contacts[member.id])

    states = [state_of(member) for member in members if member.takes_work]
    return sorted(states, key=lambda one: (one.partner_name, one.member.display_name, one.member.id))


def midnight() -> datetime:
    """When today began, in the organisation's time zone."""
    zone = Organization.objects.values_list("time_zone", flat=True).get(id=current_organization_id())
    return clock.now().astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)


def _state(
    member: Member, presence: Presence | None, handled: int, skills: list[str], contacts: int
) -> AgentState:
    interaction = presence.interaction if presence else None
    customer = interaction.customer if interaction else None
    return AgentState(
        member=member,
        partner_name=member.partner.name if member.partner else "",
        state=presence.state if presence else Presence.State.OFFLINE,
        reason=presence.reason if presence else "",
        since=presence.since if presence else None,
        customer_name=customer.display_name if customer else "",
        queue_name=interaction.queue_name if interaction else "",
        handled_today=handled,
        skills=skills,
        contacts=contacts,
        microphone_lost=bool(presence and presence.microphone_lost_at),
        after_work=presence.after_work if presence else "",
    )


def _contacts() -> Counter[int]:
    return Counter(Engagement.objects.filter(ended_at=None).values_list("member_id", flat=True))


def _handled_today() -> dict[int, int]:
    accepted = Offer.objects.filter(offered_at__gte=midnight(), state=Offer.State.ACCEPTED)
    rows = accepted.values("member_id").annotate(number=Count("id"))
    return {row["member_id"]: row["number"] for row in rows}


def _skills() -> dict[int, list[str]]:
    skills: dict[int, list[str]] = defaultdict(list)
    known = AgentSkill.objects.order_by("-level", "skill__name")
    for member_id, name, level in known.values_list("member_id", "skill__name", "level"):
        skills[member_id].append(f"{name} {level}")
    return skills
