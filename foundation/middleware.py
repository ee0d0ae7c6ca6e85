"""Request log: an id for every request, slow and failed ones written down. And machines' own short way in."""

import logging
import time
import uuid
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from foundation.metrics import HTTP_SECONDS

logger = logging.getLogger("bothhands.http")
SLOW_SECONDS = 1.0


class RequestLogMiddleware:
    """Times each request and answers with its id."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on and note how it went."""
        request_id = uuid.uuid4().hex[:16]
        started = time.perf_counter()
        response = self.get_response(request)
        seconds = time.perf_counter() - started
        match = request.resolver_match
        view = match.view_name if match and match.view_name else "unmatched"
        HTTP_SECONDS.labels(view, request.method or "", str(response.status_code)).observe(seconds)
        if response.status_code >= 500 or seconds > SLOW_SECONDS:
            logger.warning(
                "request",
                extra={
                    "request_id": request_id,
                    "view": view,
                    "status": response.status_code,
                    "seconds": round(seconds, 3),
                },
            )
        response["X-Request-ID"] = request_id
        return response


class MachineDoorMiddleware:
    """Calls the doors under `MACHINE_PREFIXES` without the middleware below: what signs its requests has no
    session, form token or page, and all that took a third of a webhook's time."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Call a machine's door at once; pass everything else on."""
        if not request.path_info.startswith(settings.MACHINE_PREFIXES):
            return self.get_response(request)
        try:
            request.resolver_match = match = resolve(request.path_info)
        except Resolver404:
            return self.get_response(request)
        response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        if response.content:  # as Django's CommonMiddleware does: without it the answer goes out in chunks
            response.setdefault("Content-Length", str(len(response.content)))
        return response
