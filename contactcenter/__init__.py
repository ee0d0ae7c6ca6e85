"""The roof: settings, urls, processes, and who listens to what."""

from contactcenter.celery import app as celery_app

__all__ = ["celery_app"]
