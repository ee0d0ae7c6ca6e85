"""The roof's app: wires events to their handlers when Django is ready."""

from django.apps import AppConfig


class ContactCenterConfig(AppConfig):
    name = "contactcenter"

    def ready(self) -> None:
        """Register who listens to what."""
        from contactcenter import event_map

        event_map.register()
