"""Simulations of what happened here: history becomes traffic, a supervisor's question becomes an answer."""

from __future__ import annotations

import io
import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.actors import IVR_ACTOR
from customers.actions import open_interaction
from foundation import clock
from foundation.errors import Refusal
from foundation.models import Timer
from routing.actions.simulations import STANDS_STILL, request_simulation, run_simulation
from routing.models import Offer, OverflowRule, PresencePeriod, Queue, SimulationRun, WorkItem
from routing.pools import add_step, pool_of_partner
from routing.queries.simulations import given, stands_still
from routing.simulation.changes import Change, QueueChange
from routing.simulation.durations import Empirical, Exponential
from tests.people import Cast
from tests.routing.conftest import Clock


@pytest.fixture
def last_week(cast: Cast, hands: Clock) -> Cast:
    """Yesterday Ana and Paula worked from nine; of nine calls one gave up after it was declined."""
    hands.now = hands.now.replace(hour=12)
    digital = Queue.objects.create(slug="digital", name="Digital", target_seconds=20)
    pool = pool_of_partner(cast.partner)
    add_step(digital, None, wait_seconds=30)
    add_step(digital, pool)
    OverflowRule.objects.create(queue=digital, pool=pool)
    nine = (hands.now - timedelta(days=1)).replace(hour=9, minute=0, second=0, microsecond=0)
    for member in (cast.ana, cast.paula):
        for state, hours in (("ready", 0), ("serving", 1)):
            begin = nine + timedelta(hours=hours)
            PresencePeriod.objects.create(
                member=member, state=state, started_at=begin, ended_at=begin + timedelta(hours=1)
            )
    for number in range(9):
        _call(cast, digital, nine + timedelta(minutes=number), gives_up=number == 8)
    return cast


def _call(cast: Cast, queue: Queue, at: datetime, *, gives_up: bool) -> None:
    interaction = open_interaction(actor=IVR_ACTOR, channel="voice", address="+447700900001")
    taken = None if gives_up else at + timedelta(seconds=10)
    item = WorkItem.objects.create(
        interaction=interaction,
        queue=queue,
        state="left" if gives_up else "done",
        entered_at=at,
        queued_at=at,
        assigned_at=taken,
        done_at=at + timedelta(seconds=40 if gives_up else 190),
        wrapped_up_at=None if gives_up else at + timedelta(seconds=220),
    )
    Offer.objects.create(
        work_item=item,
        member=cast.ana,
        state="declined" if gives_up else "accepted",
        waiting_token_id=item.id,
        seat_token_id=item.id,
        ready_since=at,
        offered_at=at + timedelta(seconds=5),
        settled_at=at + timedelta(seconds=10),
        expires_at=at + timedelta(seconds=25),
    )


def test_history_becomes_traffic_people_and_manners(last_week: Cast) -> None:
    rulebook, profile = given("history", 1)
    stream = profile.streams[0]
    assert [len(stream.recorded), stream.target_seconds, profile.days] == [9, 20.0, 7.0]
    assert stream.handle == Empirical((180.0,) * 8)
    assert stream.wrap_up == Empirical((30.0,) * 8)
    # Eight waited ten seconds, one forty before giving up: 120 seconds of waiting for one who gave up.
    assert stream.patience == Exponential(120.0)
    assert stream.recorded[8].patience == 40.0
    assert {worker.agent.id for worker in profile.workers} == {last_week.ana.id, last_week.paula.id}
    [shift] = profile.workers[0].shifts
    assert shift[1] - shift[0] == 7200
    assert profile.manners.declines == pytest.approx(1 / 9)
    assert profile.overflows[0].opens_at == 60
    assert len(rulebook.plans[stream.queue_id].steps) == 2
    _, poisson = given("history", 1, replayed=False)
    assert sum(poisson.streams[0].per_quarter) == pytest.approx(9)


def test_a_question_is_answered_once_and_by_whoever_finds_it_standing_still(
    last_week: Cast, hands: Clock
) -> None:
    pool_id = pool_of_partner(last_week.partner).id
    queue = Queue.objects.get()
    change = Change(seats={pool_id: 1}, queues={queue.id: QueueChange(wait=0.0)})
    run = request_simulation(member=last_week.sam, source="history", weeks=1, change=change)
    assert run.words == "1 more seat at Digipress and 0 s before the second step of Digital"
    SimulationRun.objects.filter(id=run.id).update(state="running", beat_at=clock.now())
    run_simulation(run.id, last_week.organization.id)
    run.refresh_from_db()
    assert run.result is None
    assert Timer.objects.filter(key=f"simulation:{run.id}").exists()
    hands.forward(STANDS_STILL.total_seconds() + 1)
    assert stands_still(run)
    run_simulation(run.id, last_week.organization.id)
    run.refresh_from_db()
    assert (run.state, run.progress) == ("done", 1.0)
    assert run.result is not None
    assert run.result["before"]["contacts"] == run.result["after"]["contacts"] == 9
    assert run.result["after"]["queues"][0]["asa"] <= run.result["before"]["queues"][0]["asa"]
    assert run.result["words"][0].startswith("With 1 more seat at Digipress")
    finished = run.finished_at
    run_simulation(run.id, last_week.organization.id)
    run.refresh_from_db()
    assert run.finished_at == finished


def test_what_cannot_be_tried_is_refused_at_its_field(cast: Cast) -> None:
    def refused(source: str, change: Change, weeks: int = 1) -> str:
        with pytest.raises(Refusal) as caught:
            request_simulation(member=cast.sam, source=source, weeks=weeks, change=change)
        return f"{caught.value.code} {caught.value.field}"

    example = "example:one-queue"
    assert refused("history", Change()) == "no_history source"
    assert refused("history", Change(), weeks=40) == "bad_weeks weeks"
    assert refused("example:../../etc/passwd", Change()) == "unknown_source source"
    assert refused(example, Change(seats={1: -11})) == "bad_seats seats-1"
    assert refused(example, Change(seats={9: 1})) == "bad_seats seats-9"
    assert refused(example, Change(queues={7: QueueChange(wait=1)})) == "bad_number wait-7"
    assert refused(example, Change(queues={1: QueueChange(priority_class=40)})) == "bad_number class-1"
    assert not SimulationRun.objects.exists()


def test_the_command_tells_draws_and_refuses(tmp_path: Path) -> None:
    told, drawn = io.StringIO(), tmp_path / "drawn.svg"
    call_command("simulate_routing", example="one-queue", days=0.1, svg=drawn, stdout=told)
    assert "without_short_abandons" in told.getvalue()
    assert drawn.read_text().startswith("<svg")
    told = io.StringIO()
    call_command("simulate_routing", example="one-queue", days=0.1, seats=["Team=1"], json=True, stdout=told)
    assert json.loads(told.getvalue())["after"]["pools"][0]["agents"] == 11
    with pytest.raises(CommandError, match="POOL=N"):
        call_command("simulate_routing", example="one-queue", seats=["Nobody=1"])
    with pytest.raises(CommandError, match="no example nowhere"):
        call_command("simulate_routing", example="nowhere")
    with pytest.raises(CommandError, match="Say whose history"):
        call_command("simulate_routing", from_history=True)
