"""Changes of what an organisation has set up, one function each: validated, told, in force at once."""

from routing.actions.setup.changing import SettingsRefused, SettingsStale, note_change, settings_changed
from routing.actions.setup.house import (
    change_hours,
    change_pause_reason,
    create_hours,
    create_pause_reason,
    move_pause_reason,
    pin_customer,
    remove_hours,
    set_channel_rule,
    unpin_customer,
)
from routing.actions.setup.people import (
    change_pool,
    change_skill,
    cover_queues,
    create_pool,
    create_skill,
    remove_skill,
    set_agent_skills,
)
from routing.actions.setup.queues import (
    add_step,
    change_queue,
    change_step,
    create_queue,
    move_step,
    remove_step,
)

__all__ = [
    "SettingsRefused",
    "SettingsStale",
    "add_step",
    "change_hours",
    "change_pause_reason",
    "change_pool",
    "change_queue",
    "change_skill",
    "change_step",
    "cover_queues",
    "create_hours",
    "create_pause_reason",
    "create_pool",
    "create_queue",
    "create_skill",
    "move_pause_reason",
    "move_step",
    "note_change",
    "pin_customer",
    "remove_hours",
    "remove_skill",
    "remove_step",
    "set_agent_skills",
    "set_channel_rule",
    "settings_changed",
    "unpin_customer",
]
