"""What the engine looks at, and what it answers. Times are epoch seconds, ages and waits seconds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from routing.engine.hours import OpenSpans

Fit = Literal["all", "best", "any"]
IdleClock = Literal["ready", "inbound", "offer", "end"]
FinalKind = Literal["voicemail", "callback", "message", "queue", "partner"]
Standing = Literal["ready", "busy", "paused", "offline"]

IN_HOUSE = 0  # the pool of everybody who works for the company itself, where a company has set up none
DEFAULT_ORDER = ("preferred", "split", "ring", "local", "language", "fit", "load", "idle")
CAPACITY_UNITS = 100  # of every agent


@dataclass(frozen=True, slots=True)
class Requirement:
    """A skill that is asked for, at least at `level` (1–5)."""

    skill: str
    level: int = 1
    name: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """Pools that may take a contact from this step on; after `wait` seconds the next step opens too.

    `requirements` replace the queue's from here on (None: as before); `alone`: the pools of earlier steps
    no longer may; `skip_if_unstaffed`: while nobody of its pools is at work its wait counts nothing.
    """

    pools: frozenset[int] = frozenset({IN_HOUSE})
    wait: float | None = None
    requirements: tuple[Requirement, ...] | None = None
    alone: bool = False
    skip_if_unstaffed: bool = False
    name: str = ""


@dataclass(frozen=True, slots=True)
class FinalAction:
    """What becomes of a contact that nobody took in time."""

    kind: FinalKind
    target_id: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """A pool's committed part of a queue's contacts, in per cent."""

    pool_id: int
    percent: float
    floor: float = 0.0
    ceiling: float = 100.0


@dataclass(frozen=True, slots=True)
class Split:
    """Largest shortfall against the share first, counted anew every `minutes`.

    `strict`: a pool that has its share leaves contacts to those below theirs, until a contact has waited
    `override_after` seconds (None: for as long as it takes).
    """

    shares: tuple[Share, ...]
    minutes: int = 60
    override_after: float | None = None
    strict: bool = False


@dataclass(frozen=True, slots=True)
class QueuePlan:
    """One queue's rules.

    `acceleration` in points per minute of age; `score_cap` in points; `delay`: seconds in the queue before
    anybody may take a contact; `deadline`: seconds of age after which `final` is due; `sticky_wait`: seconds
    a contact is held for the agent or team that knows it; `borrowed`: pools opened by overflow just now.
    """

    id: int
    slug: str
    name: str = ""
    priority_class: int = 1
    acceleration: float = 1.0
    score_cap: float | None = None
    newest_first: bool = False
    delay: float = 0.0
    requirements: tuple[Requirement, ...] = ()
    fit: Fit = "all"
    language_required: bool = False
    steps: tuple[Step, ...] = (Step(),)
    deadline: float | None = None
    final: FinalAction | None = None
    agent_order: tuple[str, ...] = DEFAULT_ORDER
    idle_clock: IdleClock = "ready"
    local_first: bool = False
    sticky_wait: float = 0.0
    split: Split | None = None
    borrowed: frozenset[int] = frozenset()
    offers_at_once: int = 1


@dataclass(frozen=True, slots=True)
class PoolPlan:
    """A team or a partner's people. `queues` is what the contract covers (slugs); None: all."""

    id: int
    name: str = ""
    partner_id: int | None = None
    hours: OpenSpans | None = None
    queues: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class ChannelRule:
    """What a contact on this channel costs of an agent's 100 units, and beside what it may be served.

    An `interruptible` contact neither fills nor blocks its agent for contacts that are not interruptible.
    """

    channel: str
    units: int
    most: int | None = None
    excludes: frozenset[str] = frozenset()
    interruptible: bool = False


DEFAULT_CHANNELS: Mapping[str, ChannelRule] = {
    rule.channel: rule
    for rule in (
        ChannelRule("voice", 100, most=1, excludes=frozenset({"chat", "message"})),
        ChannelRule("chat", 33),
        ChannelRule("message", 33),
        ChannelRule("email", 20),
    )
}


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All that is set up: plans by queue, pools by id, rules by channel."""

    plans: Mapping[int, QueuePlan]
    pools: Mapping[int, PoolPlan] = field(default_factory=dict)
    channels: Mapping[str, ChannelRule] = field(default_factory=lambda: DEFAULT_CHANNELS)

    def channel(self, name: str) -> ChannelRule:
        """The rule of a channel; one that nobody set up takes the whole agent."""
        return self.channels.get(name) or DEFAULT_CHANNELS.get(name) or ChannelRule(name, CAPACITY_UNITS)

    def pool(self, pool_id: int) -> PoolPlan:
        """The plan of a pool; one that nobody set up is always open and covers everything."""
        return self.pools.get(pool_id) or PoolPlan(pool_id, "in-house" if pool_id == IN_HOUSE else "")


@dataclass(frozen=True, slots=True)
class Contact:
    """One waiting contact; `id` is its waiting token.

    `entered_at` counts for its age, `queued_at` for the steps of this queue; `requirements` are its own,
    besides the queue's; `pinned_pool_id`: only this pool; `avoid` names agents that declined or missed it
    and until when they are left in peace; `final_from`: its final action counts from here, not from its age,
    after one has moved it.
    """

    id: int
    queue_id: int
    entered_at: float
    queued_at: float
    base_score: float = 0.0
    channel: str = "voice"
    language: str = ""
    region: str = ""
    preferred_agent_id: int | None = None
    preferred_pool_id: int | None = None
    pinned_pool_id: int | None = None
    barred_pools: frozenset[int] = frozenset()
    requirements: tuple[Requirement, ...] = ()
    avoid: tuple[tuple[int, float], ...] = ()
    final_from: float | None = None

    def avoided(self, now: float) -> frozenset[int]:
        """The agents it is not offered to now."""
        return frozenset(agent_id for agent_id, until in self.avoid if until > now)


@dataclass(frozen=True, slots=True)
class Agent:
    """A person's pools and skills. `valid_until`: licences by skill; `languages`: code to name."""

    id: int
    name: str = ""
    pools: frozenset[int] = frozenset({IN_HOUSE})
    partner_id: int | None = None
    skills: Mapping[str, int] = field(default_factory=dict)
    valid_until: Mapping[str, float] = field(default_factory=dict)
    languages: Mapping[str, str] = field(default_factory=dict)
    regions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Seat:
    """One agent's free capacity. `load`: the part of the 100 units in use, 0–1; `held`: contacts by channel;
    `without`: channels the agent cannot serve just now.

    The clocks say since when the agent is ready, and when the last inbound contact, the last offer and the
    last end of a contact were.
    """

    id: int
    agent: Agent
    ready_since: float
    load: float = 0.0
    held: Mapping[str, int] = field(default_factory=dict)
    inbound_at: float | None = None
    offer_at: float | None = None
    end_at: float | None = None
    without: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Situation:
    """What besides free seats a decision may look at.

    `taken`: contacts of a split queue by (queue, interval number, pool), see `splits.interval_of`.
    `at_work`: pools with somebody at work; None: found from `staff` and `agents`, where a pool without any
    known agent counts as staffed when a free seat is there.
    """

    staff: Mapping[int, Standing] = field(default_factory=dict)
    agents: Mapping[int, Agent] = field(default_factory=dict)
    taken: Mapping[tuple[int, int, int], int] = field(default_factory=dict)
    at_work: frozenset[int] | None = None

    def staffed(self) -> frozenset[int]:
        """The pools with somebody ready or busy."""
        if self.at_work is None:
            object.__setattr__(self, "at_work", self._found_at_work())
        assert self.at_work is not None
        return self.at_work

    def _found_at_work(self) -> frozenset[int]:
        found: set[int] = set()
        for agent_id, standing in self.staff.items():
            if standing in ("ready", "busy") and agent_id in self.agents:
                found |= self.agents[agent_id].pools
        return frozenset(found)


@dataclass(frozen=True, slots=True)
class Decision:
    """This agent gets this contact, and why; `considered` are the best seats it was chosen from.

    `pool_id`: the pool the agent takes it for; `also`: further agents it is offered to at once; `taken`:
    what each pool of a split queue had had of it by then.
    """

    contact: Contact
    seat: Seat
    reasons: tuple[str, ...]
    considered: tuple[Seat, ...] = ()
    pool_id: int | None = None
    also: tuple[Seat, ...] = ()
    taken: tuple[tuple[int, int], ...] = ()

    @property
    def contact_id(self) -> int:
        """The waiting token."""
        return self.contact.id

    @property
    def agent_id(self) -> int:
        """The agent it is offered to."""
        return self.seat.agent.id
