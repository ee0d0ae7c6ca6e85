"""Waiting times of one queue by formula: Erlang C (nobody gives up) and Erlang A (callers have patience).

Rates are per second, times seconds. They are what a single-skill queue of the simulator is measured against.
"""

from dataclasses import dataclass
from math import exp


@dataclass(frozen=True)
class Queueing:
    """`waits`: share that waits at all; `mean_wait`: of all contacts, those who give up included, seconds."""

    waits: float
    mean_wait: float
    abandons: float
    occupancy: float


def erlang_b(load: float, agents: int) -> float:
    """The share of contacts that find all agents busy when nobody may wait; `load` in erlangs.

    By the recursion B(0) = 1, B(n) = a B(n−1) / (n + a B(n−1)), which does not overflow
    (R. B. Cooper, Introduction to Queueing Theory, 2nd ed. 1981, section 3.3).
    """
    blocked = 1.0
    for n in range(1, agents + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


def erlang_c(*, arrivals: float, handle_seconds: float, agents: int) -> Queueing:
    """M/M/n, first come first served, without end of patience. ValueError when the agents cannot keep up.

    A. K. Erlang, Solution of some problems in the theory of probabilities of significance in automatic
    telephone exchanges, 1917; as in Cooper (1981), section 3.5: C = n B / (n − a (1 − B)).
    """
    load = arrivals * handle_seconds
    if load >= agents:
        raise ValueError(f"{load:g} erlangs are too much for {agents} agents: the queue grows without end.")
    blocked = erlang_b(load, agents)
    waits = agents * blocked / (agents - load * (1 - blocked))
    return Queueing(
        waits=waits, mean_wait=waits * handle_seconds / (agents - load), abandons=0.0, occupancy=load / agents
    )


def answered_within(seconds: float, *, arrivals: float, handle_seconds: float, agents: int) -> float:
    """The share that Erlang C sees answered within so many seconds."""
    waits = erlang_c(arrivals=arrivals, handle_seconds=handle_seconds, agents=agents).waits
    return 1 - waits * exp(-(agents - arrivals * handle_seconds) * seconds / handle_seconds)


def erlang_a(*, arrivals: float, handle_seconds: float, patience_seconds: float, agents: int) -> Queueing:
    """M/M/n+M: as Erlang C, with exponential patience of this mean; the queue is stable at any load.

    C. Palm, Research on telephone traffic carried by full availability groups, Tele 1957; in the form of
    A. Mandelbaum and S. Zeltyn, Service engineering in action: the Palm/Erlang-A queue, 2007, section 3:
    with E = Erlang B and A = A(n µ/θ, λ/θ), P(W>0) = A E / (1 + (A − 1) E), P(Ab | W>0) = 1/(ρ A) + 1 − 1/ρ,
    and the mean wait is P(Ab)/θ.
    """
    load = arrivals * handle_seconds
    blocked = erlang_b(load, agents)
    series = _palm(agents * patience_seconds / handle_seconds, arrivals * patience_seconds)
    waits = series * blocked / (1 + (series - 1) * blocked)
    rho = load / agents
    abandons = waits * (1 / (rho * series) + 1 - 1 / rho)
    return Queueing(
        waits=waits,
        mean_wait=abandons * patience_seconds,
        abandons=abandons,
        occupancy=rho * (1 - abandons),
    )


def _palm(x: float, y: float) -> float:
    """A(x, y) = 1 + Σ yʲ / ((x+1)…(x+j)), Palm's form of the incomplete gamma function."""
    total = term = 1.0
    step = 0
    while term > total * 1e-16:
        step += 1
        term *= y / (x + step)
        total += term
    return total
