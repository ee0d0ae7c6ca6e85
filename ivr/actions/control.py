"""What an agent may ask of the line. The carrier is asked afterwards; the answer comes as a nudge."""

from datetime import datetime, timedelta

from accounts.models import Member
from foundation import clock, twilio_gateway
from foundation.errors import Conflict, NotVisible, Refusal
from foundation.events import emit
from ivr.actions.calls import locked_session, release_leg, tell_agent
from ivr.actions.legs import park_caller
from ivr.events import CallControlRequested
from ivr.models import AgentLeg, CallSession, TelephonyAccount, identity_of
from routing.actions import requeue
from routing.models import Queue

State = CallSession.State
TOKEN_SECONDS = 3600


def hold_call(interaction_id: int, *, member: Member) -> None:
    """Let the caller hear music. NotVisible, Conflict `not_connected`."""
    _ask(interaction_id, member, "hold")


def resume_call(interaction_id: int, *, member: Member) -> None:
    """Take the caller off hold. NotVisible, Conflict `not_connected`."""
    _ask(interaction_id, member, "resume")


def mute_call(interaction_id: int, *, member: Member) -> None:
    """Switch the agent's microphone off. NotVisible, Conflict `not_connected`."""
    _ask(interaction_id, member, "mute")


def unmute_call(interaction_id: int, *, member: Member) -> None:
    """Switch the agent's microphone on. NotVisible, Conflict `not_connected`."""
    _ask(interaction_id, member, "unmute")


def hang_up_call(interaction_id: int, *, member: Member) -> None:
    """End the call for everybody, while it is being connected too. NotVisible, Conflict `call_over`."""
    session, leg = _serving(interaction_id, member)
    session.hang_up_asked = True
    session.save(update_fields=["hang_up_asked"])
    _emit(session, leg, "hang_up", member)


def transfer_call(interaction_id: int, *, member: Member, queue_slug: str, note: str = "") -> None:
    """Send the caller, on hold, to a queue at the age they have; the agent goes to wrap-up.

    NotVisible, Conflict `not_connected`, Refusal `no_such_queue`.
    """
    session, leg = _serving(interaction_id, member)
    if session.state != State.CONNECTED:
        raise Conflict("not_connected", "The caller is not connected yet.")
    if not Queue.objects.filter(slug=queue_slug, is_active=True).exists():
        raise Refusal("no_such_queue", "That queue takes nobody now.", field="queue_slug")
    session.state = State.QUEUED
    session.queue_slug = queue_slug
    session.queued_at = clock.now()
    session.save(update_fields=["state", "queue_slug", "queued_at"])
    requeue(interaction_id, queue_slug=queue_slug, actor=member.actor, note=note)
    park_caller(session)
    release_leg(session, leg)
    tell_agent(session)


def voice_token(member: Member) -> tuple[str, str, datetime]:
    """(token, identity, when it expires) for the member's browser. Refusal `no_telephone`."""
    account = TelephonyAccount.objects.filter(is_active=True).exclude(api_key_sid="").order_by("id").first()
    if account is None:
        raise Refusal("no_telephone", "No telephone line is set up yet.")
    identity = identity_of(member.id)
    token = twilio_gateway.access_token(
        account_sid=account.account_sid,
        api_key_sid=account.api_key_sid,
        api_key_secret=account.api_key_secret,
        twiml_app_sid=account.twiml_app_sid,
        identity=identity,
        ttl_seconds=TOKEN_SECONDS,
    )
    return token, identity, clock.now() + timedelta(seconds=TOKEN_SECONDS)


def _ask(interaction_id: int, member: Member, command: str) -> None:
    session, leg = _serving(interaction_id, member)
    if session.state != State.CONNECTED:
        raise Conflict("not_connected", "The caller is not connected yet.")
    _emit(session, leg, command, member)


def _serving(interaction_id: int, member: Member) -> tuple[CallSession, AgentLeg]:
    """The call this member is on, locked, and the member's leg of it."""
    session = locked_session(interaction_id=interaction_id)
    legs = session.legs.filter(member_id=member.id).order_by("-id") if session else AgentLeg.objects.none()
    leg = legs.first()
    if session is None or leg is None:
        raise NotVisible("call")
    if session.is_over or leg.released or leg.state == AgentLeg.State.ENDED:
        raise Conflict("call_over", "This call is over.")
    return session, leg


def _emit(session: CallSession, leg: AgentLeg, command: str, member: Member) -> None:
    emit(
        CallControlRequested(
            interaction_id=session.interaction_id,
            call_session_id=session.id,
            command=command,
            member_id=member.id,
            agent_leg_id=leg.id,
        ),
        actor=member.actor.as_json(),
    )
