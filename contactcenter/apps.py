"""The roof's app: wires events to their handlers, and what `/healthz` looks at, when Django is ready."""

from django.apps import AppConfig


class ContactCenterConfig(AppConfig):
    name = "contactcenter"

    def ready(self) -> None:
        """Register who listens to what, and what must run."""
        from contactcenter import event_map, health_parts

        event_map.register()
        health_parts.register()
