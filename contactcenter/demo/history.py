"""Months of contacts: what was asked, who answered, what was learned; as actions would have written it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import Member
from contactcenter.demo import texts
from contactcenter.demo.company import Company
from contactcenter.demo.habits import Habits
from customers import rules
from customers.models import (
    AskedAgain,
    Customer,
    Fact,
    FactKey,
    Identity,
    Interaction,
    RecordShare,
    TimelineEntry,
)
from customers.search.notes import index_notes

DAYS = 120
_OPENING = {"voice": "Called", "web_form": "Sent the web form", "email": "Wrote an e-mail"}
# Share of a day's contacts by hour, from 8 to 19.
_HOURS = dict(zip(range(8, 20), (4, 9, 13, 12, 9, 8, 10, 11, 9, 7, 5, 3), strict=True))


@dataclass
class Contact:
    """One past contact before its rows exist."""

    interaction: Interaction
    agent: Member | None
    note: str = ""
    facts: list[tuple[str, Any, str, str]] = field(default_factory=list)
    asked_again: str = ""


def write_history(
    company: Company, customers: Sequence[Customer], *, per_day: int, rng: Random, now: datetime
) -> list[Interaction]:
    """Write what happened in the last 120 days, busier today and yesterday. Returns the contacts."""
    addresses = _addresses()
    habits = Habits(company, customers, rng, now)
    contacts = []
    for started_at in _moments(company.organization.time_zone, per_day, rng, now):
        customer, reason = habits.next(started_at)
        contacts.append(_contact(company, customer, reason, started_at, addresses, rng, now))
        habits.happened(contacts[-1].interaction)
    interactions = [contact.interaction for contact in contacts]
    Interaction.objects.bulk_create(interactions, batch_size=1000)
    _write_facts(company, contacts, rng)
    lines = [line for contact in contacts for line in _lines(contact)]
    index_notes(
        line for line in TimelineEntry.objects.bulk_create(lines, batch_size=1000) if line.kind == "note"
    )
    _share_routed(company, contacts)
    return interactions


def _addresses() -> dict[int, str]:
    phones = Identity.objects.filter(kind="phone").order_by("-id")
    return dict(phones.values_list("customer_id", "value"))


def _moments(time_zone: str, per_day: int, rng: Random, now: datetime) -> Iterator[datetime]:
    zone = ZoneInfo(time_zone)
    today = now.astimezone(zone).date()
    for days_ago in range(DAYS, -1, -1):
        day = today - timedelta(days=days_ago)
        quiet = 0.35 if day.weekday() >= 5 and days_ago > 1 else 1.0
        wanted = round(per_day * quiet * (3 if days_ago <= 1 else rng.uniform(0.7, 1.3)))
        for hour in sorted(rng.choices(list(_HOURS), list(_HOURS.values()), k=wanted)):
            moment = datetime.combine(day, time(hour, rng.randint(0, 59), rng.randint(0, 59)), zone)
            if moment < now - timedelta(minutes=30):
                yield moment


def _contact(
    company: Company,
    customer: Customer,
    reason: str,
    started_at: datetime,
    addresses: dict[int, str],
    rng: Random,
    now: datetime,
) -> Contact:
    topic = texts.TOPICS[reason]
    # Mail is answered within hours, so that of this morning would still be open.
    lately = started_at > now - timedelta(hours=5)
    channel = "voice" if lately else rng.choices(["voice", "email", "web_form"], [88, 8, 4])[0]
    outcome = rng.choices(
        ["answered", "abandoned", "alone"], [89, 7, 4] if channel == "voice" else [1, 0, 0]
    )[0]
    slug = topic.queue if company.plan.slug == "meridian" else texts.OUTDOOR_QUEUES[topic.queue]
    queue = next(plan for plan in company.plan.queues if plan.slug == slug)
    interaction = Interaction(
        customer=customer,
        channel=channel,
        state="ended",
        address=addresses.get(customer.id, ""),
        identified_by="phone" if customer.id in addresses else "subscriber_number",
        identity_confidence="verified" if rng.random() < 0.7 else "claimed",
        reason=reason,
        started_at=started_at,
    )
    if outcome == "alone":
        interaction.ended_at = started_at + timedelta(seconds=rng.randint(25, 90))
        return Contact(interaction, None)
    interaction.queue_slug, interaction.queue_name = queue.slug, queue.name
    interaction.queued_at = started_at + timedelta(seconds=rng.randint(15, 50))
    if outcome == "abandoned":
        waited = timedelta(seconds=rng.choice([3, 4, 40, 65, 90, 140, 200]))
        interaction.state, interaction.ended_at = "abandoned", interaction.queued_at + waited
        return Contact(interaction, None)
    return _answered(company, interaction, topic, queue.steps[0][1], rng)


def _answered(
    company: Company, interaction: Interaction, topic: texts.Topic, partner_first: bool, rng: Random
) -> Contact:
    at_partner = partner_first and rng.random() < 0.88
    agent = rng.choice(company.agents(at_partner=at_partner) or company.agents(at_partner=False))
    waited = rng.expovariate(1 / 8) if rng.random() < 0.9 else rng.uniform(25, 130)
    if interaction.channel != "voice":
        waited = rng.uniform(600, 14_000)
    assert interaction.queued_at is not None
    interaction.answered_at = interaction.queued_at + timedelta(seconds=1 + waited)
    interaction.ended_at = interaction.answered_at + timedelta(seconds=rng.triangular(60, 900, 240))
    interaction.member, interaction.partner_id = agent, agent.partner_id
    values, weights = zip(*topic.dispositions, strict=True)
    interaction.disposition = rng.choices(values, weights)[0]
    summaries = topic.summaries if company.plan.slug == "meridian" else texts.OUTDOOR_SUMMARIES
    interaction.summary = rng.choice(summaries)
    contact = Contact(interaction, agent, facts=list(_learned(interaction, rng)))
    if company.plan.slug == "meridian" and rng.random() < 0.22:
        contact.note = rng.choice(topic.notes)
    if rng.random() < 0.02:
        contact.asked_again = "preferred_device"
    return contact


def _learned(interaction: Interaction, rng: Random) -> Iterator[tuple[str, Any, str, str]]:
    """Facts as (key, value, who learned it, confidence)."""
    if interaction.channel == "voice":
        yield "reason_for_contact", interaction.reason, "ivr", "claimed"
    if interaction.reason == "missing_issue" and rng.random() < 0.5:
        yield (
            "missing_issues",
            sorted(rng.sample(texts.MISSING_ISSUES, rng.randint(1, 2)), key=int),
            "agent",
            "claimed",
        )
    if interaction.reason in {"digital_access", "switch_to_digital"}:
        if rng.random() < 0.6:
            device = rng.choices(["tablet", "phone", "computer", "e-reader"], [5, 3, 2, 1])[0]
            yield "preferred_device", device, "agent", "claimed"
        if interaction.partner_id is not None:
            yield "digital_account", "active", "agent", "verified"
    if rng.random() < 0.15:
        yield "email_confirmed", True, "agent", "verified"


def _write_facts(company: Company, contacts: Sequence[Contact], rng: Random) -> None:
    keys = {key.key: key for key in FactKey.objects.all()}
    facts, asked = [], []
    for contact in contacts:
        for key, value, learned_by, confidence in contact.facts:
            facts.append((contact, _fact(contact, keys[key], value, learned_by, confidence)))
        if contact.asked_again and contact.agent:
            asked.append(_asked_again(contact, keys[contact.asked_again], rng))
    Fact.objects.bulk_create([fact for _, fact in facts], batch_size=1000)
    AskedAgain.objects.bulk_create(asked)
    TimelineEntry.objects.bulk_create([_fact_line(fact) for _, fact in facts], batch_size=1000)


def _fact(contact: Contact, key: FactKey, value: Any, learned_by: str, confidence: str) -> Fact:
    interaction, agent = contact.interaction, contact.agent
    by_line = learned_by == "ivr" or agent is None
    return Fact(
        customer=interaction.customer,
        key=key,
        value=value,
        confidence=confidence,
        hand="ivr" if by_line else hand_of(agent),
        source="ivr:reason" if by_line else "desk",
        member=None if by_line else agent,
        partner_id=None if by_line or agent is None else agent.partner_id,
        interaction=interaction,
        recorded_at=interaction.started_at + timedelta(seconds=12)
        if by_line
        else (interaction.answered_at or interaction.started_at) + timedelta(seconds=40),
    )


def _fact_line(fact: Fact) -> TimelineEntry:
    return TimelineEntry(
        customer_id=fact.customer_id,
        at=fact.recorded_at,
        kind="fact",
        hand=fact.hand,
        author=fact.member.display_name if fact.member else "IVR",
        partner_id=fact.partner_id,
        interaction_id=fact.interaction_id,
        title=f"{fact.key.label}: {rules.spell_value(fact.value)}",
        ref_kind="fact",
        ref_id=fact.id,
    )


def _asked_again(contact: Contact, key: FactKey, rng: Random) -> AskedAgain:
    assert contact.agent is not None
    return AskedAgain(
        customer=contact.interaction.customer,
        interaction=contact.interaction,
        key=key,
        hand=hand_of(contact.agent),
        member=contact.agent,
        partner_id=contact.agent.partner_id,
        reason=rng.choice(texts.ASKED_AGAIN),
        asked_at=(contact.interaction.answered_at or contact.interaction.started_at) + timedelta(seconds=60),
    )


def _lines(contact: Contact) -> Iterator[TimelineEntry]:
    interaction, agent = contact.interaction, contact.agent
    yield line_of(interaction, interaction.started_at, _OPENING[interaction.channel], None)
    end = interaction.ended_at or interaction.started_at
    if interaction.state == "abandoned" and interaction.queued_at:
        seconds = round((end - interaction.queued_at).total_seconds())
        waited = f"{seconds} s" if seconds < 90 else f"{round(seconds / 60)} min"
        yield line_of(interaction, end, f"Hung up after waiting {waited}", None)
    elif agent is None:
        yield line_of(interaction, end, "Served without an agent", None, hand="system", author="Bothhands")
    else:
        answered_at = interaction.answered_at or end
        yield line_of(interaction, answered_at, f"Answered by {agent.display_name}", agent)
        if contact.note:
            yield line_of(interaction, end, "Note", agent, body=contact.note, kind="note")
        told = interaction.disposition.replace("_", " ").capitalize()
        yield line_of(interaction, end + timedelta(seconds=45), told, agent, body=interaction.summary)


def line_of(
    interaction: Interaction,
    at: datetime,
    title: str,
    agent: Member | None,
    *,
    body: str = "",
    kind: str = "interaction",
    hand: str = "customer",
    author: str = "Customer",
) -> TimelineEntry:
    """A line of the story about a contact, by an agent or (None) the customer."""
    about_contact = kind == "interaction"
    return TimelineEntry(
        customer=interaction.customer,
        at=at,
        kind=kind,
        hand=hand_of(agent) if agent else hand,
        author=agent.display_name if agent else author,
        partner_id=agent.partner_id if agent else None,
        interaction_id=interaction.id,
        title=title,
        body=body,
        ref_kind="interaction" if about_contact else "",
        ref_id=interaction.id if about_contact else None,
    )


def hand_of(agent: Member | None) -> str:
    """The mark an agent's writing carries."""
    return "partner" if agent is not None and agent.partner_id is not None else "inhouse"


def _share_routed(company: Company, contacts: Sequence[Contact]) -> None:
    served = {contact.interaction.customer_id for contact in contacts if contact.interaction.partner_id}
    shared = set(RecordShare.objects.filter(ended_at=None).values_list("customer_id", flat=True))
    RecordShare.objects.bulk_create(
        [
            RecordShare(customer_id=customer_id, partner=company.partner, reason="routed call")
            for customer_id in sorted(c for c in served - shared if c is not None)
        ],
        batch_size=1000,
    )
