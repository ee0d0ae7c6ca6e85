"""Conferences as a browser-agent contact center uses them: join, hold, mute, transfer, coach, end."""

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.simulator.stage import CALLER, COMPANY

AGENT = "+447700900555"
ROOM = (
    '<Dial action="/parted"><Conference participantLabel="customer" startConferenceOnEnter="false"'
    ' endConferenceOnExit="true" waitUrl="/music" statusCallback="/room"'
    ' statusCallbackEvent="start end join leave mute hold modify announcement">room-1</Conference></Dial>'
)


@pytest.fixture
def customer(stage):
    call = stage.dial(voice=ROOM, music="<Say>Music.</Say>", parted="<Hangup/>")
    call.wait_state("waiting")
    return call


@pytest.fixture
def agent(stage, rest, customer):
    return join(stage, rest)


def join(stage, rest, **options):
    stage.client.set_policy(AGENT, "answer")
    options = {
        "from_": COMPANY,
        "to": AGENT,
        "label": "agent_1",
        "status_callback": f"{stage.product.url}/leg",
        "status_callback_event": ["initiated", "ringing", "answered", "completed"],
    } | options
    return rest.conferences("room-1").participants.create(**options)


def events(stage):
    stage.client.settle()
    return [seen.params["StatusCallbackEvent"] for seen in stage.product.at("/room")]


def test_two_in_the_room_start_the_conference(stage, rest, customer, agent):
    view = customer.wait_state("connected")
    assert view["connected_with"] == [AGENT]
    assert events(stage) == ["participant-join", "participant-join", "conference-start"]
    assert [seen.params["SequenceNumber"] for seen in stage.product.at("/room")] == ["1", "2", "3"]
    assert stage.product.at("/room")[0].params["ParticipantLabel"] == "customer"
    assert rest.conferences.list(friendly_name="room-1", status="in-progress")[0].sid == agent.conference_sid


def test_a_leg_dialled_into_the_room_tells_its_whole_life(stage, rest, customer, agent):
    customer.wait_state("connected")
    rest.calls(agent.call_sid).update(status="completed")
    stage.client.settle()
    told = [(seen.params["CallStatus"], seen.params["SequenceNumber"]) for seen in stage.product.at("/leg")]
    assert told == [("initiated", "0"), ("ringing", "1"), ("in-progress", "2"), ("completed", "3")]
    assert stage.product.at("/leg")[0].params["Direction"] == "outbound-api"


def test_the_waiting_customer_hears_the_wait_document_until_it_starts(stage, rest, customer):
    customer.wait_text("Music.")
    assert customer.look()["conference"]["status"] == "init"


def test_hold_plays_the_hold_document_fetched_with_get(stage, rest, customer, agent):
    customer.wait_state("connected")
    stage.answers(hold="<Say>You are on hold.</Say>")
    customers = rest.conferences(agent.conference_sid).participants("customer")
    assert customers.update(hold=True, hold_url=f"{stage.product.url}/hold").hold is True
    customer.wait_text("You are on hold.")
    assert customer.state == "on-hold"
    assert stage.product.at("/hold")[0].method == "GET"
    customers.update(hold=False)
    customer.wait_state("connected")
    assert events(stage)[-2:] == ["participant-hold", "participant-unhold"]


def test_muting_twice_is_told_once(stage, rest, customer, agent):
    customer.wait_state("connected")
    person = rest.conferences(agent.conference_sid).participants(agent.call_sid)
    person.update(muted=True)
    assert person.update(muted=True).muted is True
    person.update(muted=False)
    assert events(stage)[-2:] == ["participant-mute", "participant-unmute"]


def test_the_customers_leaving_ends_the_room_for_all(stage, rest, customer, agent):
    customer.wait_state("connected")
    customer.hang_up()
    stage.client.settle()
    assert events(stage)[-3:] == ["participant-leave", "participant-leave", "conference-end"]
    end = stage.product.at("/room")[-1].params
    assert end["ReasonConferenceEnded"] == "participant-with-end-conference-on-exit-left"
    assert end["CallSidEndingConference"] == customer.sid
    leaves = {
        seen.params["CallSid"]: seen.params["ReasonParticipantLeft"]
        for seen in stage.product.at("/room")[-3:-1]
    }
    assert leaves == {customer.sid: "participant_hung_up", agent.call_sid: "moderator_ended_conference"}
    assert rest.calls(agent.call_sid).fetch().status == "completed"
    parted = stage.product.at("/parted")[0].params
    assert (parted["DialCallStatus"], parted["CallStatus"]) == ("completed", "completed")
    assert "DialCallSid" not in parted


def test_the_agents_leaving_keeps_the_customer_for_a_transfer(stage, rest, customer, agent):
    customer.wait_state("connected")
    rest.calls(agent.call_sid).update(status="completed")
    customer.wait_state("waiting")
    second = join(stage, rest, label="agent_2")
    customer.wait_state("connected")
    assert second.conference_sid == agent.conference_sid


def test_an_agent_who_does_not_answer_leaves_as_failed(stage, rest, customer):
    stage.client.set_policy(AGENT, "busy")
    person = rest.conferences("room-1").participants.create(
        from_=COMPANY, to=AGENT, label="agent_1", status_callback=f"{stage.product.url}/leg"
    )
    stage.client.settle()
    (left,) = [s for s in stage.product.at("/room") if s.params["StatusCallbackEvent"] == "participant-leave"]
    assert left.params["ReasonParticipantLeft"] == "participant_add_failed"
    assert left.params["ParticipantCallStatus"] == "busy"
    assert stage.product.at("/leg")[-1].params["CallStatus"] == "busy"
    with pytest.raises(TwilioRestException) as gone:
        rest.conferences(person.conference_sid).participants(person.call_sid).update(hold=True)
    assert (gone.value.status, gone.value.code) == (404, 20404)
    assert customer.state == "waiting"


def test_nobody_answering_ends_as_no_answer_after_the_timeout(stage, rest, customer):
    rest.conferences("room-1").participants.create(
        from_=COMPANY, to=AGENT, timeout=5, status_callback=f"{stage.product.url}/leg"
    )
    ringing = stage.client.wait_incoming(AGENT)
    ringing.wait_state("ended")
    stage.client.settle()
    params = stage.product.at("/leg")[0].params
    assert (params["CallStatus"], params["SipResponseCode"], params["CallDuration"]) == (
        "no-answer",
        "487",
        "0",
    )


def test_a_browser_that_is_not_there_is_a_fast_no_answer(stage, rest, customer):
    person = rest.conferences("room-1").participants.create(
        from_=COMPANY, to="client:agent_42", status_callback=f"{stage.product.url}/leg", timeout=600
    )
    stage.client.settle()
    assert stage.product.at("/leg")[0].params["CallStatus"] == "no-answer"
    assert rest.calls(person.call_sid).fetch().status == "no-answer"


def test_agent_first_the_room_is_made_by_dialling_into_it(stage, rest):
    person = join(stage, rest)
    assert person.conference_sid.startswith("CF")
    stage.client.settle()
    assert rest.conferences(person.conference_sid).fetch().status == "init"
    call = stage.dial(voice=ROOM)
    call.wait_state("connected")
    assert call.look()["conference"]["sid"] == person.conference_sid


def test_ending_the_room_over_rest_lets_the_customers_document_go_on(stage, rest, customer, agent):
    customer.wait_state("connected")
    stage.answers(parted="<Say>Thank you.</Say>")
    assert rest.conferences(agent.conference_sid).update(status="completed").status == "completed"
    customer.wait_text("Thank you.")
    assert stage.product.at("/parted")[0].params["CallStatus"] == "in-progress"
    assert events(stage)[-1] == "conference-end"
    assert stage.product.at("/room")[-1].params["ReasonConferenceEnded"] == "conference-ended-via-api"


def test_redirecting_a_customer_in_the_room_tells_the_dial_action_too(stage, rest, customer, agent):
    customer.wait_state("connected")
    stage.answers(parted="<Say>Wrong branch.</Say>")
    rest.calls(customer.sid).update(twiml="<Response><Say>Moved.</Say></Response>")
    customer.wait_state("ended")
    stage.client.settle()
    assert "Wrong branch." not in customer.heard()
    assert stage.product.at("/parted")[0].params["CallStatus"] == "in-progress"
    reasons = [seen.params.get("ReasonParticipantLeft") for seen in stage.product.at("/room")]
    assert "participant_updated_via_api" in reasons


def test_a_supervisor_whispers_only_to_somebody_in_the_room(stage, rest, customer, agent):
    customer.wait_state("connected")
    boss = join(stage, rest, label="boss", coaching=True, call_sid_to_coach=agent.call_sid, muted=False)
    people = rest.conferences(agent.conference_sid).participants
    stage.client.settle()
    assert people(boss.call_sid).fetch().coaching is True
    assert people("boss").update(coaching=False).coaching is False
    with pytest.raises(TwilioRestException) as refused:
        people("boss").update(coaching=True, call_sid_to_coach="CA" + "0" * 32)
    assert refused.value.code == 13240
    assert events(stage)[-1] == "participant-modify"


def test_only_the_first_participants_callback_counts(stage, rest, customer):
    join(
        stage,
        rest,
        conference_status_callback=f"{stage.product.url}/other",
        conference_status_callback_event=["join"],
    )
    customer.wait_state("connected")
    stage.client.settle()
    assert not stage.product.at("/other")


def test_a_removed_participant_is_gone_and_its_leg_ends(stage, rest, customer, agent):
    customer.wait_state("connected")
    assert rest.conferences(agent.conference_sid).participants("agent_1").delete()
    stage.client.settle()
    assert rest.calls(agent.call_sid).fetch().status == "completed"
    assert [p.label for p in rest.conferences(agent.conference_sid).participants.list()] == ["customer"]


def test_an_announcement_is_heard_in_the_room(stage, rest, customer, agent):
    customer.wait_state("connected")
    stage.answers(announce="<Say>This call is recorded.</Say>")
    rest.conferences(agent.conference_sid).update(announce_url=f"{stage.product.url}/announce")
    customer.wait_text("This call is recorded.")
    assert events(stage)[-1] == "announcement-end"


def test_the_number_shown_must_belong_to_the_account(stage, rest, customer):
    with pytest.raises(TwilioRestException) as refused:
        join(stage, rest, from_=CALLER)
    assert refused.value.code == 21210
