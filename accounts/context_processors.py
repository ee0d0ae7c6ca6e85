"""What every page may show about who is signed in."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def member(request: HttpRequest) -> dict[str, Any]:
    """`member` and `organization` (None when signed out), and the demo telephone's address."""
    return {
        "member": getattr(request, "member", None),
        "organization": getattr(request, "organization", None),
        "phone_page_url": settings.PHONE_PAGE_URL,
    }
