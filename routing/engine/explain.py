"""Why a contact still waits and what would release it, and why it was not offered to somebody."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from routing.engine.durations import clock_text
from routing.engine.filters import allows, refusals, usable_of, within_split
from routing.engine.filters.delay import ready
from routing.engine.filters.delay import refusal as delayed
from routing.engine.finals import final_at
from routing.engine.ranks import EQUAL, Bid, decisive
from routing.engine.scene import Scene
from routing.engine.splits import interval_of
from routing.engine.values import Agent, Contact, Decision, Rulebook, Seat, Situation

_FINALS = {
    "voicemail": "is asked to leave a message",
    "callback": "is promised a call back",
    "message": "hears a message and is let go",
    "queue": "goes to another queue",
    "partner": "goes to a partner",
}


@dataclass(frozen=True, slots=True)
class Why:
    """One cause of waiting. `agents` of those ready it holds for; `until`: when time alone lifts it (epoch
    seconds); `releases`: what else would."""

    text: str
    agents: int = 0
    until: float | None = None
    releases: str = ""


def explain_waiting(
    contact: Contact,
    seats: Collection[Seat],
    rules: Rulebook,
    now: float,
    ahead: int,
    situation: Situation | None = None,
) -> list[Why]:
    """What keeps it waiting, the weightiest first, then its place, `ahead` being those before it in line."""
    scene = Scene(rules, now, situation)
    return [*_causes(contact, seats, scene), _place(ahead)]


def explain_end(
    contact: Contact, rules: Rulebook, now: float, situation: Situation | None = None
) -> Why | None:
    """What becomes of the contact when nobody takes it, and when; None where nothing is set up."""
    scene = Scene(rules, now, situation)
    at, action = final_at(contact, scene), scene.plan(contact).final
    if at is None or action is None:
        return None
    return Why(f"{_FINALS[action.kind]} in {clock_text(at - now)}", until=at)


def _causes(contact: Contact, seats: Collection[Seat], scene: Scene) -> list[Why]:
    if not ready(contact, scene):
        found = delayed(contact, next(iter(seats), Seat(0, Agent(0), scene.now)), scene)
        return [Why(found.text, len(seats), found.until)]
    if not seats:
        return [Why("nobody is ready", releases="somebody becoming ready")]
    able = sum(allows(contact, seat, scene) for seat in seats)
    if able:
        return [Why(f"{able} ready and able to take it", able, scene.now, "the next decision")]
    return _blocked(contact, seats, scene)


def _blocked(contact: Contact, seats: Collection[Seat], scene: Scene) -> list[Why]:
    """The first refusal of each agent, alike ones together, the commonest first."""
    counted: dict[str, Why] = {}
    for seat in seats:
        first = refusals(contact, seat, scene)[0]
        agents = counted[first.text].agents + 1 if first.text in counted else 1
        counted[first.text] = Why(first.text, agents, first.until, first.releases)
    causes = sorted(counted.values(), key=lambda why: -why.agents)
    return [Why(f"{why.agents} ready: {why.text}", why.agents, why.until, why.releases) for why in causes]


def _place(ahead: int) -> Why:
    return Why(f"{ahead} ahead in the queue" if ahead else "first in the queue")


def explain_not_me(
    decision: Decision,
    agent: Agent,
    rules: Rulebook,
    now: float,
    situation: Situation | None = None,
    seat: Seat | None = None,
) -> list[str]:
    """Why the decision's contact went to another agent than this one; `seat`: the agent's then, if known."""
    contact = decision.contact
    scene = Scene(rules, now, _then(decision, rules, now, situation))
    considered = next((one for one in decision.considered if one.agent.id == agent.id), None)
    mine = seat or considered or Seat(0, agent, now)
    barred = refusals(contact, replace(mine, agent=agent), scene)
    if barred:
        return [one.text for one in barred]
    if considered is None and seat is None:
        return ["was not free, or came far behind"]
    return [_behind(contact, _bid(contact, decision.seat, scene), _bid(contact, mine, scene), scene)]


def _behind(contact: Contact, winner: Bid, mine: Bid, scene: Scene) -> str:
    rank = decisive(contact, winner, mine, scene)
    if rank is None:
        return EQUAL
    return f"{winner[0].agent.name} came first: {rank.reason(contact, *winner, scene)}"


def _then(decision: Decision, rules: Rulebook, now: float, situation: Situation | None) -> Situation:
    """The situation with the split's counts as they were."""
    plan, known = rules.plans[decision.contact.queue_id], situation or Situation()
    if plan.split is None:
        return known
    interval = interval_of(plan.split, now)
    taken = {(plan.id, interval, pool_id): count for pool_id, count in decision.taken}
    return Situation(known.staff, known.agents, taken, known.at_work)


def _bid(contact: Contact, seat: Seat, scene: Scene) -> Bid:
    return seat, within_split(contact, usable_of(contact, seat.agent.pools, scene), scene)
