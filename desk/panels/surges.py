"""Surge plans on screen: the form, what a plan does, what runs, what partners promised and brought."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from accounts.models import Organization
from desk.panels.simulation import run_line
from foundation import clock
from foundation.models import Event
from routing.config import running_surges
from routing.engine import IN_HOUSE, PoolPlan, QueuePlan, Step
from routing.models import Queue, SeatAsk, SimulationRun, SurgePlan, SurgeRun
from routing.queries.surges import (
    House,
    bundle_of,
    current_version,
    deliveries,
    hand_changes,
    house_now,
    loans,
    past_runs,
    pool_name,
    running_run,
    seats_now,
    surge_history,
    surge_plans,
)
from routing.surge.bundle import AUDIENCES, URGENCIES, Bundle, Marquee, SeatWish

_URGENCY = {"calm": "Good to know", "soon": "Act on it", "now": "Act now"}
_AUDIENCE = {"all": "Everyone", "inhouse": "In-house"}
_LEVELS = {
    SeatAsk.State.OPEN: "soon",
    SeatAsk.State.ACCEPTED: "good",
    SeatAsk.State.PARTIAL: "accent",
    SeatAsk.State.REFUSED: "now",
}
_USUAL = SeatWish(partner_id=0, seats=0)
_LENT = {"pools": "who serves", "split": "the shares", "announcement": "what callers hear"}
_TOLD = {
    "surge.changed": "Version {version_number} was made",
    "surge.started": "Version {version_number} was started",
    "surge.reverted": "The plan was {how}",
    "seats.asked": "{partner} was asked for {seats} more",
    "seats.answered": "{partner}: {answer}, {seats_promised} promised",
    "seats.released": "{partner}: the seats are not needed any longer",
}


def list_panel() -> list[dict[str, Any]]:
    """Every plan with what it does, and the run that goes on."""
    house = house_now()
    running = {run.plan_id: run for run in running_surges()}
    return [_plan_line(plan, house, running.get(plan.id)) for plan in surge_plans()]


def _plan_line(plan: SurgePlan, house: House, run: SurgeRun | None) -> dict[str, Any]:
    version = current_version(plan)
    return {
        "id": plan.id,
        "name": plan.name,
        "purpose": plan.purpose,
        "version": version.number,
        "words": house.words(bundle_of(version)),
        "until": run.expires_at if run else None,
    }


def running_panel() -> list[dict[str, Any]]:
    """What runs now, for the banner on the floor."""
    return [
        {
            "plan_id": run.plan_id,
            "run_id": run.id,
            "name": run.version.plan.name,
            "until": run.expires_at,
            "open_asks": sum(1 for ask in run.asks.all() if ask.state == SeatAsk.State.OPEN),
        }
        for run in running_surges()
    ]


def queue_loans(slug: str) -> list[dict[str, Any]]:
    """What running plans lend to a queue, for the screen of what is set up."""
    queue_id = Queue.objects.filter(slug=slug).values_list("id", flat=True).first()
    return _loans(lambda kind, name: kind in _LENT and name == str(queue_id))


def channel_loans() -> list[dict[str, Any]]:
    """The same for channels."""
    return _loans(lambda kind, name: kind == "channel")


def _loans(wanted: Callable[[str, str], bool]) -> list[dict[str, Any]]:
    found = []
    for loan in loans():
        kind, _, name = loan.setting.partition(":")
        if wanted(kind, name):
            what = _LENT.get(kind) or f"how much one {name} takes of an agent"
            found.append({"what": what, "plan_id": loan.plan_id, "plan": loan.plan_name, "until": loan.until})
    return found


def plan_panel(plan: SurgePlan) -> dict[str, Any]:
    """One plan: what it does, whether it runs, what was tried, and all that happened to it."""
    house, version, run = house_now(), current_version(plan), running_run(plan)
    bundle = bundle_of(version)
    tried = SimulationRun.objects.filter(surge__plan=plan).select_related("surge", "member").defer("result")
    return {
        "id": plan.id,
        "name": plan.name,
        "purpose": plan.purpose,
        "version": version.number,
        "made_by": version.made_by.display_name if version.made_by else "",
        "made_at": version.made_at,
        "minutes": bundle.minutes,
        "lasts": duration_words(bundle.minutes),
        "words": house.words(bundle),
        "running": _running(run, house) if run else None,
        "previews": [
            run_line(one) | {"version": one.surge.number if one.surge else 0}
            for one in tried.order_by("-id")[:5]
        ],
        "past": [_past(one, house) for one in past_runs(plan)],
        "history": [_told(event, house) for event in surge_history(plan)],
    }


def duration_words(minutes: int) -> str:
    """As people say it."""
    hours, rest = divmod(minutes, 60)
    return " ".join([f"{hours} h"] * bool(hours) + [f"{rest} min"] * bool(rest))


def _running(run: SurgeRun, house: House) -> dict[str, Any]:
    asks = list(run.asks.select_related("partner", "run__plan").order_by("id"))
    return {
        "id": run.id,
        "version": run.version.number,
        "by": run.started_by.display_name if run.started_by else "",
        "at": run.started_at,
        "until": run.expires_at,
        "words": house.words(bundle_of(run.version)),
        "by_hand": [_hand_words(one.setting, house) for one in hand_changes(run, house)],
        "asks": asks_panel(asks),
        "partners": [
            {"value": str(partner_id), "label": f"{name}, {seats_now(partner_id)} at work"}
            for partner_id, name in sorted(house.partners.items(), key=lambda one: one[1])
        ],
    }


def _hand_words(setting: str, house: House) -> str:
    kind, _, name = setting.partition(":")
    if kind == "channel":
        return f"the capacity of {name}"
    plan = house.rules.plans.get(int(name))
    queue = plan.name if plan else "a queue that is gone"
    return f"{_LENT.get(kind, kind)} in {queue}"


def _past(run: SurgeRun, house: House) -> dict[str, Any]:
    return {
        "version": run.version.number,
        "started_at": run.started_at,
        "started_by": run.started_by.display_name if run.started_by else "",
        "ended_at": run.reverted_at,
        "end": run.get_end_display(),
        "ended_by": run.reverted_by.display_name if run.reverted_by else "",
        "by_hand": [_hand_words(one["setting"], house) for one in run.changed_by_hand],
        "asks": asks_panel(list(run.asks.select_related("partner", "run__plan").order_by("id"))),
    }


def _told(event: Event, house: House) -> dict[str, Any]:
    partner = house.partners.get(event.payload.get("asked_partner_id", 0), "A partner")
    answer = SeatAsk.State(event.payload["answer"]).label.lower() if "answer" in event.payload else ""
    text = _TOLD[event.name].format(**{**event.payload, "partner": partner, "answer": answer})
    if event.payload.get("by_deadline"):
        text += ", because nobody answered in time"
    return {"text": text, "by": event.actor.get("name") or "", "at": event.occurred_at}


def asks_panel(asks: Sequence[SeatAsk]) -> list[dict[str, Any]]:
    """Asks for seats as both sides see them."""
    brought, now = deliveries(asks), clock.now()
    return [
        {
            "id": ask.id,
            "partner": ask.partner.name,
            "seats": ask.seats,
            "most_partial": ask.seats - 1,
            "seats_before": ask.seats_before,
            "starts_at": ask.starts_at,
            "ends_at": ask.ends_at,
            "answer_by": ask.answer_by,
            "is_open": ask.state == SeatAsk.State.OPEN and ask.answer_by > now,
            "state": ask.state,
            "state_label": ask.get_state_display(),
            "level": _LEVELS.get(SeatAsk.State(ask.state), ""),
            "promised": ask.seats_promised,
            "note": ask.note,
            "answered_by": ask.answered_by,
            "answered_at": ask.answered_at,
            "by_deadline": ask.state == SeatAsk.State.REFUSED and not ask.answered_by,
            "brought": brought[ask.id],
        }
        for ask in asks
    ]


def own_asks_panel(asks: Sequence[SeatAsk], organization: Organization) -> dict[str, Any]:
    """What waits for an answer on this desktop."""
    return {"company": organization.name, "asks": asks_panel(asks)}


# --- the form ------------------------------------------------------------------------------------------


def form_panel(plan: SurgePlan | None) -> dict[str, Any]:
    """Everything a plan may change, filled with what the plan changes now."""
    house = house_now()
    version = current_version(plan) if plan else None
    bundle = bundle_of(version) if version else Bundle()
    marquee = bundle.marquee or Marquee("")
    return {
        "plan_id": plan.id if plan else None,
        "name": plan.name if plan else "",
        "purpose": plan.purpose if plan else "",
        "version": version.number if version else 0,
        "minutes": bundle.minutes,
        "queues": [_queue_fields(one, house, bundle) for one in house.rules.plans.values()],
        "channels": [_channel_fields(name, house, bundle) for name in house.rules.channels],
        "partners": [_partner_fields(number, name, bundle) for number, name in house.partners.items()],
        "marquee": marquee,
        "urgencies": [{"value": one, "label": _URGENCY[one]} for one in URGENCIES],
        "audiences": [{"value": one, "label": _AUDIENCE[one]} for one in AUDIENCES],
    }


def _queue_fields(plan: QueuePlan, house: House, bundle: Bundle) -> dict[str, Any]:
    opened = {one.pool_id: one.step for one in bundle.opened if one.queue_id == plan.id}
    split = next((one for one in bundle.splits if one.queue_id == plan.id), None)
    covering = [
        pool for pool in house.rules.pools.values() if pool.queues is None or plan.slug in pool.queues
    ]
    percents: Mapping[int, float] = split.percents if split else {}
    said = dict(bundle.announcements).get(plan.id, "")
    return {
        "id": plan.id,
        "name": plan.name,
        "touched": bool(opened or split or said),
        "pools": [
            _pool_fields(pool, plan, opened.get(pool.id))
            for pool in covering
            if pool.id in opened or pool.id not in plan.steps[0].pools
        ],
        "shares": [
            {"id": pool.id, "name": _capitalised(pool), "percent": _plain(percents.get(pool.id))}
            for pool in covering
        ],
        "strict": bool(split and split.strict),
        "says": said,
        "said": house.says.get(plan.id, ""),
    }


def _pool_fields(pool: PoolPlan, plan: QueuePlan, step: int | None) -> dict[str, Any]:
    options = [{"value": "", "label": _usual(pool, plan.steps)}, {"value": "0", "label": "At once"}]
    options += [{"value": str(n), "label": f"From step {n + 1} on"} for n in range(1, len(plan.steps))]
    return {
        "id": pool.id,
        "name": _capitalised(pool),
        "value": "" if step is None else str(step),
        "options": options,
    }


def _usual(pool: PoolPlan, steps: Sequence[Step]) -> str:
    opens = next((n for n, step in enumerate(steps) if pool.id in step.pools), None)
    return "As usual: not at all" if opens is None else f"As usual: from step {opens + 1} on"


def _capitalised(pool: PoolPlan) -> str:
    name = pool_name(pool.id, pool.name)
    return name[:1].upper() + name[1:] if pool.id == IN_HOUSE else name


def _channel_fields(channel: str, house: House, bundle: Bundle) -> dict[str, Any]:
    rule = house.rules.channels[channel]
    new = next((one for one in bundle.channels if one.channel == channel), None)
    return {
        "channel": channel,
        "name": channel.capitalize(),
        "units": new.units if new else "",
        "most": new.most if new and new.most else "",
        "usual": rule.units,
        "usual_most": rule.most or "",
    }


def _partner_fields(partner_id: int, name: str, bundle: Bundle) -> dict[str, Any]:
    wish = next((one for one in bundle.asks if one.partner_id == partner_id), None)
    known = wish or _USUAL
    return {
        "id": partner_id,
        "name": name,
        "seats": wish.seats if wish else "",
        "answer": known.answer_minutes,
        "from": known.from_minutes,
        "now": seats_now(partner_id),
    }


def _plain(number: float | None) -> str:
    return "" if number is None else f"{number:g}"
