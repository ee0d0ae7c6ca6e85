"""Records that may be one person: in-house members look for them, supervisors judge them and undo merges."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from customers import actions, merge_queries
from customers.access import access_customer, standing_for
from customers.actions.duplicates import Swept
from customers.actions.merging import CHOSEN_FIELDS
from customers.actions.timeline import tell_desktops
from customers.models import Customer, CustomerMerge, DuplicatePair
from customers.search import find_customers
from desk.doors import DeskRequest, desk_door, number_of, with_toast
from desk.panels import duplicates as panels
from foundation.errors import Conflict, Forbidden, NotVisible, Refusal


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


@require_GET
@desk_door()
def of_record(request: DeskRequest, customer_id: int) -> HttpResponse:
    """The pairs that one record is in, and others that are found by `q`, to be put beside it."""
    customer = _inhouse(request, customer_id)
    typed = request.GET.get("q", "").strip()[:200]
    found = find_customers(request.viewer, typed, limit=6) if len(typed) >= 2 else []
    panel = panels.record_panel(customer.pk, request.viewer, typed, found)
    name = "_duplicates_found.html" if "q" in request.GET else "_duplicates.html"
    return render(request, f"desk/console/{name}", {"duplicates": panel})


@require_POST
@desk_door()
def look(request: DeskRequest, customer_id: int) -> HttpResponse:
    """Look for other records of this person now; what a rule allows is merged at once."""
    customer = _inhouse(request, customer_id)
    swept = actions.find_duplicates(customer.pk, found_by="person")
    stands = standing_for(request.viewer, customer.pk)
    if stands != customer.pk:
        messages.success(request, "Merged by rule into the record that you see now.")
        return _go(request, reverse("desk:customer", args=[stands]))
    tell_desktops(customer.pk, "customer")
    panel = panels.record_panel(customer.pk, request.viewer)
    response = render(request, "desk/console/_duplicates.html", {"duplicates": panel})
    return with_toast(response, _told(swept))


def _told(swept: Swept) -> str:
    merged = f"{swept.merged} merged by rule. " if swept.merged else ""
    if swept.waiting:
        return f"{merged}{swept.waiting} may be the same person."
    return merged or "Nobody else looks like this person."


@require_POST
@desk_door()
def propose(request: DeskRequest, customer_id: int) -> HttpResponse:
    """Put this record beside another one, which a person takes for the same; a supervisor judges them."""
    customer = _inhouse(request, customer_id)
    other = number_of(request.POST.get("other", "").strip().lstrip("#")) or 0
    made = actions.propose_pair(customer.pk, other, actor=request.member.actor)
    if request.member.supervises:
        return _go(request, reverse("desk:duplicate", args=[made.pk]))
    panel = panels.record_panel(customer.pk, request.viewer)
    response = render(request, "desk/console/_duplicates.html", {"duplicates": panel})
    return with_toast(response, "Proposed. A supervisor compares the two.")


def _inhouse(request: DeskRequest, customer_id: int) -> Customer:
    """The record, for in-house members: a partner's contract gives no right to say who somebody is."""
    customer = access_customer(request.viewer, customer_id)
    if request.viewer.is_partner:
        raise Forbidden("not_in_contract", "The contract does not allow judging duplicates.")
    return customer


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
