"""Decided pairs become offers: one call of `routing_claim`, then what everybody must be told."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from accounts.actors import SYSTEM_ACTOR
from foundation import clock
from foundation.events import emit_many
from foundation.live import hint, nudge
from foundation.timers import emit_many_at
from routing.actions.offers import expiry_key
from routing.capacity import Channels, Load
from routing.engine import CAPACITY_UNITS, Decision, Rulebook, Situation
from routing.events import OfferExpiryDue, OfferMade
from routing.models import Presence, SeatToken, WaitingToken
from routing.rule_versions import Versions
from routing.rules import HEARTBEAT_STALE, heard_within

BATCH = 50  # pairs per claim
_CLAIM = """
SELECT * FROM routing_claim(%s, %s, %s::jsonb[], %s::jsonb[], %s, %s::int[], %s::jsonb[], %s, %s)
"""


@dataclass(frozen=True)
class Won:
    """A pair that became an offer."""

    offer_id: int
    waiting_id: int
    seat_id: int
    work_item_id: int
    interaction_id: int
    queue_slug: str
    member_id: int
    expires_at: datetime
    next_seat_id: int | None


@dataclass(frozen=True)
class Pair:
    """What was decided: which contact for which seat, why, and from what.

    `units` is what the contact takes, `left` the agent's load with it where that leaves them capacity.
    """

    waiting_id: int
    seat_id: int
    reasons: Sequence[str]
    inputs: dict[str, Any]
    units: int = CAPACITY_UNITS
    left: Load | None = None


def claim(pairs: Sequence[Pair], now: datetime) -> list[Won]:
    """Reserve the pairs and keep why; returns those that nobody else has taken meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(
            _CLAIM,
            [
                [pair.waiting_id for pair in pairs],
                [pair.seat_id for pair in pairs],
                [json.dumps(pair.reasons) for pair in pairs],
                [json.dumps(pair.inputs) for pair in pairs],
                [pair.units for pair in pairs],
                [pair.left and pair.left.used for pair in pairs],
                [pair.left and json.dumps(pair.left.held) for pair in pairs],
                now,
                now - HEARTBEAT_STALE,
            ],
        )
        return [Won(*row) for row in cursor.fetchall()]


def make_offers(
    decisions: Sequence[Decision],
    rules: Rulebook,
    decided_at: float,
    situation: Situation,
    versions: Versions,
) -> list[Won]:
    """Claim what was decided, tell the agents and set the clocks. Inside `tenant()`."""
    channels = Channels(rules)
    inputs = versions.inputs(decisions, rules, decided_at, situation)
    made_from = zip(decisions, inputs, strict=True)
    return offer_pairs([pair for one, given in made_from for pair in _pairs(one, channels, given)])


def _pairs(decision: Decision, channels: Channels, inputs: dict[str, Any]) -> Iterator[Pair]:
    """The decided seat's, and those of the next best where the queue offers to several at once."""
    channel = decision.contact.channel
    units = channels.rule(channel).units
    for seat in (decision.seat, *decision.also):
        load = Load(round(seat.load * CAPACITY_UNITS), seat.held, tuple(seat.without))
        reasons = decision.reasons if seat is decision.seat else ("offered to several at once",)
        left = channels.left_beside(channel, load)
        yield Pair(decision.contact_id, seat.id, reasons, inputs, units, left)


def offer_pairs(pairs: Sequence[Pair]) -> list[Won]:
    """Claim these pairs, tell the agents and set the clocks; returns those won."""
    won = claim(pairs, clock.now())
    if won:
        abouts = [_about(offer) for offer in won]
        emit_many([OfferMade(**about) for about in abouts], actor=SYSTEM_ACTOR.as_json())
        emit_many_at(
            [
                (OfferExpiryDue(**about), offer.expires_at, expiry_key(offer.offer_id))
                for offer, about in zip(won, abouts, strict=True)
            ]
        )
        for offer in won:
            _tell(offer)
        hint("floor", "queues")
    return won


def _about(offer: Won) -> dict[str, Any]:
    return {
        "work_item_id": offer.work_item_id,
        "interaction_id": offer.interaction_id,
        "queue_slug": offer.queue_slug,
        "offer_id": offer.offer_id,
        "member_id": offer.member_id,
    }


def _tell(offer: Won) -> None:
    topic = f"member:{offer.member_id}"
    nudge(
        topic,
        "offer.made",
        offer_id=offer.offer_id,
        interaction_id=offer.interaction_id,
        expires_at=offer.expires_at.isoformat(),
    )
    nudge(topic, "presence.changed", state=Presence.State.OFFERED.value)


def still_standing(decisions: Sequence[Decision]) -> tuple[set[int], set[int]]:
    """Of pairs not won, the waiting tokens and the seat tokens that may be tried again."""
    waiting = WaitingToken.objects.filter(id__in=[one.contact_id for one in decisions])
    return set(waiting.values_list("id", flat=True)), _standing_seats([one.seat.id for one in decisions])


def _standing_seats(seat_ids: list[int]) -> set[int]:
    """A seat whose agent's desktop is silent stays out until it is swept or replaced."""
    now = clock.now()
    alive = set(SeatToken.objects.filter(id__in=seat_ids).values_list("id", flat=True))
    holders = Presence.objects.filter(seat_token_id__in=alive)
    return {
        presence.seat_token_id
        for presence in holders
        if presence.seat_token_id is not None
        and heard_within(presence.heartbeat_at or presence.since, now, HEARTBEAT_STALE)
    }
