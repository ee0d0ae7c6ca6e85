"""Who calls: the address our proxy saw."""

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """The caller's address; None when unknown.

    Only what the last PROXY_COUNT proxies wrote counts: whatever stands before may be the caller's invention.
    """
    seen = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    if len(seen) >= settings.PROXY_COUNT > 0:
        return str(seen[-settings.PROXY_COUNT])
    peer: str = request.META.get("REMOTE_ADDR", "")
    return peer or None
