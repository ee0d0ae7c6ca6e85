"""Small drawings as SVG: lines over the hours of the day, and shares as stacked bars.

On a screen the page's style sheet colours the classes; a file of its own carries the same colours for light
and dark.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from routing.simulation.by_hour import DayHour, busy_span, day_hours
from routing.simulation.results import Result

WIDTH, HEIGHT = 420, 176
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 10, 12, 24
COLOURS = 6
Key = tuple[str, int, bool]
Chart = tuple[str, str, list[Key]]

_STYLE = """
:root { color-scheme: light dark;
  --panel: #ffffff; --line: #e2e5ea; --ink: #12161c; --mute: #5c6776;
  --c0: #5a6778; --c1: #0b7a6d; --c2: #6246c9; --c3: #9a5b00; --c4: #5a6778; --c5: #0b6b61; --c6: #1c7038; }
@media (prefers-color-scheme: dark) { :root {
  --panel: #161a21; --line: #262c36; --ink: #eef1f5; --mute: #97a1b0;
  --c0: #93a0b2; --c1: #45c9b8; --c2: #a995ff; --c3: #f0b35a; --c4: #93a0b2; --c5: #3cc2b1; --c6: #66cf8b; } }
svg { font-family: Inter, system-ui, sans-serif; } .sim-ground { fill: var(--panel); }
.sim-title { fill: var(--ink); font-size: 13px; font-weight: 600; }
.sim-grid { stroke: var(--line); } .sim-text { fill: var(--mute); font-size: 10px; }
.sim-line { fill: none; stroke-width: 2; stroke-linejoin: round; }
.sim-line.sim-before { stroke-dasharray: 4 4; } .sim-bar.sim-before { opacity: 0.45; }
"""


@dataclass(frozen=True)
class Series:
    """A line: `values` by hour (None: nothing there); `colour` 0–6; `before` is drawn dashed."""

    name: str
    values: Sequence[float | None]
    colour: int = 0
    before: bool = False


def lines(label: str, hours: range, series: Sequence[Series], *, unit: str, top: float | None = None) -> str:
    """A chart of lines; `top` is the end of the axis (found from the values when None)."""
    top = top or _round_up(
        max((value for one in series for value in one.values if value is not None), default=1)
    )
    parts = [*_grid(hours, top, unit)]
    for one in series:
        kind = f"sim-line sim-c{one.colour}{' sim-before' if one.before else ''}"
        points = [
            (_x(place, len(hours)), _y(value, top))
            for place, value in enumerate(one.values)
            if value is not None
        ]
        if len(points) == 1:
            parts.append(f'<circle class="{kind}" cx="{points[0][0]:.1f}" cy="{points[0][1]:.1f}" r="2"/>')
        for stretch in _stretches(one.values):
            path = " ".join(f"{_x(place, len(hours)):.1f},{_y(value, top):.1f}" for place, value in stretch)
            parts.append(
                f'<polyline class="{kind}" points="{path}"><title>{escape(one.name)}</title></polyline>'
            )
    return _svg(label, parts)


def bars(
    label: str, hours: range, sets: Sequence[Sequence[Mapping[str, float]]], colours: Mapping[str, int]
) -> str:
    """Shares of each hour stacked to 100 %; of two `sets` the first is before, drawn faint beside."""
    parts = _grid(hours, 100, "%")
    room = (WIDTH - _LEFT - _RIGHT) / len(hours)
    width = (room - 3) / len(sets)
    for number, shares in enumerate(sets):
        kind = " sim-before" if number < len(sets) - 1 else ""
        for place, row in enumerate(shares):
            parts += _stack(row, _LEFT + place * room + 1.5 + number * width, width, colours, kind)
    return _svg(label, parts)


def _stack(
    row: Mapping[str, float], x: float, width: float, colours: Mapping[str, int], kind: str
) -> Iterator[str]:
    base = 0.0
    for name in sorted(row):
        share = row[name]
        high, low = _y(100 * (base + share), 100), _y(100 * base, 100)
        yield (
            f'<rect class="sim-bar sim-c{colours[name]}{kind}" x="{x:.1f}" y="{high:.1f}" '
            f'width="{width:.1f}" height="{low - high:.1f}">'
            f"<title>{escape(name)}: {100 * share:.0f} %</title></rect>"
        )
        base += share


def charts(after: Result, before: Result | None = None) -> list[Chart]:
    """(title, drawing, legend) of waits, service level, occupancy and each shared queue.

    Legend entries are (name, colour, whether it is before).
    """
    new, old = day_hours(after.hours), day_hours(before.hours) if before else None
    hours = busy_span(new)
    colours = {pool.name: 1 + number % COLOURS for number, pool in enumerate(after.pools)}
    drawn = [
        _two("Mean wait by hour", hours, new, old, "s", lambda one: one.mean_wait),
        _two("Answered within target by hour", hours, new, old, "%", lambda one: _percent(one.level)),
        _occupancy(hours, colours, new, old),
    ]
    return drawn + [_split(queue, hours, colours, new, old) for queue in _shared_queues(new)]


def _two(
    title: str,
    hours: range,
    new: Sequence[DayHour],
    old: Sequence[DayHour] | None,
    unit: str,
    value: Callable[[DayHour], float | None],
) -> Chart:
    series = [Series("After" if old else "Simulated", [value(new[h]) for h in hours], colour=5)]
    if old:
        series.insert(0, Series("Before", [value(old[h]) for h in hours], before=True))
    top = 100 if unit == "%" else None
    drawing = lines(title, hours, series, unit=unit, top=top)
    return title, drawing, [(one.name, one.colour, one.before) for one in series]


def _occupancy(
    hours: range, colours: Mapping[str, int], new: Sequence[DayHour], old: Sequence[DayHour] | None
) -> Chart:
    series = []
    for name, colour in colours.items():
        if old:
            values = [_percent(old[h].occupancy.get(name)) for h in hours]
            series.append(Series(f"{name}, before", values, colour, before=True))
        series.append(Series(name, [_percent(new[h].occupancy.get(name)) for h in hours], colour))
    title = "Occupancy by hour"
    drawing = lines(title, hours, series, unit="%", top=100)
    return title, drawing, [(one.name, one.colour, one.before) for one in series]


def _split(
    queue: str,
    hours: range,
    colours: Mapping[str, int],
    new: Sequence[DayHour],
    old: Sequence[DayHour] | None,
) -> Chart:
    sets = [[one[h].shares.get(queue, {}) for h in hours] for one in (old, new) if one]
    pools = sorted({pool for shares in sets for row in shares for pool in row})
    title = f"Who answers {queue}" + (", before and after" if old else "")
    drawing = bars(title, hours, sets, colours)
    return title, drawing, [(pool, colours[pool], False) for pool in pools]


def _shared_queues(new: Sequence[DayHour]) -> list[str]:
    """Queues that more than one pool answers."""
    found: dict[str, set[str]] = {}
    for one in new:
        for queue, pools in one.shares.items():
            found.setdefault(queue, set()).update(pool for pool, share in pools.items() if share)
    return sorted(queue for queue, pools in found.items() if len(pools) > 1)


def as_file(after: Result, before: Result | None = None) -> str:
    """All drawings under one another as an SVG file that is readable in light and dark."""
    drawn = charts(after, before)
    step = HEIGHT + 44
    colours = "\n".join(
        f".sim-line.sim-c{n} {{ stroke: var(--c{n}); }} "
        f":is(.sim-bar, .sim-key).sim-c{n} {{ fill: var(--c{n}); }}"
        for n in range(COLOURS + 1)
    )
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {step * len(drawn)}" '
        f'width="{2 * WIDTH}">',
        f"<style>{_STYLE}{colours}</style>",
        '<rect class="sim-ground" width="100%" height="100%"/>',
    ]
    for number, (title, drawing, legend) in enumerate(drawn):
        parts.append(f'<g transform="translate(0 {number * step + 16})">')
        parts.append(f'<text class="sim-title" x="{_LEFT}" y="2">{escape(title)}</text>')
        parts += _legend(legend)
        parts.append(f'<g transform="translate(0 24)">{_inside(drawing)}</g></g>')
    return "\n".join([*parts, "</svg>"])


def _legend(entries: Sequence[tuple[str, int, bool]]) -> list[str]:
    parts, x = [], float(_LEFT)
    for name, colour, dashed in entries:
        fade = ' opacity="0.5"' if dashed else ""
        parts.append(
            f'<rect class="sim-key sim-c{colour}" x="{x:.0f}" y="10" width="8" height="8" rx="2"{fade}/>'
        )
        parts.append(f'<text class="sim-text" x="{x + 12:.0f}" y="18">{escape(name)}</text>')
        x += 24 + 5.6 * len(name)
    return parts


def _inside(drawing: str) -> str:
    return drawing[drawing.index(">") + 1 : drawing.rindex("</svg>")]


def _svg(label: str, parts: Sequence[str]) -> str:
    head = f'<svg class="sim-chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(label)}">'
    return head + "".join(parts) + "</svg>"


def _grid(hours: range, top: float, unit: str) -> list[str]:
    parts = []
    for part in (0, 0.5, 1):
        y = _y(top * part, top)
        parts.append(f'<line class="sim-grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        text = f"{top * part:g} {unit}"
        parts.append(
            f'<text class="sim-text" x="{_LEFT - 6}" y="{y + 3.5:.1f}" text-anchor="end">{text}</text>'
        )
    every = 1 if len(hours) <= 8 else 2 if len(hours) <= 16 else 4
    for place, hour in enumerate(hours):
        if place % every == 0:
            x = _x(place, len(hours))
            parts.append(
                f'<text class="sim-text" x="{x:.1f}" y="{HEIGHT - 8}" text-anchor="middle">'
                f"{hour:02}:00</text>"
            )
    return parts


def _x(place: int, of: int) -> float:
    return _LEFT + (place + 0.5) * (WIDTH - _LEFT - _RIGHT) / of


def _y(value: float, top: float) -> float:
    return _TOP + (1 - min(value / top, 1.0)) * (HEIGHT - _TOP - _BOTTOM)


def _stretches(values: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    """Runs of values without a gap, of at least two."""
    found: list[list[tuple[int, float]]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            found.append([])
        else:
            found[-1].append((place, value))
    return [stretch for stretch in found if len(stretch) > 1]


def _round_up(value: float) -> float:
    """A round end of an axis: 1, 2 or 5 times a power of ten."""
    power = 1.0
    while power * 10 <= value:
        power *= 10
    return next(power * step for step in (1, 2, 5, 10) if power * step >= value) if value > 1 else 1.0


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share
