"""Robert Whitfield: a subscriber since 2011, two missing issues, and a promise that must not be forgotten."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from accounts.actors import SYSTEM_ACTOR
from accounts.models import Member
from contactcenter.demo.company import Company
from contactcenter.demo.history import hand_of, line_of
from contactcenter.demo.matters import write_roberts_matter
from contactcenter.demo.population import ROBERT_NUMBER
from customers import rules
from customers.actions import add_reference, change_order_state, place_order, share_record
from customers.models import (
    Customer,
    Fact,
    FactKey,
    FulfilmentChange,
    Interaction,
    Order,
    TimelineEntry,
)
from customers.search.notes import index_notes


def write_robert(company: Company, robert: Customer, now: datetime) -> None:
    """His story, up to yesterday."""
    greta, callum, luka = (company.member(name) for name in ("greta", "callum", "luka"))
    zone = ZoneInfo(company.organization.time_zone)

    def on(days_ago: int, hour: int, minute: int) -> datetime:
        return datetime.combine(
            now.astimezone(zone).date() - timedelta(days=days_ago), time(hour, minute), zone
        )

    _renewed(company, robert, greta, on(131, 11, 20))
    _issue_nine(company, robert, greta, on(23, 10, 42))
    _issues_nine_and_ten(company, robert, callum, on(9, 14, 7))
    _orders(robert, greta, on(40, 15, 30))
    share_record(robert.id, partner_id=company.partner.id, reason="routed call")
    asked_at = on(1, 16, 12)
    TimelineEntry.objects.filter(customer=robert, kind="partner").update(at=asked_at)
    contact = _asks_for_digital(company, robert, luka, asked_at)
    case_at = on(9, 14, 12)
    write_roberts_matter(company, robert, contact, promised_by=luka.actor, case_at=case_at, now=now)


def _orders(robert: Customer, agent: Member, at: datetime) -> None:
    order = place_order(robert.id, product_code="travel-club", reference="W-20418", actor=agent.actor)
    add_reference(order=order, system="Parcel", value="RM 4471 0926 GB", actor=agent.actor)
    change_order_state(order.id, state="sent", actor=agent.actor)
    change_order_state(order.id, state="delivered", actor=SYSTEM_ACTOR)
    Order.objects.filter(id=order.id).update(ordered_at=at)
    steps = FulfilmentChange.objects.filter(order=order).order_by("id")
    entries = TimelineEntry.objects.filter(ref_kind="order", ref_id=order.id).order_by("id")
    for days, (step, entry) in enumerate(zip(steps, entries, strict=True)):
        step.at = entry.at = at + timedelta(days=days)
        step.save(update_fields=["at"])
        entry.save(update_fields=["at"])


def _renewed(company: Company, robert: Customer, agent: Member, at: datetime) -> None:
    contact = _contact(company, robert, agent, at, reason="renewal", queue="main")
    _close(contact, agent, "solved", "Renewed print and the travel club for another year.")


def _issue_nine(company: Company, robert: Customer, agent: Member, at: datetime) -> None:
    contact = _contact(company, robert, agent, at, reason="missing_issue", queue="main")
    _fact(contact, "missing_issues", ["9"], agent, at + timedelta(minutes=2))
    _close(contact, agent, "solved", "Issue 9 has not arrived. Sent a second copy by first-class post.")


def _issues_nine_and_ten(company: Company, robert: Customer, agent: Member, at: datetime) -> None:
    contact = _contact(company, robert, agent, at, reason="missing_issue", queue="main")
    _fact(contact, "missing_issues", ["9", "10"], agent, at + timedelta(minutes=2))
    note = "The second copy of 9 never came either. Asks whether digital would be more reliable."
    _write(contact, at + timedelta(minutes=5), "Note", agent, body=note, kind="note")
    _close(contact, agent, "promise_made", "Issues 9 and 10 missing. Case opened; carrier asked.")


def _asks_for_digital(company: Company, robert: Customer, agent: Member, at: datetime) -> Interaction:
    contact = _contact(company, robert, agent, at, reason="switch_to_digital", queue="digital")
    _fact(contact, "preferred_device", "tablet", agent, at + timedelta(minutes=2))
    _fact(contact, "email_confirmed", True, agent, at + timedelta(minutes=3), confidence="verified")
    summary = "Wants the digital edition on a tablet. The access link goes out by e-mail."
    _close(contact, agent, "promise_made", summary)
    return contact


def _contact(
    company: Company, robert: Customer, agent: Member, at: datetime, *, reason: str, queue: str
) -> Interaction:
    plan = next(plan for plan in company.plan.queues if plan.slug == queue)
    contact = Interaction.objects.create(
        customer=robert,
        channel="voice",
        state="ended",
        member=agent,
        partner_id=agent.partner_id,
        address=ROBERT_NUMBER,
        identified_by="phone",
        identity_confidence="verified",
        queue_slug=plan.slug,
        queue_name=plan.name,
        reason=reason,
        started_at=at,
        queued_at=at + timedelta(seconds=34),
        answered_at=at + timedelta(seconds=51),
        ended_at=at + timedelta(minutes=6),
    )
    _write(contact, at, "Called", None)
    _fact(contact, "reason_for_contact", reason, None, at + timedelta(seconds=20))
    _write(contact, at + timedelta(seconds=51), f"Answered by {agent.display_name}", agent)
    return contact


def _close(contact: Interaction, agent: Member, disposition: str, summary: str) -> None:
    contact.disposition, contact.summary = disposition, summary
    contact.save(update_fields=["disposition", "summary"])
    end = (contact.ended_at or contact.started_at) + timedelta(seconds=40)
    _write(contact, end, disposition.replace("_", " ").capitalize(), agent, body=summary)


def _fact(
    contact: Interaction,
    key: str,
    value: Any,
    agent: Member | None,
    at: datetime,
    *,
    confidence: str = "claimed",
) -> None:
    fact = Fact.objects.create(
        customer_id=contact.customer_id or 0,
        key=FactKey.objects.get(key=key),
        value=value,
        confidence=confidence,
        hand=hand_of(agent) if agent else "ivr",
        source="desk" if agent else "ivr:reason",
        member=agent,
        partner_id=agent.partner_id if agent else None,
        interaction=contact,
        recorded_at=at,
    )
    title = f"{fact.key.label}: {rules.spell_value(value)}"
    entry = line_of(contact, at, title, agent, kind="fact", hand="ivr", author="IVR")
    entry.ref_kind, entry.ref_id = "fact", fact.id
    entry.save()


def _write(
    contact: Interaction,
    at: datetime,
    title: str,
    agent: Member | None,
    *,
    body: str = "",
    kind: str = "interaction",
) -> None:
    line = line_of(contact, at, title, agent, body=body, kind=kind)
    line.save()
    if kind == "note":
        index_notes([line])
