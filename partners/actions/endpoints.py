"""Webhook endpoints: the partner's addresses, their secrets and their pauses."""

import base64
import secrets
from collections.abc import Sequence

from django.db.models import F

from accounts.actors import SYSTEM_ACTOR, Actor
from accounts.models import Partner
from foundation import clock, live
from foundation.errors import Conflict, NotVisible, Refusal
from foundation.events import emit
from partners.events import (
    WebhookEndpointChanged,
    WebhookEndpointCreated,
    WebhookEndpointDeleted,
    WebhookEndpointPaused,
)
from partners.feed import PARTNER_EVENTS
from partners.models import WebhookEndpoint
from partners.outbound import refuse_private_url
from partners.rules import KEEP_PREVIOUS_SECRET, UnfitAddress

MAX_ENDPOINTS = 20
Endpoint = WebhookEndpoint


def create_webhook_endpoint(
    partner: Partner,
    *,
    url: str,
    event_names: Sequence[str] = ("*",),
    description: str = "",
    actor: Actor = SYSTEM_ACTOR,
) -> tuple[WebhookEndpoint, str]:
    """Tell the partner at `url` of these events ("*": all). Returns it with its `whsec_…` secret.

    Refusal `bad_url`, `unknown_event`, `too_many_endpoints`.
    """
    _check_url(url)
    _check_event_names(event_names)
    if Endpoint.objects.filter(partner=partner).count() >= MAX_ENDPOINTS:
        raise Refusal("too_many_endpoints", f"There may be {MAX_ENDPOINTS} endpoints, no more.")
    secret = _new_secret()
    endpoint = Endpoint.objects.create(
        partner=partner, url=url, event_names=list(event_names), description=description, secret=secret
    )
    emit(
        WebhookEndpointCreated(partner_id=partner.id, endpoint_id=endpoint.id, url=url),
        actor=actor.as_json(),
    )
    return endpoint, secret


def change_webhook_endpoint(
    endpoint_id: int,
    *,
    actor: Actor,
    expected_version: int,
    url: str | None = None,
    event_names: Sequence[str] | None = None,
    description: str | None = None,
    state: str | None = None,
) -> WebhookEndpoint:
    """Change what is given; `state` active ends a pause. Conflict `stale`; Refusal as when creating."""
    if url is not None:
        _check_url(url)
    if event_names is not None:
        _check_event_names(event_names)
    endpoint = _locked(endpoint_id, expected_version)
    given = {"url": url, "event_names": event_names, "description": description, "state": state}
    changed = [name for name, value in given.items() if value is not None]
    for name in changed:
        setattr(endpoint, name, given[name])
    if state == Endpoint.State.ACTIVE:
        endpoint.pause_reason, endpoint.failing_since, endpoint.resting_until = "", None, None
    elif state == Endpoint.State.PAUSED:
        endpoint.pause_reason = Endpoint.PauseReason.ASKED
    _save(endpoint)
    emit(
        WebhookEndpointChanged(partner_id=endpoint.partner_id, endpoint_id=endpoint.id, fields=changed),
        actor=actor.as_json(),
    )
    live.hint("floor", "partners")
    return endpoint


def rotate_webhook_secret(
    endpoint_id: int, *, actor: Actor, expected_version: int
) -> tuple[WebhookEndpoint, str]:
    """Give it a new secret; messages carry signatures of both for a day. Conflict `stale`."""
    endpoint = _locked(endpoint_id, expected_version)
    endpoint.previous_secret = endpoint.secret
    endpoint.previous_secret_until = clock.now() + KEEP_PREVIOUS_SECRET
    endpoint.secret = secret = _new_secret()
    _save(endpoint)
    emit(
        WebhookEndpointChanged(partner_id=endpoint.partner_id, endpoint_id=endpoint.id, fields=["secret"]),
        actor=actor.as_json(),
    )
    return endpoint, secret


def delete_webhook_endpoint(endpoint_id: int, *, actor: Actor, expected_version: int) -> None:
    """Forget the address and the messages for it. Conflict `stale`."""
    endpoint = _locked(endpoint_id, expected_version)
    emit(
        WebhookEndpointDeleted(partner_id=endpoint.partner_id, endpoint_id=endpoint.id, url=endpoint.url),
        actor=actor.as_json(),
    )
    endpoint.delete()


def pause_webhook_endpoint(endpoint_id: int, *, reason: str) -> bool:
    """Stop sending to it and alarm the supervisors. False when it is paused or gone already."""
    paused = Endpoint.objects.filter(id=endpoint_id, state=Endpoint.State.ACTIVE).update(
        state=Endpoint.State.PAUSED, pause_reason=reason, version=F("version") + 1
    )
    if not paused:
        return False
    partner_id = Endpoint.objects.values_list("partner_id", flat=True).get(id=endpoint_id)
    emit(
        WebhookEndpointPaused(partner_id=partner_id, endpoint_id=endpoint_id, reason=reason),
        actor=SYSTEM_ACTOR.as_json(),
    )
    live.hint("floor", "partners")
    return True


def _locked(endpoint_id: int, expected_version: int) -> WebhookEndpoint:
    endpoint = Endpoint.objects.select_for_update().filter(id=endpoint_id).first()
    if endpoint is None:
        raise NotVisible("webhook endpoint")
    if endpoint.version != expected_version:
        raise Conflict("stale", "Somebody else changed this endpoint meanwhile. Fetch it again.")
    return endpoint


def _save(endpoint: WebhookEndpoint) -> None:
    endpoint.version += 1
    endpoint.save()


def _new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def _check_url(url: str) -> None:
    try:
        refuse_private_url(url)
    except UnfitAddress as error:
        raise Refusal("bad_url", str(error), field="url") from error


def _check_event_names(event_names: Sequence[str]) -> None:
    for number, name in enumerate(event_names):
        if name != "*" and name not in PARTNER_EVENTS:
            raise Refusal("unknown_event", f"There is no event {name}.", field=f"event_names/{number}")
