"""The two doors alone: the house above may be under repair."""

from django.urls import path

from foundation.health_views import healthz, metrics

urlpatterns = [path("healthz", healthz), path("metrics", metrics)]
