"""Every door of the house. Each URL is classified in `contactcenter.url_classes`."""

from django.urls import URLPattern, URLResolver, include, path

from desk import live_urls
from foundation.health_views import healthz, metrics

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("accounts.urls")),
    path("", include("ivr.urls")),
    path("", include("desk.urls")),
    path("healthz", healthz, name="healthz"),
    path("metrics", metrics, name="metrics"),
    path("", include("partners.urls")),
    *live_urls.urlpatterns,
]
