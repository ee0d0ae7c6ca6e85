"""The colours can be read: every ink on every ground it may stand on, light and dark."""

import re
from pathlib import Path

import pytest

CSS = Path(__file__).resolve().parents[2] / "static" / "css"
TOKEN = re.compile(r"--([a-z0-9-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")
TOKENS = {name: pair for name, *pair in TOKEN.findall((CSS / "tokens.css").read_text().split("@media")[0])}

INKS = ("ink", "ink-2", "mute", "accent", "left", "machine", "person", "soon", "now", "good")
GROUNDS = (
    *("ground", "panel", "raised", "sunken"),
    *("accent-soft", "soon-soft", "now-soft", "good-soft", "machine-soft"),
)
TEXT = [
    *((ink, ground) for ink in INKS for ground in GROUNDS),
    *(("right", ground) for ground in ("ground", "panel", "raised", "sunken", "right-soft")),
    *(("on-accent", ground) for ground in ("accent", "accent-strong")),
    *(("on-mark", ground) for ground in ("left", "right", "machine", "person", "now")),
]
# What must be seen but is not read: the borders of fields, the marks' outlines, the parts of a bar.
SHAPES = [(shape, "panel") for shape in ("edge", "left", "right", "machine", "person", "soon")]


def luminance(colour: str) -> float:
    channels = (int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_can_be_read_on_its_ground(ink: str, ground: str, scheme: int) -> None:
    assert contrast(TOKENS[ink][scheme], TOKENS[ground][scheme]) >= 4.5


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("shape", "ground"), SHAPES)
def test_shapes_stand_out_from_their_ground(shape: str, ground: str, scheme: int) -> None:
    assert contrast(TOKENS[shape][scheme], TOKENS[ground][scheme]) >= 3


def test_no_text_has_a_colour_that_is_not_checked() -> None:
    checked = {ink for ink, _ in TEXT}
    sheets = [path for path in CSS.rglob("*.css") if path.name != "styleguide.css"]
    used = {
        name for path in sheets for name in re.findall(r"[{; ]color: var\(--([a-z0-9-]+)", path.read_text())
    }
    assert used - checked - {"hand"} == set()
