"""The screens: agent console, supervisor's floor, settings."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "desk"
