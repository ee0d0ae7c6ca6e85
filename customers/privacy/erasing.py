"""Forgetting a person: what would go and what would stay, and doing it, in one transaction."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import Count, QuerySet

from accounts.models import Member, Partner
from customers import merge_rows
from customers.actions.merging import GAVE_WAY, give_way
from customers.actions.timeline import tell_desktops
from customers.models import Customer, CustomerMerge, Interaction, RecordRead
from customers.privacy import certificates
from customers.privacy.events import CustomerErased, ErasureRequested, ErasureSweepDue
from customers.privacy.kinds import Fate, PersonalKind, Subject, all_kinds, subject_of
from customers.privacy.models import Erasure, ErasureReceipt, LegalHold
from foundation import clock, live
from foundation.errors import Conflict, Forbidden, NotVisible, Refusal
from foundation.events import emit
from foundation.tenancy import current_organization_id
from foundation.timers import emit_at

RECEIPT_WITHIN = timedelta(days=14)
SWEEP_AFTER = timedelta(hours=1)
INHOUSE = "In-house"
# Said in every preview: what is kept of the person nowhere, or not for long.
ALWAYS_STAYS = (
    ("Figures by quarter hour", "They are counts; no person is in them."),
    ("This certificate", "It proves the erasure and names nobody."),
    ("Raw requests of the carrier that are still on their way", "They go by the rules of retention."),
    ("Answers kept for partners' repeated requests", "Encrypted, and gone within a day."),
    ("Single words of the search's dictionary", "Those that nobody else has go tonight."),
)
_TRIES = 3


@dataclass(frozen=True)
class KindCount:
    """How many rows of a kind an erasure would touch, and what it makes of them."""

    name: str
    label: str
    fate: str
    count: int
    because: str


@dataclass
class ErasurePreview:
    """What an erasure would do, and what stands in its way: `blocked` holds sentences."""

    subject: Subject
    goes: list[KindCount] = field(default_factory=list)
    stripped: list[KindCount] = field(default_factory=list)
    partners: list[Partner] = field(default_factory=list)
    holds: list[LegalHold] = field(default_factory=list)
    blocked: list[str] = field(default_factory=list)


def preview_erasure(customer_id: int) -> ErasurePreview:
    """Counts per kind, the partners that will be asked, and what forbids it now. NotVisible."""
    subject = subject_of(customer_id)
    preview = ErasurePreview(subject, holds=list(_standing_holds(subject)))
    for kind in all_kinds():
        count = kind.rows(subject).count() if kind.counted else 0
        if not count:
            continue
        told = KindCount(kind.name, kind.label, kind.fate, count, kind.because)
        (preview.goes if kind.fate == Fate.ERASED else preview.stripped).append(told)
    known = _known_to_partners(subject)
    preview.partners = list(Partner.objects.filter(id__in=list(known)).order_by("name"))
    preview.blocked = [refusal.message for refusal in _obstacles(subject)]
    return preview


def erase_customer(customer_id: int, *, member: Member, basis: str) -> Erasure:
    """Erase a person: the record, what was merged into it, and every kind of row that is kept of them; then
    every partner that could see them is asked to do the same.

    Forbidden `admins_only`; Refusal `bad_basis`; NotVisible; Conflict `on_hold` under a legal hold,
    `contact_open` during a contact, `busy` when somebody keeps writing on the record.
    """
    if not member.administers:
        raise Forbidden("admins_only", "Only administrators may erase a person.")
    if basis not in Erasure.Basis.values:
        raise Refusal("bad_basis", "Say why the person is erased.", field="basis")
    for _ in range(_TRIES):
        try:
            with transaction.atomic():
                give_way(milliseconds=800)
                made = _erase(_locked_subject(customer_id), member=member, basis=basis)
                _check_that_nothing_refers_to_them()
                give_way(milliseconds=0)
                return made
        except OperationalError as error:
            if getattr(error.__cause__, "pgcode", "") not in GAVE_WAY:
                raise
        except IntegrityError:
            continue  # a row came in beside us: look again
    raise Conflict("busy", "Somebody is writing on this record right now. Try again.")


def _locked_subject(customer_id: int) -> Subject:
    """The person with every record of theirs locked: open contacts first, as whoever serves them locks."""
    for _ in range(_TRIES):
        subject = subject_of(customer_id)
        over = [Interaction.State.ENDED, Interaction.State.ABANDONED]
        open_contacts = subject.contacts.exclude(state__in=over)
        list(open_contacts.select_for_update(no_key=True).order_by("id").values_list("id"))
        rows = Customer.objects.select_for_update().filter(id__in=subject.customer_ids)
        found = list(rows.order_by("id").values_list("id", flat=True))
        if not found:
            raise NotVisible("customer")
        now = subject_of(customer_id)
        if now.customer_ids == subject.customer_ids and len(found) == len(now.customer_ids):
            return now
    raise Conflict("busy", "Somebody is merging this record right now. Try again.")


def _check_that_nothing_refers_to_them() -> None:
    """Foreign keys are checked when a transaction commits; here, while it can still be tried again."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _erase(subject: Subject, *, member: Member, basis: str) -> Erasure:
    for refusal in _obstacles(subject):
        raise refusal
    certificates.lock_erasures()
    known = _known_to_partners(subject)
    erasure = Erasure(
        record_number=subject.customer_id,
        merged_record_numbers=list(subject.customer_ids[1:]),
        basis=basis,
        erased_by=member.display_name,
        erased_by_member=member,
        erased_at=clock.now(),
        looked=_looked(subject),
    )
    erasure.erased, erasure.stripped = _forget(subject, all_kinds())
    _seal(erasure, subject)
    _ask_partners(erasure, known, member)
    gone = CustomerErased(erasure_id=erasure.pk, customer_ids=list(subject.customer_ids))
    emit(gone, actor=member.actor.as_json())
    later = ErasureSweepDue(erasure_id=erasure.pk, customer_ids=list(subject.customer_ids))
    emit_at(later, clock.now() + SWEEP_AFTER, key=f"erasure:{erasure.pk}:sweep")
    for one in subject.customer_ids:
        tell_desktops(one, "customer")
    live.hint("floor", "erasures")
    return erasure


def _forget(subject: Subject, kinds: list[PersonalKind]) -> tuple[dict[str, int], dict[str, int]]:
    erased: dict[str, int] = {}
    stripped: dict[str, int] = {}
    for kind in kinds:
        if kind.fate == Fate.STAYS:
            continue
        # The ids first: what is taken off a row may be what it was found by.
        ids = list(kind.rows(subject).values_list("pk", flat=True))
        if not ids:
            continue
        (erased if kind.fate == Fate.ERASED else stripped)[kind.name] = len(ids)
        _forget_rows(kind, subject, kind.model._base_manager.filter(pk__in=ids))
    return erased, stripped


def _forget_rows(kind: PersonalKind, subject: Subject, rows: QuerySet[Any]) -> None:
    if kind.before is not None:
        kind.before(subject, rows)
    if kind.fate == Fate.ERASED:
        rows.delete()
    elif kind.blank:
        rows.update(**{name: value() if callable(value) else value for name, value in kind.blank.items()})


def sweep_up(customer_ids: list[int]) -> None:
    """What was on its way while they were erased, as far as the records' numbers find it."""
    subject = Subject(customer_ids[0], tuple(customer_ids))
    _forget(subject, [kind for kind in all_kinds() if kind.again])


def _seal(erasure: Erasure, subject: Subject) -> None:
    erasure.salt, erasure.identifier_hashes = certificates.hash_identifiers(subject.identities)
    erasure.previous_digest = Erasure.objects.order_by("-id").values_list("digest", flat=True).first() or ""
    erasure.organization_id = current_organization_id()
    erasure.save()
    erasure.digest = certificates.digest_of(erasure)
    erasure.save(update_fields=["digest"])


def _ask_partners(erasure: Erasure, known: dict[int, set[int]], member: Member) -> None:
    due_at = erasure.erased_at + RECEIPT_WITHIN
    for partner_id, customer_ids in sorted(known.items()):
        receipt = ErasureReceipt.objects.create(
            erasure=erasure,
            partner_id=partner_id,
            record_numbers=sorted(customer_ids),
            asked_at=erasure.erased_at,
            due_at=due_at,
        )
        emit(
            ErasureRequested(
                erasure_id=erasure.pk,
                customer_id=erasure.record_number,
                merged_customer_ids=sorted(customer_ids - {erasure.record_number}),
                receipt_id=receipt.pk,
                asked_partner_id=partner_id,
                due_at=due_at.isoformat(),
            ),
            actor=member.actor.as_json(),
        )


def _known_to_partners(subject: Subject) -> dict[int, set[int]]:
    """Every partner that could see or wrote any of it, ever, and the records' numbers that it knows."""
    known: dict[int, set[int]] = defaultdict(set)
    for relation in merge_rows.relations():
        rows = relation.model._base_manager.filter(**{f"{relation.field}__in": subject.customer_ids})
        for name in merge_rows.partner_fields(relation):
            found = rows.exclude(**{name: None}).values_list(name, f"{relation.field}_id").distinct()
            for partner_id, customer_id in found:
                known[partner_id].add(customer_id)
    for merge in CustomerMerge.objects.filter(winner_id__in=subject.customer_ids):
        for partner_id in merge.loser_partner_ids:
            known[partner_id].add(merge.loser_id)
        for partner_id in merge.winner_partner_ids:
            known[partner_id].add(merge.winner_id)
    return dict(known)


def _looked(subject: Subject) -> dict[str, int]:
    reads = RecordRead.objects.filter(customer_id__in=subject.customer_ids)
    rows = reads.values_list("partner__name").annotate(count=Count("id")).order_by("partner__name")
    return {name or INHOUSE: count for name, count in rows}


def _obstacles(subject: Subject) -> list[Conflict]:
    found = []
    for hold in _standing_holds(subject):
        found.append(
            Conflict("on_hold", f"A legal hold forbids it: {hold.reason} (placed by {hold.placed_by}).")
        )
    over = [Interaction.State.ENDED, Interaction.State.ABANDONED]
    going_on = [rows.exclude(state__in=over) for rows in (subject.contacts, subject.unknown_contacts)]
    if any(rows.exists() for rows in going_on):
        found.append(
            Conflict("contact_open", "A contact with this person is going on. Erase them when it has ended.")
        )
    return found


def _standing_holds(subject: Subject) -> QuerySet[LegalHold]:
    return LegalHold.objects.filter(customer_id__in=subject.customer_ids, lifted_at=None).order_by("id")
