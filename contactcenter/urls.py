"""Every door of the house. Each URL is classified in `contactcenter.url_classes`."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("partners.urls")),
]
