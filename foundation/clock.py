"""The one clock. Rules take times as arguments; actions and doors ask here."""

from datetime import datetime

from django.utils import timezone


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return timezone.now()
