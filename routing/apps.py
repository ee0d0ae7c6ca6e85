"""Who takes the work: queues, presence, offers, decisions."""

from django.apps import AppConfig


class RoutingConfig(AppConfig):
    name = "routing"
