"""What people type at the front door."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm, UsernameField
from django.core.exceptions import ValidationError

from accounts.middleware import membership_of
from accounts.models import User


class SignInForm(AuthenticationForm):
    """User name and password; a login that belongs to no company is told so."""

    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": "User name or password is not right. Capitals matter in both.",
    }
    # Longer than any name there is; longer ones would not fit the list of failed attempts.
    username = UsernameField(max_length=150, widget=forms.TextInput(attrs={"autofocus": True}))

    def confirm_login_allowed(self, user: User) -> None:
        """Raise ValidationError for a switched-off login, or one without a membership."""
        super().confirm_login_allowed(user)
        if membership_of(user.pk) is None:
            raise ValidationError(
                "Your login belongs to no company here. Ask your administrator.",
                code="no_membership",
            )
