"""Whole calls against the carrier simulator: real webhooks, real REST, real browsers' telephones."""

from typing import Any

import pytest

from customers.models import Fact, Interaction
from foundation.tenancy import tenant
from ivr.actions import hang_up_call, hold_call, mute_call, resume_call, transfer_call, unmute_call
from ivr.models import AgentLeg, CallSession
from ivr.queries import call_of
from simulator.client import PhoneCall
from tests.ivr.stage import Stage
from tests.ivr.test_a_call import known_caller


def test_a_caller_reaches_an_agent_and_both_hear_each_other(stage: Stage) -> None:
    known_caller(stage)
    ana = stage.cast.ana
    stage.at_work(ana)
    call = stage.dial()
    call.wait_text("Why are you calling?")
    call.press("1")
    stage.accept(ana)
    seen = call.wait_state("connected")
    assert seen["connected_with"] == [f"client:member_{ana.id}"]
    stage.until_state(call, CallSession.State.CONNECTED)
    call.hang_up()
    session = stage.until_state(call, CallSession.State.ENDED)
    with tenant(stage.organization_id):
        assert Interaction.objects.get(id=session.interaction_id).state == Interaction.State.WRAP_UP
        assert Fact.objects.get(key__key="reason_for_contact").value == "missing_issue"
        assert session.legs.count() == 1
    stage.phones.settle()
    stage.until(lambda: session.legs.filter(state=AgentLeg.State.ENDED).exists())
    assert stage.phones.alerts() == []


def connected(stage: Stage) -> tuple[PhoneCall, int]:
    known_caller(stage)
    stage.at_work(stage.cast.ana)
    call = stage.dial()
    call.press("1")
    interaction_id = stage.accept(stage.cast.ana)
    call.wait_state("connected")
    stage.until_state(call, CallSession.State.CONNECTED)
    return call, interaction_id


def test_hold_and_resume_reach_the_caller_and_the_desk(stage: Stage) -> None:
    call, interaction_id = connected(stage)
    ana = stage.cast.ana
    with tenant(stage.organization_id):
        hold_call(interaction_id, member=ana)
    call.wait_state("on-hold")
    call.wait_text("Please hold the line")
    assert stage.until(lambda: call_of(interaction_id).on_hold)
    with tenant(stage.organization_id):
        resume_call(interaction_id, member=ana)
    call.wait_state("connected")
    stage.until(lambda: not call_of(interaction_id).on_hold)


def test_mute_and_unmute_reach_the_agents_leg(stage: Stage) -> None:
    _, interaction_id = connected(stage)
    ana = stage.cast.ana
    with tenant(stage.organization_id):
        mute_call(interaction_id, member=ana)
    stage.until(lambda: call_of(interaction_id).muted)
    with tenant(stage.organization_id):
        unmute_call(interaction_id, member=ana)
    stage.until(lambda: not call_of(interaction_id).muted)


def test_the_agent_hanging_up_ends_the_call_for_both(stage: Stage) -> None:
    call, interaction_id = connected(stage)
    with tenant(stage.organization_id):
        hang_up_call(interaction_id, member=stage.cast.ana)
    call.wait_state("ended")
    stage.until_state(call, CallSession.State.ENDED)
    stage.phones.wait_until_over(stage.browsers[0].calls[0])
    stage.until(lambda: Interaction.objects.get(id=interaction_id).state == Interaction.State.WRAP_UP)


def test_a_transferred_caller_hears_music_until_the_partner_takes_over(stage: Stage) -> None:
    call, interaction_id = connected(stage)
    paula = stage.cast.paula
    with tenant(stage.organization_id):
        transfer_call(interaction_id, member=stage.cast.ana, queue_slug="digital", note="Wants digital")
    call.wait_state("on-hold")
    stage.phones.wait_until_over(stage.browsers[0].calls[0])
    stage.at_work(paula)
    assert stage.accept(paula) == interaction_id
    seen = call.wait_state("connected")
    assert seen["connected_with"] == [f"client:member_{paula.id}"]
    stage.until_state(call, CallSession.State.CONNECTED)
    stage.until(lambda: not call_of(interaction_id).on_hold)
    with tenant(stage.organization_id):
        hang_up_call(interaction_id, member=paula)
    call.wait_state("ended")
    stage.until(lambda: Interaction.objects.get(id=interaction_id).state == Interaction.State.WRAP_UP)
    assert stage.phones.alerts() == []


def test_a_caller_who_gives_up_leaves_the_queue(stage: Stage) -> None:
    known_caller(stage)
    call = stage.dial()
    call.press("1")
    call.wait_state("in-queue")
    call.hang_up()
    session = stage.until_state(call, CallSession.State.ENDED)
    stage.until(
        lambda: Interaction.objects.get(id=session.interaction_id).state == Interaction.State.ABANDONED
    )


def test_an_agent_without_a_telephone_loses_the_call_to_the_next(stage: Stage) -> None:
    known_caller(stage)
    ana, mark = stage.cast.ana, stage.cast.mark
    stage.at_work(ana).close()
    call = stage.dial()
    call.press("1")
    stage.accept(ana)
    stage.until(lambda: AgentLeg.objects.filter(member=ana, state=AgentLeg.State.ENDED).exists())
    stage.at_work(mark)
    stage.accept(mark)
    seen = call.wait_state("connected")
    assert seen["connected_with"] == [f"client:member_{mark.id}"]


def test_an_agent_who_reloads_the_page_in_mid_call_is_rung_again(stage: Stage) -> None:
    call, interaction_id = connected(stage)
    stage.browsers[0].reload()
    stage.until(lambda: AgentLeg.objects.filter(attempt=2, state=AgentLeg.State.IN_PROGRESS).exists())
    call.wait_state("connected")
    stage.until(lambda: not call_of(interaction_id).on_hold)
    with tenant(stage.organization_id):
        assert Interaction.objects.get(id=interaction_id).state == Interaction.State.SERVING


def test_a_caller_who_hangs_up_while_the_agents_telephone_rings_leaves_nobody_on_the_line(
    stage: Stage,
) -> None:
    known_caller(stage)
    browser = stage.at_work(stage.cast.ana, answers="ignore")
    call = stage.dial()
    call.press("1")
    interaction_id = stage.accept(stage.cast.ana)
    stage.until(lambda: AgentLeg.objects.exclude(call_sid="").exists())
    call.hang_up()
    stage.until_state(call, CallSession.State.ENDED)
    stage.until(lambda: Interaction.objects.get(id=interaction_id).state == Interaction.State.WRAP_UP)
    stage.phones.wait_until_over(browser.calls[0])


@pytest.mark.parametrize(
    "weather",
    [
        [{"effect": "duplicate"}],
        [{"effect": "reorder", "ms": 300, "kinds": ["status", "conference"]}],
        [{"effect": "delay", "ms": 400, "kinds": ["status", "conference"]}],
        [{"effect": "drop", "kinds": ["conference"]}],
    ],
    ids=["everything twice", "out of order", "late", "no conference news"],
)
def test_in_bad_weather_the_call_ends_as_in_good(stage: Stage, weather: list[dict[str, Any]]) -> None:
    known_caller(stage)
    stage.at_work(stage.cast.ana)
    stage.phones.set_weather(*weather)
    call = stage.dial()
    call.press("1")
    stage.accept(stage.cast.ana)
    call.wait_state("connected")
    call.hang_up()
    session = stage.until_state(call, CallSession.State.ENDED)
    stage.phones.settle()
    stage.until(lambda: not session.legs.exclude(state=AgentLeg.State.ENDED).exists())
    with tenant(stage.organization_id):
        assert Interaction.objects.get(id=session.interaction_id).state == Interaction.State.WRAP_UP
        assert session.legs.count() == 1
        assert Fact.objects.count() == 1


def test_calling_out_from_a_browser_is_politely_refused(stage: Stage) -> None:
    browser = stage.at_work(stage.cast.ana)
    browser.send({"type": "connect", "params": {"To": "+447700900999"}})
    [leg] = stage.until(lambda: stage.phones.calls(direction="inbound"))
    seen = stage.phones.wait_until_over(leg["sid"])
    assert any("does not take calls" in line["text"] for line in seen["transcript"])
    with tenant(stage.organization_id):
        assert not CallSession.objects.exists()


def test_a_withheld_number_is_asked_once_and_reaches_a_person(stage: Stage) -> None:
    call = stage.dial(caller="")
    call.wait_text("enter your subscriber number")
    call.press("0#")
    call.wait_state("in-queue")
    with tenant(stage.organization_id):
        assert CallSession.objects.get(call_sid=call.sid).interaction.customer is None
