"""Pairs to judge, the two records side by side, and merges that can be undone."""

from collections.abc import Sequence
from typing import Any

from accounts.access import Viewer
from accounts.models import Member, Organization
from customers import merge_queries
from customers import queries as record
from customers.access import shown_name
from customers.actions.unmerging import plan_unmerging
from customers.models import CustomerMerge, DuplicatePair
from customers.search import FoundCustomer

PAGE = 50


def record_panel(
    customer_id: int, viewer: Viewer, typed: str = "", found: Sequence[FoundCustomer] = ()
) -> dict[str, Any]:
    """The pairs that one record is in, and those that were searched for to be put beside it."""
    judges = viewer.role in {Member.Role.SUPERVISOR, Member.Role.ADMIN}
    pairs = list(merge_queries.pairs_of(customer_id)[:PAGE])
    others = {customer_id, *(one for pair in pairs for one in (pair.first_id, pair.second_id))}
    return {
        "customer_id": customer_id,
        "judges": judges,
        "typed": typed,
        "pairs": [_of_record(pair, customer_id, viewer) for pair in pairs],
        "found": [
            {"id": hit.customer.pk, "name": shown_name(viewer, hit.customer), "detail": " · ".join(hit.why)}
            for hit in found
            if hit.customer.pk not in others
        ],
    }


def _of_record(pair: DuplicatePair, customer_id: int, viewer: Viewer) -> dict[str, Any]:
    other = pair.second if pair.first_id == customer_id else pair.first
    return {
        "id": pair.pk,
        "other_id": other.pk,
        "name": shown_name(viewer, other),
        "score": pair.score,
        "reasons": [str(reason["text"]) for reason in pair.reasons],
        "by_person": pair.found_by == "person",
    }


def waiting_panel(pairs: list[DuplicatePair], count: int) -> dict[str, Any]:
    """The list of pairs that wait."""
    return {"count": count, "more": count > len(pairs), "rows": [_row(pair) for pair in pairs]}


def _row(pair: DuplicatePair) -> dict[str, Any]:
    reasons = [str(reason["text"]) for reason in pair.reasons]
    return {
        "id": pair.pk,
        "first": pair.first.display_name,
        "second": pair.second.display_name,
        "score": pair.score,
        "reasons": reasons,
        "found_at": pair.found_at,
    }


def review_panel(pair: DuplicatePair, viewer: Viewer) -> dict[str, Any]:
    """One pair, field by field."""
    both = merge_queries.side_by_side(pair)
    views = [record.record_view(viewer, one.pk) for one in (both.first, both.second)]
    return {
        "id": pair.pk,
        "score": pair.score,
        "reasons": [{"text": reason["text"], "points": reason["points"]} for reason in pair.reasons],
        "sides": [
            {
                "side": side,
                "id": view.customer_id,
                "name": view.display_name,
                "created_at": view.created_at,
                "stays": both.winner_id == view.customer_id,
                "identities": [_identity(one) for one in view.identities],
            }
            for side, view in zip(("first", "second"), views, strict=True)
        ],
        "fields": both.fields,
        "answers": both.answers,
        "counts": [
            {"label": label, "first": first, "second": second}
            for label, first, second in both.counts
            if first or second
        ],
    }


def _identity(one: record.KnownIdentity) -> dict[str, Any]:
    return {
        "label": one.label,
        "value": f"{one.value} ext. {one.extension}" if one.extension else one.value,
        "hand": one.hand,
        "confidence": one.confidence,
        "is_shared": one.is_shared,
    }


def history_panel(merges: list[CustomerMerge], organization: Organization) -> dict[str, Any]:
    """What was merged."""
    return {
        "rows": [
            {
                "id": merge.pk,
                "winner": merge.winner.display_name,
                "winner_id": merge.winner_id,
                "loser": merge.loser.display_name,
                "why": merge.why or "Merged by a person",
                "hand": merge.hand,
                "author": merge.author,
                "merged_at": merge.merged_at,
                "undone_at": merge.undone_at,
                "undone_by": merge.undone_by,
            }
            for merge in merges
        ]
    }


def merge_panel(merge: CustomerMerge) -> dict[str, Any]:
    """One merge: what undoing it would do, or what it did."""
    standing = merge.undone_at is None
    blocking = merge_queries.later_merge_of_winner(merge) if standing else None
    arrivals = merge.arrivals
    if standing and blocking is None:
        arrivals = plan_unmerging(merge).arrivals()
    return {
        "id": merge.pk,
        "winner": merge.winner.display_name,
        "winner_id": merge.winner_id,
        "loser": merge.loser.display_name,
        "loser_id": merge.loser_id,
        "why": merge.why or "Merged by a person",
        "author": merge.author,
        "hand": merge.hand,
        "merged_at": merge.merged_at,
        "undone_at": merge.undone_at,
        "undone_by": merge.undone_by,
        "blocked_by": blocking.pk if blocking else None,
        "moved": sum(len(ids) for ids in merge.moved.values()),
        "changes": [
            {"field": change["field"].replace("_", " "), "before": change["before"], "after": change["after"]}
            for change in merge.changes
            if change["label"] == "customers.Customer"
        ],
        "arrivals": arrivals,
    }
