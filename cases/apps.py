"""What the customer is waiting for: cases and promises."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "cases"
