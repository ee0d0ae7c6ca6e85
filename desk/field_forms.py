"""What an administrator types about a field of the organisation's own."""

from typing import Any

from django import forms

from customers.models import FactKey
from routing.models import Queue

MOST_DAYS = 3650


class FieldForm(forms.Form):
    """One field: how it is called and asked, what an answer may be, where it is asked."""

    label = forms.CharField(max_length=120, strip=True)
    question = forms.CharField(max_length=240, strip=True, required=False)
    value_type = forms.ChoiceField(choices=FactKey.ValueType.choices)
    choices = forms.CharField(max_length=8000, strip=True, required=False)
    text_kind = forms.ChoiceField(choices=FactKey.TextKind.choices, required=False)
    minimum = forms.FloatField(required=False)
    maximum = forms.FloatField(required=False)
    sensitivity = forms.ChoiceField(choices=FactKey.Sensitivity.choices)
    precedence = forms.ChoiceField(choices=FactKey.Precedence.choices)
    expires_after_days = forms.IntegerField(required=False, min_value=1, max_value=MOST_DAYS)
    forms_ = forms.MultipleChoiceField(choices=FactKey.Form.choices, required=False)
    queues = forms.MultipleChoiceField(required=False)
    is_searchable = forms.BooleanField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        queues = self.fields["queues"]
        assert isinstance(queues, forms.MultipleChoiceField)
        # A queue that was closed since stays chosen, or saving anything else would fail.
        queues.choices = [(slug, slug) for slug in Queue.objects.values_list("slug", flat=True)]

    def settings(self) -> dict[str, Any]:
        """As `change_fact_key` takes them."""
        given = dict(self.cleaned_data)
        given["choices"] = [line.strip() for line in given["choices"].splitlines() if line.strip()]
        given["text_kind"] = given["text_kind"] or FactKey.TextKind.ANY
        given["forms"] = given.pop("forms_")
        given.pop("key", None)
        return given


class NewFieldForm(FieldForm):
    """A field that is not there yet: it gets its key for good."""

    key = forms.RegexField(
        r"^[a-z][a-z0-9_]{0,59}$",
        error_messages={
            "invalid": "Lower-case letters, digits and _, beginning with a letter; at most 60 of them."
        },
    )
