"""What the owner of the order does for one organisation besides pairing."""

import math
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.db import connection

from foundation.tenancy import tenant
from routing.actions.finals import carry_out_final
from routing.actions.overflow import set_lending
from routing.config import standing_of
from routing.engine import Contact, Final, Scene, borrow, finals_due, interval_of
from routing.engine.splits import interval_ends
from routing.floor import Floor
from routing.models import Presence

FINALS_AT_ONCE = 50
# The door of a channel is reminded that somebody waits to be let go; a mail does not wait at a door.
REMIND_SECONDS = 30.0
RECOUNT_SECONDS = 5.0
CLOCKS_DIFFER = timedelta(seconds=10)


def finals_now(floor: Floor, now: float) -> list[Final]:
    """Whose time is over and who was not seen to lately; `now` in epoch seconds. Asks no database."""
    if floor.reminded:
        floor.reminded = {one: at for one, at in floor.reminded.items() if one in floor.waiting}
    due = finals_due(floor.lines, floor.config.rules, now, floor.situation())
    return [one for one in due if _not_asked_lately(floor, one.contact, now)][:FINALS_AT_ONCE]


def _not_asked_lately(floor: Floor, contact: Contact, now: float) -> bool:
    asked_at = floor.reminded.get(contact.id)
    return asked_at is None or now - asked_at >= REMIND_SECONDS


def carry_out(floor: Floor, final: Final, now: float) -> None:
    """One final action, in a transaction of its own: another's trouble is no reason to be stranded."""
    contact, action = final.contact, final.action
    scene = Scene(floor.config.rules, now, floor.situation())
    works = action.kind != "partner" or (action.target_id is not None and scene.works(action.target_id))
    floor.reminded[contact.id] = now
    with tenant(floor.organization_id):
        waits_on = carry_out_final(contact.id, action, works=works)
    if not waits_on:
        floor.drop_waiting(contact.id)
    elif contact.channel != "voice":
        floor.lines[contact.queue_id].see_to_end(contact.id)


def weigh_overflow(floor: Floor, now: float) -> bool:
    """Open and close what helps; True when something changed, so that the rules must be read anew.

    Inside `tenant()`, as all that follows.
    """
    changed = False
    for helping in floor.config.overflows:
        rule = helping.rule
        wait, home_wait = floor.longest_wait(rule.queue_id, now), floor.longest_wait(rule.home_queue_id, now)
        state = borrow(rule, helping.state, wait=wait, home_wait=home_wait, now=now)
        if state is not helping.state:
            set_lending(helping.id, was=helping.state.opened_at, now=state.opened_at)
            changed = True
    return changed


_COUNTS = """
SELECT given.queue_id, given.number, o.pool_id, count(DISTINCT o.work_item_id)
FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[]) AS given (queue_id, number, starts)
JOIN routing_offer o ON o.organization_id = %s AND o.offered_at >= given.starts
JOIN routing_workitem w ON w.id = o.work_item_id AND w.queue_id = given.queue_id
WHERE o.state IN ('offered', 'accepted') AND o.pool_id IS NOT NULL
GROUP BY 1, 2, 3
"""


def read_counts(floor: Floor, now: float) -> None:
    """What each pool of a split queue has had in this interval; an offer that came to nothing counts not."""
    splits = [(plan.id, plan.split) for plan in floor.config.rules.plans.values() if plan.split is not None]
    floor.taken.clear()
    ends = [interval_ends(split, now) for _, split in splits]
    floor.counts_until = min([*ends, now + RECOUNT_SECONDS if splits else math.inf])
    if not splits:
        return
    queue_ids = [queue_id for queue_id, _ in splits]
    numbers = [interval_of(split, now) for _, split in splits]
    starts = [
        datetime.fromtimestamp(end - split.minutes * 60, UTC)
        for end, (_, split) in zip(ends, splits, strict=True)
    ]
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, [queue_ids, numbers, starts, floor.organization_id])
        floor.taken.update({(queue, number, pool): n for queue, number, pool, n in cursor.fetchall()})


def read_standings(floor: Floor) -> None:
    """How agents stand who have changed since the last look."""
    since = floor.standings_at - CLOCKS_DIFFER if floor.standings_at else None
    changed = Presence.objects.values_list("member_id", "state", "since")
    rows: Iterable[tuple[int, str, datetime]] = changed if since is None else changed.filter(since__gte=since)
    for member_id, state, at in rows:
        floor.note_standing(member_id, standing_of(state))
        floor.standings_at = max(floor.standings_at or at, at)
