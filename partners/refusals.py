"""Every refusal of the API as RFC 9457 problem+json."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import Http404, HttpResponse, JsonResponse
from drf_standardized_errors.formatter import flatten_errors
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from customers.merge_errors import MergedAway
from foundation.errors import Conflict, Forbidden, NotVisible, Refusal
from partners.etags import etag_of
from partners.problems import Problem, QueryInvalid, error_at
from routing.actions.setup import SettingsRefused, SettingsStale
from routing.queries.setup import version_of

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
_TYPE = "urn:bothhands:problem:"
_STALE = "Somebody changed it since. `current` is how it stands now, `differs` what is not as you want it."


def problem_response(error: Exception, context: Mapping[str, Any]) -> Response:
    """The REST framework's exception handler."""
    if isinstance(error, MergedAway) and context["request"].method in {"GET", "HEAD"}:
        return _moved_permanently(error, context["request"])
    problem = as_problem(error)
    response = Response(body_of(problem), status=problem.status_code, headers=problem.headers)
    response["Content-Type"] = CONTENT_TYPE
    response.content_type = CONTENT_TYPE
    return response


def _moved_permanently(error: MergedAway, request: Request) -> Response:
    """The same question to the record that stands for this one now."""
    path = request.path.replace(f"/customers/{error.customer_id}/", f"/customers/{error.into_id}/", 1)
    query = request.META.get("QUERY_STRING", "")
    return Response(
        {"code": error.code, "detail": error.message, "merged_into": error.into_id},
        status=301,
        headers={"Location": request.build_absolute_uri(f"{path}?{query}" if query else path)},
    )


def body_of(problem: Problem) -> dict[str, Any]:
    """The JSON of a problem."""
    return {
        "type": _TYPE + problem.code,
        "title": HTTPStatus(problem.status_code).phrase,
        "status": problem.status_code,
        "code": problem.code,
        "detail": problem.message,
        "errors": problem.errors,
        **problem.extra,
    }


def plain_response(problem: Problem) -> HttpResponse:
    """A problem from a view outside the REST framework."""
    return JsonResponse(
        body_of(problem), status=problem.status_code, headers=problem.headers, content_type=CONTENT_TYPE
    )


def as_problem(error: Exception) -> Problem:
    """What any exception means to the caller. Unexpected ones are logged and tell nothing."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, Refusal):
        return _of_refusal(error)
    if isinstance(error, exceptions.ValidationError):
        return _of_validation(error)
    if isinstance(error, exceptions.APIException):
        return _of_framework(error)
    if isinstance(error, Http404):
        return Problem(404, "not_found", "There is nothing here.")
    if isinstance(error, OperationalError | InterfaceError):
        logger.exception("the database is away")
        return Problem(
            503, "unavailable", "We cannot answer right now. Try again soon.", headers={"Retry-After": "5"}
        )
    kind = "the database refused" if isinstance(error, DatabaseError) else "unexpected error"
    logger.error(kind, exc_info=error)
    return Problem(500, "internal_error", "Something went wrong on our side. Nothing was changed.")


def _of_refusal(error: Refusal) -> Problem:
    status = 422
    if isinstance(error, Conflict):
        status = 412 if error.code == "stale" else 409
    elif isinstance(error, NotVisible):
        status = 404
    elif isinstance(error, Forbidden):
        status = 403
    if isinstance(error, SettingsStale):
        extra = {"current": error.current, "differs": error.differs}
        headers = {"ETag": etag_of(version_of(error.current))}
        return Problem(412, "stale", _STALE, where="header", field="If-Match", headers=headers, extra=extra)
    where = "header" if status == 412 else "body"
    field = "If-Match" if status == 412 else error.field
    problem = Problem(status, error.code, error.message, where=where, field=field)
    if isinstance(error, SettingsRefused):
        problem.errors = [error_at("body", one.field, one.code, one.message) for one in error.problems]
    return problem


def _of_validation(error: exceptions.ValidationError) -> Problem:
    where = "query" if isinstance(error, QueryInvalid) else "body"
    problem = Problem(400, "invalid", "What was sent is not valid; `errors` says where.")
    problem.errors = [
        error_at(where, (item.attr or "").replace(".", "/"), item.code, item.detail)
        for item in flatten_errors(error.detail)
    ]
    return problem


_CODES = {
    exceptions.NotAuthenticated: "unauthenticated",
    exceptions.AuthenticationFailed: "invalid_token",
    exceptions.PermissionDenied: "forbidden",
    exceptions.ParseError: "malformed",
    exceptions.MethodNotAllowed: "method_not_allowed",
    exceptions.UnsupportedMediaType: "unsupported_media_type",
    exceptions.NotAcceptable: "not_acceptable",
    exceptions.NotFound: "not_found",
}


def _of_framework(error: exceptions.APIException) -> Problem:
    code = _CODES.get(type(error), "refused")
    challenge = getattr(error, "auth_header", None)
    headers = {"WWW-Authenticate": challenge} if challenge else {}
    return Problem(error.status_code, code, str(error.detail), headers=headers)
