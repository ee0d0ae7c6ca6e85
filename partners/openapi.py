"""The OpenAPI document: what every operation has in common is added here, once."""

from typing import Any, Literal

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, inline_serializer
from rest_framework import serializers

from partners.pagination import LARGEST_PAGE, PAGE_SIZE
from partners.scopes import all_scopes

LIMIT_PARAMETER = OpenApiParameter(
    "limit", {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE_SIZE}
)
CURSOR_PARAMETERS = [
    OpenApiParameter("cursor", str, description="From `next` or `previous` of an earlier answer"),
    LIMIT_PARAMETER,
]
_IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    OpenApiParameter.HEADER,
    required=True,
    description="A fresh one per action, e.g. a UUID. Sent again within a day, the first answer is repeated.",
)
_IF_MATCH = OpenApiParameter(
    "If-Match",
    {"type": "string", "pattern": '^"[0-9]{1,9}"$'},
    OpenApiParameter.HEADER,
    required=True,
    description="The ETag you last got.",
)
_ETAG = OpenApiParameter(
    "ETag", str, OpenApiParameter.HEADER, response=["200", "201"], description="Send it back as If-Match."
)
_REASON = OpenApiParameter(
    "X-Reason",
    {"type": "string", "maxLength": 120},
    OpenApiParameter.HEADER,
    description="Why, for audits",
)


class ErrorSerializer(serializers.Serializer):
    """One thing that is wrong: where (body, query or header), as JSON pointer or header name."""

    locals()["in"] = serializers.ChoiceField(["body", "query", "header"])
    field = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()


class ProblemSerializer(serializers.Serializer):
    """RFC 9457 problem details. `code` is stable for programs."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField()
    errors = ErrorSerializer(many=True)  # type: ignore[assignment]


class StaleSerializer(ProblemSerializer):
    """RFC 9457 problem details of a change that came too late."""

    current = serializers.DictField(required=False, help_text="The row as it now stands")
    differs = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text="Fields you wanted to write that stand otherwise now",
    )
    changed = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="What others changed since your ETag"
    )


_ALWAYS = {
    401: "No token, or one that is unknown, revoked or expired",
    403: "The token lacks the scope, or the contract does not allow it",
    429: "Too many requests; `Retry-After` says how long to wait",
    503: "Try again soon",
}
_WITH_ID = {404: "No such thing, or it is not shared with you"}
_WITH_QUERY = {400: "A query parameter is not valid"}
_WITH_BODY = {
    400: "The body or a header is not valid",
    413: "The body is larger than 2 MB",
    415: "The body is not JSON",
    422: "Understood, but the rules do not allow it",
}
_WITH_KEY = {409: "It no longer fits, or the first request with this Idempotency-Key is still at work"}
_WITH_IF_MATCH = {412: "Somebody changed it since you looked", 428: "If-Match is missing"}


def list_of(serializer_class: type[serializers.Serializer]) -> dict[int, Any]:
    """The answer of a list."""
    name = serializer_class.__name__.removesuffix("Serializer")
    return {
        200: inline_serializer(
            f"{name}List",
            {
                "results": serializer_class(many=True),
                "next": serializers.URLField(allow_null=True),
                "previous": serializers.URLField(allow_null=True),
            },
        )
    }


class PartnerSchema(AutoSchema):
    """Adds the headers, the ETag and the problems each operation may answer with."""

    def get_override_parameters(self) -> list[Any]:
        """Headers that the method asks for."""
        asked = [*super().get_override_parameters(), _REASON]
        if self._changes_once():
            asked.append(_IDEMPOTENCY_KEY)
        if self.method in getattr(self.view, "if_match", ()):
            asked.append(_IF_MATCH)
        if self.method in getattr(self.view, "gives_etag", ()):
            asked.append(_ETAG)
        return asked

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> dict[str, Any]:
        """The declared answers and the problems."""
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        for status, text in sorted(self._problems().items()):
            told = OpenApiResponse(StaleSerializer if status == 412 else ProblemSerializer, text)
            bodies[str(status)] = self._get_response_for_code(  # type: ignore[no-untyped-call]
                told, str(status), ["application/problem+json"], direction
            )
        return bodies

    def _problems(self) -> dict[int, str]:
        possible = dict(_ALWAYS)
        if "{" in self.path:
            possible |= _WITH_ID
        if self.method == "GET":
            possible |= _WITH_QUERY
        if self.method in {"POST", "PATCH"}:
            possible |= _WITH_BODY | _WITH_ID
        if self._changes_once():
            possible |= _WITH_KEY
        if self.method in getattr(self.view, "if_match", ()):
            possible |= _WITH_IF_MATCH | {409: "It no longer fits"}
        return possible

    def _changes_once(self) -> bool:
        return self.method == "POST" and "POST" not in getattr(self.view, "only_asks", ())

    def get_tags(self) -> list[str]:
        """Grouped by resource."""
        return [self.path.removeprefix("/api/v1/").split("/", 1)[0]]


class PartnerTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How to get in: OAuth2 client credentials."""

    target_class = "partners.authentication.PartnerTokenAuthentication"
    name = "oauth2"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        """The security scheme."""
        flow = {"tokenUrl": "/api/v1/oauth/token/", "scopes": dict(all_scopes())}
        return {"type": "oauth2", "flows": {"clientCredentials": flow}}

    def get_security_requirement(self, auto_schema: AutoSchema) -> dict[str, list[str]]:
        """The scope this operation asks for."""
        scopes = getattr(auto_schema.view, "scopes", {})
        scope = scopes.get(auto_schema.method)
        return {self.name: [scope] if scope else []}
