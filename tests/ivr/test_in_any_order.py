"""Callbacks come late, twice, in any order or not at all: the last state is that of the clean sequence."""

import itertools
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction

from customers.models import Interaction
from foundation.models import Event
from foundation.tenancy import tenant
from ivr.actions import Webhook, store_webhook
from ivr.callbacks import process_stored
from ivr.models import AgentLeg, CallSession
from routing.models import Presence, WorkItem
from tests.ivr.line import Call, Line
from tests.ivr.test_a_call import queued_call

Told = tuple[str, dict[str, str]]


def story(line: Line, call: Call) -> dict[str, Told]:
    """What the carrier tells of a call from the agent's ringing to the end, in its clean order."""
    leg = line.leg(call)
    agent = {"CallSid": leg.call_sid, "ParticipantLabel": leg.label, "Muted": "false", "Hold": "false"}
    caller = {"CallSid": call.sid, "ParticipantLabel": "customer", "Muted": "false", "Hold": "false"}

    def news(event: str, number: int, **params: str) -> Told:
        return line.conference_news(call, event, number, **params)

    return {
        "ringing": line.leg_news(leg, "ringing", 1),
        "answered": line.leg_news(leg, "in-progress", 2),
        "agent joins": news("participant-join", 1, **agent),
        "caller joins": news("participant-join", 2, **caller),
        "start": news("conference-start", 3),
        "hold": news("participant-hold", 4, **caller | {"Hold": "true"}),
        "resume": news("participant-unhold", 5, **caller),
        "mute": news("participant-mute", 6, **agent | {"Muted": "true"}),
        "agent leaves": news("participant-leave", 7, **agent, ParticipantCallStatus="completed"),
        "caller leaves": news("participant-leave", 8, **caller, ParticipantCallStatus="completed"),
        "end": news("conference-end", 9, CallSidEndingConference=call.sid),
        "agent's line is over": line.leg_news(leg, "completed", 3),
        "caller's line is over": call.hang_up_news(),
    }


def outcome(line: Line, call: Call) -> dict[str, Any]:
    with tenant(line.organization_id):
        session = CallSession.objects.get(call_sid=call.sid)
        interaction = Interaction.objects.get(id=session.interaction_id)
        return {
            "call": (session.state, session.on_hold, session.in_conference),
            "legs": list(session.legs.order_by("id").values_list("state", "muted", "ended_how")),
            "interaction": (interaction.state, interaction.member_id),
            "work": list(WorkItem.objects.order_by("id").values_list("state", flat=True)),
            "agent": Presence.objects.get(member=line.cast.ana).state,
            "ended": Event.objects.filter(name="interaction.ended").count(),
            "abandoned": Event.objects.filter(name="interaction.abandoned").count(),
            "wrap-ups": Event.objects.filter(name="work.left").count(),
        }


def played(line: Line, call: Call, told: Sequence[Told]) -> dict[str, Any]:
    """The outcome of this order as the doors take it in, with everything put back as it was before."""
    with undone():
        take_in(line, told)
        return outcome(line, call)


def take_in(line: Line, told: Sequence[Told]) -> None:
    """What the doors do with these requests."""
    for url, params in told:
        kind = "conference" if "conference" in url else "status"
        webhook = Webhook(kind, url, params)
        store_webhook(line.organization_id, webhook)
        with tenant(line.organization_id):
            process_stored(webhook.dedupe_key)


def lived(line: Line, call: Call, told: Sequence[Told], dice: random.Random) -> dict[str, Any]:
    """The outcome of this order over the doors, with workers and the carrier's answers in between."""
    with undone():
        for url, params in told:
            assert line.post(url, params).status_code == 204
            if dice.random() < 0.5:
                line.pump()
        line.pump()
        return outcome(line, call)


@contextmanager
def undone() -> Iterator[None]:
    """Put the database back afterwards."""
    saved = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(saved)


@pytest.fixture
def accepted(line: Line) -> Call:
    call = queued_call(line)
    line.take(call, line.cast.ana)
    line.pump()
    return call


def test_the_clean_sequence_ends_in_wrap_up(line: Line, accepted: Call) -> None:
    clean = lived(line, accepted, list(story(line, accepted).values()), random.Random(1))
    assert clean["call"] == ("ended", False, False)
    assert clean["legs"] == [("ended", False, "completed")]
    assert clean["interaction"] == ("wrap_up", line.cast.ana.id)
    assert (clean["ended"], clean["abandoned"]) == (1, 0)


def test_every_order_of_four_neighbours_ends_the_same(line: Line, accepted: Call) -> None:
    told = list(story(line, accepted).values())
    clean = played(line, accepted, told)
    for start in range(0, len(told) - 3, 3):
        with undone():
            take_in(line, told[:start])
            for order in itertools.permutations(told[start : start + 4]):
                assert played(line, accepted, [*order, *told[start + 4 :]]) == clean


def test_any_order_ends_the_same_even_when_everything_comes_twice(line: Line, accepted: Call) -> None:
    told = list(story(line, accepted).values())
    clean = played(line, accepted, told)
    dice = random.Random(7)
    for _ in range(15):
        assert played(line, accepted, dice.sample(told, len(told))) == clean
        assert played(line, accepted, dice.sample(told * 2, len(told) * 2)) == clean


def test_with_workers_and_the_carrier_in_between_any_order_ends_the_same(line: Line, accepted: Call) -> None:
    told = list(story(line, accepted).values())
    dice = random.Random(8)
    clean = lived(line, accepted, told, dice)
    for _ in range(8):
        assert lived(line, accepted, dice.sample(told * 2, len(told) * 2), dice) == clean


def test_any_callback_may_be_missing_as_long_as_one_tells_of_the_end(line: Line, accepted: Call) -> None:
    told = story(line, accepted)
    clean = played(line, accepted, list(told.values()))
    for missing in told:
        left = [news for name, news in told.items() if name != missing]
        assert played(line, accepted, left) == clean, missing
    for end in ("caller leaves", "end", "caller's line is over"):
        only = [told[name] for name in ("answered", "caller joins", end, "agent's line is over")]
        assert played(line, accepted, only) == clean, end


@pytest.mark.parametrize("how", ["busy", "no-answer", "failed", "canceled"])
def test_an_agents_line_that_fails_gives_the_call_back_exactly_once(
    line: Line, accepted: Call, how: str
) -> None:
    leg = line.leg(accepted)
    failure = [
        line.leg_news(leg, status, number) for number, status in enumerate(["initiated", "ringing", how])
    ]
    outcomes = [played(line, accepted, order) for order in itertools.permutations(failure)]
    assert all(one == outcomes[0] for one in outcomes)
    assert outcomes[0]["call"] == ("queued", False, False)
    assert outcomes[0]["interaction"] == ("waiting", None)
    assert outcomes[0]["work"] == ["waiting"]


def test_a_conference_that_ended_before_the_caller_came_is_not_the_callers_end(
    line: Line, accepted: Call
) -> None:
    leg = line.leg(accepted)
    agent = {"CallSid": leg.call_sid, "ParticipantLabel": leg.label}
    line.conference_event(accepted, "participant-join", 1, **agent)
    line.conference_event(accepted, "participant-leave", 2, **agent, ParticipantCallStatus="no-answer")
    line.conference_event(accepted, "conference-end", 3, CallSidEndingConference=leg.call_sid)
    assert accepted.session.state != CallSession.State.ENDED


def test_a_leg_that_ended_never_comes_back(line: Line, accepted: Call) -> None:
    leg = line.leg(accepted)
    line.leg_status(leg, "no-answer", 2)
    line.pump()
    line.leg_status(leg, "in-progress", 1)
    line.pump()
    assert line.leg(accepted).state == AgentLeg.State.ENDED
    assert not line.asked("POST", rf"/Calls/{accepted.sid}\.json$")
