"""Cases and promises: months of settled ones, a few dozen open, and the one the product is for."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from accounts.actors import Actor
from accounts.models import Member
from cases.actions import acknowledge_promise, make_promise, open_case
from cases.models import Case, Promise
from contactcenter.demo import texts
from contactcenter.demo.company import Company
from contactcenter.demo.history import hand_of
from customers.models import Customer, Interaction, RecordShare, TimelineEntry
from foundation.models import Timer

OPEN_CASES = 26
_DUE_HOURS = (1, 3, 26, 1, 44, 5, 20, 70)


def write_settled(
    company: Company, interactions: Sequence[Interaction], *, rng: Random, now: datetime
) -> None:
    """Cases solved and promises kept, some of them late, out of past contacts."""
    answered = [
        contact
        for contact in interactions
        if contact.member_id and contact.started_at < now - timedelta(days=6)
    ]
    chosen = [contact for contact in answered if contact.disposition == "promise_made"]
    cases = [_solved_case(contact, rng) for contact in chosen]
    Case.objects.bulk_create(cases, batch_size=500)
    promises = [_settled_promise(contact, case, rng) for contact, case in zip(chosen, cases, strict=True)]
    Promise.objects.bulk_create(promises, batch_size=500)
    lines = [line for case, contact in zip(cases, chosen, strict=True) for line in _case_lines(case, contact)]
    lines += [line for promise in promises for line in _promise_lines(promise)]
    TimelineEntry.objects.bulk_create(lines, batch_size=1000)
    _share(company, promises)


def _solved_case(contact: Interaction, rng: Random) -> Case:
    opened_at = contact.ended_at or contact.started_at
    return Case(
        customer=contact.customer,
        title=rng.choice(texts.TOPICS[contact.reason].cases or ("Question about the subscription",)),
        reason=contact.reason,
        state="solved",
        partner_id=contact.partner_id,
        version=2,
        opened_at=opened_at,
        solved_at=opened_at + timedelta(hours=rng.triangular(3, 130, 30)),
    )


def _settled_promise(contact: Interaction, case: Case, rng: Random) -> Promise:
    promised_at = case.opened_at
    due_at = promised_at + timedelta(hours=rng.choice([24, 48, 72]))
    late = rng.random() < (0.22 if contact.partner_id else 0.1)
    kept_at = (
        due_at + timedelta(hours=rng.uniform(1, 30)) if late else due_at - timedelta(hours=rng.uniform(2, 20))
    )
    agent = contact.member
    assert agent is not None
    return Promise(
        customer=contact.customer,
        case=case,
        interaction=contact,
        text=rng.choice(texts.TOPICS[contact.reason].promises or ("answer by e-mail",)),
        due_at=due_at,
        owed_by_id=contact.partner_id,
        owner=agent,
        hand=hand_of(agent),
        promised_by=agent.display_name,
        state="kept",
        outcome=rng.choice(texts.KEPT),
        version=3,
        promised_at=promised_at,
        acknowledged_at=promised_at + timedelta(minutes=20),
        acknowledged_by=agent.display_name,
        escalated_at=due_at if late else None,
        kept_at=kept_at,
    )


def _case_lines(case: Case, contact: Interaction) -> list[TimelineEntry]:
    assert case.solved_at is not None
    moments = [(case.opened_at, f"Case opened: {case.title}"), (case.solved_at, f"Case solved: {case.title}")]
    return [_line(case, "case", at, title, contact.member) for at, title in moments]


def _promise_lines(promise: Promise) -> list[TimelineEntry]:
    assert promise.kept_at is not None
    late = " late" if promise.kept_at > promise.due_at else ""
    made = _line(promise, "promise", promise.promised_at, f"Promised: {promise.text}", promise.owner)
    kept = _line(promise, "promise", promise.kept_at, f"Promise kept{late}: {promise.text}", promise.owner)
    kept.body = promise.outcome
    return [made, kept]


def _line(row: Case | Promise, kind: str, at: datetime, title: str, agent: Member | None) -> TimelineEntry:
    return TimelineEntry(
        customer_id=row.customer_id,
        at=at,
        kind=kind,
        hand=hand_of(agent),
        author=agent.display_name if agent else "",
        partner_id=agent.partner_id if agent else None,
        title=title,
        ref_kind=kind,
        ref_id=row.id,
    )


def _share(company: Company, promises: Sequence[Promise]) -> None:
    owed = {promise.customer_id for promise in promises if promise.owed_by_id}
    shared = set(RecordShare.objects.filter(ended_at=None).values_list("customer_id", flat=True))
    RecordShare.objects.bulk_create(
        [
            RecordShare(customer_id=customer_id, partner=company.partner, reason="promise")
            for customer_id in sorted(owed - shared)
        ]
    )


def write_open(company: Company, interactions: Sequence[Interaction], *, rng: Random, now: datetime) -> None:
    """Open cases of the last days, most with a promise that is due soon; two promises are broken."""
    taken: set[int] = set()
    recent = [
        contact
        for contact in interactions
        if contact.member_id and contact.customer_id and contact.started_at > now - timedelta(days=9)
    ]
    rng.shuffle(recent)
    for position, contact in enumerate(recent):
        assert contact.customer_id is not None
        if contact.customer_id in taken or len(taken) >= OPEN_CASES:
            continue
        taken.add(contact.customer_id)
        _open_matter(contact, position, rng, now)
    _break_two(now)


def _open_matter(contact: Interaction, position: int, rng: Random, now: datetime) -> None:
    member, customer_id = contact.member, contact.customer_id
    assert member is not None
    assert customer_id is not None
    actor, topic = member.actor, texts.TOPICS[contact.reason]
    since = contact.ended_at or contact.started_at
    title = rng.choice(topic.cases or ("Question about the subscription",))
    case = open_case(
        customer_id, title=title, reason=contact.reason, actor=actor, partner_id=member.partner_id
    )
    Case.objects.filter(id=case.id).update(opened_at=since)
    date_back("case", case.id, since)
    if not topic.promises or position % 5 == 4:
        return
    promise = make_promise(
        customer_id,
        text=rng.choice(topic.promises),
        due_at=_half_hour(now + timedelta(hours=_DUE_HOURS[position % len(_DUE_HOURS)])),
        actor=actor,
        owed_by_id=member.partner_id,
        case_id=case.id,
        interaction_id=contact.id,
        owner_id=member.id,
    )
    if position % 2:
        acknowledge_promise(promise.id, actor=actor)
    Promise.objects.filter(id=promise.id).update(promised_at=since)
    date_back("promise", promise.id, since)


def _half_hour(moment: datetime) -> datetime:
    """People promise round times: the half hour before."""
    return moment.replace(minute=moment.minute // 30 * 30, second=0, microsecond=0)


def _break_two(now: datetime) -> None:
    """Two were due earlier and were escalated; they stay on the floor's list until somebody acts."""
    soonest = Promise.objects.filter(state="open").order_by("due_at", "id")[:2]
    for hours, promise in zip((2, 19), soonest, strict=False):
        due_at = _half_hour(now) - timedelta(hours=hours)
        Promise.objects.filter(id=promise.id).update(
            state="broken",
            due_at=due_at,
            warned_at=due_at - timedelta(hours=1),
            escalated_at=due_at,
            promised_at=due_at - timedelta(days=2),
            version=promise.version + 1,
        )
        Timer.objects.filter(key__startswith=f"promise:{promise.id}:").delete()
        date_back("promise", promise.id, due_at - timedelta(days=2))
        TimelineEntry.objects.create(
            customer_id=promise.customer_id,
            at=due_at,
            kind="promise",
            hand="system",
            author="Bothhands",
            partner_id=promise.owed_by_id,
            title=f"Promise broken: {promise.text}",
            ref_kind="promise",
            ref_id=promise.id,
        )


def date_back(ref_kind: str, ref_id: int, at: datetime) -> None:
    """Put the lines of a case or promise where they belong in the story."""
    TimelineEntry.objects.filter(ref_kind=ref_kind, ref_id=ref_id).update(at=at)


def tomorrow_at_ten(now: datetime, time_zone: str) -> datetime:
    """Ten o'clock tomorrow, where the company is."""
    zone = ZoneInfo(time_zone)
    return datetime.combine(now.astimezone(zone).date() + timedelta(days=1), time(10), zone)


def write_roberts_matter(
    company: Company,
    robert: Customer,
    contact: Interaction,
    *,
    promised_by: Actor,
    case_at: datetime,
    now: datetime,
) -> Promise:
    """His open case, in-house, and the link that the partner promised by tomorrow at ten."""
    case = open_case(
        robert.id,
        title="Issues 9 and 10 missing; wants the digital edition",
        reason="switch_to_digital",
        actor=company.member("callum").actor,
    )
    Case.objects.filter(id=case.id).update(opened_at=case_at)
    date_back("case", case.id, case_at)
    TimelineEntry.objects.filter(customer=robert, kind="marketing").update(at=case_at)
    promise = make_promise(
        robert.id,
        text="access link by e-mail",
        due_at=tomorrow_at_ten(now, company.organization.time_zone),
        actor=promised_by,
        owed_by_id=company.partner.id,
        case_id=case.id,
        interaction_id=contact.id,
        owner_id=promised_by.member_id,
    )
    promised_at = contact.ended_at or contact.started_at
    Promise.objects.filter(id=promise.id).update(promised_at=promised_at)
    date_back("promise", promise.id, promised_at)
    return promise
