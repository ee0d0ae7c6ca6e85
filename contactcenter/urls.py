"""Every door of the house. Each URL is classified in `contactcenter.url_classes`."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
