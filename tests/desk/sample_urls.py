"""The addresses that the screens name, leading nowhere: fragments render without the views behind them."""

import re

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, include, path

from contactcenter.url_classes import URL_CLASSES


def nowhere(request: HttpRequest, **parts: object) -> HttpResponse:
    """Answer with nothing."""
    return HttpResponse(status=204)


def _route(name: str) -> str:
    """One id or name in the address when the screens give one."""
    if name in {
        "console",
        "work",
        "idle",
        "marquee",
        "presence",
        "search",
        "floor",
        "agent_time",
        "decisions",
        "why_not_me",
        "simulations",
        "surges",
        "surge_new",
        "seat_asks",
        "asked_again",
        "reasons",
        "reasons_training",
        "reasons_train",
        "setup_fields",
        "announce",
        "styleguide",
        "voice_token",
        "imports",
        "exports",
        "duplicates",
        "privacy",
        "contact_rules",
        "contact_purpose",
        "contact_hours",
        "routing",
        "routing_queues",
        "routing_pools",
        "routing_skills",
        "routing_hours",
        "routing_floor_rules",
        "routing_numbers",
    }:
        return f"{name}/"
    two_parts = {"consent_hold_end", "routing_step", "routing_preset"}
    if name.startswith("identity_") or name in two_parts:
        return f"{name}/<str:part>/<str:other>/"
    return f"{name}/<str:part>/"


def _patterns(namespace: str) -> list[URLPattern]:
    names = [name.split(":")[1] for name in URL_CLASSES if name.startswith(f"{namespace}:")]
    return [path(_route(name) if namespace == "desk" else f"{name}/", nowhere, name=name) for name in names]


urlpatterns = [
    path("", include((_patterns("desk"), "desk"))),
    path("", include((_patterns("accounts"), "accounts"))),
    *(
        path(f"{re.sub(r'[^a-z]', '-', name)}/", nowhere, name=name)
        for name in URL_CLASSES
        if ":" not in name
    ),
]
