"""Heartbeats of agents' desktops, passed on to presence: those of a moment together."""

import asyncio
from collections.abc import Iterable
from weakref import WeakKeyDictionary

from accounts.models import Member
from desk.live_access import Desktop
from foundation.live_hub.threads import in_thread
from foundation.tenancy import tenant
from routing import presence

_AGENTS = {Member.Role.AGENT, Member.Role.PARTNER_AGENT}
GATHER_SECONDS = 0.2


class Beats:
    """The heartbeats of one live process."""

    def __init__(self) -> None:
        self._gathered: set[Desktop] = set()
        self._told: asyncio.Task[None] | None = None

    async def beat(self, desktop: Desktop) -> None:
        """The desktop is open and breathes; returns when presence knows. Raises django.db.Error.

        Says nothing about people who take no work.
        """
        if desktop.role not in _AGENTS:
            return
        self._gathered.add(desktop)
        if self._told is None:
            self._told = asyncio.create_task(self._tell())
        await asyncio.shield(self._told)  # one socket that closes must not silence the others

    async def _tell(self) -> None:
        await asyncio.sleep(GATHER_SECONDS)
        gathered, self._gathered, self._told = self._gathered, set(), None
        await in_thread(tell_presence, gathered)


def tell_presence(desktops: Iterable[Desktop]) -> None:
    """These agents' desktops breathe."""
    by_organization: dict[int, set[int]] = {}
    for desktop in desktops:
        by_organization.setdefault(desktop.organization_id, set()).add(desktop.member_id)
    for organization_id, member_ids in by_organization.items():
        with tenant(organization_id):
            told = presence.heartbeats(member_ids)
        for member_id in sorted(member_ids - told):
            _tell_alone(organization_id, member_id)


def tell_microphone(desktop: Desktop, there: bool) -> None:
    """An agent's desktop has found its microphone gone, or back."""
    if desktop.role not in _AGENTS:
        return
    with tenant(desktop.organization_id):
        member = Member.objects.filter(id=desktop.member_id, is_active=True).first()
        if member is not None:
            presence.heartbeat(member, microphone=there)


def _tell_alone(organization_id: int, member_id: int) -> None:
    with tenant(organization_id):
        member = Member.objects.filter(id=member_id, is_active=True).first()
        if member is not None:
            presence.heartbeat(member)


_beats: WeakKeyDictionary[asyncio.AbstractEventLoop, Beats] = WeakKeyDictionary()


def beats() -> Beats:
    """Those of the running event loop."""
    return _beats.setdefault(asyncio.get_running_loop(), Beats())
