"""The roof's app: when Django is ready, wires events to handlers, lists to exports, kinds of data to privacy,
parts to `/healthz`."""

from django.apps import AppConfig


class ContactCenterConfig(AppConfig):
    name = "contactcenter"

    def ready(self) -> None:
        """Register who listens to what, and what must run."""
        from contactcenter import event_map, export_map, health_parts, privacy_map

        event_map.register()
        export_map.register()
        privacy_map.register()
        health_parts.register()
