"""What a token may be good for: the client's own scopes, never more than this installation knows."""

from collections.abc import Mapping
from typing import Any, cast

from django.conf import settings
from oauth2_provider.scopes import BaseScopes

from partners.models import ApiClient

# What the company's own systems may do, and no partner's.
HOUSE_SCOPES = frozenset({"routing:setup"})


def all_scopes() -> Mapping[str, str]:
    """Every scope there is, with what it allows."""
    return cast("Mapping[str, str]", settings.OAUTH2_PROVIDER["SCOPES"])


class ClientScopes(BaseScopes):
    """Scopes per client, for the OAuth2 library."""

    def get_all_scopes(self) -> Mapping[str, str]:
        """Every scope with its description."""
        return all_scopes()

    def get_available_scopes(
        self, application: ApiClient | None = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        """What this client may ask for."""
        allowed = application.scopes if application else frozenset()
        return [scope for scope in all_scopes() if scope in allowed]

    def get_default_scopes(
        self, application: ApiClient | None = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        """What it gets when it asks for nothing in particular: all it may."""
        return self.get_available_scopes(application, request)
