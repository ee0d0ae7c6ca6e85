"""The shared record: who a customer is, what is known, what has happened."""

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "customers"
