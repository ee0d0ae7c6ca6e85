"""The editor of one queue, and the list of all."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from accounts.models import Member, Organization
from desk.panels.surges import queue_loans
from desk.routing.maps import queue_list, queue_map, spell_seconds, states
from desk.routing.queue_settings import (
    NEED,
    OVERFLOW,
    RANK_NAMES,
    SECTIONS,
    SHARE,
    SPLIT,
    STEP,
    all_pool_options,
)
from desk.routing.saving import seen_form
from desk.routing.settings import Setting, shown, shown_one
from routing.models import PilotPin
from routing.queries.ordering import PRESETS, starvation_seconds
from routing.queries.problems import setting_history, setup_problems
from routing.queries.setup import world
from routing.setup_rules import World

BLANK_ROWS = 2
SPLIT_NAMES = [*(setting.name for setting in SPLIT), "shares"]


def overview_panel(member: Member, organization: Organization) -> dict[str, Any]:
    """What is to be mended, how many of each kind, and what was changed last."""
    there = world()
    keys = [*(f"queue/{slug}" for slug in there.queues), *(f"pool/{slug}" for slug in there.pools)]
    keys += [f"hours/{slug}" for slug in there.hours] + [f"skill/{slug}" for slug in there.skills]
    keys += [f"agent/{person.id}" for person in there.people]
    return {
        "may_change": member.administers,
        "problems": setup_problems(there),
        "queues": queue_list(there, states(), zone=organization.time_zone),
        "counts": {
            "queues": len(there.queues),
            "pools": len(there.pools),
            "skills": len(there.skills),
            "hours": len(there.hours),
            "people": len(there.people),
        },
        "history": history_lines(
            setting_history(*keys), {f"agent/{person.id}": person.name for person in there.people}
        ),
    }


def queue_panel(queue: Mapping[str, Any], member: Member, organization: Organization) -> dict[str, Any]:
    """Everything about one queue."""
    there = world()
    return {
        "slug": queue["slug"],
        "name": queue["name"],
        "may_change": member.administers,
        "map": map_panel(queue, there, member, organization),
        "sections": [section_panel(key, queue) for key in SECTIONS],
        "bound": bound_words(queue, there.queues),
        "presets": [{"key": key, "label": one.label, "help": one.help} for key, one in PRESETS.items()],
        "order": order_panel(queue),
        "order_form": seen_form(queue, ["agent_order"]),
        "needs": rows_panel("requirements", NEED, queue["requirements"], prefix="needs"),
        "needs_form": seen_form(queue, ["requirements"]),
        "split": shown(SPLIT, queue, prefix="split"),
        "split_form": seen_form(queue, SPLIT_NAMES),
        "shares": rows_panel("shares", SHARE, queue["shares"], prefix="shares", blank=_BLANK_SHARE),
        "bar": share_bar(queue, there),
        "overflows": rows_panel(
            "overflows", OVERFLOW, queue["overflows"], prefix="overflow", blank=_BLANK_RULE
        ),
        "overflow_form": seen_form(queue, ["overflows"]),
        "pins": _pins(queue["slug"]),
        "pools": [{"value": slug, "label": pool.name} for slug, pool in there.pools.items()],
        "loans": queue_loans(queue["slug"]),
        "history": history_lines(setting_history(f"queue/{queue['slug']}")),
    }


_BLANK_SHARE: Mapping[str, Any] = {"pool": "", "percent": None, "floor_percent": 0, "ceiling_percent": 100}
_BLANK_RULE: Mapping[str, Any] = {
    "pool": "",
    "opens_at_wait_seconds": 60,
    "closes_at_wait_seconds": 20,
    "home_queue": None,
    "home_max_wait_seconds": 20,
    "min_hold_seconds": 300,
    "is_active": True,
}


def map_panel(
    queue: Mapping[str, Any], there: World, member: Member, organization: Organization
) -> dict[str, Any]:
    """The queue drawn, with what its buttons must have seen."""
    drawn = queue_map(queue, there, states(), zone=organization.time_zone)
    return drawn | {"may_change": member.administers, "version": seen_form(queue, ["steps"])["version"]}


def section_panel(key: str, queue: Mapping[str, Any]) -> dict[str, Any]:
    """One part with its form."""
    section = SECTIONS[key]
    return {
        "key": key,
        "title": section.title,
        "hint": section.hint,
        "fields": shown(section.settings, queue, prefix=key),
        "form": seen_form(queue, section.names),
    }


def rows_panel(
    name: str,
    settings: Sequence[Setting],
    rows: Iterable[Mapping[str, Any]],
    *,
    prefix: str,
    blank: Mapping[str, Any] | None = None,
    blanks: int = BLANK_ROWS,
) -> list[dict[str, Any]]:
    """Rows of a form, with some empty ones to fill in; an emptied row is one taken away."""
    found = [*rows, *([blank or {}] * blanks)]
    return [
        {
            "number": number,
            "fields": [
                shown_one(
                    setting, row.get(setting.name), prefix=prefix, name=f"{name}/{number}/{setting.name}"
                )
                for setting in settings
            ],
        }
        for number, row in enumerate(found)
    ]


def order_panel(queue: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The ranks in the queue's order, those it does not use last."""
    chosen = queue["agent_order"] or list(RANK_NAMES)
    names = [*chosen, *(name for name in RANK_NAMES if name not in chosen)]
    return [
        {
            "name": name,
            "label": RANK_NAMES[name][0],
            "help": RANK_NAMES[name][1],
            "on": name in chosen,
        }
        for name in names
    ]


def bound_words(queue: Mapping[str, Any], queues: Mapping[str, Mapping[str, Any]]) -> str:
    """After how long nobody who comes later can come first, said as it is."""
    if queue["newest_first"]:
        return "The newest goes first: while calls keep coming, the oldest may wait for ever."
    seconds = starvation_seconds(queue, queues)
    if seconds is None:
        return "Newcomers with more points can always come first: there is no bound."
    if seconds == 0:
        return "Nobody who comes later comes first within this class."
    return f"Nobody waits longer than {spell_seconds(seconds)} behind higher priority of the same class."


def preset_panel(key: str, queue: Mapping[str, Any]) -> dict[str, Any]:
    """What a preset would change."""
    preset = PRESETS[key]
    labels = {setting.name: setting.label for section in SECTIONS.values() for setting in section.settings}
    changes = [
        {"label": labels.get(name, "Order of agents"), "was": _said(queue[name]), "will": _said(value)}
        for name, value in preset.settings.items()
        if queue[name] != value
    ]
    return {
        "key": key,
        "slug": queue["slug"],
        "label": preset.label,
        "help": preset.help,
        "changes": changes,
        "form": seen_form(queue, preset.settings),
    }


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return (
            ", ".join(RANK_NAMES[name][0].lower() if name in RANK_NAMES else str(name) for name in value)
            or "the usual"
        )
    return "none" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def step_panel(queue: Mapping[str, Any], position: int | None) -> dict[str, Any]:
    """The form of one step; of a new one without a position."""
    blank: dict[str, Any] = {"name": "", "pools": [], "wait_seconds": None, "requirements": []}
    step: Mapping[str, Any] = blank if position is None else queue["steps"][position]
    chosen = set(step["pools"])
    return {
        "is_new": position is None,
        "slug": queue["slug"],
        "position": position,
        "title": "A new step" if position is None else f"Step {position + 1}",
        "fields": shown(STEP, step, prefix="step"),
        "pools": [
            {"value": slug, "label": name, "checked": slug in chosen} for slug, name in all_pool_options()
        ],
        "needs": rows_panel("requirements", NEED, step["requirements"], prefix="step-needs"),
        "form": seen_form(queue, ["steps"]),
    }


def share_bar(queue: Mapping[str, Any], there: World) -> dict[str, Any]:
    """The committed shares drawn; what nobody has is the rest."""
    parts, start = [], 0.0
    for share in queue["shares"]:
        pool = there.pool(share["pool"])
        parts.append(
            {
                "name": pool.name if pool else share["pool"],
                "percent": f"{share['percent']:g}",
                "x": f"{start:.2f}",
                "width": f"{max(share['percent'] - 0.3, 0):.2f}",
                "kind": "partner" if pool and pool.partner_name else "house",
                "low": f"{share['floor_percent']:g}",
                "high": f"{share['ceiling_percent']:g}",
            }
        )
        start += share["percent"]
    return {"parts": parts, "rest": f"{max(100 - start, 0):g}", "rest_x": f"{start:.2f}"}


def _pins(slug: str) -> list[dict[str, Any]]:
    pins = PilotPin.objects.filter(queue__slug=slug).select_related("customer", "pool").order_by("id")
    return [
        {
            "customer_id": pin.customer_id,
            "customer": pin.customer.display_name or f"Customer {pin.customer_id}",
            "pool": pin.pool.name,
            "until": pin.until,
        }
        for pin in pins[:100]
    ]


def history_lines(changes: Iterable[Any], names: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """Who changed what, from what to what."""
    return [
        {
            "by": change.by,
            "at": change.at,
            "what": change.what,
            "key": (names or {}).get(change.key) or change.key.replace("/", " ").replace("-", " "),
            "changes": [
                {"name": name.replace("_", " "), "was": _brief(was), "now": _brief(now)}
                for name, (was, now) in list(change.changes.items())[:6]
            ]
            if change.what == "changed"
            else [],
        }
        for change in changes
    ]


def _brief(value: Any) -> str:
    if isinstance(value, list):
        return f"{len(value)} listed" if value else "none"
    return (
        "none" if value in (None, "") else "yes" if value is True else "no" if value is False else str(value)
    )
