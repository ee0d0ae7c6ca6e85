"""What can be done with partners' systems. All run inside `tenancy.tenant()`."""

from partners.actions.clients import (
    create_api_client,
    create_own_client,
    revoke_api_client,
    rotate_api_client_secret,
)
from partners.actions.endpoints import (
    change_webhook_endpoint,
    create_webhook_endpoint,
    delete_webhook_endpoint,
    pause_webhook_endpoint,
    rotate_webhook_secret,
)
from partners.actions.messages import queue_message, replay_webhooks, resend_message

__all__ = [
    "change_webhook_endpoint",
    "create_api_client",
    "create_own_client",
    "create_webhook_endpoint",
    "delete_webhook_endpoint",
    "pause_webhook_endpoint",
    "queue_message",
    "replay_webhooks",
    "resend_message",
    "revoke_api_client",
    "rotate_api_client_secret",
    "rotate_webhook_secret",
]
