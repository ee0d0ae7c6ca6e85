"""The vendors' door: REST API, change feed, signed webhooks."""

from django.apps import AppConfig


class PartnersConfig(AppConfig):
    name = "partners"
