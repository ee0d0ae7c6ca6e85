"""Which scope each method of a view asks for."""

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from partners.authentication import PartnerCaller
from partners.problems import Problem

if TYPE_CHECKING:  # the framework imports this module while it loads its views
    from rest_framework.views import APIView


class HasScope(BasePermission):
    """The token must carry `view.scopes[method]`; a method without one is nobody's."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """True, False without a token, Problem 403 when the token's scopes do not suffice."""
        caller = request.user
        if not isinstance(caller, PartnerCaller):
            return False
        needed = getattr(view, "scopes", {}).get(_reading(request.method))
        if needed is not None and needed in caller.scopes:
            return True
        raise Problem(
            403,
            "insufficient_scope",
            f"The token lacks the scope {needed}.",
            headers={"WWW-Authenticate": f'Bearer realm="api", error="insufficient_scope", scope="{needed}"'},
        )


def _reading(method: str | None) -> str:
    return "GET" if method == "HEAD" else method or ""
