"""The least a webhook can be: a Django view that inserts one row, and one that publishes to a bare socket.

`application` (WSGI) serves `/insert` and `/publish`; `socket` (ASGI) passes on what is published.
"""

from __future__ import annotations

import asyncio
import os
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "script.benches.baseline_settings"

import redis
import redis.asyncio
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

CHANNEL = "bench:publish"
_redis = redis.Redis.from_url(os.environ["REDIS_URL"])


@csrf_exempt
def insert(request: HttpRequest) -> HttpResponse:
    """Commit one row."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_row (body) VALUES (%s)", [request.body.decode()])
    return HttpResponse(status=204)


@csrf_exempt
def publish(request: HttpRequest) -> HttpResponse:
    """Tell whoever listens."""
    _redis.publish(CHANNEL, request.body)
    return HttpResponse(status=204)


urlpatterns = [path("insert", insert), path("publish", publish)]
application = get_wsgi_application()


async def socket(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """A bare socket."""
    if scope["type"] != "websocket":
        return
    subscription = redis.asyncio.Redis.from_url(os.environ["REDIS_URL"]).pubsub(
        ignore_subscribe_messages=True
    )
    await subscription.subscribe(CHANNEL)
    await receive()
    await send({"type": "websocket.accept"})
    gone = asyncio.ensure_future(receive())
    while not gone.done():
        message = await subscription.get_message(timeout=1)
        if message is not None:
            await send({"type": "websocket.send", "text": message["data"].decode()})
