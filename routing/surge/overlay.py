"""A bundle laid over what is set up, and what stands beneath it. Pure; the set-up itself is never touched."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from routing.engine import ChannelRule, QueuePlan, Rulebook, Share, Split
from routing.surge.bundle import Bundle, NewCapacity, NewSplit, Opened

OVERRIDE_SECONDS = 120.0  # where a plan alone makes a split strict, nobody waits for a pool longer


def overlaid(rules: Rulebook, bundle: Bundle) -> Rulebook:
    """The rules while the bundle is lent to them. What names a queue or pool that is gone does nothing."""
    plans = dict(rules.plans)
    for opened in bundle.opened:
        if opened.queue_id in plans and opened.pool_id in rules.pools:
            plans[opened.queue_id] = _with_pool(plans[opened.queue_id], opened)
    for split in bundle.splits:
        if split.queue_id in plans:
            plans[split.queue_id] = _with_split(plans[split.queue_id], split, rules)
    channels = dict(rules.channels)
    for one in bundle.channels:
        if one.channel in channels:
            channels[one.channel] = _with_capacity(channels[one.channel], one)
    return replace(rules, plans=plans, channels=channels)


def _with_pool(plan: QueuePlan, opened: Opened) -> QueuePlan:
    """A later step that shuts the earlier ones does not shut the pool that is lent."""
    first = min(opened.step, len(plan.steps) - 1)
    steps = tuple(
        replace(step, pools=step.pools | {opened.pool_id})
        if number == first or (number > first and step.alone)
        else step
        for number, step in enumerate(plan.steps)
    )
    return replace(plan, steps=steps)


def _with_split(plan: QueuePlan, new: NewSplit, rules: Rulebook) -> QueuePlan:
    shares = tuple(Share(pool, percent) for pool, percent in new.percents.items() if pool in rules.pools)
    if not shares:
        return replace(plan, split=None)
    if plan.split is None:
        return replace(plan, split=Split(shares, override_after=OVERRIDE_SECONDS, strict=new.strict))
    return replace(plan, split=replace(plan.split, shares=shares, strict=new.strict))


def _with_capacity(rule: ChannelRule, new: NewCapacity) -> ChannelRule:
    return replace(rule, units=new.units, most=new.most)


def beneath(bundle: Bundle, rules: Rulebook, says: Mapping[int, str]) -> dict[str, Any]:
    """What is set up where the bundle lies, by setting, as JSON; `says`: announcements by queue id."""
    found: dict[str, Any] = {}
    for opened in bundle.opened:
        plan = rules.plans.get(opened.queue_id)
        found[f"pools:{opened.queue_id}"] = [sorted(step.pools) for step in plan.steps] if plan else None
    for split in bundle.splits:
        plan = rules.plans.get(split.queue_id)
        found[f"split:{split.queue_id}"] = _split_json(plan.split) if plan else None
    for queue_id, _ in bundle.announcements:
        found[f"announcement:{queue_id}"] = says.get(queue_id)
    for one in bundle.channels:
        rule = rules.channels.get(one.channel)
        found[f"channel:{one.channel}"] = [rule.units, rule.most] if rule else None
    return found


def _split_json(split: Split | None) -> Any:
    if split is None:
        return []
    return [[one.pool_id, one.percent, one.floor, one.ceiling] for one in split.shares]


@dataclass(frozen=True)
class HandChange:
    """A setting that somebody changed by hand while a plan was laid over it."""

    setting: str
    was: Any
    now: Any


def changed_by_hand(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[HandChange]:
    """What stands beneath otherwise than when the plan was started."""
    for setting, was in before.items():
        if now.get(setting) != was:
            yield HandChange(setting, was, now.get(setting))


def bundle_words(
    bundle: Bundle, *, queues: Mapping[int, str], pools: Mapping[int, str], partners: Mapping[int, str]
) -> list[str]:
    """What the bundle does, a sentence each, without the last full stop."""
    gone = "something that is gone"
    found = []
    for opened in bundle.opened:
        when = "at once" if not opened.step else f"from step {opened.step + 1} on"
        queue, pool = queues.get(opened.queue_id, gone), pools.get(opened.pool_id, gone)
        found.append(f"Opens {queue} to {pool} {when}")
    for split in bundle.splits:
        shares = ", ".join(
            f"{percent:g} % {pools.get(pool, gone)}" for pool, percent in split.percents.items()
        )
        found.append(f"Splits {queues.get(split.queue_id, gone)}: {shares}{', strictly' * split.strict}")
    for queue_id, text in bundle.announcements:
        found.append(f"Callers of {queues.get(queue_id, gone)} hear “{text}”")
    for one in bundle.channels:
        most = f", at most {one.most} at once" if one.most else ""
        found.append(f"One {one.channel} takes {one.units} of 100 units{most}")
    if bundle.marquee:
        found.append(f"Desktops say “{bundle.marquee.title}”")
    for ask in bundle.asks:
        word = "seat" if ask.seats == 1 else "seats"
        found.append(f"Asks {partners.get(ask.partner_id, gone)} for {ask.seats} more {word}")
    return found
