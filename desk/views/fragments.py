"""Fragments that several views answer with."""

from django import forms
from django.http import HttpRequest, HttpResponse

from desk.doors import toast


def form_errors(request: HttpRequest, form: forms.BaseForm) -> HttpResponse:
    """What is wrong with a form, by field; what was typed stays where it is.

    The client shows each message at its field (`fieldErrors`) and the first one as a toast.
    """
    errors = {field: list(messages) for field, messages in form.errors.items()}
    first = next(iter(errors.values()))[0]
    return toast(first, level="soon", status=422, fieldErrors=errors)
