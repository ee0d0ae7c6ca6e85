"""`celery -A tests.scaling.hasty` and `python -m tests.scaling.hasty`: Celery and relay as in production, but
what a killed process was doing is taken up again after seconds, so that a test need not wait."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
django.setup()

from contactcenter.celery import app  # noqa: E402
from foundation import deliveries  # noqa: E402
from ivr import reconcile  # noqa: E402
from partners import sending  # noqa: E402

deliveries.LEASE_SECONDS = {"realtime": 1, "background": 2}
deliveries.RUNNING_SECONDS = 8
sending.LEASE_SECONDS = 8  # longer than one post may take
reconcile.SILENT_SECONDS = 4
app.conf.beat_schedule["reconcile-calls"]["schedule"] = 2.0

__all__ = ["app"]

if __name__ == "__main__":
    from django.core.management import call_command

    app.set_current()
    call_command("relay")
