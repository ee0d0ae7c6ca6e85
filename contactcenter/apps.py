"""The roof's app: when Django is ready, wires events to handlers, lists to exports, parts to `/healthz`."""

from django.apps import AppConfig


class ContactCenterConfig(AppConfig):
    name = "contactcenter"

    def ready(self) -> None:
        """Register who listens to what, and what must run."""
        from contactcenter import event_map, export_map, health_parts

        event_map.register()
        export_map.register()
        health_parts.register()
