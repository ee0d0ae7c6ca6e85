"""Puts each signed-in page request inside its organisation's tenant transaction."""

from collections.abc import Callable
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from accounts.models import Member, Organization
from foundation.tenancy import system, tenant


class MemberMiddleware:
    """Sets `request.member` and `request.organization`; runs the view inside `tenant()`.

    Views that find their own tenant (webhooks, the API, health) are marked with `finds_own_tenant`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        request.member = None  # type: ignore[attr-defined]
        request.organization = None  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: list[Any], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """Run the view in its tenant, rendering included; leave it to Django when nobody is signed in."""
        if getattr(view, "finds_own_tenant", False) or not request.user.is_authenticated:
            return None
        member = membership_of(request.user.pk)
        if member is None:
            return None
        request.member = member  # type: ignore[attr-defined]
        with tenant(member.organization_id):
            request.organization = Organization.objects.get(id=member.organization_id)  # type: ignore[attr-defined]
            with timezone.override(request.organization.time_zone):  # type: ignore[attr-defined]
                return _rendered(view(request, *args, **kwargs))


def _rendered(response: HttpResponseBase) -> HttpResponseBase:
    render = getattr(response, "render", None)
    if callable(render):
        return cast(HttpResponseBase, render())
    return response


def membership_of(user_id: int) -> Member | None:
    """The active membership a login serves under (the oldest, if several)."""
    with system():
        return (
            Member.objects.select_related("partner")
            .filter(user_id=user_id, is_active=True)
            .order_by("id")
            .first()
        )


def finds_own_tenant(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a view that sets its tenant itself."""
    view.finds_own_tenant = True  # type: ignore[attr-defined]
    return view
