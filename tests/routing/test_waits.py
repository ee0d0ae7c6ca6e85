"""What a waiting customer is told about the wait, and what such estimates were worth."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ivr.rules import spoken_wait
from routing.actions import accept_offer, leave_queue, note_estimate, settle_estimates
from routing.models import WaitEstimate, WorkItem
from routing.queries import accuracy_by_queue, outlook_of, waiting_by_queue
from routing.queries.waits import Outlook
from routing.rules import ENOUGH_ESTIMATES, Accuracy
from tests.routing.conftest import Clock, Floor


def told(item: WorkItem) -> Outlook:
    outlook = outlook_of(item.interaction_id)
    assert outlook is not None
    note_estimate(outlook)
    return outlook


def test_a_contact_knows_its_place_and_how_long_it_will_take(floor: Floor) -> None:
    floor.ready(floor.cast.ana)
    first, second, third = (floor.call() for _ in range(3))
    assert [told(one).position for one in (first, second, third)] == [1, 2, 3]
    assert [told(one).seconds for one in (first, second, third)] == [0, 240, 480]


def test_nobody_at_work_means_no_estimate_and_nothing_is_kept(floor: Floor) -> None:
    item = floor.call()
    assert told(item).seconds is None
    assert not WaitEstimate.objects.exists()


def test_an_offered_contact_is_next_and_one_that_is_served_has_no_outlook(floor: Floor) -> None:
    floor.ready(floor.cast.ana)
    item = floor.call()
    floor.assign()
    assert told(item).position == 1
    assert told(item).seconds == 0
    offer = floor.offer_of(floor.cast.ana)
    assert offer is not None
    accept_offer(offer.id, member=floor.cast.ana)
    assert outlook_of(item.interaction_id) is None


def test_an_estimate_is_compared_once_an_agent_has_accepted(floor: Floor, hands: Clock) -> None:
    floor.ready(floor.cast.ana)
    item = floor.call()
    told(item)
    hands.forward(50)
    floor.ready(floor.cast.ana)
    floor.assign()
    offer = floor.offer_of(floor.cast.ana)
    assert offer is not None
    accept_offer(offer.id, member=floor.cast.ana)
    assert settle_estimates(item.id, outcome="answered") == 1
    assert settle_estimates(item.id, outcome="answered") == 0
    kept = WaitEstimate.objects.get()
    assert kept.actual_seconds == pytest.approx(50)
    measured = accuracy_by_queue()[item.queue_id]
    assert (measured.told, measured.mean_error, measured.bias) == (1, pytest.approx(50), pytest.approx(50))


def test_who_left_before_says_nothing_about_the_estimate(floor: Floor) -> None:
    floor.ready(floor.cast.ana)
    item = floor.call()
    told(item)
    leave_queue(item.interaction_id)
    settle_estimates(item.id, outcome="left")
    assert WaitEstimate.objects.get().outcome == "left"
    assert accuracy_by_queue() == {}


def test_estimates_are_corrected_by_what_the_last_ones_were_worth(floor: Floor, hands: Clock) -> None:
    """Callers who give up make the line shorter than it looks: the factor learns that."""
    floor.ready(floor.cast.ana)
    item = floor.call()
    WaitEstimate.objects.bulk_create(
        WaitEstimate(
            work_item=item,
            queue=floor.service,
            told_at=hands.now,
            raw_seconds=200,
            seconds=200,
            actual_seconds=100,
            outcome="answered",
        )
        for _ in range(ENOUGH_ESTIMATES)
    )
    line = next(one for one in waiting_by_queue() if one.queue_slug == "service")
    assert line.estimated_wait_seconds == 120  # one before, 240 s each, of which half
    assert line.estimate_error_seconds == 100


@pytest.mark.parametrize(
    ("accuracy", "raw", "corrected"),
    [
        (Accuracy(told=3, factor=0.2), 100, 100),
        (Accuracy(told=500, factor=0.5), 100, 50),
        (Accuracy(told=500, factor=40), 100, 300),
        (Accuracy(told=500, factor=0), 90, 30),
    ],
)
def test_a_correction_needs_evidence_and_stays_within_bounds(
    accuracy: Accuracy, raw: float, corrected: float
) -> None:
    assert accuracy.corrected(raw) == pytest.approx(corrected)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ((1, 20.0, None), "You are next in line. We expect to be with you in less than a minute."),
        ((None, 190.0, 20.0), "We expect to be with you in about 3 minutes."),
        ((None, 240.0, 75.0), "We expect to be with you in 3 to 5 minutes."),
        ((None, 90.0, 90.0), "We expect to be with you in less than 4 minutes."),
        ((2, None, 30.0), "You are number 2 in line."),
    ],
)
def test_a_wait_is_said_as_exactly_as_it_is_known(said: Sequence[float | None], words: str) -> None:
    position, seconds, error = said
    assert spoken_wait(None if position is None else int(position), seconds, error) == words
