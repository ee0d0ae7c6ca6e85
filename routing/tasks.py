"""Celery's doors into routing."""

from celery import shared_task

from routing import presence, sweeps


@shared_task(name="routing.sweep_presence")
def sweep_presence() -> None:
    """Every 10 s: take seats from silent desktops."""
    presence.sweep_presence()


@shared_task(name="routing.sweep_offers")
def sweep_offers() -> None:
    """Every 10 s: expire offers whose timer got lost."""
    sweeps.sweep_offers()
