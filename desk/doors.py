"""What all desk views share: who may enter, and how a refusal is told on a page or a fragment."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from accounts.access import Viewer, viewer_of_member
from accounts.models import Member, Organization
from customers.merge_errors import MergedAway
from foundation.errors import Conflict, Forbidden, NotVisible, Refusal

View = Callable[..., HttpResponse]
MOST_TOLD = 2_500  # bytes; proxies hold all headers of an answer in 4 to 8 KB


class DeskRequest(HttpRequest):
    """A request of a signed-in member, as the doors hand it to views."""

    member: Member
    organization: Organization
    viewer: Viewer
    htmx: Any


def desk_door(
    *, supervisors: bool = False, agents: bool = False, admins: bool = False
) -> Callable[[View], View]:
    """Let members in (only supervisors, those who take work, or administrators); tell refusals in words.

    The view runs in a savepoint: after a refusal nothing of it is kept.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def door(request: DeskRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            try:
                _enter(request, supervisors=supervisors, agents=agents, admins=admins)
                _refuse_what_is_no_text(request)
                with transaction.atomic():
                    return view(request, *args, **kwargs)
            except MergedAway as away:
                return _at_the_survivor(request, away, kwargs)
            except Refusal as refusal:
                return refused(request, refusal)

        return door

    return decorate


def _at_the_survivor(request: DeskRequest, away: MergedAway, parts: dict[str, Any]) -> HttpResponse:
    """The same page of the record that stands for this one now."""
    match = request.resolver_match
    if request.method != "GET" or match is None or parts.get("customer_id") != away.customer_id:
        return refused(request, away)
    address = reverse(match.view_name, kwargs={**parts, "customer_id": away.into_id})
    query = request.META.get("QUERY_STRING", "")
    return HttpResponseRedirect(f"{address}?{query}" if query else address)


def _enter(request: DeskRequest, *, supervisors: bool, agents: bool, admins: bool) -> None:
    member = request.member
    if member is None:
        raise Forbidden("no_membership", "Your login belongs to no company here. Ask your administrator.")
    if supervisors and not member.supervises:
        raise Forbidden("supervisors_only", "Only supervisors may do this.")
    if admins and not member.administers:
        raise Forbidden("admins_only", "Only administrators may do this.")
    if agents and not member.takes_work:
        raise Forbidden("agents_only", "Only agents who take contacts may do this.")
    request.viewer = viewer_of_member(member)
    if request.viewer.scope is not None and not request.viewer.scope.in_force:
        raise Forbidden("no_contract", "No contract of your company with this one is in force.")


def _refuse_what_is_no_text(request: HttpRequest) -> None:
    given = [value for _, values in (*request.GET.lists(), *request.POST.lists()) for value in values]
    if any("\x00" in value for value in given):
        raise Refusal("no_text", "That has a character in it that is no text.")


def number_of(text: str) -> int | None:
    """A row's number as an address or a form gives it; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """A refusal as a toast (htmx) or a page, with the fitting status."""
    status = status_of(refusal)
    if getattr(request, "htmx", False):
        return toast(refusal.message, level="now", status=status)
    template = "404.html" if status == 404 else "403.html" if status == 403 else "400.html"
    return render(request, template, {"message": refusal.message}, status=status)


def status_of(refusal: Refusal) -> int:
    """The HTTP status that says what kind of refusal it is."""
    if isinstance(refusal, NotVisible):
        return 404
    if isinstance(refusal, Forbidden):
        return 403
    return 409 if isinstance(refusal, Conflict) else 422


def toast(text: str, *, level: str = "good", status: int = 204, **triggers: Any) -> HttpResponse:
    """An empty answer that shows a toast (level good, soon, now) and triggers client events."""
    response = HttpResponse(status=status)
    response["HX-Trigger"] = _told({"toast": {"text": text, "level": level}, **triggers})
    response["HX-Reswap"] = "none"
    return response


def with_toast(response: HttpResponse, text: str, *, level: str = "good", **triggers: Any) -> HttpResponse:
    """The answer, with a word about it, and with client events."""
    response["HX-Trigger"] = _told({"toast": {"text": text, "level": level}, **triggers})
    return response


def _told(triggers: dict[str, Any]) -> str:
    """As a header, which a proxy takes only up to some length: the longer what people typed is, the less of
    it is said back to them."""
    told = ""
    for longest in (240, 80, 20):
        told = json.dumps(_shortened(triggers, longest))
        if len(told) <= MOST_TOLD:
            break
    return told


def _shortened(value: Any, longest: int) -> Any:
    if isinstance(value, str):
        return value if len(value) <= longest else f"{value[: longest - 1]}…"
    if isinstance(value, dict):
        return {name: _shortened(one, longest) for name, one in value.items()}
    return [_shortened(one, longest) for one in value] if isinstance(value, list) else value


def done(**triggers: Any) -> HttpResponse:
    """An empty answer that only triggers client events."""
    response = HttpResponse(status=204)
    if triggers:
        response["HX-Trigger"] = json.dumps(triggers)
    return response
