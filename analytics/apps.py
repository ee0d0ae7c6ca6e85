"""Facts and reports, fed by events only."""

from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    name = "analytics"
