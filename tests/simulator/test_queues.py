"""Waiting in a queue, and the ways out of it."""

import pytest

from tests.simulator.stage import CALLER, COMPANY

WAIT = '<Enqueue action="/after" waitUrl="/wait">support</Enqueue>'


def queued(stage, **replies):
    call = stage.dial(**({"voice": WAIT, "wait": "<Say>Please hold.</Say>", "after": "<Hangup/>"} | replies))
    call.wait_state("in-queue")
    return call


def test_the_wait_document_is_asked_for_again_and_again_with_the_position(stage):
    call = queued(stage)
    call.wait_until(lambda view: len([x for x in view["transcript"] if x["text"] == "Please hold."]) >= 3)
    params = stage.product.at("/wait")[0].params
    assert (params["QueuePosition"], params["CurrentQueueSize"]) == ("1", "1")
    assert {"QueueSid", "QueueTime", "AvgQueueTime"} <= set(params)


def test_a_key_in_the_wait_document_leads_out_of_the_queue(stage):
    call = queued(
        stage,
        wait='<Gather numDigits="1" timeout="999" action="/leave"><Say>Press 1 to be called.</Say></Gather>',
        leave="<Leave/>",
        after="<Say>We call you back.</Say>",
    )
    call.press("1")
    call.wait_state("ended")
    assert "We call you back." in call.heard()
    assert stage.product.at("/after")[0].params["QueueResult"] == "leave"
    assert stage.product.at("/leave")[0].params["QueuePosition"] == "1"


def test_hanging_up_in_the_queue_is_told_to_the_action(stage):
    call = queued(stage)
    call.hang_up()
    stage.client.settle()
    params = stage.product.at("/after")[0].params
    assert (params["QueueResult"], params["CallStatus"]) == ("hangup", "completed")


def test_new_twiml_takes_the_caller_out_and_the_answer_of_the_action_is_ignored(stage, rest):
    call = queued(stage, after="<Say>Wrong branch.</Say>")
    rest.calls(call.sid).update(twiml="<Response><Say>Moved.</Say></Response>")
    call.wait_state("ended")
    stage.client.settle()
    assert "Moved." in call.heard()
    assert "Wrong branch." not in call.heard()
    (after,) = stage.product.at("/after")
    assert (after.params["QueueResult"], after.params["CallStatus"]) == ("redirected", "in-progress")
    assert rest.queues.list()[0].current_size == 0


def test_a_member_is_sent_elsewhere_by_its_call(stage, rest):
    call = queued(stage, elsewhere="<Say>Elsewhere.</Say>")
    queue = rest.queues.list()[0]
    assert (queue.friendly_name, queue.current_size) == ("support", 1)
    member = rest.queues(queue.sid).members(call.sid).fetch()
    assert (member.call_sid, member.position) == (call.sid, 1)
    rest.queues(queue.sid).members("Front").update(url=f"{stage.product.url}/elsewhere")
    call.wait_text("Elsewhere.")
    stage.client.settle()
    assert stage.product.at("/after")[0].params["QueueResult"] == "redirected"


def test_a_full_queue_goes_straight_to_the_action(stage, rest):
    rest.queues.create(friendly_name="support", max_size=1)
    queued(stage)
    second = stage.client.call(from_=CALLER, to=COMPANY)
    second.wait_state("ended")
    assert stage.product.at("/after")[0].params["QueueResult"] == "queue-full"
    assert "QueueTime" not in stage.product.at("/after")[0].params


def test_a_failing_wait_document_ends_the_wait_with_an_error(stage):
    call = stage.dial(voice=WAIT, wait=(500, ""), after="<Say>Sorry.</Say>")
    call.wait_text("Sorry.")
    assert stage.product.at("/after")[0].params["QueueResult"] == "error"


def test_dialling_a_queue_connects_with_whoever_waits_longest(stage):
    first, second = queued(stage), queued(stage)
    stage.answers(voice='<Dial action="/parted"><Queue>support</Queue></Dial>', parted="<Hangup/>")
    agent = stage.client.call(from_="+447700900999", to=COMPANY)
    first.wait_state("connected")
    assert agent.state == "connected"
    assert second.look()["queue"]["position"] == 1
    agent.hang_up()
    first.wait_state("ended")
    assert stage.product.at("/after")[0].params["QueueResult"] == "bridged"


@pytest.mark.parametrize(("name", "code"), [("", 20001), ("x" * 65, 22002), ("support", 22003)])
def test_queues_with_bad_names_are_refused(stage, rest, name, code):
    from twilio.base.exceptions import TwilioRestException

    rest.queues.create(friendly_name="support")
    with pytest.raises(TwilioRestException) as refused:
        rest.queues.create(friendly_name=name)
    assert refused.value.code == code
