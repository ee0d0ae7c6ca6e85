"""A refusal of the API: what went wrong, for people and for programs."""

from collections.abc import Mapping
from typing import Any

from rest_framework import exceptions


class Problem(exceptions.APIException):
    """A refusal with its own status and code. `where` is body, query or header; `field` a JSON pointer;
    `extra` what the answer says besides."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        where: str = "body",
        field: str | None = None,
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message, code)
        self.status_code = status
        self.code = code
        self.message = message
        self.errors = [] if field is None else [error_at(where, field, code, message)]
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})


class QueryInvalid(exceptions.ValidationError):
    """A query parameter is not what it should be."""


def error_at(where: str, field: str, code: str, message: str) -> dict[str, str]:
    """One entry of `errors`; what is wrong with the body as a whole has an empty pointer."""
    if field == "non_field_errors":
        field = ""
    pointer = field if where == "header" else f"/{field}" if field else ""
    return {"in": where, "field": pointer, "code": code, "message": message}
