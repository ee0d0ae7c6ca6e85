"""Who takes which contact: pure Python on plain values, without clock, database or network.

`decide` pairs waiting contacts with free seats; `explain` says why, and why not. Times are seconds since
the epoch, ages and waits seconds.
"""

from routing.engine.bound import starvation_bound
from routing.engine.decide import decide, decide_for, decide_lines, next_for
from routing.engine.explain import Why, explain_end, explain_not_me, explain_waiting
from routing.engine.finals import Final, final_at, finals_due
from routing.engine.hours import OpenSpans
from routing.engine.line import Line, orders_alike
from routing.engine.order import contact_order, order_key, score
from routing.engine.overflow import Lending, Overflow, borrow
from routing.engine.pool import Pool
from routing.engine.replay import inputs_of, replay, rules_in, situation_in
from routing.engine.scene import Scene
from routing.engine.splits import interval_of
from routing.engine.values import (
    CAPACITY_UNITS,
    DEFAULT_CHANNELS,
    DEFAULT_ORDER,
    IN_HOUSE,
    Agent,
    ChannelRule,
    Contact,
    Decision,
    FinalAction,
    PoolPlan,
    QueuePlan,
    Requirement,
    Rulebook,
    Seat,
    Share,
    Situation,
    Split,
    Step,
)

__all__ = [
    "CAPACITY_UNITS",
    "DEFAULT_CHANNELS",
    "DEFAULT_ORDER",
    "IN_HOUSE",
    "Agent",
    "ChannelRule",
    "Contact",
    "Decision",
    "Final",
    "FinalAction",
    "Lending",
    "Line",
    "OpenSpans",
    "Overflow",
    "Pool",
    "PoolPlan",
    "QueuePlan",
    "Requirement",
    "Rulebook",
    "Scene",
    "Seat",
    "Share",
    "Situation",
    "Split",
    "Step",
    "Why",
    "borrow",
    "contact_order",
    "decide",
    "decide_for",
    "decide_lines",
    "explain_end",
    "explain_not_me",
    "explain_waiting",
    "final_at",
    "finals_due",
    "inputs_of",
    "interval_of",
    "next_for",
    "order_key",
    "orders_alike",
    "replay",
    "rules_in",
    "score",
    "situation_in",
    "starvation_bound",
]
