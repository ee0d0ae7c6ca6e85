"""The API's other doors: tokens, the OpenAPI document, the browsable docs, and paths that are none."""

import base64
import contextlib
import hashlib
import json
from functools import cache
from typing import Any

from axes.helpers import get_client_ip_address
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from oauth2_provider.views import TokenView

from accounts.middleware import finds_own_tenant
from foundation.tenancy import system
from partners.problems import Problem
from partners.refusals import as_problem, plain_response
from partners.throttles import count_request

_FORM = "application/x-www-form-urlencoded"


class ClientTokenView(TokenView):
    """OAuth2 client credentials; refusals as RFC 6749 says them."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer a token request."""
        if request.method != "POST":
            return plain_response(
                Problem(405, "method_not_allowed", "Ask with POST.", headers={"Allow": "POST"})
            )
        refusal = _refuse_token_request(request)
        if refusal is not None:
            return refusal
        try:
            with system():
                response: HttpResponse = super().dispatch(request, *args, **kwargs)
        except Exception as error:  # noqa: BLE001 - logged and told without detail
            return plain_response(as_problem(error))
        if response.status_code == 401:
            response["WWW-Authenticate"] = 'Basic realm="api"'
        return response

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Client credentials only, whatever else the library would answer here."""
        return self.authorization_flow_token_response(request)  # type: ignore[no-any-return]


def _refuse_token_request(request: HttpRequest) -> HttpResponse | None:
    if request.content_type != _FORM:
        return _oauth_error("invalid_request", f"Send the parameters as {_FORM}.")
    if len(request.body) > 10_000:
        return _oauth_error("invalid_request", "That is no token request.")
    allowance = count_request(f"token:{_asker(request)}", settings.TOKEN_REQUESTS_PER_MINUTE)
    if allowance is not None and allowance.spent:
        response = _oauth_error("temporarily_unavailable", "Too many token requests.", status=429)
        response["Retry-After"] = str(allowance.seconds)
        return response
    return None


def _asker(request: HttpRequest) -> str:
    """Which client is claimed from which address: checking a secret is slow, and must not be had at will."""
    client_id = request.POST.get("client_id", "")
    kind, _, credentials = request.headers.get("Authorization", "").partition(" ")
    if kind == "Basic":
        with contextlib.suppress(ValueError):
            client_id = base64.b64decode(credentials).decode("latin-1").partition(":")[0]
    claimed = hashlib.sha256(client_id.encode()).hexdigest()[:16]
    return f"{get_client_ip_address(request)}:{claimed}"


def _oauth_error(code: str, description: str, *, status: int = 400) -> HttpResponse:
    return JsonResponse(
        {"error": code, "error_description": description},
        status=status,
        headers={"Cache-Control": "no-store"},
    )


@cache
def _document() -> bytes:
    generator = SchemaGenerator()  # type: ignore[no-untyped-call]
    return json.dumps(generator.get_schema(request=None, public=True)).encode()  # type: ignore[no-untyped-call]


@finds_own_tenant
@require_safe
def openapi_document(request: HttpRequest) -> HttpResponse:
    """The OpenAPI 3.1 document."""
    return HttpResponse(_document(), content_type="application/json")


@finds_own_tenant
@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The browsable documentation; everything it loads is served from here."""
    return render(request, "partners/docs.html")


@finds_own_tenant
@csrf_exempt
def forgiving_path(request: HttpRequest, rest: str) -> HttpResponseBase:
    """The same path with or without its last slash, whatever the method; else a problem 404."""
    path = request.path_info
    try:
        match = resolve(path.rstrip("/") if path.endswith("/") else f"{path}/")
    except Resolver404:
        return plain_response(as_problem(Http404()))
    if match.func is forgiving_path:
        return plain_response(as_problem(Http404()))
    request.resolver_match = match
    return match.func(request, *match.args, **match.kwargs)  # type: ignore[no-any-return]
