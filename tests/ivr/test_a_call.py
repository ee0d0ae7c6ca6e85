"""A whole call, from the first ring to the agent: what the caller hears, what the record keeps."""

from accounts.actors import IVR_ACTOR
from customers.actions import create_customer
from customers.models import Customer, Fact, Interaction
from foundation.tenancy import tenant
from ivr.models import AgentLeg, CallSession
from tests.ivr.line import CALLER, Call, Line


def known_caller(line: Line, phone: str = CALLER, number: str = "4711") -> Customer:
    with tenant(line.organization_id):
        return create_customer(
            actor=IVR_ACTOR, display_name="Robin Field", phones=[phone], subscriber_number=number
        )


def queued_call(line: Line) -> Call:
    known_caller(line)
    call = line.call()
    call.dial()
    call.press("1")
    return call


def connected_call(line: Line) -> Call:
    call = queued_call(line)
    line.take(call, line.cast.ana)
    line.pump()
    line.leg_status(line.leg(call), "in-progress")
    line.pump()
    return call


def test_a_known_caller_is_asked_only_why_they_call(line: Line) -> None:
    customer = known_caller(line)
    call = line.call()
    heard = call.dial()
    assert "Welcome to Publisher" in heard.words
    assert "Why are you calling?" in heard.words
    assert "subscriber number" not in heard.words
    assert call.session.interaction.customer == customer


def test_the_reason_becomes_a_fact_with_its_source_and_the_caller_waits(line: Line) -> None:
    customer = known_caller(line)
    call = line.call()
    call.dial()
    heard = call.press("1")
    assert heard.verbs == ["Say", "Enqueue"]
    assert call.session.state == CallSession.State.QUEUED
    with tenant(line.organization_id):
        fact = Fact.objects.get(customer=customer, key__key="reason_for_contact")
        interaction = call.session.interaction
        assert (fact.value, fact.source, fact.confidence) == ("missing_issue", "ivr:reason", "claimed")
        assert (interaction.state, interaction.queue_slug) == (Interaction.State.WAITING, "service")


def test_the_agents_telephone_is_rung_first_and_the_caller_moved_when_it_answers(line: Line) -> None:
    call = queued_call(line)
    line.take(call, line.cast.ana)
    line.pump()
    [dialled] = line.asked("POST", r"/Participants\.json$")
    assert dialled.form["To"] == [f"client:member_{line.cast.ana.id}"]
    assert not line.asked("POST", rf"/Calls/{call.sid}\.json$")
    leg = line.leg(call)
    line.leg_status(leg, "ringing", 1)
    line.leg_status(leg, "in-progress", 2)
    line.pump()
    [moved] = line.asked("POST", rf"/Calls/{call.sid}\.json$")
    assert "<Conference" in moved.form["Twiml"][0]
    assert call.session.state == CallSession.State.CONNECTED
    assert line.leg(call).state == AgentLeg.State.IN_PROGRESS


def test_the_caller_hanging_up_ends_everything_once(line: Line) -> None:
    call = connected_call(line)
    call.hang_up()
    call.hang_up()
    line.pump()
    session = call.session
    assert session.state == CallSession.State.ENDED
    assert session.interaction.state == Interaction.State.WRAP_UP
    [release] = line.asked("POST", rf"/Calls/{line.leg(call).call_sid}\.json$")
    assert release.form["Status"] == ["completed"]
