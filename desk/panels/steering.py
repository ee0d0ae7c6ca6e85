"""What a supervisor may do with one contact or one agent, and with what it would be done."""

from typing import Any

from accounts.access import Viewer
from accounts.models import Member, Organization
from customers.models import Interaction
from desk.panels.own import contact_name
from ivr import queries as phone
from routing import queries as routing
from routing.models import Engagement, Presence, WorkItem
from routing.pauses import pauses

_STATE_WORDS = {
    WorkItem.State.WAITING: "Waits",
    WorkItem.State.OFFERED: "Is being offered",
    WorkItem.State.ASSIGNED: "Is served",
}


def contact_panel(interaction: Interaction, viewer: Viewer, organization: Organization) -> dict[str, Any]:
    """One contact: where it stands, who could get it, where it could wait."""
    item = WorkItem.objects.filter(interaction=interaction, done_at=None).select_related("queue").first()
    return {
        "id": interaction.id,
        "name": contact_name(interaction, viewer, organization),
        "state": item.state if item else "",
        "words": f"{_STATE_WORDS.get(WorkItem.State(item.state), '')} in {item.queue.name}" if item else "",
        "why": routing.why_waiting(interaction.id) if item else [],
        "points": f"{item.base_score:g}" if item else "0",
        "agents": _agents(),
        "queues": [
            {"value": target.queue_slug, "label": target.queue_name}
            for target in routing.transfer_targets()
            if item is None or target.queue_slug != item.queue.slug
        ],
        "may_pull": item is not None and may_pull(interaction, item.state),
    }


def may_pull(interaction: Interaction, state: str) -> bool:
    """Whether the contact can still be taken back: nobody talks with the customer yet."""
    if state == WorkItem.State.OFFERED:
        return True
    call = phone.call_of(interaction.id)
    return state == WorkItem.State.ASSIGNED and call is not None and not call.agent_connected


def _agents() -> list[dict[str, str]]:
    """Everybody at work, those who are free first."""
    order = [Presence.State.READY, Presence.State.SERVING, Presence.State.WRAP_UP, Presence.State.OFFERED]
    here = [one for one in routing.agent_states() if one.state in order]
    here.sort(key=lambda one: order.index(Presence.State(one.state)))
    return [
        {
            "value": str(one.member.id),
            "label": f"{one.member.display_name} · {Presence.State(one.state).label.lower()}",
        }
        for one in here
    ]


def agent_panel(member: Member, viewer: Viewer, organization: Organization) -> dict[str, Any]:
    """One agent: what they declare, what they wrap up, and the states that may be set."""
    presence = routing.presence_of(member)
    live = Engagement.objects.filter(member=member, ended_at=None).select_related("interaction__customer")
    return {
        "id": member.id,
        "name": member.display_name,
        "label": Presence.State(presence.state).label,
        "state": presence.state,
        "notice": presence.notice,
        "microphone_lost": presence.microphone_lost_at is not None,
        "pauses": [{"value": pause.name, "label": pause.name} for pause in pauses()],
        "contacts": [
            {
                "id": one.interaction_id,
                "name": contact_name(one.interaction, viewer, organization),
                "label": Engagement.State(one.state).label,
                "since": one.since,
                "wrapping": one.state == Engagement.State.WRAP_UP,
            }
            for one in live.order_by("since", "id")
        ],
    }
