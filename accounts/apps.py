"""Organisations, the people in them, and the partners they work with."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
