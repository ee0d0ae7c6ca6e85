"""What people type at the desk: parsed and checked before any action sees it."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import Partner
from foundation import clock
from knowledge.models import Announcement
from routing.models import Queue

DISPOSITIONS = [
    ("solved", "Solved"),
    ("promise_made", "Promised something"),
    ("transferred", "Passed on"),
    ("information", "Gave information"),
    ("no_customer", "Nobody there"),
    ("other", "Other"),
]


class NoteForm(forms.Form):
    """A note for whoever is next."""

    text = forms.CharField(max_length=4000, strip=True)
    inhouse_only = forms.BooleanField(required=False)


class PromiseForm(forms.Form):
    """What is promised, until when (in the organisation's time zone), and which company owes it."""

    text = forms.CharField(max_length=240, strip=True)
    due_at = forms.DateTimeField(
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        error_messages={"invalid": "Give a day and a time, such as 24 Nov 2026, 10:00."},
    )
    owed_by = forms.ModelChoiceField(Partner.objects.none(), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["owed_by"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Partner.objects.filter(is_active=True)

    def clean_due_at(self) -> datetime:
        """A promise is about the future."""
        due_at: datetime = self.cleaned_data["due_at"]
        if due_at <= clock.now():
            local = timezone.localtime(due_at)
            raise forms.ValidationError(f"{local:%H:%M on %-d %B} has passed. Promise a later time.")
        return due_at


class FactForm(forms.Form):
    """An answer to a known question."""

    key = forms.SlugField(max_length=60)
    value = forms.CharField(max_length=500, strip=True)


class AskAgainForm(forms.Form):
    """Why a known thing is asked again."""

    key = forms.SlugField(max_length=60)
    reason = forms.CharField(max_length=200, strip=True)


class TransferForm(forms.Form):
    """Where a contact goes, and what the next agent should know first."""

    queue = forms.SlugField()
    note = forms.CharField(max_length=1000, strip=True, required=False)

    def clean_queue(self) -> str:
        """An active queue of this organisation."""
        slug: str = self.cleaned_data["queue"]
        if not Queue.objects.filter(slug=slug, is_active=True).exists():
            raise forms.ValidationError("This queue does not exist or is closed.")
        return slug


class WrapUpForm(forms.Form):
    """How a contact ended."""

    disposition = forms.ChoiceField(choices=DISPOSITIONS)
    summary = forms.CharField(max_length=4000, strip=True, required=False)


class PresenceForm(forms.Form):
    """The state an agent asks for."""

    state = forms.ChoiceField(choices=[("ready", "Ready"), ("paused", "Paused"), ("offline", "Offline")])
    reason = forms.CharField(max_length=60, strip=True, required=False)


class AnnouncementForm(forms.ModelForm[Announcement]):
    """A marquee message: whom it concerns, how urgent, until when."""

    class Meta:
        model = Announcement
        fields = ["title", "body", "urgency", "audience", "partner", "ends_at"]
