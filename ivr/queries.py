"""Questions about calls and the line."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch

from accounts.hours.queries import load_hours
from accounts.hours.rules import OpenHours, is_open, next_opening
from accounts.models import Organization
from foundation.tenancy import current_organization_id, system
from ivr.models import AgentLeg, CallSession, PhoneNumber, TelephonyAccount
from ivr.rules import DEFAULT_MENU, Choice
from routing.models import Callback, Presence, Queue


@dataclass(frozen=True)
class Closing:
    """A queue that keeps hours, and what becomes of callers outside of them (`Queue.Final`)."""

    hours: OpenHours
    action: str
    queue_slug: str = ""
    text: str = ""

    def is_closed(self, at: datetime) -> bool:
        """Whether nobody is to wait in it now."""
        return not is_open(self.hours, at)

    def opens_at(self, at: datetime) -> datetime | None:
        """When it opens next; None when never within a year."""
        return next_opening(self.hours, at)


@dataclass(frozen=True)
class CallView:
    """A call as the desk shows it. Times are aware; `hold_since` is None when not on hold."""

    state: str
    on_hold: bool
    hold_since: datetime | None
    muted: bool
    started_at: datetime
    connected_at: datetime | None
    ended_at: datetime | None
    agent_connected: bool
    caller_id: str


def call_of(interaction_id: int) -> CallView | None:
    """The call behind an interaction, or None when it came another way."""
    return calls_of([interaction_id]).get(interaction_id)


def calls_of(interaction_ids: Iterable[int]) -> dict[int, CallView]:
    """The call behind each of these interactions, for those that are calls."""
    current = AgentLeg.objects.filter(released=False).order_by("id")
    sessions = CallSession.objects.filter(interaction_id__in=list(interaction_ids))
    sessions = sessions.prefetch_related(Prefetch("legs", current))
    return {session.interaction_id: _view(session) for session in sessions}


def _view(session: CallSession) -> CallView:
    legs = list(session.legs.all())
    leg = legs[-1] if legs else None
    return CallView(
        state=session.state,
        on_hold=session.on_hold,
        hold_since=session.hold_since,
        muted=bool(leg and leg.muted),
        started_at=session.started_at,
        connected_at=session.connected_at,
        ended_at=session.ended_at,
        agent_connected=bool(leg and leg.state == AgentLeg.State.IN_PROGRESS),
        caller_id=session.caller_id,
    )


def account_by_sid(account_sid: str) -> TelephonyAccount | None:
    """The account a webhook names, of whatever organisation it is."""
    with system():
        return TelephonyAccount.objects.filter(account_sid=account_sid, is_active=True).first()


def organizations_with_telephones() -> list[int]:
    """Ids of the organisations that have an account at the carrier."""
    with system():
        rows = TelephonyAccount.objects.filter(is_active=True).values_list("organization_id", flat=True)
        return sorted(set(rows))


def number_called(e164: str, account_sid: str) -> PhoneNumber | None:
    """The number of ours that was called."""
    rows = PhoneNumber.objects.select_related("queue", "account")
    return rows.filter(e164=e164, account__account_sid=account_sid, is_active=True).first()


def number_by_id(number_id: int) -> PhoneNumber:
    """A number of ours, in service or not."""
    return PhoneNumber.objects.select_related("queue", "account").get(id=number_id)


def menu_of(number: PhoneNumber) -> tuple[Choice, ...]:
    """Why people call this number, and where each reason goes."""
    rows = list(number.menu.select_related("queue").order_by("digit", "id"))
    if not rows:
        return DEFAULT_MENU
    return tuple(
        Choice(
            digit=row.digit,
            reason=row.reason,
            label=row.label,
            keywords=tuple(row.keywords),
            queue_slug=row.queue.slug if row.queue and row.queue.is_active else "",
        )
        for row in rows
    )


def closings() -> dict[str, Closing]:
    """The queues that keep opening hours, by slug."""
    queues = list(Queue.objects.filter(is_active=True).exclude(hours=None).select_related("final_queue"))
    hours = load_hours({queue.hours_id for queue in queues if queue.hours_id}) if queues else {}
    return {
        queue.slug: Closing(
            hours=hours[queue.hours_id],
            action=queue.final_action,
            queue_slug=queue.final_queue.slug if queue.final_queue else "",
            text=queue.final_text,
        )
        for queue in queues
        if queue.hours_id is not None
    }


def calls_back() -> bool:
    """Whether any queue calls back, or a call is owed still."""
    offers = Queue.objects.filter(offers_callback=True, is_active=True)
    return offers.exists() or Callback.objects.filter(ended_at=None).exists()


def organization() -> Organization:
    """The company that is called."""
    return Organization.objects.get(id=current_organization_id())


def somebody_is_on() -> bool:
    """Whether any agent is at work, busy or not."""
    away = [Presence.State.OFFLINE, Presence.State.NOT_RESPONDING]
    return Presence.objects.exclude(state__in=away).exists()
