"""Bearer tokens: which client calls, for which organisation and partner."""

import hashlib
from dataclasses import dataclass

from django.utils import timezone
from oauth2_provider.models import get_access_token_model
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from foundation.tenancy import system
from partners.models import ApiClient
from partners.problems import Problem

_REALM = 'Bearer realm="api"'
_LONGEST_TOKEN = 1_024


@dataclass(frozen=True)
class PartnerCaller:
    """The system behind a request, and what its token is good for right now; `partner_id` None: the
    company's own."""

    client_id: int
    organization_id: int
    partner_id: int | None
    name: str
    scopes: frozenset[str]
    is_authenticated: bool = True


class PartnerTokenAuthentication(BaseAuthentication):
    """Finds the caller by the token in the Authorization header. Nothing is cached: a revoked one is out."""

    def authenticate(self, request: Request) -> tuple[PartnerCaller, None] | None:
        """The caller; None without a token; Problem 401 when the token is no good."""
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer":
            return None
        token = token.strip()
        caller = _caller_of(token) if 0 < len(token) <= _LONGEST_TOKEN else None
        if caller is None:
            raise Problem(
                401,
                "invalid_token",
                "The token is unknown, revoked or expired. Ask for a new one.",
                headers={"WWW-Authenticate": f'{_REALM}, error="invalid_token"'},
            )
        return caller, None

    def authenticate_header(self, request: Request) -> str:
        """What a request without a token is told."""
        return _REALM


def _caller_of(token: str) -> PartnerCaller | None:
    checksum = hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
    with system():
        found = (
            get_access_token_model()
            .objects.select_related("application")
            .filter(token_checksum=checksum, expires__gt=timezone.now(), application__is_active=True)
            .first()
        )
    if found is None:
        return None
    client: ApiClient = found.application
    return PartnerCaller(
        client_id=client.id,
        organization_id=client.organization_id,
        partner_id=client.partner_id,
        name=client.name,
        # A scope taken from the client is gone from its living tokens too.
        scopes=frozenset(found.scope.split()) & client.scopes,
    )
