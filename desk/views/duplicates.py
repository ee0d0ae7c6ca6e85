"""Judging records that may be one person's, and undoing what was merged. For supervisors."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from customers import actions, merge_queries
from customers.actions.merging import CHOSEN_FIELDS
from customers.models import CustomerMerge, DuplicatePair
from desk.doors import DeskRequest, desk_door, number_of
from desk.panels import duplicates as panels
from foundation.errors import Conflict, NotVisible, Refusal


@require_GET
@desk_door(supervisors=True)
def duplicates(request: DeskRequest) -> HttpResponse:
    """Pairs that wait, the likeliest first, and what was merged."""
    waiting = merge_queries.waiting_pairs()
    merges = list(merge_queries.merges_newest_first()[: panels.PAGE])
    context = {
        "waiting": panels.waiting_panel(list(waiting[: panels.PAGE]), waiting.count()),
        "history": panels.history_panel(merges, request.organization),
    }
    return render(request, "desk/duplicates.html", context)


@require_GET
@desk_door(supervisors=True)
def pair(request: DeskRequest, pair_id: int) -> HttpResponse:
    """Two records side by side; one that was judged meanwhile leads to the next."""
    found = _pair(pair_id)
    if (
        found.state != DuplicatePair.State.WAITING
        or found.first.merged_into_id
        or found.second.merged_into_id
    ):
        messages.info(request, "Somebody judged that pair already.")
        return HttpResponseRedirect(_next_address())
    left = merge_queries.waiting_pairs().count()
    following = merge_queries.pair_after(found)
    context = {
        "review": panels.review_panel(found, request.viewer),
        "left": left,
        "next_url": reverse("desk:duplicate", args=[following.pk]) if following else "",
    }
    return render(request, "desk/duplicate.html", context)


@require_POST
@desk_door(supervisors=True)
def merge_pair(request: DeskRequest, pair_id: int) -> HttpResponse:
    """Merge the two as chosen: `stays` is the record that stays, each field names the side it comes from."""
    found = _pair(pair_id)
    if found.state != DuplicatePair.State.WAITING:
        raise Conflict("already_judged", "Somebody judged this pair already. Look again.")
    stays = request.POST.get("stays", "first")
    if stays not in {"first", "second"}:
        raise Refusal("bad_choice", "Choose the record that stays.", field="stays")
    winner_id, loser_id = (found.first_id, found.second_id)
    if stays == "second":
        winner_id, loser_id = loser_id, winner_id
    merge = actions.merge_customers(
        winner_id,
        loser_id,
        actor=request.member.actor,
        chosen=_chosen(request, stays),
        why="; ".join(str(reason["text"]) for reason in found.reasons),
        score=found.score,
        reasons=found.reasons,
    )
    messages.success(request, f"Merged into {merge.winner.display_name}. Undo it under Merged.")
    return _go(request, _next_address())


def _chosen(request: DeskRequest, stays: str) -> dict[str, str]:
    """field → winner or loser, from the side that was marked."""
    chosen = {}
    for name in CHOSEN_FIELDS:
        side = request.POST.get(name)
        if side is None:
            continue
        if side not in {"first", "second"}:
            raise Refusal("bad_choice", "Choose one of the two.", field=name)
        chosen[name] = "winner" if side == stays else "loser"
    return chosen


@require_POST
@desk_door(supervisors=True)
def keep_apart(request: DeskRequest, pair_id: int) -> HttpResponse:
    """They are two people."""
    _pair(pair_id)
    if not actions.keep_pair_apart(pair_id, actor=request.member.actor):
        raise Conflict("already_judged", "Somebody judged this pair already. Look again.")
    messages.success(request, "Kept apart. Nobody is asked about these two again.")
    return _go(request, _next_address())


@require_POST
@desk_door(supervisors=True)
def propose(request: DeskRequest, customer_id: int) -> HttpResponse:
    """Put this record beside another one, which a person takes for the same."""
    other = number_of(request.POST.get("other", "").strip().lstrip("#")) or 0
    made = actions.propose_pair(customer_id, other, actor=request.member.actor)
    return _go(request, reverse("desk:duplicate", args=[made.pk]))


@require_GET
@desk_door(supervisors=True)
def merge(request: DeskRequest, merge_id: int) -> HttpResponse:
    """One merge: what undoing it would do, or whose everything became."""
    return render(request, "desk/merge.html", {"merge": panels.merge_panel(_merge(merge_id))})


@require_POST
@desk_door(supervisors=True)
def undo_merge(request: DeskRequest, merge_id: int) -> HttpResponse:
    """Two records again."""
    actions.unmerge_customers(merge_id, actor=request.member.actor)
    messages.success(request, "Both records are back as they were.")
    return _go(request, reverse("desk:merge", args=[merge_id]))


def _pair(pair_id: int) -> DuplicatePair:
    found = DuplicatePair.objects.select_related("first", "second").filter(id=pair_id).first()
    if found is None:
        raise NotVisible("pair")
    return found


def _merge(merge_id: int) -> CustomerMerge:
    found = CustomerMerge.objects.select_related("winner", "loser").filter(id=merge_id).first()
    if found is None:
        raise NotVisible("merge")
    return found


def _next_address() -> str:
    following = merge_queries.waiting_pairs().first()
    return reverse("desk:duplicate", args=[following.pk]) if following else reverse("desk:duplicates")


def _go(request: DeskRequest, address: str) -> HttpResponse:
    """Another page, for a form that htmx sent or the browser itself."""
    if not request.htmx:
        return HttpResponseRedirect(address)
    response = HttpResponse(status=204)
    response["HX-Redirect"] = address
    return response
