"""`celery -A tests.foundation.worker`: the product's worker, which also knows the tests' handlers."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
django.setup()

from contactcenter.celery import app  # noqa: E402
from tests.foundation.listeners import register_for_workers  # noqa: E402

register_for_workers()
__all__ = ["app"]
