"""Webhook endpoints: where to be told, and what became of each message."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Partner
from foundation.errors import NotVisible
from partners import actions
from partners.api.base import PartnerView
from partners.api.serializers import (
    EndpointChange,
    EndpointInput,
    EndpointSerializer,
    EndpointWithSecretSerializer,
    MessageQuery,
    MessageSerializer,
    ReplayInput,
    ReplaySerializer,
)
from partners.models import WebhookEndpoint
from partners.openapi import CURSOR_PARAMETERS, list_of

_MANAGE = "webhooks:manage"


class EndpointView(PartnerView):
    """Base: only the partner's own endpoints."""

    def _endpoint(self, endpoint_id: int) -> WebhookEndpoint:
        mine = WebhookEndpoint.objects.filter(partner_id=self.partner_id)
        endpoint = mine.filter(id=endpoint_id).first()
        if endpoint is None:
            raise NotVisible("webhook endpoint")
        return endpoint

    def _one(self, endpoint: WebhookEndpoint) -> Response:
        return self.versioned(EndpointSerializer(endpoint).data, endpoint.version)

    def _with_secret(self, endpoint: WebhookEndpoint, secret: str, status: int) -> Response:
        data = {**EndpointSerializer(endpoint).data, "secret": secret}
        return self.versioned(data, endpoint.version, status=status)


class EndpointList(EndpointView):
    """Your endpoints."""

    scopes = {"GET": _MANAGE, "POST": _MANAGE}
    gives_etag = ("POST",)

    @extend_schema(
        operation_id="list_webhook_endpoints",
        summary="List webhook endpoints",
        parameters=CURSOR_PARAMETERS,
        responses=list_of(EndpointSerializer),
    )
    def get(self, request: Request) -> Response:
        """Your endpoints, newest first."""
        rows = WebhookEndpoint.objects.filter(partner_id=self.partner_id)
        return self.page(rows, lambda page: list(EndpointSerializer(page, many=True).data))

    @extend_schema(
        operation_id="create_webhook_endpoint",
        summary="Add a webhook endpoint",
        request=EndpointInput,
        responses={201: EndpointWithSecretSerializer},
    )
    def post(self, request: Request) -> Response:
        """Be told of events at an https address. The answer holds the secret, this once."""
        asked = self.body(EndpointInput)
        partner = Partner.objects.get(id=self.partner_id)
        endpoint, secret = actions.create_webhook_endpoint(
            partner,
            url=asked["url"],
            event_names=asked["event_names"],
            description=asked["description"],
            actor=self.viewer.actor,
        )
        endpoint.refresh_from_db()
        response = self._with_secret(endpoint, secret, 201)
        response["Location"] = request.build_absolute_uri(f"{endpoint.pk}/")
        return response


class EndpointDetail(EndpointView):
    """One endpoint."""

    scopes = {"GET": _MANAGE, "PATCH": _MANAGE, "DELETE": _MANAGE}
    if_match = ("PATCH", "DELETE")
    gives_etag = ("GET", "PATCH")

    @extend_schema(
        operation_id="get_webhook_endpoint",
        summary="Read a webhook endpoint",
        responses={200: EndpointSerializer},
    )
    def get(self, request: Request, endpoint_id: int) -> Response:
        """The endpoint and how it fares."""
        return self._one(self._endpoint(endpoint_id))

    @extend_schema(
        operation_id="change_webhook_endpoint",
        summary="Change a webhook endpoint",
        request=EndpointChange,
        responses={200: EndpointSerializer},
    )
    def patch(self, request: Request, endpoint_id: int) -> Response:
        """Change its address, its events, or pause and resume it."""
        version = self.expected_version()
        asked = self.body(EndpointChange)
        self._endpoint(endpoint_id)
        endpoint = actions.change_webhook_endpoint(
            endpoint_id, actor=self.viewer.actor, expected_version=version, **asked
        )
        return self._one(endpoint)

    @extend_schema(
        operation_id="delete_webhook_endpoint", summary="Delete a webhook endpoint", responses={204: None}
    )
    def delete(self, request: Request, endpoint_id: int) -> Response:
        """Forget it, with all messages for it."""
        version = self.expected_version()
        self._endpoint(endpoint_id)
        actions.delete_webhook_endpoint(endpoint_id, actor=self.viewer.actor, expected_version=version)
        return Response(status=204)


class EndpointRotateSecret(EndpointView):
    """A new secret."""

    scopes = {"POST": _MANAGE}
    if_match = ("POST",)
    gives_etag = ("POST",)

    @extend_schema(
        operation_id="rotate_webhook_secret",
        summary="Rotate the secret",
        request=None,
        responses={200: EndpointWithSecretSerializer},
    )
    def post(self, request: Request, endpoint_id: int) -> Response:
        """Get a new secret. For a day messages carry a signature of each, so change at leisure."""
        version = self.expected_version()
        self._endpoint(endpoint_id)
        endpoint, secret = actions.rotate_webhook_secret(
            endpoint_id, actor=self.viewer.actor, expected_version=version
        )
        return self._with_secret(endpoint, secret, 200)


class EndpointReplay(EndpointView):
    """Sending again from a moment on."""

    scopes = {"POST": _MANAGE}

    @extend_schema(
        operation_id="replay_webhooks",
        summary="Replay events",
        request=ReplayInput,
        responses={202: ReplaySerializer},
    )
    def post(self, request: Request, endpoint_id: int) -> Response:
        """Send every event since a moment again, oldest first, as your contract shows them today."""
        asked = self.body(ReplayInput)
        endpoint = self._endpoint(endpoint_id)
        queued = actions.replay_webhooks(self.viewer, endpoint, since=asked["since"])
        return Response({"queued": queued}, status=202)


class MessageList(EndpointView):
    """Messages to one endpoint."""

    scopes = {"GET": _MANAGE}

    @extend_schema(
        operation_id="list_webhook_messages",
        summary="List messages",
        parameters=[MessageQuery, *CURSOR_PARAMETERS],
        responses=list_of(MessageSerializer),
    )
    def get(self, request: Request, endpoint_id: int) -> Response:
        """What was sent, what waits, what was given up; newest first."""
        asked = self.query(MessageQuery)
        rows = self._endpoint(endpoint_id).messages.all()
        if "state" in asked:
            rows = rows.filter(state=asked["state"])
        return self.page(rows, lambda page: list(MessageSerializer(page, many=True).data))


class MessageResend(EndpointView):
    """Sending one message again."""

    scopes = {"POST": _MANAGE}

    @extend_schema(
        operation_id="resend_webhook_message",
        summary="Resend a message",
        request=None,
        responses={202: MessageSerializer},
    )
    def post(self, request: Request, endpoint_id: int, message_id: int) -> Response:
        """Send it once more, given up or delivered."""
        message = actions.resend_message(self._endpoint(endpoint_id), message_id)
        return Response(MessageSerializer(message).data, status=202)
