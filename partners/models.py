"""Partners' systems: API clients, webhook endpoints and deliveries."""

from django.db import models
from oauth2_provider.models import AbstractApplication

from accounts.models import Partner
from foundation.tenancy import current_organization_id


class ApiClient(AbstractApplication):
    """A partner's system, known by OAuth2 client credentials."""

    organization_id = models.BigIntegerField(default=current_organization_id, editable=False)
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="api_clients")
    allowed_scopes = models.TextField(default="", blank=True, help_text="Space-separated")
