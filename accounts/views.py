"""Signing in and out."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import views

from accounts.forms import SignInForm

_LABELS = {
    "agent": "Agent",
    "agent2": "Another agent",
    "partner_agent": "Partner’s agent",
    "supervisor": "Supervisor",
    "admin": "Administrator",
    "outsider": "Agent of the other company",
}


class LoginView(views.LoginView):
    """The front door. A demo shows its people below (`DEMO_FILE`)."""

    template_name = "accounts/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The form, and the demo's people."""
        return super().get_context_data(**kwargs) | {"demo_logins": demo_logins()}


class LogoutView(views.LogoutView):
    """Sign out (POST only) and back to the door."""


def demo_logins() -> list[dict[str, str]] | None:
    """Who may sign in to a demo, as its file says; None outside a demo."""
    if not settings.DEMO_FILE:
        return None
    try:
        users = json.loads(Path(settings.DEMO_FILE).read_text())["users"]
    except (OSError, ValueError, KeyError):
        return None
    return [{"label": _LABELS.get(role, role), **login} for role, login in users.items()]
