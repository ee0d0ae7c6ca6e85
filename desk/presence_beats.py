"""Heartbeats of agents' desktops, passed on to presence."""

from accounts.models import Member
from desk.live_access import Desktop
from foundation.tenancy import tenant
from routing import presence

_AGENTS = {Member.Role.AGENT, Member.Role.PARTNER_AGENT}


def beat_presence(desktop: Desktop) -> None:
    """The desktop is open and breathes; says nothing about people who take no work."""
    if desktop.role not in _AGENTS:
        return
    with tenant(desktop.organization_id):
        member = Member.objects.filter(id=desktop.member_id, is_active=True).first()
        if member is not None:
            presence.heartbeat(member)
