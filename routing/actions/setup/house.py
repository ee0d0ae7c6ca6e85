"""What holds for the whole floor: channels, reasons to pause, opening hours; and who is in a pilot."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max, ProtectedError

from accounts.actors import Actor
from accounts.hours.models import BusinessHours, Holiday, HoursSpan
from customers.models import Customer
from foundation.errors import NotVisible, Refusal
from routing.actions.setup.changing import (
    check_version,
    clean_slug,
    field_problems,
    new_problems,
    note_change,
    refuse,
)
from routing.models import ChannelRule, PauseReason, PilotPin, Pool, Queue
from routing.queries.setup import (
    CHANNEL_FIELDS,
    USUAL_CHANNELS,
    channel_documents,
    hours_document,
    reason_document,
    world,
)
from routing.setup_rules import Problem, World, check_channel, check_hours, check_queue, open_hours


@transaction.atomic
def set_channel_rule(
    channel: str, changes: Mapping[str, Any], *, actor: Actor, expected_version: int | None = None
) -> ChannelRule:
    """What a contact on a channel takes of an agent. SettingsRefused, Conflict `stale`, NotVisible."""
    if channel not in USUAL_CHANNELS:
        raise NotVisible("channel")
    rule, _ = ChannelRule.objects.select_for_update(no_key=True).get_or_create(
        channel=channel, defaults=_usual(channel)
    )
    before = channel_documents()[channel]
    check_version(before, changes, expected_version, None)
    wanted = before | dict(changes)
    for name in CHANNEL_FIELDS:
        setattr(rule, name, wanted[name])
    unknown = sorted(set(wanted["excludes"]) - set(USUAL_CHANNELS))
    problems = [Problem("unknown_channel", "excludes", f"There is no channel “{one}”.") for one in unknown]
    refuse(problems or field_problems(rule, ("units", "most", "is_interruptible")) or check_channel(wanted))
    rule.excludes = sorted(set(wanted["excludes"]))
    rule.save()
    note_change(f"channel/{channel}", before, channel_documents()[channel], actor=actor)
    return rule


def _usual(channel: str) -> dict[str, Any]:
    return {name: value for name, value in USUAL_CHANNELS[channel].items() if name != "channel"}


@transaction.atomic
def create_pause_reason(slug: str, *, name: str, is_productive: bool = False, actor: Actor) -> PauseReason:
    """A reason agents may pause for, at the end of the list. SettingsRefused."""
    clean_slug(slug, taken=PauseReason.objects.filter(slug=slug).exists())
    last = PauseReason.objects.aggregate(last=Max("position"))["last"]
    reason = PauseReason(
        slug=slug, name=name.strip(), is_productive=is_productive, position=0 if last is None else last + 1
    )
    refuse(field_problems(reason, ("name", "is_productive")))
    reason.save()
    note_change(f"pause-reason/{slug}", None, reason_document(reason), actor=actor)
    return reason


@transaction.atomic
def change_pause_reason(
    slug: str, changes: Mapping[str, Any], *, actor: Actor, expected_version: int | None = None
) -> PauseReason:
    """Name, whether it is work, its place, whether it is offered. SettingsRefused, Conflict, NotVisible."""
    reason = PauseReason.objects.select_for_update(no_key=True).filter(slug=slug).first()
    if reason is None:
        raise NotVisible("pause reason")
    before = reason_document(reason)
    check_version(before, changes, expected_version, None)
    for name in ("name", "is_productive", "position", "is_active"):
        setattr(reason, name, (before | dict(changes))[name])
    refuse(field_problems(reason, ("name", "is_productive", "position", "is_active")))
    reason.save()
    note_change(f"pause-reason/{slug}", before, reason_document(reason), actor=actor)
    return reason


@transaction.atomic
def move_pause_reason(slug: str, *, by: int, actor: Actor) -> bool:
    """One place up (-1) or down (1) in the list agents choose from. False at its end. NotVisible."""
    ordered = list(PauseReason.objects.select_for_update(no_key=True).order_by("position", "id"))
    at = next((place for place, one in enumerate(ordered) if one.slug == slug), None)
    if at is None:
        raise NotVisible("pause reason")
    to = at + by
    if not 0 <= to < len(ordered):
        return False
    ordered[at], ordered[to] = ordered[to], ordered[at]
    for position, one in enumerate(ordered):
        one.position = position
    PauseReason.objects.bulk_update(ordered, ["position"])
    return note_change(f"pause-reason/{slug}", {"position": at}, {"position": to}, actor=actor)


@transaction.atomic
def create_hours(slug: str, *, name: str, actor: Actor, **settings: Any) -> BusinessHours:
    """Opening hours: time_zone, spans [{weekday, opens, closes}], holidays. SettingsRefused."""
    clean_slug(slug, taken=BusinessHours.objects.filter(slug=slug).exists())
    hours = BusinessHours(slug=slug, name=name)
    blank = {"slug": slug, "name": name, "time_zone": "UTC", "spans": [], "holidays": []}
    _save_hours(hours, blank | settings)
    note_change(f"hours/{slug}", None, hours_document(hours), actor=actor)
    return hours


@transaction.atomic
def change_hours(
    slug: str, changes: Mapping[str, Any], *, actor: Actor, expected_version: int | None = None
) -> BusinessHours:
    """Change opening hours. SettingsRefused, Conflict `stale`, NotVisible."""
    hours = BusinessHours.objects.select_for_update(no_key=True).filter(slug=slug).first()
    if hours is None:
        raise NotVisible("opening hours")
    before = hours_document(hours)
    check_version(before, changes, expected_version, None)
    _save_hours(hours, before | dict(changes))
    note_change(f"hours/{slug}", before, hours_document(hours), actor=actor)
    return hours


@transaction.atomic
def remove_hours(slug: str, *, actor: Actor) -> None:
    """Take opening hours away that nothing goes by. Refusal `in_use`, NotVisible."""
    hours = BusinessHours.objects.select_for_update().filter(slug=slug).first()
    if hours is None:
        raise NotVisible("opening hours")
    before = hours_document(hours)
    try:
        hours.delete()
    except ProtectedError as error:
        raise Refusal("in_use", "A queue or a pool goes by these hours; give it others first.") from error
    note_change(f"hours/{slug}", before, None, actor=actor)


def _save_hours(hours: BusinessHours, wanted: Mapping[str, Any]) -> None:
    hours.name, hours.time_zone = str(wanted["name"]).strip(), wanted["time_zone"]
    wanted = {
        **wanted,
        "holidays": [{"name": "", "opens": None, "closes": None, **day} for day in wanted["holidays"]],
    }
    refuse([*field_problems(hours, ("name", "time_zone")), *check_hours(wanted)])
    _refuse_shutting_queues(hours.slug, wanted)
    hours.save()
    hours.spans.all().delete()
    hours.holidays.all().delete()
    HoursSpan.objects.bulk_create(HoursSpan(hours=hours, **span) for span in wanted["spans"])
    Holiday.objects.bulk_create(Holiday(hours=hours, **day) for day in wanted["holidays"])


def _refuse_shutting_queues(slug: str, wanted: Mapping[str, Any]) -> None:
    """Hours that leave a queue without any are refused here, not found out by its callers."""
    there = world()
    after = World(
        people=there.people,
        pools=there.pools,
        skills=there.skills,
        hours={**there.hours, slug: open_hours(wanted)},
        queues=there.queues,
        today=there.today,
    )
    for queue in there.queues.values():
        if queue["hours"] != slug:
            continue
        found = new_problems(check_queue(queue, there), check_queue(queue, after), ["hours"])
        if any(one.code == "never_open" for one in found):
            refuse([Problem("never_open", "spans", f"{queue['name']} would never open.")])


@transaction.atomic
def pin_customer(
    queue_slug: str, customer_id: int, *, pool_slug: str, until: datetime | None = None, actor: Actor
) -> PilotPin:
    """For a pilot: this customer's contacts of a queue go to one pool. SettingsRefused, NotVisible."""
    queue = Queue.objects.filter(slug=queue_slug).first()
    if queue is None:
        raise NotVisible("queue")
    pool, customer = (
        Pool.objects.filter(slug=pool_slug).first(),
        Customer.objects.filter(id=customer_id).first(),
    )
    problems = []
    if pool is None:
        problems.append(Problem("unknown_pool", "pool", "Choose a team or a partner."))
    elif not _opened_by(queue, pool):
        problems.append(Problem("never_opened", "pool", "No step of this queue opens that pool."))
    if customer is None:
        problems.append(Problem("unknown_customer", "customer_id", "There is no such customer."))
    refuse(problems)
    assert pool is not None
    before = PilotPin.objects.filter(queue=queue, customer_id=customer_id).select_related("pool").first()
    was = _pin(before) if before else None
    pin, _ = PilotPin.objects.update_or_create(
        queue=queue, customer_id=customer_id, defaults={"pool": pool, "until": until}
    )
    note_change(f"pilot/{queue_slug}/{customer_id}"[:60], was, _pin(pin), actor=actor)
    return pin


def _opened_by(queue: Queue, pool: Pool) -> bool:
    by_step = queue.steps.filter(pools__pool=pool).exists()
    return by_step or queue.overflows.filter(pool=pool).exists()


@transaction.atomic
def unpin_customer(queue_slug: str, customer_id: int, *, actor: Actor) -> bool:
    """The pilot is over for this customer. False when it was already."""
    pin = (
        PilotPin.objects.filter(queue__slug=queue_slug, customer_id=customer_id)
        .select_related("pool")
        .first()
    )
    if pin is None:
        return False
    was = _pin(pin)
    pin.delete()
    return note_change(f"pilot/{queue_slug}/{customer_id}"[:60], was, None, actor=actor)


def _pin(pin: PilotPin) -> dict[str, Any]:
    return {"pool": pin.pool.slug, "until": pin.until}
