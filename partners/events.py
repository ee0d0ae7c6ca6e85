"""What happens to partners' systems."""

from dataclasses import dataclass
from typing import ClassVar

from foundation.events import DomainEvent


@dataclass(frozen=True, kw_only=True)
class PartnerSystemEvent(DomainEvent):
    """Base: something happened to how a partner's systems are connected."""

    SUBJECT: ClassVar[tuple[str, str]] = ("partner", "partner_id")

    partner_id: int


@dataclass(frozen=True, kw_only=True)
class ApiClientCreated(PartnerSystemEvent):
    """A system of the partner's may ask for tokens."""

    NAME: ClassVar[str] = "api_client.created"

    client_id: str
    scopes: list[str]


@dataclass(frozen=True, kw_only=True)
class ApiClientRevoked(PartnerSystemEvent):
    """Its tokens are void and it gets no new ones."""

    NAME: ClassVar[str] = "api_client.revoked"

    client_id: str


@dataclass(frozen=True, kw_only=True)
class OwnClientEvent(DomainEvent):
    """Base: something happened to a system of the company's own."""

    SUBJECT: ClassVar[tuple[str, str]] = ("api_client", "client_id")

    client_id: str


@dataclass(frozen=True, kw_only=True)
class OwnClientCreated(OwnClientEvent):
    """A campaign tool of the company's may ask for tokens."""

    NAME: ClassVar[str] = "own_client.created"


@dataclass(frozen=True, kw_only=True)
class OwnClientRevoked(OwnClientEvent):
    """Its tokens are void and it gets no new ones."""

    NAME: ClassVar[str] = "own_client.revoked"


@dataclass(frozen=True, kw_only=True)
class WebhookEndpointEvent(PartnerSystemEvent):
    """Base: something happened to a webhook endpoint."""

    endpoint_id: int


@dataclass(frozen=True, kw_only=True)
class WebhookEndpointCreated(WebhookEndpointEvent):
    """The partner wants to be told at a new address."""

    NAME: ClassVar[str] = "webhook_endpoint.created"

    url: str


@dataclass(frozen=True, kw_only=True)
class WebhookEndpointChanged(WebhookEndpointEvent):
    """Its settings changed; `fields` names them."""

    NAME: ClassVar[str] = "webhook_endpoint.changed"

    fields: list[str]


@dataclass(frozen=True, kw_only=True)
class WebhookEndpointPaused(WebhookEndpointEvent):
    """Nothing is sent to it any more; `reason` is asked, gone or failing."""

    NAME: ClassVar[str] = "webhook_endpoint.paused"

    reason: str


@dataclass(frozen=True, kw_only=True)
class WebhookEndpointDeleted(WebhookEndpointEvent):
    """The address is forgotten."""

    NAME: ClassVar[str] = "webhook_endpoint.deleted"

    url: str
