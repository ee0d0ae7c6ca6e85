"""What the engine looks at, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Requirement:
    """A skill a queue asks for, at least at `level` (1–5)."""

    skill: str
    level: int = 1
    name: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """From `after_seconds` in the queue on, this pool may take the contact: in-house, or a partner."""

    partner_id: int | None = None
    after_seconds: float = 0.0
    pool: str = "in-house"


@dataclass(frozen=True, slots=True)
class QueuePlan:
    """One queue's rules. `best_skill_first` puts the more skilled before the longer idle."""

    id: int
    slug: str
    name: str = ""
    priority_class: int = 1
    acceleration: float = 1.0
    requirements: tuple[Requirement, ...] = ()
    steps: tuple[Step, ...] = (Step(),)
    best_skill_first: bool = False


@dataclass(frozen=True, slots=True)
class Contact:
    """One waiting contact; `id` is its waiting token.

    `entered_at` counts for its age, `queued_at` for the steps of this queue; `avoid` names agents that
    declined or missed it and until when they are left in peace.
    """

    id: int
    queue_id: int
    entered_at: float
    queued_at: float
    base_score: float = 0.0
    preferred_agent_id: int | None = None
    language: str = ""
    avoid: tuple[tuple[int, float], ...] = ()

    def avoided(self, now: float) -> frozenset[int]:
        """The agents it is not offered to now."""
        return frozenset(agent_id for agent_id, until in self.avoid if until > now)


@dataclass(frozen=True, slots=True)
class Agent:
    """A person's skills and scope. `queues` is what the partner's contract covers; None in-house."""

    id: int
    name: str = ""
    partner_id: int | None = None
    skills: Mapping[str, int] = field(default_factory=dict)
    languages: Mapping[str, str] = field(default_factory=dict)
    queues: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Seat:
    """One unit of an agent's free capacity; `load` is the share of the agent's capacity in use."""

    id: int
    agent: Agent
    ready_since: float
    load: float = 0.0


@dataclass(frozen=True, slots=True)
class Decision:
    """This agent gets this contact, and why; `considered` are the best seats it was chosen from."""

    contact: Contact
    seat: Seat
    reasons: tuple[str, ...]
    considered: tuple[Seat, ...] = ()

    @property
    def contact_id(self) -> int:
        """The waiting token."""
        return self.contact.id

    @property
    def agent_id(self) -> int:
        """The agent it is offered to."""
        return self.seat.agent.id
