"""The live doors: the websocket route (ASGI) and its HTTP catch-up (WSGI)."""

from django.urls import path

from desk.consumers import LiveConsumer
from desk.views.live import live_since

websocket_urlpatterns = [path("live/", LiveConsumer.as_asgi())]
urlpatterns = [path("live-since/", live_since, name="live_since")]
