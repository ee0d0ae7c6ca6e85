"""The phone's door: numbers, calls, the IVR's steps."""

from django.apps import AppConfig


class IvrConfig(AppConfig):
    name = "ivr"
