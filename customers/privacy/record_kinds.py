"""What the shared record itself keeps of a person."""

import json
import re
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.db.models import Count, Func, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Upper

from accounts.actors import Hand
from customers.exports.lists import PERSON
from customers.exports.models import Export, ExportPart
from customers.imports.models import ImportKey, ImportRefusal
from customers.models import (
    AskedAgain,
    CandidateKey,
    Customer,
    CustomerMerge,
    DuplicatePair,
    Fact,
    FulfilmentChange,
    Identity,
    Interaction,
    Order,
    OutsideReference,
    RecordRead,
    RecordShare,
    SearchEntry,
    SearchNote,
    SharedIdentity,
    Subscription,
    TimelineEntry,
)
from customers.privacy.kinds import Fate, PersonalKind, Subject
from customers.privacy.models import LegalHold
from customers.search.entries import compact
from customers.search.words import fold, split
from foundation.models import Event, LiveEntry, Timer
from foundation.tenancy import current_organization_id

# A reason for contact says nothing about one person once so many others gave the same.
_CROWD = 3
_NUMBERS = (Identity.Kind.PHONE, Identity.Kind.WHATSAPP)


def _of(model: Any, *, order: str = "id") -> Any:
    return lambda subject: model.objects.filter(customer_id__in=subject.customer_ids).order_by(order)


def _of_what_they_took(subject: Subject) -> Q:
    ids = subject.customer_ids
    return Q(subscription__customer_id__in=ids) | Q(order__customer_id__in=ids)


def _drop_rare_reasons(subject: Subject, rows: QuerySet[Interaction]) -> None:
    """What somebody said in their own words goes; what many chose from a menu stays, for the figures."""
    given = set(rows.exclude(reason="").values_list("reason", flat=True))
    others = Interaction.objects.filter(reason__in=given).exclude(customer_id__in=subject.customer_ids)
    crowds = others.values("reason").annotate(people=Count("customer_id", distinct=True))
    common = {row["reason"] for row in crowds if row["people"] >= _CROWD}
    rows.filter(reason__in=given - common).update(reason="")


def _shared_marks(subject: Subject) -> QuerySet[SharedIdentity]:
    """Marks on numbers of theirs that nobody else is known to have."""
    return SharedIdentity.objects.filter(value__in=subject.theirs_alone)


def _import_keys(subject: Subject) -> QuerySet[ImportKey]:
    return ImportKey.objects.filter(key__in=[f"customer:{number}" for number in subject.customer_ids])


def _refused_rows(subject: Subject) -> QuerySet[ImportRefusal]:
    """Rows of files that were refused and name them: by the end of a number, by a mail, by the whole name."""
    words = [value.upper() for value in subject.values() if len(value) > 4]
    words += [name.upper() for name in subject.names if " " in name]
    tails = [re.sub(r"\D", "", value)[-9:] for value in subject.values(*_NUMBERS)]
    wanted = Q(pk__in=[])
    for word in words:
        wanted |= Q(said__contains=_as_json_text(word))
    for tail in tails:
        wanted |= Q(digits__contains=tail)
    said = Cast("cells", TextField())
    digits = Func(
        said, Value("[^0-9]"), Value(""), Value("g"), function="regexp_replace", output_field=TextField()
    )
    return ImportRefusal.objects.annotate(said=Upper(said), digits=digits).filter(wanted).order_by("id")


def _as_json_text(word: str) -> str:
    return word.replace("\\", "\\\\").replace('"', '\\"')


def _own_exports(subject: Subject) -> QuerySet[Export]:
    numbers = [str(one) for one in subject.customer_ids]
    return Export.objects.filter(kind=PERSON, choices__customer__in=numbers).order_by("id")


def _file_parts(subject: Subject) -> QuerySet[ExportPart]:
    """Every file that was made before: any of them may tell of the person."""
    return ExportPart.objects.all()


def _expire_files(subject: Subject, rows: QuerySet[ExportPart]) -> None:
    files = rows.values_list("file_id", flat=True).distinct()
    Export.objects.filter(id__in=list(files)).update(state=Export.State.EXPIRED)


def _searches(subject: Subject) -> QuerySet[Export]:
    """Exports of what was found by a word of their name or a number: what was typed is kept with the line."""
    words = {word for name in subject.names for word in split(fold(name)) if len(word) > 2}
    numbers = [compact(value) for value in subject.values()]
    asked = Export.objects.filter(choices__has_key="q").values_list("id", "choices")
    theirs = [
        one
        for one, choices in asked
        if words & set(split(fold(choices["q"]))) or _is_part_of_any(compact(choices["q"]), numbers)
    ]
    return Export.objects.filter(id__in=theirs).order_by("id")


def _is_part_of_any(text: str, numbers: list[str]) -> bool:
    return len(text) > 3 and any(text.lstrip("0") in number or number in text for number in numbers)


def _events(subject: Subject) -> QuerySet[Event]:
    """Those that hold words: why something was asked again, a note to the next agent, what was searched for.
    All others of this package hold numbers of rows only."""
    contacts = list(subject.contacts.values_list("id", flat=True)) if subject.once_related else []
    worded = worded_events(subject, *_WORDS, payload__interaction_id__in=contacts)
    searches = [f"export:{one}" for one in _searches(subject).values_list("id", flat=True)]
    return worded | Event.objects.filter(subject__in=searches, name="export.requested")


def worded_events(subject: Subject, *names: str, **theirs: Any) -> QuerySet[Event]:
    """Events of these names that are filed under the person, or are `theirs` and filed under a record that
    was part of theirs for a while."""
    elsewhere = Q(subject__in=[f"customer:{one}" for one in subject.once_related], **theirs)
    return Event.objects.filter(Q(subject__in=subject.subjects) | elsewhere, name__in=names)


def blank_words(words: dict[str, Any]) -> Callable[[Subject, QuerySet[Event]], None]:
    """Takes words out of events: what each event's payload says instead, by its name."""

    def blank(subject: Subject, rows: QuerySet[Event]) -> None:
        for name in rows.values_list("name", flat=True).distinct():
            ids = list(rows.filter(name=name).values_list("id", flat=True))
            with connection.cursor() as cursor:
                cursor.execute(_BLANK_WORDS, [json.dumps(words[name]), ids, current_organization_id()])

    return blank


_WORDS: dict[str, Any] = {"fact.asked_again": {"reason": ""}, "interaction.transferred": {"note": ""}}
_BLANK_WORDS = """
UPDATE foundation_event SET payload = payload || %s::jsonb WHERE id = ANY (%s) AND organization_id = %s
"""


def _topics(subject: Subject) -> list[str]:
    return [f"record:{one}" for one in subject.customer_ids]


# --- in the order of erasing ------------------------------------------------------------------------------

EVENTS = (
    PersonalKind(
        "event_words",
        "Words in the event log",
        Event,
        _events,
        fate=Fate.STRIPPED,
        before=blank_words({**_WORDS, "export.requested": {"choices": {}}}),
        because="The log keeps that something happened, with numbers only: figures are counted from it.",
        again=True,
    ),
    PersonalKind(
        "searches",
        "Searches that were exported",
        Export,
        _searches,
        fate=Fate.STRIPPED,
        blank={"choices": dict},
        because="The line that a list was exported stays; what was typed does not.",
    ),
    PersonalKind(
        "timers",
        "Timers",
        Timer,
        lambda subject: Timer.objects.filter(subject__in=subject.subjects),
        counted=False,
        again=True,
    ),
    PersonalKind(
        "nudges",
        "News for open desktops",
        LiveEntry,
        lambda subject: LiveEntry.objects.filter(topic__in=_topics(subject)),
        counted=False,
        again=True,
    ),
)
FILES = (
    PersonalKind("refused_rows", "Refused rows of imported files", ImportRefusal, _refused_rows),
    PersonalKind("import_keys", "Keys of imports under way", ImportKey, _import_keys, counted=False),
    PersonalKind(
        "files",
        "Exported files of the last day (any may tell of them; ask for them again)",
        ExportPart,
        _file_parts,
        before=_expire_files,
    ),
    PersonalKind("person_exports", "Access exports", Export, _own_exports),
)
RECORD = (
    PersonalKind(
        "reads",
        "Who looked",
        RecordRead,
        _of(RecordRead),
        columns=(
            ("read_at", "When"),
            ("reader", "Who"),
            ("partner", "Company"),
            ("what", "What"),
            ("why", "Why"),
        ),
        place=90,
    ),
    PersonalKind(
        "shares",
        "Shared with partners",
        RecordShare,
        _of(RecordShare),
        columns=(("partner", "Partner"), ("reason", "Why"), ("started_at", "From"), ("ended_at", "Until")),
        place=80,
    ),
    PersonalKind(
        "search_notes",
        "Search entries of notes",
        SearchNote,
        lambda subject: SearchNote.objects.filter(entry__customer_id__in=subject.customer_ids).order_by("pk"),
        counted=False,
    ),
    PersonalKind(
        "timeline",
        "Timeline and notes",
        TimelineEntry,
        _of(TimelineEntry),
        columns=(
            ("at", "When"),
            ("hand", "Hand"),
            ("author", "Who"),
            ("partner", "Company"),
            ("title", "What"),
            ("body", "Text"),
        ),
        place=70,
    ),
    PersonalKind(
        "partner_writes",
        "Written by partners",
        TimelineEntry,
        lambda subject: TimelineEntry.objects.filter(
            customer_id__in=subject.customer_ids, hand=Hand.PARTNER
        ).order_by("id"),
        fate=Fate.STAYS,
        counted=False,
        columns=(
            ("at", "When"),
            ("partner", "Company"),
            ("author", "Who"),
            ("title", "What"),
            ("body", "Text"),
        ),
        place=68,
    ),
    PersonalKind(
        "asked_again",
        "Questions asked again",
        AskedAgain,
        _of(AskedAgain),
        columns=(
            ("asked_at", "When"),
            ("key", "Question"),
            ("reason", "Why"),
            ("hand", "Hand"),
            ("member", "Who"),
            ("partner", "Company"),
        ),
        place=35,
    ),
    PersonalKind(
        "facts",
        "Answers (facts)",
        Fact,
        _of(Fact),
        columns=(
            ("key", "Question"),
            ("value", "Answer"),
            ("confidence", "How sure"),
            ("hand", "Hand"),
            ("member", "Who"),
            ("partner", "Company"),
            ("source", "Learned from"),
            ("recorded_at", "When"),
            ("expires_at", "Until"),
        ),
        place=30,
    ),
    PersonalKind(
        "references",
        "Numbers of their orders in other systems",
        OutsideReference,
        lambda subject: OutsideReference.objects.filter(_of_what_they_took(subject)).order_by("id"),
        columns=(("system", "System"), ("value", "Number"), ("partner", "Whose"), ("created_at", "Since")),
        place=24,
    ),
    PersonalKind(
        "fulfilment",
        "What became of subscriptions and orders",
        FulfilmentChange,
        lambda subject: FulfilmentChange.objects.filter(_of_what_they_took(subject)).order_by("id"),
        columns=(
            ("at", "When"),
            ("what", "What"),
            ("product_name", "Product"),
            ("state", "State"),
            ("reference", "Reference"),
            ("hand", "Hand"),
            ("author", "Who"),
        ),
        place=26,
    ),
    PersonalKind(
        "orders",
        "Orders",
        Order,
        _of(Order),
        columns=(
            ("ordered_at", "When"),
            ("product", "Product"),
            ("quantity", "Quantity"),
            ("state", "State"),
            ("fulfilled_by", "Delivered by"),
        ),
        place=22,
    ),
    PersonalKind(
        "subscriptions",
        "Subscriptions",
        Subscription,
        _of(Subscription),
        columns=(
            ("product", "Product"),
            ("state", "State"),
            ("fulfilled_by", "Delivered by"),
            ("reference", "Reference"),
            ("started_on", "Since"),
            ("renews_on", "Renews"),
        ),
        place=20,
    ),
    PersonalKind(
        "identities",
        "Numbers and addresses",
        Identity,
        _of(Identity),
        columns=(
            ("kind", "Kind"),
            ("value", "Value"),
            ("extension", "Extension"),
            ("partner", "Whose reference"),
            ("confidence", "How sure"),
            ("hand", "Hand"),
            ("source", "Learned from"),
            ("created_at", "Since"),
            ("confirmed_at", "Confirmed"),
        ),
        place=10,
    ),
    PersonalKind("shared_marks", "Marks of a shared number", SharedIdentity, _shared_marks),
    PersonalKind(
        "unknown_contacts",
        "Contacts of nobody known from their numbers",
        Interaction,
        lambda subject: subject.unknown_contacts.order_by("id"),
        fate=Fate.STRIPPED,
        blank={"address": "", "summary": ""},
        because="The contact stays without the number, for the figures.",
    ),
    PersonalKind(
        "contacts",
        "Contacts",
        Interaction,
        lambda subject: subject.contacts.order_by("id"),
        fate=Fate.STRIPPED,
        blank={"customer": None, "address": "", "summary": "", "identified_by": ""},
        before=_drop_rare_reasons,
        because="Channel, queue, times and outcome stay without the person, for the figures.",
        columns=(
            ("started_at", "Began"),
            ("ended_at", "Ended"),
            ("channel", "Channel"),
            ("direction", "Direction"),
            ("address", "From"),
            ("identity_confidence", "How sure it was them"),
            ("queue_name", "Queue"),
            ("member", "Served by"),
            ("partner", "Company"),
            ("reason", "Reason"),
            ("disposition", "Outcome"),
            ("summary", "Summary"),
        ),
        place=40,
    ),
    PersonalKind(
        "holds",
        "Legal holds that were lifted",
        LegalHold,
        _of(LegalHold),
        columns=(
            ("reason", "Why"),
            ("placed_by", "Placed by"),
            ("placed_at", "Placed"),
            ("lifted_by", "Lifted by"),
            ("lifted_reason", "Why lifted"),
            ("lifted_at", "Lifted"),
        ),
        place=95,
    ),
    PersonalKind(
        "merges",
        "Merges and what they changed",
        CustomerMerge,
        lambda subject: CustomerMerge.objects.filter(
            Q(winner_id__in=subject.customer_ids) | Q(loser_id__in=subject.customer_ids)
        ).order_by("id"),
        columns=(
            ("merged_at", "When"),
            ("winner_id", "Record that stayed"),
            ("loser_id", "Record that became part of it"),
            ("author", "By"),
            ("why", "Why"),
            ("changes", "What it changed"),
            ("undone_at", "Undone"),
        ),
        place=85,
    ),
    PersonalKind(
        "duplicate_pairs",
        "Possible duplicates",
        DuplicatePair,
        lambda subject: DuplicatePair.objects.filter(
            Q(first_id__in=subject.customer_ids) | Q(second_id__in=subject.customer_ids)
        ),
    ),
    PersonalKind("candidate_keys", "Keys for duplicates", CandidateKey, _of(CandidateKey), counted=False),
    PersonalKind("search_entry", "Search entries", SearchEntry, _of(SearchEntry, order="pk"), counted=False),
    PersonalKind(
        "record",
        "The record",
        Customer,
        lambda subject: Customer.objects.filter(id__in=subject.customer_ids).order_by("id"),
        columns=(
            ("id", "Number"),
            ("display_name", "Name"),
            ("given_name", "Given name"),
            ("family_name", "Family name"),
            ("company_name", "Company"),
            ("language", "Language"),
            ("country_code", "Country"),
            ("region", "Region"),
            ("postal_address", "Address"),
            ("customer_since", "Customer since"),
            ("created_at", "Kept since"),
        ),
        place=0,
        upright=True,
    ),
)
