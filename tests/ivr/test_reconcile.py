"""When callbacks never come, the carrier is asked how the call stands."""

from datetime import timedelta

from customers.models import Interaction
from customers.privacy.retention import apply_retention
from foundation import clock
from foundation.tenancy import tenant
from ivr import reconcile
from ivr.models import AgentLeg, CallSession, ReceivedWebhook
from tests.ivr.line import Call, Line
from tests.ivr.test_a_call import connected_call, queued_call


def make_silent(line: Line, call: Call, seconds: int = 90) -> None:
    with tenant(line.organization_id):
        then = clock.now() - timedelta(seconds=seconds)
        CallSession.objects.filter(call_sid=call.sid).update(news_at=then, started_at=then)


def says(line: Line, **statuses: str) -> None:
    """The carrier answers with these statuses by call sid; others are in progress."""
    ordinary = line._as_the_carrier

    def answer(request):
        for sid, status in statuses.items():
            if request.method == "GET" and sid in request.path:
                return 200, f'{{"sid": "{sid}", "status": "{status}"}}'
        return ordinary(request)

    line.carrier.answering = answer


def test_a_caller_whose_end_was_never_told_leaves_the_queue(line: Line) -> None:
    call = queued_call(line)
    says(line, **{call.sid: "completed"})
    make_silent(line, call)
    reconcile.reconcile_all()
    with tenant(line.organization_id):
        assert call.session.state == CallSession.State.ENDED
        assert call.session.interaction.state == Interaction.State.ABANDONED


def test_a_call_the_carrier_does_not_know_is_over_unless_it_is_very_young(line: Line) -> None:
    call = queued_call(line)
    line.gone.add(call.sid)
    make_silent(line, call, seconds=40)
    reconcile.reconcile_all()
    assert call.session.state == CallSession.State.QUEUED
    make_silent(line, call, seconds=120)
    reconcile.reconcile_all()
    assert call.session.state == CallSession.State.ENDED


def test_an_agents_answer_that_was_never_told_connects_the_caller(line: Line) -> None:
    call = queued_call(line)
    line.take(call, line.cast.ana)
    line.pump()
    make_silent(line, call)
    reconcile.reconcile_all()
    line.pump()
    assert call.session.state == CallSession.State.CONNECTED


def test_a_lost_agents_line_is_noticed(line: Line) -> None:
    call = connected_call(line)
    says(line, **{line.leg(call).call_sid: "completed"})
    make_silent(line, call)
    reconcile.reconcile_all()
    assert line.leg(call).state == AgentLeg.State.ENDED


def test_a_talkative_call_is_not_asked_about(line: Line) -> None:
    queued_call(line)
    reconcile.reconcile_all()
    assert line.carrier.requests == []


def test_a_silent_carrier_stops_nobody_and_is_asked_again(line: Line) -> None:
    call = queued_call(line)
    make_silent(line, call)
    line.carrier.answering = lambda request: (503, "{}")
    reconcile.reconcile_all()
    assert call.session.state == CallSession.State.QUEUED


def test_what_was_stored_and_never_processed_is_processed(line: Line) -> None:
    call = line.call()
    call.dial()
    with tenant(line.organization_id):
        ReceivedWebhook.objects.update(
            processed_at=None, announced=False, received_at=clock.now() - timedelta(minutes=5)
        )
    reconcile.reconcile_all()
    line.pump()
    with tenant(line.organization_id):
        assert ReceivedWebhook.objects.get().processed_at is not None


def test_raw_requests_are_forgotten_after_a_month_once_they_are_processed(line: Line) -> None:
    line.call().dial()
    line.call().dial()
    with tenant(line.organization_id):
        old = clock.now() - timedelta(days=31)
        first, second = ReceivedWebhook.objects.order_by("id")
        ReceivedWebhook.objects.update(received_at=old)
        ReceivedWebhook.objects.filter(id=second.id).update(processed_at=None)
    apply_retention(line.organization_id)
    with tenant(line.organization_id):
        assert ReceivedWebhook.objects.get().id == second.id != first.id
