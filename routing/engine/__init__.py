"""Who takes which contact: pure Python on plain values, without clock, database or network.

`decide` pairs waiting contacts with free seats; `explain` says why, and why not. Times are seconds since
the epoch, ages and waits seconds.
"""

from routing.engine.decide import decide, decide_in_order, decide_lines
from routing.engine.explain import explain_not_me, explain_waiting
from routing.engine.line import Line
from routing.engine.order import order_key, score
from routing.engine.pool import Pool
from routing.engine.replay import inputs_of, replay
from routing.engine.values import Agent, Contact, Decision, QueuePlan, Requirement, Seat, Step

__all__ = [
    "Agent",
    "Contact",
    "Decision",
    "Line",
    "Pool",
    "QueuePlan",
    "Requirement",
    "Seat",
    "Step",
    "decide",
    "decide_in_order",
    "decide_lines",
    "explain_not_me",
    "explain_waiting",
    "inputs_of",
    "order_key",
    "replay",
    "score",
]
