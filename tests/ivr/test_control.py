"""What agents ask of the line: who may, what the carrier is asked, what happens when it will not."""

import json
from datetime import timedelta

import pytest

from customers.models import Interaction
from foundation import clock, deliveries
from foundation.errors import Conflict, NotVisible, Refusal
from foundation.models import Delivery, Event, LiveEntry, Timer
from foundation.tenancy import tenant
from ivr.actions import (
    hang_up_call,
    hold_call,
    mute_call,
    resume_call,
    transfer_call,
    unmute_call,
    voice_token,
)
from ivr.models import AgentLeg, CallSession, TelephonyAccount
from ivr.queries import call_of
from routing.models import Presence
from tests.ivr.line import Call, Line
from tests.ivr.test_a_call import connected_call, queued_call

COMMANDS = [hold_call, resume_call, mute_call, unmute_call, hang_up_call]


def nudges(line: Line, member_id: int, kind: str) -> list[dict[str, object]]:
    with tenant(line.organization_id):
        rows = LiveEntry.objects.filter(topic=f"member:{member_id}", kind=kind)
        return list(rows.values_list("body", flat=True))


def refuse(line: Line, status: int, code: int) -> None:
    line.carrier.answering = lambda request: (
        status,
        json.dumps({"code": code, "message": "no", "status": status}),
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_only_the_agent_on_the_call_may_command_it(line: Line, command: object) -> None:
    call = connected_call(line)
    with tenant(line.organization_id), pytest.raises(NotVisible):
        command(call.session.interaction_id, member=line.cast.mark)
    with tenant(line.organization_id), pytest.raises(NotVisible):
        command(999_999, member=line.cast.ana)


def test_a_hold_asks_the_carrier_and_tells_the_desk(line: Line) -> None:
    call = connected_call(line)
    ana = line.cast.ana
    with tenant(line.organization_id):
        hold_call(call.session.interaction_id, member=ana)
        assert not call_of(call.session.interaction_id).on_hold
    line.pump()
    [asked] = line.asked("POST", rf"/Participants/{call.sid}\.json$")
    assert asked.form["Hold"] == ["True"] or asked.form["Hold"] == ["true"]
    assert asked.form["HoldUrl"][0].endswith("/twilio/voice/hold/")
    assert asked.form["HoldMethod"] == ["POST"]
    with tenant(line.organization_id):
        view = call_of(call.session.interaction_id)
        assert view.on_hold
        assert view.hold_since
        assert view.agent_connected
    assert {"interaction_id": call.session.interaction_id} in nudges(line, ana.id, "call.changed")


def test_a_refused_command_is_told_in_a_sentence(line: Line) -> None:
    call = connected_call(line)
    refuse(line, 400, 21201)
    with tenant(line.organization_id):
        hold_call(call.session.interaction_id, member=line.cast.ana)
    line.pump()
    [told] = nudges(line, line.cast.ana.id, "call.failed")
    assert told["command"] == "hold"
    assert told["message"] == "The caller could not be put on hold."
    with tenant(line.organization_id):
        assert not call_of(call.session.interaction_id).on_hold
        assert Event.objects.filter(name="call.control_failed").count() == 1


def test_a_participant_who_has_left_is_gone_and_no_fault(line: Line) -> None:
    call = connected_call(line)
    refuse(line, 404, 20404)
    with tenant(line.organization_id):
        hang_up_call(call.session.interaction_id, member=line.cast.ana)
    line.pump()
    assert call.session.state == CallSession.State.ENDED
    with tenant(line.organization_id):
        assert call.session.interaction.state == Interaction.State.WRAP_UP


def test_a_carrier_that_is_away_is_asked_again(line: Line) -> None:
    call = connected_call(line)
    answering = line.carrier.answering
    refuse(line, 503, 0)
    with tenant(line.organization_id):
        hang_up_call(call.session.interaction_id, member=line.cast.ana)
    line.pump()
    assert call.session.state == CallSession.State.CONNECTED
    line.carrier.answering = answering
    with tenant(line.organization_id):
        Delivery.objects.filter(state="pending").update(next_attempt_at="2020-01-01T00:00:00Z")
    line.pump()
    assert call.session.state == CallSession.State.ENDED


def test_an_agent_who_cannot_be_rung_gives_the_caller_back(line: Line) -> None:
    call = queued_call(line)
    refuse(line, 400, 21215)
    line.take(call, line.cast.ana)
    line.pump()
    with tenant(line.organization_id):
        assert call.session.state == CallSession.State.QUEUED
        assert call.session.interaction.state == Interaction.State.WAITING
        assert AgentLeg.objects.get().ended_how == "failed"
    [told] = nudges(line, line.cast.ana.id, "call.failed")
    assert told["command"] == "connect"


def test_the_agent_is_dialled_once_however_often_the_event_is_delivered(line: Line) -> None:
    call = queued_call(line)
    line.take(call, line.cast.ana)
    line.pump()
    with tenant(line.organization_id):
        Delivery.objects.update(state="pending", next_attempt_at="2020-01-01T00:00:00Z")
    line.pump()
    assert len(line.asked("POST", r"/Participants\.json$")) == 1


def test_a_caller_already_in_the_conference_is_not_moved_again(line: Line) -> None:
    call = connected_call(line)
    with tenant(line.organization_id):
        Delivery.objects.filter(event__name="agent_leg.answered").update(
            state="pending", next_attempt_at="2020-01-01T00:00:00Z"
        )
    line.pump()
    assert len(line.asked("POST", rf"/Calls/{call.sid}\.json$")) == 1


def test_a_caller_gone_before_being_moved_ends_the_call(line: Line) -> None:
    call = queued_call(line)
    line.take(call, line.cast.ana)
    line.pump()
    line.gone.add(call.sid)
    line.leg_status(line.leg(call), "in-progress")
    line.pump()
    with tenant(line.organization_id):
        assert call.session.state == CallSession.State.ENDED
        assert Presence.objects.get(member=line.cast.ana).state == Presence.State.WRAP_UP


def test_a_transfer_holds_the_caller_frees_the_agent_and_keeps_the_age(line: Line) -> None:
    call = connected_call(line)
    with tenant(line.organization_id):
        before = call.session.interaction.work_items.get().entered_at
        transfer_call(
            call.session.interaction_id, member=line.cast.ana, queue_slug="digital", note="Wants digital"
        )
    line.pump()
    with tenant(line.organization_id):
        session = call.session
        assert session.state == CallSession.State.QUEUED
        waiting = session.interaction.work_items.get(state="waiting")
        assert waiting.entered_at == before
        assert waiting.queue.slug == "digital"
        assert Presence.objects.get(member=line.cast.ana).state == Presence.State.WRAP_UP
    [held] = line.asked("POST", rf"/Participants/{call.sid}\.json$")
    assert held.form["Hold"][0].lower() == "true"
    line.take(call, line.cast.mark)
    line.pump()
    line.leg_status(line.leg(call), "in-progress")
    line.pump()
    assert line.asked("POST", rf"/Participants/{call.sid}\.json$")[-1].form["Hold"][0].lower() == "false"
    assert call.session.state == CallSession.State.CONNECTED
    assert len(line.asked("POST", rf"/Calls/{call.sid}\.json$")) == 1


def test_a_transfer_to_nowhere_is_refused_and_changes_nothing(line: Line) -> None:
    call = connected_call(line)
    with tenant(line.organization_id), pytest.raises(Refusal, match="takes nobody"):
        transfer_call(call.session.interaction_id, member=line.cast.ana, queue_slug="moon", note="")
    assert call.session.state == CallSession.State.CONNECTED


def test_before_the_caller_is_connected_there_is_nothing_to_hold(line: Line) -> None:
    call = queued_call(line)
    line.take(call, line.cast.ana)
    line.pump()
    with tenant(line.organization_id), pytest.raises(Conflict, match="not connected"):
        hold_call(call.session.interaction_id, member=line.cast.ana)


def test_after_the_call_every_command_says_so(line: Line) -> None:
    call = ended(line)
    for command in COMMANDS:
        with tenant(line.organization_id), pytest.raises(Conflict, match="over"):
            command(call.session.interaction_id, member=line.cast.ana)


def ended(line: Line) -> Call:
    call = connected_call(line)
    call.hang_up()
    line.pump()
    return call


def test_the_browsers_token_is_of_the_companys_account(line: Line) -> None:
    with tenant(line.organization_id):
        token, identity, _ = voice_token(line.cast.ana)
        assert identity == f"member_{line.cast.ana.id}"
        assert token.count(".") == 2
        TelephonyAccount.objects.update(is_active=False)
        with pytest.raises(Refusal, match="No telephone line"):
            voice_token(line.cast.ana)


def test_a_company_without_a_call_there_has_no_call_to_show(line: Line) -> None:
    with tenant(line.organization_id):
        assert call_of(12_345) is None


def break_off(line: Line, call: Call, *, after_seconds: int) -> None:
    """The agent's line carried this much talk, then broke off, and nothing came back."""
    leg = line.leg(call)
    line.leg_status(leg, "in-progress")
    line.pump()
    with tenant(line.organization_id):
        AgentLeg.objects.filter(id=leg.id).update(answered_at=clock.now() - timedelta(seconds=after_seconds))
    line.leg_status(leg, "completed", 2)
    line.pump()
    with tenant(line.organization_id):
        Timer.objects.filter(key=f"agent_leg_lost:{leg.id}").update(due_at="2020-01-01T00:00:00Z")
    deliveries.fire_due_timers()
    line.pump()


def test_an_agent_may_reload_the_page_as_often_as_they_like_in_a_long_call(line: Line) -> None:
    call = queued_call(line)
    line.take(call, line.cast.ana)
    line.pump()
    for _ in range(4):
        break_off(line, call, after_seconds=60)
    with tenant(line.organization_id):
        assert AgentLeg.objects.count() == 5
        assert call.session.interaction.state == Interaction.State.SERVING


def test_a_line_that_breaks_off_at_once_twice_gives_the_caller_back(line: Line) -> None:
    call = queued_call(line)
    line.take(call, line.cast.ana)
    line.pump()
    break_off(line, call, after_seconds=60)
    for _ in range(2):
        assert call.session.interaction.state == Interaction.State.SERVING
        break_off(line, call, after_seconds=2)
    assert call.session.interaction.state == Interaction.State.WAITING
