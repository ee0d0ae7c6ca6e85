"""Celery: two lanes, so that no flood of background work slows a call."""

import os
from typing import Any

from celery import Celery, bootsteps
from celery.schedules import crontab
from celery.signals import worker_init, worker_ready

from foundation.standing import spare_what_stands
from foundation.worker_beats import beat_while_running
from routing.bootstep import RoutingOwnerStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")

NICENESS = 10


class GiveWayStep(bootsteps.Step):
    """Workers that serve the background lane alone leave the processor to whatever moves calls."""

    def include_if(self, parent: Any) -> bool:
        """Only in workers of that lane."""
        return set(parent.app.amqp.queues.consume_from) == {"background"}

    def create(self, parent: Any) -> None:
        """Before the pool starts, so that its processes inherit it."""
        os.nice(NICENESS)


app = Celery("bothhands")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add(RoutingOwnerStep)
app.steps["worker"].add(GiveWayStep)
worker_init.connect(spare_what_stands)
worker_ready.connect(beat_while_running)
app.conf.beat_schedule = {
    "tend-search": {
        "task": "customers.tend_search",
        "schedule": crontab(hour=2, minute=40),
        "options": {"queue": "background"},
    },
    "sweep-finished-deliveries": {
        "task": "foundation.sweep_finished",
        "schedule": 3600.0,
        "options": {"queue": "background"},
    },
    "send-due-webhooks": {
        "task": "partners.send_due_webhooks",
        "schedule": 3.0,
        "options": {"queue": "background", "expires": 3.0},
    },
    "sweep-partners-door": {
        "task": "partners.sweep",
        "schedule": 3600.0,
        "options": {"queue": "background"},
    },
    "sweep-presence": {
        "task": "routing.sweep_presence",
        "schedule": 10.0,
        "options": {"queue": "realtime", "expires": 10},
    },
    "dial-owed-calls": {
        "task": "ivr.dial_owed_calls",
        "schedule": 5.0,
        "options": {"queue": "realtime", "expires": 5},
    },
    "sweep-offers": {
        "task": "routing.sweep_offers",
        "schedule": 10.0,
        "options": {"queue": "realtime", "expires": 10},
    },
    "sweep-duplicates": {
        "task": "customers.sweep_duplicates",
        "schedule": crontab(hour=2, minute=40),
        "options": {"queue": "background", "expires": 6 * 3600},
    },
    "drop-abandoned-uploads": {
        "task": "customers.drop_abandoned_uploads",
        "schedule": crontab(hour=3, minute=10),
        "options": {"queue": "background", "expires": 6 * 3600},
    },
    "apply-retention": {
        "task": "customers.apply_retention",
        "schedule": crontab(hour=3, minute=20),
        "options": {"queue": "background", "expires": 6 * 3600},
    },
    "write-suppression-lists": {
        "task": "cases.write_suppression_lists",
        "schedule": crontab(hour=3, minute=30),
        "options": {"queue": "background", "expires": 6 * 3600},
    },
    "train-reasons": {
        "task": "cases.train_reasons",
        "schedule": crontab(hour=4, minute=10),
        "options": {"queue": "background", "expires": 6 * 3600},
    },
    "reconcile-calls": {
        "task": "ivr.reconcile_calls",
        "schedule": 15.0,
        "options": {"queue": "realtime", "expires": 15.0},
    },
}
