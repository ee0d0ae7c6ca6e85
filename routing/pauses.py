"""Why agents pause: the organisation's reasons, or the usual ones where it has set up none."""

from dataclasses import dataclass

from foundation.errors import Refusal
from routing.models import PauseReason


@dataclass(frozen=True)
class Pause:
    """A reason as it is offered; productive time counts as work."""

    code: str
    name: str
    is_productive: bool = False


USUAL = (
    Pause("break", "Break"),
    Pause("lunch", "Lunch"),
    Pause("training", "Training", is_productive=True),
    Pause("meeting", "Meeting", is_productive=True),
)


def pauses() -> list[Pause]:
    """What is offered now, in its order."""
    own = list(PauseReason.objects.all())
    if not own:
        return list(USUAL)
    return [Pause(one.slug, one.name, one.is_productive) for one in own if one.is_active]


def usual_pause() -> str:
    """The code of the first reason that does not count as work; empty where there is none."""
    return next((pause.code for pause in pauses() if not pause.is_productive), "")


def pause_name(reason: str) -> str:
    """The name of a reason given by code or name; empty stays empty. Refusal `bad_reason` for others."""
    wanted = reason.strip().casefold()
    if not wanted:
        return ""
    for pause in pauses():
        if wanted in {pause.code.casefold(), pause.name.casefold()}:
            return pause.name
    raise Refusal("bad_reason", "Choose one of the reasons for a pause.", field="reason")


def is_productive(name: str) -> bool:
    """Whether a pause of this name counts as work."""
    own = PauseReason.objects.filter(name=name).first()
    if own is not None:
        return own.is_productive
    return any(pause.is_productive for pause in USUAL if pause.name == name)
