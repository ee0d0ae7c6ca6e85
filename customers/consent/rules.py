"""May we contact them now? What they said, quiet hours, holds and open cases give one answer. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

GRANTED, REFUSED, LIFTED = "granted", "refused", "lifted"
CONSENT, OPT_OUT, NECESSARY = "consent", "opt_out", "necessary"
# No zone is farther from another than this, so nobody's quiet hours outlast it.
_MOST_STEPS = 64
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Purpose:
    """What people are contacted for. `basis`: consent (only after a yes), opt_out (until a no), necessary
    (whatever was ordered needs it). `is_held`: waits while a case is open; `keeps_quiet`: not at night."""

    slug: str
    name: str
    basis: str
    is_held: bool = True
    keeps_quiet: bool = True
    wording: str = ""
    is_active: bool = True


@dataclass(frozen=True)
class Decision:
    """What somebody said: `answer` granted, refused or lifted (takes a refusal back without saying yes).
    An empty purpose or channel means every one. `place` orders those of one moment."""

    answer: str
    purpose: str
    channel: str
    said_at: datetime
    place: int = 0

    @property
    def when(self) -> tuple[datetime, int]:
        """Its place in time."""
        return self.said_at, self.place

    def concerns(self, purpose: str, channel: str) -> bool:
        """Whether it speaks of this purpose on this channel."""
        return self.purpose in {"", purpose} and self.channel in {"", channel}

    def undoes(self, refusal: "Decision") -> bool:
        """Whether this takes that refusal back: said later, and naming at least what it named."""
        names_as_much = (self.purpose or not refusal.purpose) and (self.channel or not refusal.channel)
        return self.answer != REFUSED and bool(names_as_much) and self.when > refusal.when


@dataclass(frozen=True)
class QuietHours:
    """From `starts` until `ends`, local time, over midnight or not; the same twice is never."""

    starts: time
    ends: time

    def has(self, local: time) -> bool:
        """Whether it is quiet at this time of day."""
        if self.starts <= self.ends:
            return self.starts <= local < self.ends
        return local >= self.starts or local < self.ends


@dataclass(frozen=True)
class Hold:
    """A pause until a moment; None: until somebody ends it."""

    until: datetime | None


@dataclass(frozen=True)
class Reason:
    """Why not: `code` unknown, no_consent, stopped, open_case, hold or quiet_hours; in words, and until when
    where that is known."""

    code: str
    text: str
    until: datetime | None = None


@dataclass(frozen=True)
class Permission:
    """The answer. `until`: from when on it is yes if nothing else changes; None when allowed or not known."""

    allowed: bool
    reasons: tuple[Reason, ...] = ()
    until: datetime | None = None


def may_contact(
    purpose: Purpose,
    channel: str,
    at: datetime,
    *,
    decisions: Sequence[Decision] = (),
    quiet: QuietHours | None = None,
    zones: Sequence[tzinfo] = (),
    open_cases: int = 0,
    holds: Sequence[Hold] = (),
) -> Permission:
    """Whether this person may be contacted at `at`. `zones`: those they may be in; quiet in one is quiet."""
    lasting = [*_said(purpose, channel, decisions), *_held(purpose, at, open_cases, holds)]
    resting = quiet if purpose.keeps_quiet else None
    ends = quiet_until(at, resting, zones)
    reasons = list(lasting)
    if ends != at:
        text = (
            f"It is quiet where they are until {ends.isoformat()}." if ends else "It is always quiet there."
        )
        reasons.append(Reason("quiet_hours", text, ends))
    if not reasons:
        return Permission(True)
    return Permission(False, tuple(reasons), _free_from(at, lasting, resting, zones))


def refusals(purpose: str, channel: str, decisions: Iterable[Decision]) -> list[Decision]:
    """The refusals that stand: a yes takes back only a no that named no more than it does."""
    concerned = [one for one in decisions if one.concerns(purpose, channel)]
    return [
        no for no in concerned if no.answer == REFUSED and not any(other.undoes(no) for other in concerned)
    ]


def has_consent(purpose: str, channel: str, decisions: Iterable[Decision]) -> bool:
    """Whether a yes stands that was said after every no: what was said before a no is over."""
    concerned = [one for one in decisions if one.concerns(purpose, channel)]
    last_no = max((one.when for one in concerned if one.answer == REFUSED), default=None)
    yeses = [one.when for one in concerned if one.answer == GRANTED]
    stands = not refusals(purpose, channel, concerned)
    return stands and any(last_no is None or when > last_no for when in yeses)


def quiet_until(at: datetime, quiet: QuietHours | None, zones: Sequence[tzinfo]) -> datetime | None:
    """The first moment from `at` on that is quiet in none of the zones; None when there never is one."""
    if quiet is None:
        return at
    moment = at
    for _ in range(_MOST_STEPS):
        ends = [_end_of_quiet(moment, quiet, zone) for zone in zones if _is_quiet(moment, quiet, zone)]
        if not ends:
            return moment
        moment = max(ends)
    return None


def _said(purpose: Purpose, channel: str, decisions: Sequence[Decision]) -> list[Reason]:
    if not purpose.is_active:
        return [Reason("unknown", "Nobody is contacted for this any more.")]
    standing = refusals(purpose.slug, channel, decisions)
    if purpose.basis == NECESSARY:
        # Who says no to everything still gets what they ordered, but never where they said no by name.
        standing = [no for no in standing if no.channel]
    if standing:
        last = max(standing, key=lambda one: one.when)
        return [Reason("stopped", f"They said no on {last.said_at:%-d %B %Y}.")]
    if purpose.basis == CONSENT and not has_consent(purpose.slug, channel, decisions):
        return [Reason("no_consent", "They have not said yes to this.")]
    return []


def _held(purpose: Purpose, at: datetime, open_cases: int, holds: Sequence[Hold]) -> list[Reason]:
    if not purpose.is_held:
        return []
    held = [hold for hold in holds if hold.until is None or hold.until > at]
    reasons = [Reason("open_case", "A case of theirs is open.")] if open_cases else []
    if held:
        ends = [hold.until for hold in held if hold.until is not None]
        until = max(ends) if len(ends) == len(held) else None
        reasons.append(Reason("hold", "They are not to be contacted for now.", until))
    return reasons


def _free_from(
    at: datetime, lasting: list[Reason], quiet: QuietHours | None, zones: Sequence[tzinfo]
) -> datetime | None:
    """When the last of what ends by itself has ended; None while something does not."""
    ends = [reason.until for reason in lasting]
    if None in ends:
        return None
    return quiet_until(max([at, *(end for end in ends if end)]), quiet, zones)


def _is_quiet(moment: datetime, quiet: QuietHours, zone: tzinfo) -> bool:
    return quiet.starts != quiet.ends and quiet.has(moment.astimezone(zone).time())


def _end_of_quiet(moment: datetime, quiet: QuietHours, zone: tzinfo) -> datetime:
    """The end of the quiet hours that this moment is in, in the zone of `moment`."""
    local = moment.astimezone(zone)
    day = local.date() if local.time() < quiet.ends else local.date() + _DAY
    end = datetime.combine(day, quiet.ends, tzinfo=zone)
    instant = end.astimezone(moment.tzinfo)
    # An hour that comes twice as the clocks go back: the first has passed, the second is meant.
    return instant if instant > moment else end.replace(fold=1).astimezone(moment.tzinfo)
