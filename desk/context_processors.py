"""What every signed-in page needs for its live connection and its phone."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from accounts.models import Member


def live(request: HttpRequest) -> dict[str, Any]:
    """Topics this page follows, and where the agent's phone gets its script."""
    member: Member | None = getattr(request, "member", None)
    if member is None:
        return {}
    audience = f"audience:partner:{member.partner_id}" if member.partner_id else "audience:inhouse"
    topics = [f"member:{member.id}", "audience:all", audience]
    if member.supervises:
        topics.append("floor")
    return {
        "live_topics": " ".join(topics),
        "voice_sdk_url": settings.TWILIO_VOICE_SDK_URL if member.takes_work else "",
    }
