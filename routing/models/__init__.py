"""Who takes the work. Waiting contacts and free capacity are token rows: inserted, deleted, never updated."""

from routing.models.callbacks import Callback
from routing.models.estimates import WaitEstimate
from routing.models.live import ChangeToken, Engagement, Presence, PresencePeriod, SeatToken, WaitingToken
from routing.models.setup import (
    AgentSkill,
    ChannelRule,
    OverflowRule,
    PauseReason,
    PilotPin,
    Pool,
    PoolMember,
    Queue,
    QueueShare,
    QueueSkill,
    QueueStep,
    Skill,
    StepPool,
    StepSkill,
)
from routing.models.simulation import SimulationRun
from routing.models.surge import SeatAsk, SurgePlan, SurgePlanVersion, SurgeRun
from routing.models.work import DecisionRecord, Offer, RuleVersion, WorkItem

__all__ = [
    "AgentSkill",
    "Callback",
    "ChangeToken",
    "ChannelRule",
    "DecisionRecord",
    "Engagement",
    "Offer",
    "OverflowRule",
    "PauseReason",
    "PilotPin",
    "Pool",
    "PoolMember",
    "Presence",
    "PresencePeriod",
    "Queue",
    "QueueShare",
    "QueueSkill",
    "QueueStep",
    "RuleVersion",
    "SeatAsk",
    "SeatToken",
    "SimulationRun",
    "Skill",
    "StepPool",
    "StepSkill",
    "SurgePlan",
    "SurgePlanVersion",
    "SurgeRun",
    "WaitEstimate",
    "WaitingToken",
    "WorkItem",
]
