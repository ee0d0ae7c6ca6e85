"""What an organisation may set up, and what contradicts itself. Pure: documents in, problems out.

A document is what a screen or the API sends: plain values, other things by slug. `World` is who is there to
serve: what a setting means for people can become untrue later without anybody touching it.
"""

from routing.setup_rules.hours import check_hours, open_hours
from routing.setup_rules.queues import check_queue, check_queues_together
from routing.setup_rules.small import check_channel, check_pool, check_skill_level
from routing.setup_rules.staff import could_serve, nobody_because, requirements_at, steps_of
from routing.setup_rules.values import HOUSE, Document, Person, PoolFacts, Problem, World

__all__ = [
    "HOUSE",
    "Document",
    "Person",
    "PoolFacts",
    "Problem",
    "World",
    "check_channel",
    "check_hours",
    "check_pool",
    "check_queue",
    "check_queues_together",
    "check_skill_level",
    "could_serve",
    "nobody_because",
    "open_hours",
    "requirements_at",
    "steps_of",
]
