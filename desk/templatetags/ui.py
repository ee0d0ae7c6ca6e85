"""How the screens say times, durations, names and small figures; presentation only, no business rule."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe
from lucide.templatetags.lucide import lucide

register = template.Library()

HANDS = {
    "ivr": "IVR",
    "bot": "Bot",
    "inhouse": "In-house",
    "partner": "Partner",
    "customer": "Customer",
    "file": "Import",
    "system": "System",
}
CHANNEL_ICONS = {
    "voice": "phone",
    "email": "mail",
    "web_form": "file-text",
    "chat": "message-circle",
    "sms": "smartphone",
}
KEY_LABELS = {
    "enter": "↵",
    "escape": "Esc",
    "mod": "Ctrl",
    "shift": "⇧",
    "arrowup": "↑",
    "arrowdown": "↓",
}
ARIA_KEYS = {"mod": "Control", "enter": "Enter", "escape": "Escape", "shift": "Shift"}


@register.filter
def hand_name(hand: str, name: str | None = "") -> str:
    """The hand in plain words: "Digipress, partner", "IVR"."""
    plain = HANDS.get(hand, str(hand))
    return f"{name}, {plain.lower()}" if name and name != plain and hand != "ivr" else plain


@register.filter
def channel_icon(channel: str | None) -> str:
    """The icon of a channel."""
    return CHANNEL_ICONS.get(str(channel or ""), "message-circle")


@register.filter
def duration(seconds: float | timedelta | None) -> str:
    """Seconds as 2:14 or 1:02:10; an en dash for none."""
    if seconds is None or seconds == "":
        return "–"
    whole = int(seconds.total_seconds() if isinstance(seconds, timedelta) else seconds)
    minutes, rest = divmod(max(whole, 0), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@register.filter
def elapsed(since: datetime | None) -> str:
    """Time passed since a moment, as a duration."""
    return duration((timezone.now() - since) if since else None)


@register.filter
def elapsed_seconds(since: datetime | None) -> int:
    """Whole seconds passed since a moment, for sorting; -1 for none."""
    return int((timezone.now() - since).total_seconds()) if since else -1


@register.filter
def left(until: datetime | None) -> str:
    """Time left until a moment, as a duration; -0:12 when it has passed."""
    if not until:
        return "–"
    seconds = math.ceil((until - timezone.now()).total_seconds())
    return duration(seconds) if seconds >= 0 else f"−{duration(-seconds)}"


@register.filter
def seconds_left(until: datetime | None) -> int:
    """Whole seconds left until a moment, never below zero."""
    return max(0, math.ceil((until - timezone.now()).total_seconds())) if until else 0


@register.filter
def ring_left(until: datetime | None, whole: float | str) -> int:
    """Percent of an offer's whole seconds still left."""
    total = float(whole or 0)
    return min(100, round(100 * seconds_left(until) / total)) if total else 0


@register.filter
def exact(moment: datetime | None) -> str:
    """A moment in the current zone with date, time and zone, for hovering."""
    if not moment:
        return ""
    local = timezone.localtime(moment)
    return f"{date_format(local, 'D j M Y, H:i:s')} {local.tzname()}"


@register.filter
def ago_short(moment: datetime | None) -> str:
    """A past moment as briefly as possible: now, 2 min, 3 h, 2 d, 2 Nov."""
    if not moment:
        return ""
    local, today = timezone.localtime(moment), timezone.localtime()
    seconds = (today - local).total_seconds()
    if seconds < 0:
        return _ahead(local, today)
    if seconds < 45:
        return "now"
    if seconds < 3600:
        return f"{max(1, round(seconds / 60))} min"
    if seconds < 12 * 3600:
        return f"{round(seconds / 3600)} h"
    days = (today.date() - local.date()).days
    if days < 7:
        return f"{days} d" if days else date_format(local, "H:i")
    return date_format(local, "j M" if local.year == today.year else "M Y")


def _ahead(local: datetime, today: datetime) -> str:
    seconds = (local - today).total_seconds()
    if seconds < 3600:
        return f"in {max(1, round(seconds / 60))} min"
    if local.date() == today.date():
        return date_format(local, "H:i")
    return date_format(local, "D H:i" if seconds < 6.5 * 86400 else "j M")


@register.filter
def due(moment: datetime | None) -> str:
    """When something is owed: "due in 9 min", "due in 3 h", "due Tue 10:00", "19 h late", "3 days late"."""
    if not moment:
        return ""
    seconds = (timezone.now() - moment).total_seconds()
    if seconds < -43_200:
        return f"due {ago_short(moment)}"
    far = abs(seconds)
    if far < 3_570:
        span = f"{max(1, _rounded(far / 60))} min"
    elif far < 2 * 86_400:
        span = f"{_rounded(far / 3_600)} h"
    else:
        span = f"{_rounded(far / 86_400)} days"
    return f"due in {span}" if seconds < 0 else f"{span} late"


def _rounded(number: float) -> int:
    """Half upwards, as the browser rounds."""
    return int(number + 0.5)


@register.filter
def ago(moment: datetime | None) -> str:
    """A past moment in a sentence: just now, 2 min ago, Thu 14:10, 2 Nov."""
    if not moment:
        return ""
    brief = ago_short(moment)
    if brief == "now":
        return "just now"
    past = moment <= timezone.now()
    if past and brief.endswith((" min", " h")):
        return f"{brief} ago"
    return date_format(timezone.localtime(moment), "D H:i") if past and brief.endswith(" d") else brief


@register.filter
def initials(name: str | None) -> str:
    """At most two letters standing for a name; a middle dot for nobody."""
    words = [word for word in str(name or "").replace(".", " ").split() if word[0].isalnum()]
    return "".join(word[0].upper() for word in (words[:1] + words[-1:] if len(words) > 1 else words)) or "·"


@register.filter
def role_name(role: str | None) -> str:
    """A member's role in plain words: partner_agent is "Partner agent"."""
    return str(role or "").replace("_", " ").capitalize()


@register.filter
def key_label(keys: str | None) -> str:
    """A shortcut as printed on a key cap: mod+k is Ctrl K."""
    parts = str(keys or "").split("+")
    return " ".join(KEY_LABELS.get(part.lower(), part.upper()) for part in parts)


@register.filter
def aria_key(keys: str | None) -> str:
    """A shortcut as aria-keyshortcuts wants it: mod+k is Control+K."""
    parts = str(keys or "").split("+")
    return "+".join(ARIA_KEYS.get(part.lower(), part.upper()) for part in parts)


@register.simple_tag
@functools.lru_cache(maxsize=512)  # drawing one anew costs more than the rest of its fragment
def icon(name: str, size: int | str = 16, css_class: str = "") -> SafeString:
    """A line icon, hidden from screen readers: what it stands beside says it in words."""
    attributes = {"class": str(css_class), "aria-hidden": "true"}
    return mark_safe(lucide(str(name), size=int(size), stroke_width="1.75", **attributes))  # noqa: S308


@register.simple_tag
def spark(values: Sequence[float] | None, goal: float | None = None) -> dict[str, str]:
    """Points of a line in a 100 × 28 box, and the goal's height in it."""
    numbers = [float(value) for value in values or [] if value is not None]
    if not numbers:
        return {"points": "0,26 100,26", "goal": ""}
    numbers = numbers * 2 if len(numbers) == 1 else numbers
    scale = [*numbers, *([float(goal)] if goal is not None else [])]
    low, spread = min(scale), (max(scale) - min(scale)) or 1.0

    def height(value: float) -> str:
        return f"{26 - 24 * (value - low) / spread:.1f}"

    step = 100 / (len(numbers) - 1)
    points = " ".join(f"{index * step:.1f},{height(value)}" for index, value in enumerate(numbers))
    return {"points": points, "goal": height(float(goal)) if goal is not None else ""}


@register.simple_tag
def bar_parts(parts: Iterable[dict[str, Any]] | None) -> list[dict[str, Any]]:
    """Each part of a whole with its place and width in percent; a sliver of air between parts."""
    present = [part for part in parts or [] if part["count"]]
    whole = sum(part["count"] for part in present) or 1
    placed, start = [], 0.0
    for part in present:
        width = 100 * part["count"] / whole
        placed.append({**part, "x": f"{start:.2f}", "width": f"{max(width - 0.4, 0.2):.2f}"})
        start += width
    return placed
