"""The customer column: who this is, what was promised, what is known, what happened."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.access import Viewer
from accounts.actors import Hand
from accounts.models import Member, Organization
from cases.access import visible_promises
from cases.models import Promise
from customers import access, merge_queries
from customers import queries as record
from customers import timeline_queries as story
from customers.actions import note_record_read
from customers.actions.customers import CHANGEABLE
from customers.consent import queries
from customers.models import Customer, FactKey, Interaction, TimelineEntry
from customers.rules import looks_like_phone
from desk.panels import matters
from desk.panels.own import identity_words
from desk.panels.words import fact_line, promise_card
from foundation import clock

PAGE = 40
KINDS = (("", "All"), ("interaction", "Contacts"), ("promise", "Promises"), ("partner", "Partner"))
FILTERS = ("kind", "q", "by", "channel", "from", "to")
_HIDDEN_WORDS = {
    "postal_address": "address",
    "email": "e-mail",
    "phone": "phone number",
    "subscriber_number": "subscriber number",
}


def customer_panel(
    view: record.RecordView,
    viewer: Viewer,
    organization: Organization,
    *,
    questions: list[FactKey],
    interaction: Interaction | None = None,
) -> dict[str, Any]:
    """The record as this person may see it; a partner's look is written down."""
    customer_id = view.customer_id
    open_cases = matters.case_lines(customer_id, viewer, organization)
    known = record.known_answers(view, questions)
    note_record_read(
        viewer,
        customer_id,
        personal=any(fact.sensitivity == FactKey.Sensitivity.PERSONAL for fact in view.facts),
        why=_why(interaction, viewer),
    )
    phone = next((one for one in view.identities if one.kind == "phone"), None)
    return {
        "id": customer_id,
        "display_name": view.display_name,
        "line": _line(view),
        "phone": phone.value if phone else "",
        "local_time": "",
        "identity": _identity(view, interaction),
        "who": who_panel(interaction, viewer)
        if interaction and looks_like_phone(view.display_name)
        else None,
        "promises": [
            promise_card(promise, organization)
            for promise in visible_promises(viewer)
            .filter(customer_id=customer_id, state__in=[Promise.State.OPEN, Promise.State.BROKEN])
            .select_related("owed_by", "customer")
            .order_by("due_at")[:5]
        ],
        "facts": [fact_line(fact) for fact in known.values()],
        "subscriptions": matters.subscription_lines(view.subscriptions, viewer, organization),
        "may_edit": any(access.may_write(viewer, name) for name in CHANGEABLE),
        "cases": open_cases,
        "case_workers": matters.case_workers(viewer, organization),
        "noes": queries.standing_noes(customer_id),
        "marketing_held": "Marketing held while this case is open"
        if not viewer.is_partner and open_cases
        else "",
        "may_change_identities": not viewer.is_partner,
        "may_see_privacy": viewer.role in {Member.Role.SUPERVISOR, Member.Role.ADMIN},
        "duplicates": _duplicates(customer_id, viewer),
        "outside_contract": [
            words for name, words in _HIDDEN_WORDS.items() if not access.may_read(viewer, name)
        ],
    }


def _why(interaction: Interaction | None, viewer: Viewer) -> str:
    """What the record was opened for, as far as the desk knows."""
    if interaction is None:
        return "opened from the desk"
    mine = interaction.member_id is not None and interaction.member_id == viewer.actor.member_id
    noun = interaction.get_channel_display().lower()
    return f"{noun} {interaction.pk}, {'served' if mine else 'looked into'}"


def _duplicates(customer_id: int, viewer: Viewer) -> list[dict[str, str]]:
    """The records that may be this person's too; only supervisors judge them."""
    if viewer.is_partner:
        return []
    judges = viewer.role in {Member.Role.SUPERVISOR, Member.Role.ADMIN}
    found = []
    for pair in merge_queries.pairs_of(customer_id)[:3]:
        other = pair.second if pair.first_id == customer_id else pair.first
        url = reverse("desk:duplicate", args=[pair.pk]) if judges else ""
        found.append({"url": url, "name": access.shown_name(viewer, other)})
    return found


def who_panel(interaction: Interaction, viewer: Viewer) -> dict[str, Any]:
    """Who the caller may be: those who share the number, and a search. For contacts of nobody known."""
    found = [
        one for one in record.callers_of(viewer, interaction.address) if one.id != interaction.customer_id
    ]
    return {
        "interaction_id": interaction.id,
        "candidates": [candidate(one, viewer) for one in found],
    }


def candidate(customer: Customer, viewer: Viewer, why: Sequence[str] = ()) -> dict[str, Any]:
    """Somebody the caller may be, or who was searched for; `why` is what they were found by."""
    details = [*why, access.shown(viewer, "region", customer.region) or ""]
    return {
        "id": customer.pk,
        "name": access.shown_name(viewer, customer),
        "detail": " · ".join(detail for detail in details if detail),
    }


_SUPERVISE = {Member.Role.SUPERVISOR, Member.Role.ADMIN}
_OF_CONTACTS = {"interaction", "steered", "callback"}


def timeline_panel(
    customer_id: int,
    viewer: Viewer,
    *,
    given: Mapping[str, str] | None = None,
    before_id: int | None = None,
    opened: bool = False,
) -> dict[str, Any]:
    """One page of the story, newest first, by day, of a customer that the viewer was let see. `given` are the
    filters as typed; `opened` shows the form for them. Refusal `bad_filter`.
    """
    given = {name: given[name] for name in FILTERS if given.get(name)} if given else {}
    filters = story.read_filters(given, timezone.get_current_timezone())
    everything = access.timeline_of_visible(viewer, customer_id)
    entries = story.filtered(everything, filters)
    mark = everything.filter(id=before_id).first() if before_id is not None else None
    page = list((story.older_than(entries, mark) if mark else entries)[: PAGE + 1])
    page, more = page[:PAGE], len(page) > PAGE
    url = reverse("desk:customer_timeline", args=[customer_id])
    opened = opened or bool(given.keys() - {"kind"})
    return {
        "customer_id": customer_id,
        "url": url,
        "kind": filters.kind,
        "given": given,
        "opened": opened,
        "is_filtered": not filters.is_everything,
        "newest_id": _newest(everything, page, filters, mark),
        "again_url": f"{url}?{urlencode({**given, 'filters': '1' if opened else ''})}",
        "kinds": [{"kind": value, "label": label} for value, label in KINDS],
        "choices": _filter_choices(everything) if opened else {},
        "more_url": f"{url}?{urlencode({**given, 'before': page[-1].id})}" if more else "",
        "is_older": mark is not None,
        "days": _by_day(page, after=mark, with_decisions=viewer.role in _SUPERVISE),
    }


def _newest(everything: Any, page: list[TimelineEntry], filters: story.TimelineFilters, mark: Any) -> int:
    """The newest line of the whole story, by which a desktop knows that there is more to see."""
    if mark is None and filters.is_everything:
        return page[0].id if page else 0
    return everything.values_list("id", flat=True).first() or 0


def _filter_choices(everything: Any) -> dict[str, list[dict[str, str]]]:
    def options(pairs: Any) -> list[dict[str, str]]:
        return [{"value": value, "label": label} for value, label in pairs]

    return {
        "kind": options([("", "Everything"), *((kind, label) for kind, (label, _) in story.KINDS.items())]),
        "by": options([("", "Anybody"), *story.writers(everything)]),
        "channel": options([("", "Any channel"), *Interaction.Channel.choices]),
    }


def _by_day(
    entries: list[TimelineEntry], after: TimelineEntry | None = None, *, with_decisions: bool = False
) -> list[dict[str, Any]]:
    """The lines under the days' headings; a heading that stands above already (`after`) is empty.

    `with_decisions`: a contact leads to why whom it was offered to.
    """
    today = timezone.localtime(clock.now()).date()
    days: list[dict[str, Any]] = []
    said = _day_label(after, today) if after else None
    for entry in entries:
        label = _day_label(entry, today)
        if not days or said != label:
            days.append({"label": "" if said == label else label, "entries": []})
            said = label
        days[-1]["entries"].append(
            {
                "id": entry.id,
                "hand": entry.hand,
                "hand_name": entry.partner.name
                if entry.partner and entry.hand == Hand.PARTNER
                else entry.author,
                "title": entry.title,
                "body": entry.body,
                "at": entry.at,
                "confidence": "verified",
                "contact_id": entry.interaction_id if with_decisions and entry.kind in _OF_CONTACTS else None,
            }
        )
    return days


def _day_label(entry: TimelineEntry, today: date) -> str:
    day = timezone.localtime(entry.at).date()
    age = (today - day).days
    if 1 < age < 7:
        return "This week"
    return "Today" if age == 0 else "Yesterday" if age == 1 else date_format(day, "F Y")


def _line(view: record.RecordView) -> str:
    parts = []
    if view.customer_since:
        parts.append(f"Subscriber since {view.customer_since.year}")
    if view.subscriptions:
        parts.append(" + ".join(row.product_name for row in view.subscriptions if row.state == "active"))
    return " · ".join(part for part in parts if part)


def _identity(view: record.RecordView, interaction: Interaction | None) -> dict[str, str]:
    if interaction is not None and interaction.customer_id == view.customer_id:
        return identity_words(interaction)
    number = next((known for known in view.identities if known.kind == "subscriber_number"), None)
    if number:
        return {"confidence": number.confidence, "text": f"subscriber {number.value}"}
    return {"confidence": "claimed", "text": "record"}
