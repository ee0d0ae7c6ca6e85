"""What every API view does around its work: who calls, how often, in which tenant, whether it is a repeat."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import Viewer, viewer_of_own_system, viewer_of_partner_system
from accounts.middleware import finds_own_tenant
from customers.access import visible_interactions
from customers.actions import note_reads
from foundation.errors import Conflict, Refusal
from foundation.tenancy import tenant
from partners import idempotency, throttles
from partners.authentication import PartnerCaller
from partners.etags import etag_of, expected_version, is_unchanged, stale
from partners.pagination import NewestFirst
from partners.problems import Problem, QueryInvalid

LONGEST_REASON = 120


class PartnerView(APIView):
    """Base of all API views. `scopes` says per method which scope the token needs.

    The work and its rendering run inside one tenant transaction; whatever is raised rolls it back before the
    problem is told. A POST that changes something is done once per Idempotency-Key.
    """

    scopes: dict[str, str] = {}
    # The methods that ask for If-Match; the schema tells.
    if_match: tuple[str, ...] = ()
    # The methods whose answer is one row with its ETag; the schema tells.
    gives_etag: tuple[str, ...] = ()
    # The methods that only ask and change nothing: no Idempotency-Key, and every answer is a fresh one.
    only_asks: tuple[str, ...] = ()
    # Whether the company's own campaign tools come in here too.
    open_to_company: bool = False
    # Whether it is for the company's own systems alone.
    for_house: bool = False
    viewer: Viewer

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        """The view function, left alone by the pages' tenant middleware."""
        return finds_own_tenant(super().as_view(**initkwargs))

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer one request; never raises."""
        self.args, self.kwargs = args, kwargs
        self.headers = self.default_response_headers
        self.request = self.initialize_request(request, *args, **kwargs)
        try:
            _refuse_too_large(request)
            caller = self._admit()
            with tenant(caller.organization_id):
                self.response = self._answer(caller)
        except Exception as error:  # noqa: BLE001 - each becomes a problem; the unexpected ones are logged
            response = self.handle_exception(error)
            self.response = self.finalize_response(self.request, response, *args, **kwargs)
        return self.response

    def _admit(self) -> PartnerCaller:
        """Authenticate and count, before any tenant is opened."""
        request = self.request
        self.format_kwarg = None
        renderer, media_type = self.perform_content_negotiation(request, force=True)
        request.accepted_renderer, request.accepted_media_type = renderer, media_type
        self.perform_authentication(request)
        caller = request.user
        if not isinstance(caller, PartnerCaller):
            self.permission_denied(request)
        self._count(caller)
        if (request.method or "").lower() not in self.allowed:
            self.http_method_not_allowed(request)
        self.check_permissions(request)
        if caller.partner_id is None and not self.open_to_company:
            raise Problem(403, "partners_only", "The company's own systems may only ask for permission.")
        if caller.partner_id is not None and self.for_house:
            raise Problem(403, "own_systems_only", "This is for the company's own systems.")
        return caller

    @property
    def allowed(self) -> set[str]:
        """The methods this view has."""
        return {name for name in self.http_method_names if name != "options" and hasattr(self, name)}

    @property
    def allowed_methods(self) -> list[str]:
        """The same for the Allow header."""
        return sorted(name.upper() for name in self.allowed)

    def _count(self, caller: PartnerCaller) -> None:
        allowance = throttles.count_request(f"client:{caller.client_id}", settings.API_REQUESTS_PER_MINUTE)
        if allowance is None:
            return
        self.headers.update(allowance.headers)
        if allowance.spent:
            raise Problem(
                429,
                "too_many_requests",
                f"No more than {allowance.limit} requests a minute. Wait {allowance.seconds} seconds.",
                headers={"Retry-After": str(allowance.seconds)},
            )

    def _answer(self, caller: PartnerCaller) -> Response:
        self.viewer = _viewer(caller, self.request)
        handler = getattr(self, (self.request.method or "").lower())
        changes = self.request.method == "POST" and "POST" not in self.only_asks
        response = self._once(caller, handler) if changes else self._run(handler)
        response = self.finalize_response(self.request, response, *self.args, **self.kwargs)
        response.render()
        return response

    def _run(self, handler: Callable[..., Response]) -> Response:
        return handler(self.request, *self.args, **self.kwargs)

    def _once(self, caller: PartnerCaller, handler: Callable[..., Response]) -> Response:
        key = idempotency.key_of(self.request)
        known = idempotency.begin(caller.client_id, key, idempotency.digest_of(self.request))
        if known is not None:
            return idempotency.answer_again(known)
        response = self._run(handler)
        idempotency.finish(caller.client_id, key, response)
        return response

    # --- for the views themselves -------------------------------------------------------------------------

    @property
    def partner_id(self) -> int:
        """The partner whose system calls."""
        assert self.viewer.scope is not None
        return self.viewer.scope.partner_id

    def query(self, serializer_class: type[serializers.Serializer]) -> dict[str, Any]:
        """The query parameters, checked."""
        given = serializer_class(data=self.request.query_params.dict())
        if not given.is_valid():
            raise QueryInvalid(given.errors)
        values: dict[str, Any] = given.validated_data
        return values

    def body(self, serializer_class: type[serializers.Serializer]) -> dict[str, Any]:
        """The body, checked."""
        given = serializer_class(data=self.request.data)
        given.is_valid(raise_exception=True)
        values: dict[str, Any] = given.validated_data
        return values

    def expected_version(self) -> int:
        """The version If-Match names."""
        return expected_version(self.request)

    def page(
        self, rows: QuerySet[Any], to_json: Callable[[list[Any]], list[Any]], *, by: str = "-id"
    ) -> Response:
        """One page of a list, by cursor."""
        paginator = NewestFirst(by)
        page = paginator.paginate_queryset(rows, self.request, view=self) or []
        return paginator.get_paginated_response(to_json(page))

    def versioned(self, data: Any, version: int, *, status: int = 200) -> Response:
        """One row with its ETag; 304 when the caller has it already."""
        etag = etag_of(version)
        if self.request.method == "GET" and is_unchanged(self.request, etag):
            return Response(status=304, headers={"ETag": etag})
        return Response(data, status=status, headers={"ETag": etag})

    @contextmanager
    def tells_how_it_stands(
        self, read: Callable[[], tuple[Any, int]], asked: dict[str, Any]
    ) -> Iterator[None]:
        """Inside, a change that came too late is told with the row as it now stands (`read`: it and its
        version) and with the fields of `asked` that stand otherwise."""
        try:
            yield
        except Conflict as conflict:
            if conflict.code != "stale":
                raise
            current, version = read()
            raise stale(current, asked, version) from conflict

    def interaction_of(self, asked: dict[str, Any], customer_id: int) -> int | None:
        """The interaction a body names. Refusal unless it is visible and this customer's."""
        interaction_id: int | None = asked.get("interaction_id")
        if interaction_id is None:
            return None
        mine = visible_interactions(self.viewer).filter(id=interaction_id, customer_id=customer_id)
        if not mine.exists():
            raise Refusal(
                "unknown_interaction", "This customer has no such interaction.", field="interaction_id"
            )
        return interaction_id

    def note_read(self, customer_id: int | None, what: str) -> None:
        """Write down that this caller looked at the customer's record, and the reason it gave."""
        self.note_reads([customer_id], what)

    def note_reads(self, customer_ids: Iterable[int | None], what: str) -> None:
        """The same for a page of a list, at once."""
        note_reads(self.viewer, (one for one in customer_ids if one is not None), what)


def _viewer(caller: PartnerCaller, request: Request) -> Viewer:
    if caller.partner_id is None:
        return viewer_of_own_system(caller.organization_id, caller.name)
    viewer = viewer_of_partner_system(caller.organization_id, caller.partner_id, caller.name)
    if viewer.scope is None or not viewer.scope.in_force:
        raise Problem(403, "no_contract", "No contract is in force between this organisation and yours.")
    why = request.headers.get("X-Reason", "")
    printable = "".join(character for character in why if character.isprintable())
    return replace(viewer, why=printable[:LONGEST_REASON])


def _refuse_too_large(request: HttpRequest) -> None:
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = 0
    if length > limit:
        raise Problem(413, "too_large", f"A body may have {limit:,} bytes.")
