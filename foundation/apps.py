"""What all packages stand on: tenancy, event log, live nudges, errors, phone numbers, clock."""

from django.apps import AppConfig


class FoundationConfig(AppConfig):
    name = "foundation"
