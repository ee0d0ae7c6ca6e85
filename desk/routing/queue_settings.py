"""The settings of a queue, by the part of the screen they stand in."""

from collections.abc import Mapping
from dataclasses import dataclass

from accounts.hours.models import BusinessHours
from desk.routing.settings import Options, Setting
from routing.models import Pool, Queue, Skill
from routing.setup_rules import HOUSE

RANK_NAMES: Mapping[str, tuple[str, str]] = {
    "preferred": ("Who knows the customer", "Their last agent or team, where the queue keeps them"),
    "split": ("Whose share is short", "The pool furthest below its committed share"),
    "ring": ("Whose turn by step", "Pools of earlier steps before those of later ones"),
    "local": ("From the caller’s region", "Where the queue serves local callers first"),
    "language": ("Speaks the language", "The customer’s own language"),
    "fit": ("The most skilled", "Where the queue asks for the best fit"),
    "load": ("The least busy", "A free agent before one with two chats"),
    "idle": ("Free the longest", "By the clock chosen here"),
}


def hours_options() -> Options:
    """Opening hours by name."""
    return list(BusinessHours.objects.order_by("name").values_list("slug", "name"))


def queue_options() -> Options:
    """Queues by name."""
    return list(Queue.objects.order_by("name").values_list("slug", "name"))


def pool_options() -> Options:
    """Teams and partners by name."""
    return list(Pool.objects.order_by("name").values_list("slug", "name"))


def partner_pool_options() -> Options:
    """Partners' pools by name."""
    return list(Pool.objects.exclude(partner=None).order_by("name").values_list("slug", "name"))


def all_pool_options() -> Options:
    """Everybody in-house, then teams and partners."""
    return [(HOUSE, "In-house"), *pool_options()]


def skill_options() -> Options:
    """Skills and licences by name."""
    return list(Skill.objects.order_by("name").values_list("slug", "name"))


@dataclass(frozen=True)
class Section:
    """A part of the screen with a form of its own. `hint` stands under its title."""

    key: str
    title: str
    settings: tuple[Setting, ...]
    hint: str = ""

    @property
    def names(self) -> list[str]:
        """The fields it may change."""
        return [setting.name for setting in self.settings]


def _seconds(name: str, label: str, help_: str = "", **more: object) -> Setting:
    return Setting(name, f"{label}, in seconds", "whole", help_, **more)  # type: ignore[arg-type]


SECTIONS: Mapping[str, Section] = {
    section.key: section
    for section in (
        Section(
            "basics",
            "Name, hours, targets",
            (
                Setting("name", "Name", most=120),
                Setting("hours", "Open", "link", "Empty: always.", hours_options, may_be_empty=True),
                _seconds("target_seconds", "Answered within", "The service level counts these."),
                Setting("waiting_target", "Waiting at most", "whole", "More is off target."),
                _seconds("short_abandon_seconds", "Hung up at once", "Counted apart from abandoned."),
                Setting("is_active", "In use", "yes", "Off: it takes nobody any more."),
            ),
        ),
        Section(
            "first",
            "Who is first",
            (
                Setting(
                    "priority_class",
                    "Class",
                    "whole",
                    "Strict: 0 (emergency) comes before 1, always.",
                    high=9,
                ),
                Setting("acceleration", "Points a minute of waiting", "number", "0: waiting adds nothing."),
                Setting("score_cap", "Points at most", "number", "Empty: no cap.", may_be_empty=True),
                _seconds("delay_seconds", "Offered to nobody before"),
                Setting(
                    "newest_first",
                    "The newest first",
                    "yes",
                    "Of equal points; the oldest may wait for ever.",
                ),
            ),
        ),
        Section(
            "serves",
            "Who serves first",
            (
                Setting("fit", "Skills", "choice", "", Queue.Fit.choices),
                Setting("idle_clock", "Free since", "choice", "", Queue.IdleClock.choices),
                Setting("sticky", "Goes back to", "choice", "", Queue.Sticky.choices),
                Setting("sticky_hours", "Who served in the last hours", "whole", high=8760),
                _seconds("sticky_wait_seconds", "Kept for them at most", "Then anybody may."),
                Setting("local_first", "Agents of the caller’s region first", "yes"),
            ),
        ),
        Section(
            "offer",
            "Offer and wrap-up",
            (
                _seconds("offer_seconds", "An offer stands", "5 to 900.", low=5, high=900),
                Setting(
                    "offers_at_once",
                    "Offered to so many at once",
                    "whole",
                    "The first to accept wins.",
                    low=1,
                    high=10,
                ),
                Setting("wrap_up", "Wrap-up", "choice", "", Queue.WrapUp.choices),
                _seconds("wrap_up_seconds", "Wrap-up lasts"),
            ),
        ),
        Section(
            "final",
            "When nobody answers",
            (
                _seconds("deadline_seconds", "At the latest after", "Of the contact’s whole age.", low=1),
                Setting("final_action", "Then", "choice", "", Queue.Final.choices),
                Setting(
                    "final_queue", "Queue", "link", "For another queue.", queue_options, may_be_empty=True
                ),
                Setting(
                    "final_pool", "Partner", "link", "For a partner.", partner_pool_options, may_be_empty=True
                ),
                Setting("final_text", "Words", help="For a message; said before the line ends."),
            ),
        ),
        Section(
            "told",
            "What callers are told",
            (
                Setting("announcement", "Said while waiting"),
                Setting("tells_position", "Their place in line", "yes"),
                Setting("tells_wait", "How long it will take", "yes"),
                Setting("offers_callback", "A call back that keeps their place", "yes"),
                _seconds("callback_after_seconds", "Call back offered after"),
                Setting("callback_mode", "Called back", "choice", "", Queue.Callback.choices),
                Setting("callback_tries", "Tried at most", "whole", low=1, high=20),
            ),
        ),
    )
}
SPLIT = (
    Setting("split_minutes", "Counted anew every, in minutes", "whole", low=1, high=10_080),
    _seconds("split_override_seconds", "After so long anybody may", "Empty: never.", may_be_empty=True),
    Setting("split_is_strict", "A pool above its share waits for the others", "yes"),
)
SHARE = (
    Setting("pool", "Pool", "link", "", all_pool_options, may_be_empty=True),
    Setting("percent", "Share, %", "number", high=100),
    Setting("floor_percent", "At least, %", "number", high=100),
    Setting("ceiling_percent", "At most, %", "number", high=100),
)
OVERFLOW = (
    Setting("pool", "Pool that helps", "link", "", pool_options, may_be_empty=True),
    Setting("opens_at_wait_seconds", "Opens at a wait of, s", "whole"),
    Setting("closes_at_wait_seconds", "Closes below, s", "whole"),
    Setting("home_queue", "Its home", "link", "", queue_options, may_be_empty=True),
    Setting("home_max_wait_seconds", "Home waits at most, s", "whole"),
    Setting("min_hold_seconds", "Lends at least, s", "whole"),
    Setting("is_active", "In use", "yes"),
)
NEED = (
    Setting("skill", "Skill", "link", "", skill_options, may_be_empty=True),
    Setting("level", "At least", "choice", "", tuple((str(level), str(level)) for level in range(1, 6))),
)
STEP = (
    Setting("name", "Name", help="Such as: the office.", most=80),
    _seconds(
        "wait_seconds",
        "Until the next step opens too",
        "Two rings are 12. Empty: until the deadline.",
        may_be_empty=True,
    ),
    Setting("is_alone", "Only these pools from here on", "yes", "Those of earlier steps no longer may."),
    Setting("skip_if_unstaffed", "Skipped while nobody of it is at work", "yes"),
    Setting(
        "own_requirements",
        "Asks for other skills than the queue",
        "yes",
        "The skills below count from here on.",
    ),
)
