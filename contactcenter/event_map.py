"""Who listens to what: the one page. Real-time handlers move calls; background ones inform."""

from foundation.events import listen  # noqa: F401


def register() -> None:
    """Register every handler. Called once, when Django is ready."""
