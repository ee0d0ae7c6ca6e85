"""What people type at the desk: parsed and checked before any action sees it."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import Partner
from foundation import clock
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
    """What is promised, until when (a preset or `due_at`, in the organisation's zone), and who owes it."""

    text = forms.CharField(max_length=240, strip=True)
    due = forms.CharField(max_length=10, initial="custom", required=False)
    due_at = forms.DateTimeField(
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        error_messages={"invalid": "Give a day and a time, such as 24 Nov 2026, 10:00."},
    )
    owed_by = forms.ModelChoiceField(Partner.objects.none(), required=False)

    def __init__(self, *args: Any, presets: Mapping[str, datetime], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.presets = presets
        field = self.fields["owed_by"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Partner.objects.filter(is_active=True)

    def clean(self) -> dict[str, Any]:
        """A promise is about the future."""
        cleaned = super().clean() or {}
        due_at = self.presets.get(cleaned.get("due", "")) or cleaned.get("due_at")
        if due_at is None:
            if "due_at" not in self.errors:
                self.add_error("due_at", "Say until when.")
        elif due_at <= clock.now():
            local = timezone.localtime(due_at)
            self.add_error("due_at", f"{local:%H:%M on %-d %B} has passed. Promise a later time.")
        cleaned["due_at"] = due_at
        return cleaned


class SwitchForm(forms.Form):
    """What a subscription is switched to."""

    product = forms.CharField(max_length=60, error_messages={"required": "Choose what they switch to."})


class ConfirmForm(forms.Form):
    """The fulfiller's own order number."""

    reference = forms.CharField(max_length=80, strip=True)


class CaseForm(forms.Form):
    """A matter to settle, and who works on it."""

    title = forms.CharField(max_length=200, strip=True)
    worker = forms.ModelChoiceField(Partner.objects.none(), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["worker"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Partner.objects.filter(is_active=True)


class SolveForm(forms.Form):
    """How a case ended; `version` is the one that was looked at."""

    outcome = forms.CharField(max_length=2000, strip=True)
    version = forms.IntegerField(min_value=1, required=False)


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


class AnnouncementForm(forms.Form):
    """A marquee message: for whom (`all`, `inhouse`, `partner:<id>`), how urgent, for how many minutes."""

    title = forms.CharField(max_length=80, strip=True)
    body = forms.CharField(max_length=280, strip=True, required=False)
    urgency = forms.ChoiceField(choices=[("", "Calm"), ("soon", "Soon"), ("now", "Now")], required=False)
    audience = forms.CharField(max_length=30)
    ends = forms.IntegerField(min_value=1, max_value=14 * 24 * 60, required=False)

    def clean_audience(self) -> tuple[str, int | None]:
        """The audience, and the partner when it is one's."""
        kind, _, partner = str(self.cleaned_data["audience"]).partition(":")
        if kind in {"all", "inhouse"} and not partner:
            return kind, None
        if kind == "partner" and partner.isascii() and partner.isdigit() and len(partner) < 19:
            found = Partner.objects.filter(id=int(partner), is_active=True).first()
            if found is not None:
                return kind, found.id
        raise forms.ValidationError("Choose whom it concerns.")


class HoldForm(forms.Form):
    """A pause in contacting somebody; `until` in the organisation's zone, empty: until it is ended."""

    why = forms.CharField(max_length=200, strip=True, error_messages={"required": "Say why."})
    until = forms.DateTimeField(
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        error_messages={"invalid": "Give a day and a time, such as 24 Nov 2026, 10:00."},
    )


class PreferenceForm(forms.Form):
    """How somebody likes to be reached."""

    channel = forms.CharField(max_length=10, required=False)
    time_zone = forms.CharField(max_length=60, required=False)
    quiet_starts = forms.TimeField(required=False)
    quiet_ends = forms.TimeField(required=False)


class HoursForm(forms.Form):
    """When a channel is not used; both empty: it always is."""

    channel = forms.CharField(max_length=10)
    starts = forms.TimeField(required=False)
    ends = forms.TimeField(required=False)

    def clean(self) -> dict[str, Any]:
        """Both, or neither."""
        cleaned = super().clean() or {}
        starts, ends = cleaned.get("starts"), cleaned.get("ends")
        if (starts is None) != (ends is None) and not self.errors:
            self.add_error("ends" if ends is None else "starts", "Quiet hours have a beginning and an end.")
        return cleaned | ({"starts": time(0), "ends": time(0)} if starts is None and ends is None else {})


class PurposeForm(forms.Form):
    """What people are contacted for."""

    slug = forms.CharField(max_length=40)
    name = forms.CharField(max_length=80, strip=True)
    basis = forms.CharField(max_length=10)
    is_held = forms.BooleanField(required=False)
    keeps_quiet = forms.BooleanField(required=False)
    is_active = forms.BooleanField(required=False)
    wording = forms.CharField(max_length=4_000, required=False, strip=True)
