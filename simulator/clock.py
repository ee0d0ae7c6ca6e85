"""Time as the carrier writes it."""

from datetime import UTC, datetime
from email.utils import format_datetime


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


def rfc2822(moment: datetime | None) -> str | None:
    """`Tue, 17 Nov 2026 15:04:00 +0000`, the only date format of the 2010 API; None stays None."""
    return format_datetime(moment) if moment else None
