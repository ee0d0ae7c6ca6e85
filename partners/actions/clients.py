"""Letting partners' systems in and out."""

from collections.abc import Iterable

from oauth2_provider.generators import generate_client_secret
from oauth2_provider.models import get_access_token_model

from accounts.actors import SYSTEM_ACTOR, Actor
from accounts.models import Partner
from foundation.errors import NotVisible, Refusal
from foundation.events import emit
from foundation.tenancy import current_organization_id
from partners.events import ApiClientCreated, ApiClientRevoked, OwnClientCreated, OwnClientRevoked
from partners.models import ApiClient
from partners.scopes import HOUSE_SCOPES, all_scopes

ASKING_SCOPE = "customers:read"


def create_api_client(
    partner: Partner, *, name: str, scopes: Iterable[str] | None = None, actor: Actor = SYSTEM_ACTOR
) -> tuple[ApiClient, str]:
    """Let a system of the partner's in. Returns it with its secret, which is readable only now.

    `scopes` None means all that a partner may have. Refusal `unknown_scope`.
    """
    possible = [scope for scope in all_scopes() if scope not in HOUSE_SCOPES]
    wanted = _chosen(possible if scopes is None else scopes, possible)
    client, secret = _create(partner, name=name, scopes=wanted)
    emit(
        ApiClientCreated(partner_id=partner.id, client_id=client.client_id, scopes=wanted),
        actor=actor.as_json(),
    )
    return client, secret


def create_own_client(
    *, name: str, scopes: Iterable[str] = (ASKING_SCOPE,), actor: Actor = SYSTEM_ACTOR
) -> tuple[ApiClient, str]:
    """Let a system of the company's own ask whom it may contact (a campaign tool), or set routing up, and
    nothing else. Returns it with its secret, which is readable only now. Refusal `unknown_scope`."""
    wanted = _chosen(scopes, [ASKING_SCOPE, *sorted(HOUSE_SCOPES)])
    client, secret = _create(None, name=name, scopes=wanted)
    emit(OwnClientCreated(client_id=client.client_id), actor=actor.as_json())
    return client, secret


def _chosen(scopes: Iterable[str], possible: list[str]) -> list[str]:
    wanted = list(scopes)
    if unknown := sorted(set(wanted) - set(possible)):
        raise Refusal("unknown_scope", f"There is no scope {unknown[0]}.", field="scopes")
    return wanted


def _create(partner: Partner | None, *, name: str, scopes: list[str]) -> tuple[ApiClient, str]:
    secret = generate_client_secret()
    client = ApiClient.objects.create(
        organization_id=partner.organization_id if partner else current_organization_id(),
        partner=partner,
        name=name,
        allowed_scopes=" ".join(scopes),
        client_secret=secret,
        client_type=ApiClient.CLIENT_CONFIDENTIAL,
        authorization_grant_type=ApiClient.GRANT_CLIENT_CREDENTIALS,
    )
    return client, secret


def rotate_api_client_secret(client_id: str) -> tuple[ApiClient, str]:
    """Give a client a new secret; the old one is void at once, tokens had with it live on. NotVisible."""
    client = ApiClient.objects.select_for_update().filter(client_id=client_id).first()
    if client is None:
        raise NotVisible("API client")
    secret = generate_client_secret()
    client.client_secret = secret
    client.save(update_fields=["client_secret", "updated"])
    return client, secret


def revoke_api_client(client_id: str, *, actor: Actor = SYSTEM_ACTOR) -> bool:
    """Shut a system out: its tokens are void at once. False when it was out already."""
    client = ApiClient.objects.select_for_update().filter(client_id=client_id, is_active=True).first()
    if client is None:
        return False
    ApiClient.objects.filter(id=client.id).update(is_active=False)
    get_access_token_model().objects.filter(application_id=client.id).delete()
    gone = (
        OwnClientRevoked(client_id=client_id)
        if client.partner_id is None
        else ApiClientRevoked(partner_id=client.partner_id, client_id=client_id)
    )
    emit(gone, actor=actor.as_json())
    return True
