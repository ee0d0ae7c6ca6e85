"""What the screens of privacy show: one person's, and the organisation's."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from accounts.access import Viewer
from accounts.models import Member
from customers.access import shown_name
from customers.exports.lists import PERSON
from customers.exports.models import Export
from customers.models import Customer, RecordRead
from customers.privacy import certificates, receipts
from customers.privacy.erasing import ALWAYS_STAYS, INHOUSE, KindCount, preview_erasure
from customers.privacy.kinds import all_kinds
from customers.privacy.models import Erasure, ErasureReceipt, LegalHold
from customers.privacy.retention import RetentionLine, retention_kinds, retention_lines
from desk.panels.files import export_line

PAGE = 50
COMPANIES = (("", "Everybody"), ("partners", "Partners"), ("inhouse", "In-house"))
_RECEIPT_LEVELS = {"waiting": "soon", "overdue": "now", "confirmed": "good"}
_RUN_LEVELS = {"done": "good", "failed": "now", "stopped": "soon"}


def person_panel(customer: Customer, viewer: Viewer, member: Member) -> dict[str, Any]:
    """Who this is, the files made of them, who looked, and what holds stand or stood."""
    return {
        "id": customer.pk,
        "name": shown_name(viewer, customer),
        "files": files_panel(customer.pk),
        "reads": reads_panel(customer.pk),
        "holds": holds_panel(customer.pk),
        "may_erase": member.administers,
    }


def files_panel(customer_id: int) -> dict[str, Any]:
    """The access exports of this person, newest first; `moves` while one is being written."""
    rows = Export.objects.filter(kind=PERSON, choices__customer=str(customer_id)).select_related("member")
    lines = [export_line(export) for export in rows.order_by("-id")[:10]]
    return {"customer_id": customer_id, "rows": lines, "moves": any(line["moves"] for line in lines)}


def reads_panel(customer_id: int, *, company: str = "", before: int | None = None) -> dict[str, Any]:
    """A page of who looked, newest first: everybody, partners only or in-house only."""
    rows: QuerySet[RecordRead] = RecordRead.objects.filter(customer_id=customer_id)
    if company in {"partners", "inhouse"}:
        rows = rows.filter(partner__isnull=company == "inhouse")
    if before is not None:
        rows = rows.filter(id__lt=before)
    page = list(rows.select_related("partner", "member").order_by("-id")[: PAGE + 1])
    more = page[PAGE - 1].pk if len(page) > PAGE else None
    return {
        "customer_id": customer_id,
        "company": company,
        "companies": [
            {"value": value, "label": label, "chosen": value == company} for value, label in COMPANIES
        ],
        "continues": before is not None,
        "more": more,
        "rows": [
            {
                "at": read.read_at,
                "reader": read.reader,
                "hand": "partner" if read.partner_id else "inhouse",
                "company": read.partner.name if read.partner else INHOUSE,
                "system": read.partner_id is not None and read.member_id is None,
                "what": read.what,
                "why": read.why,
            }
            for read in page[:PAGE]
        ],
    }


def holds_panel(customer_id: int) -> dict[str, Any]:
    """The holds on this person, those that stand first."""
    holds = list(LegalHold.objects.filter(customer_id=customer_id).order_by("-id")[:PAGE])
    return {
        "customer_id": customer_id,
        "standing": [hold for hold in holds if hold.lifted_at is None],
        "lifted": [hold for hold in holds if hold.lifted_at is not None],
    }


def erasure_preview_panel(customer: Customer, viewer: Viewer, member: Member) -> dict[str, Any]:
    """What an erasure would take, what stays and why, who is asked, and what forbids it."""
    preview = preview_erasure(customer.pk)
    return {
        "id": preview.subject.customer_id,
        "name": shown_name(viewer, customer),
        "merged": list(preview.subject.customer_ids[1:]),
        "goes": preview.goes,
        "total": sum(one.count for one in preview.goes),
        "stays": [_stays(one) for one in preview.stripped]
        + [{"label": label, "count": None, "because": because} for label, because in ALWAYS_STAYS],
        "partners": [partner.name for partner in preview.partners],
        "blocked": preview.blocked,
        "may_erase": member.administers,
        "bases": [{"value": value, "label": label} for value, label in Erasure.Basis.choices],
    }


def _stays(one: KindCount) -> dict[str, Any]:
    return {"label": one.label, "count": one.count, "because": one.because}


def privacy_panel(member: Member) -> dict[str, Any]:
    """The organisation's page: receipts that are late, people erased, holds, and how long things are kept."""
    erasures = Erasure.objects.order_by("-id").prefetch_related("receipts__partner")
    holds = LegalHold.objects.filter(lifted_at=None).select_related("customer").order_by("-id")
    return {
        "overdue": [_receipt(one) | {"erasure_id": one.erasure_id} for one in receipts.overdue_receipts()],
        "erasures": [_erasure_line(erasure) for erasure in erasures[:PAGE]],
        "holds": [
            {
                "customer_id": hold.customer_id,
                "customer": hold.customer.display_name,
                "reason": hold.reason,
                "by": hold.placed_by,
                "at": hold.placed_at,
            }
            for hold in holds[:PAGE]
        ],
        "retention": [retention_line(line) for line in retention_lines()],
        "may_change": member.administers,
    }


def retention_line(line: RetentionLine) -> dict[str, Any]:
    """One kind of data: how long it is kept, who said so, and what the last night did."""
    run, kind = line.run, line.kind
    return {
        "name": kind.name,
        "label": kind.label,
        "then": kind.then,
        "days": line.keep_days,
        "for_good": line.keep_days is None,
        "usual": kind.usual_days,
        "least": kind.least_days,
        "most": kind.most_days or 36_500,
        "may_keep": kind.most_days is None,
        "rule": line.rule,
        "run": run,
        "run_level": _RUN_LEVELS.get(run.state, "") if run else "",
    }


def retention_line_named(name: str) -> dict[str, Any] | None:
    """The same for one kind; None when there is none."""
    if name not in {kind.name for kind in retention_kinds()}:
        return None
    return next(retention_line(line) for line in retention_lines() if line.kind.name == name)


def _erasure_line(erasure: Erasure) -> dict[str, Any]:
    found = list(erasure.receipts.all())
    states = [receipt.state for receipt in found]
    return {
        "id": erasure.pk,
        "number": erasure.record_number,
        "at": erasure.erased_at,
        "by": erasure.erased_by,
        "basis": erasure.get_basis_display(),
        "rows": sum(erasure.erased.values()),
        "asked": len(found),
        "confirmed": states.count("confirmed"),
        "level": "now" if "overdue" in states else "soon" if "waiting" in states else "good",
    }


def certificate_panel(erasure: Erasure) -> dict[str, Any]:
    """One erasure: what went, what stayed, who was asked and who answered."""
    labels = {kind.name: kind for kind in all_kinds()}
    return _erasure_line(erasure) | {
        "merged": erasure.merged_record_numbers,
        "erased": [_counted(labels, name, count) for name, count in erasure.erased.items()],
        "stripped": [_counted(labels, name, count) for name, count in erasure.stripped.items()],
        "looked": sorted(erasure.looked.items()),
        "identifiers": len(erasure.identifier_hashes),
        "digest": erasure.digest,
        "intact": certificates.is_intact(erasure),
        "receipts": [
            _receipt(one) for one in erasure.receipts.select_related("partner").order_by("partner__name")
        ],
        "file_url": reverse("desk:erasure_file", args=[erasure.pk]),
    }


def _counted(labels: dict[str, Any], name: str, count: int) -> dict[str, Any]:
    kind = labels.get(name)
    return {
        "label": kind.label if kind else name,
        "count": count,
        "because": kind.because if kind else "",
    }


def _receipt(receipt: ErasureReceipt) -> dict[str, Any]:
    return {
        "id": receipt.pk,
        "partner": receipt.partner.name,
        "state": receipt.state,
        "level": _RECEIPT_LEVELS[receipt.state],
        "asked_at": receipt.asked_at,
        "due_at": receipt.due_at,
        "confirmed_at": receipt.confirmed_at,
        "confirmed_by": receipt.confirmed_by,
        "how": receipt.get_how_display(),
    }
