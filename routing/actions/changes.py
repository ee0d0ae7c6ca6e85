"""The owner of the order is told that what counts has changed."""

from foundation.wake import wake_after_commit
from routing.models import ChangeToken


def settings_changed() -> None:
    """It decides by what stands now, from its next decision on."""
    ChangeToken.objects.create()
    wake_after_commit("routing")
