"""Callbacks get lost: calls that were silent for a while are compared with what the carrier knows."""

import logging
from datetime import timedelta

from foundation import clock
from foundation.tenancy import tenant
from foundation.twilio_gateway import Carrier, CarrierError
from ivr.actions import (
    announce_unprocessed,
    end_call,
    locked_session,
    locked_with_leg,
    note_hold,
    note_leg_status,
    note_news,
)
from ivr.models import AgentLeg, CallSession, ReceivedWebhook
from ivr.queries import organizations_with_telephones

logger = logging.getLogger(__name__)
SILENT_SECONDS = 30
# A call that young may not be found yet: the carrier is only eventually consistent.
YOUNG_SECONDS = 60
UNPROCESSED_SECONDS = 60
_AT_ONCE = 50


def reconcile_all() -> None:
    """Every organisation's silent calls and left-over webhooks; one carrier's silence stops nobody else."""
    for organization_id in organizations_with_telephones():
        try:
            _announce_left_over(organization_id)
            for session_id in _claim_silent(organization_id):
                reconcile_call(organization_id, session_id)
        except CarrierError as error:
            logger.warning("the carrier could not be asked", extra={"error": str(error)})


def _announce_left_over(organization_id: int) -> None:
    before = clock.now() - timedelta(seconds=UNPROCESSED_SECONDS)
    with tenant(organization_id):
        rows = ReceivedWebhook.objects.filter(processed_at=None, announced=False, received_at__lt=before)
        for webhook_id in rows.values_list("id", flat=True)[:_AT_ONCE]:
            announce_unprocessed(webhook_id)


def _claim_silent(organization_id: int) -> list[int]:
    """Calls to be asked after now; marking them heard keeps a second process from asking too."""
    before = clock.now() - timedelta(seconds=SILENT_SECONDS)
    with tenant(organization_id):
        # Who is to be called back has no leg to be asked after.
        alive = CallSession.objects.exclude(state=CallSession.State.ENDED)
        silent = alive.filter(news_at__lt=before, call_sid__startswith="CA")
        claimed = silent.select_for_update(skip_locked=True).order_by("news_at")[:_AT_ONCE]
        ids = [session.id for session in claimed]
        CallSession.objects.filter(id__in=ids).update(news_at=clock.now())
    return ids


def reconcile_call(organization_id: int, session_id: int) -> None:
    """Make one call agree with the carrier. Raises CarrierError `away`."""
    with tenant(organization_id):
        session = CallSession.objects.select_related("number__account").get(id=session_id)
        legs = list(session.legs.exclude(state=AgentLeg.State.ENDED).exclude(call_sid=""))
    carrier = Carrier(session.number.account)
    status = _status(carrier, session.call_sid, young=_is_young(session))
    leg_statuses = {leg.id: _status(carrier, leg.call_sid, young=False) for leg in legs}
    there = (
        carrier.fetch_participant(session.conference_sid, session.call_sid)
        if session.in_conference and status == "in-progress"
        else None
    )
    with tenant(organization_id):
        fresh = locked_session(id=session_id)
        if fresh is None:
            return
        note_news(fresh)
        if status == "over":
            end_call(fresh)
            return
        if there is not None:
            note_hold(fresh, on_hold=there.on_hold)
        for leg_id, leg_status in leg_statuses.items():
            found = locked_with_leg(leg_id)
            if found:
                note_leg_status(*found, status="completed" if leg_status == "over" else leg_status)


def _status(carrier: Carrier, call_sid: str, *, young: bool) -> str:
    try:
        call = carrier.fetch_call(call_sid)
    except CarrierError as error:
        if error.kind != "gone":
            raise
        return "unknown" if young else "over"
    return "over" if call.is_over else call.status


def _is_young(session: CallSession) -> bool:
    return clock.now() - session.started_at < timedelta(seconds=YOUNG_SECONDS)
