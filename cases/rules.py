"""Decisions on plain values: when to warn about a promise, and what a caller most likely wants."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

SHORTEST_LEAD = timedelta(minutes=10)
LONGEST_LEAD = timedelta(hours=4)

REASONS: dict[str, str] = {
    "missing_issue": "Missing issue",
    "switch_to_digital": "Switch to digital",
    "digital_access": "Access to the digital edition",
    "billing": "Payment or invoice",
    "renewal": "Renewal",
    "address_change": "Change of address",
    "cancel": "Cancellation",
    "other": "Something else",
}


def label_of(reason: str) -> str:
    """A reason as people read it; one of the organisation's own as its words."""
    return REASONS.get(reason) or reason.replace("_", " ").capitalize()


# Contacts counted as if seen once each before any history, so that no reason is ever impossible.
_PSEUDO_COUNT = 1.0


def warning_time(promised_at: datetime, due_at: datetime) -> datetime:
    """When the owner is warned: a quarter of the time before, at least 10 min and at most 4 h; a promise
    shorter than 20 min is warned half way."""
    whole = due_at - promised_at
    lead = min(max(whole / 4, SHORTEST_LEAD), LONGEST_LEAD)
    return due_at - min(lead, whole / 2)


@dataclass(frozen=True)
class PromiseSignal:
    """A promise to the caller: what, by which company (empty: us), and how it stands: open, broken, kept."""

    text: str
    company: str
    state: str
    due_at: datetime


@dataclass(frozen=True)
class PastContact:
    """One earlier contact and why it was made."""

    reason: str
    at: datetime


@dataclass(frozen=True)
class Signals:
    """What is known when a caller is recognised. `baseline` counts the organisation's past contacts by
    reason; `stated_reason` is what the caller said in this contact."""

    now: datetime
    stated_reason: str = ""
    missing_issues: tuple[str, ...] = ()
    promises: tuple[PromiseSignal, ...] = ()
    open_cases: tuple[tuple[str, str], ...] = ()
    contacts: tuple[PastContact, ...] = ()
    switching_to: tuple[str, ...] = ()
    cancelled_recently: bool = False
    renews_in_days: int | None = None
    baseline: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class ReasonGuess:
    """Why they probably call, how probably (0 to 1), and what speaks for it, in sentences."""

    reason: str
    label: str
    probability: float
    evidence: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Clue:
    """A sentence, and by how much it raises the odds of each reason it speaks for."""

    sentence: str
    odds: Mapping[str, float]


def guess_reasons(signals: Signals) -> list[ReasonGuess]:
    """Every reason with its probability, likeliest first; the probabilities add up to 1.

    Each clue multiplies the odds of its reasons; without clues the organisation's own frequencies remain.
    """
    weights = _prior(signals.baseline)
    evidence: dict[str, list[str]] = {reason: [] for reason in REASONS}
    for clues in _SOURCES:
        for clue in clues(signals):
            for reason, odds in clue.odds.items():
                weights[reason] *= odds
                evidence[reason].append(clue.sentence)
    total = sum(weights.values())
    guesses = [
        ReasonGuess(
            reason,
            REASONS[reason],
            weight / total,
            evidence[reason] or frequency_sentence(reason, signals.baseline),
        )
        for reason, weight in weights.items()
    ]
    return sorted(guesses, key=lambda guess: -guess.probability)


def _prior(baseline: Mapping[str, int]) -> dict[str, float]:
    counted = {reason: max(baseline.get(reason, 0), 0) + _PSEUDO_COUNT for reason in REASONS}
    total = sum(counted.values())
    return {reason: count / total for reason, count in counted.items()}


def frequency_sentence(reason: str, baseline: Mapping[str, int]) -> list[str]:
    """How common the reason is, as evidence where there is no other; nothing when it is rare."""
    total = sum(max(count, 0) for count in baseline.values())
    share = max(baseline.get(reason, 0), 0) / total if total else 0
    return [f"{share:.0%} of the last {total:,} contacts were about this."] if share >= 0.005 else []


def _from_statement(signals: Signals) -> list[_Clue]:
    if signals.stated_reason not in REASONS:
        return []
    label = REASONS[signals.stated_reason].lower()
    return [_Clue(f"They said so: {label}.", {signals.stated_reason: 200.0})]


def _from_missing_issues(signals: Signals) -> list[_Clue]:
    count = len(signals.missing_issues)
    if not count:
        return []
    noun = "Issue" if count == 1 else "Issues"
    verb = "was" if count == 1 else "were"
    sentence = f"{noun} {_listed(signals.missing_issues)} {verb} reported missing."
    return [_Clue(sentence, {"missing_issue": 6.0 * count, "switch_to_digital": 2.0 * count, "cancel": 1.5})]


def _from_promises(signals: Signals) -> list[_Clue]:
    clues = []
    for promise in signals.promises:
        who = promise.company or "We"
        weight = {"broken": 40.0, "open": 12.0, "kept": 2.0}.get(promise.state, 1.0)
        told = {
            "broken": f"{who} promised “{promise.text}” and it is overdue.",
            "open": f"{who} promised “{promise.text}”; it is not done yet.",
            "kept": f"{who} promised “{promise.text}” and did it recently.",
        }.get(promise.state)
        if told:
            clues.append(_Clue(told, {topic_of(promise.text): weight}))
    return clues


def _from_cases(signals: Signals) -> list[_Clue]:
    return [
        _Clue(f"The case “{title}” is open.", {reason: 10.0})
        for reason, title in signals.open_cases
        if reason in REASONS
    ]


def _from_contacts(signals: Signals) -> list[_Clue]:
    latest = max(signals.contacts, key=lambda contact: contact.at, default=None)
    if latest is None or latest.reason not in REASONS:
        return []
    days = (signals.now - latest.at).days
    if days > 30:
        return []
    when = "today" if days <= 0 else "yesterday" if days == 1 else f"{days} days ago"
    label = REASONS[latest.reason].lower()
    return [_Clue(f"Their last contact, {when}, was about this: {label}.", {latest.reason: 6.0 - days / 6})]


def _from_subscriptions(signals: Signals) -> list[_Clue]:
    clues = [
        _Clue(f"The switch to {product} is under way.", {"digital_access": 8.0})
        for product in signals.switching_to
    ]
    days = signals.renews_in_days
    if days is not None and 0 <= days <= 30:
        when = "today" if days == 0 else "tomorrow" if days == 1 else f"in {days} days"
        clues.append(
            _Clue(f"The subscription renews {when}.", {"renewal": 6.0, "billing": 2.0, "cancel": 2.0})
        )
    if signals.cancelled_recently:
        clues.append(_Clue("A subscription was cancelled recently.", {"cancel": 5.0, "billing": 3.0}))
    return clues


_SOURCES: tuple[Callable[[Signals], list[_Clue]], ...] = (
    _from_statement,
    _from_promises,
    _from_missing_issues,
    _from_cases,
    _from_contacts,
    _from_subscriptions,
)
_TOPICS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("digital_access", ("link", "access", "log in", "login", "password", "app", "digital", "account")),
    ("missing_issue", ("issue", "replacement", "copy", "copies", "delivery", "resend")),
    ("billing", ("refund", "invoice", "payment", "charge", "credit", "receipt")),
    ("address_change", ("address", "moved", "forward")),
    ("renewal", ("renew",)),
    ("cancel", ("cancel",)),
)


def topic_of(text: str) -> str:
    """The reason for contact a promise's words belong to; `other` when none."""
    lowered = text.lower()
    return next((reason for reason, words in _TOPICS if any(word in lowered for word in words)), "other")


def _listed(items: tuple[str, ...]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"
