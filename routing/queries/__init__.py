"""Read questions of the desk, the IVR and the floor. Inside `tenancy.tenant()`."""

from routing.queries.agent_time import AgentDay, agent_days, totals_of
from routing.queries.agents import AgentState, agent_states, presence_of
from routing.queries.callbacks import (
    callback_owed_to,
    callbacks_of,
    callbacks_to_dial,
    last_callback_of,
    place_of,
)
from routing.queries.contacts import (
    CallInProgress,
    Handover,
    calls_in_progress,
    engaged_with,
    handover_of,
    live_offer,
    live_offers,
    may_skip_wrap_up,
    queue_names_of,
    transferred_by,
    way_of,
    wrap_up_limit,
)
from routing.queries.decisions import decisions, replayed
from routing.queries.explanations import why_not, why_offered, why_waiting
from routing.queries.lines import (
    QueueLine,
    TransferTarget,
    estimated_wait_seconds,
    position_of,
    transfer_targets,
    waiting_by_queue,
    waiting_for,
)
from routing.queries.surges import announcement_of, loans, open_seat_asks
from routing.queries.waits import Outlook, accuracy_by_queue, outlook_of

__all__ = [
    "AgentDay",
    "AgentState",
    "CallInProgress",
    "Handover",
    "Outlook",
    "QueueLine",
    "TransferTarget",
    "accuracy_by_queue",
    "agent_days",
    "agent_states",
    "announcement_of",
    "callback_owed_to",
    "callbacks_of",
    "callbacks_to_dial",
    "calls_in_progress",
    "decisions",
    "engaged_with",
    "estimated_wait_seconds",
    "handover_of",
    "last_callback_of",
    "live_offer",
    "live_offers",
    "loans",
    "may_skip_wrap_up",
    "open_seat_asks",
    "outlook_of",
    "place_of",
    "position_of",
    "presence_of",
    "queue_names_of",
    "replayed",
    "totals_of",
    "transfer_targets",
    "transferred_by",
    "waiting_by_queue",
    "waiting_for",
    "way_of",
    "why_not",
    "why_offered",
    "why_waiting",
    "wrap_up_limit",
]
