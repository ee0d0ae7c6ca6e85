"""What consent keeps of a person, for access exports and erasures."""

from typing import Any

from customers.consent.models import Consent, ContactHold, ContactPreference
from customers.privacy.kinds import PersonalKind


def _of(model: Any) -> Any:
    return lambda subject: model.objects.filter(customer_id__in=subject.customer_ids).order_by("id")


KINDS = (
    PersonalKind(
        "consents",
        "What they said about being contacted",
        Consent,
        _of(Consent),
        columns=(
            ("said_at", "When"),
            ("answer", "Answer"),
            ("purpose", "To what"),
            ("channel", "By what"),
            ("source", "Through"),
            ("wording", "What they were shown"),
            ("evidence", "Proof"),
        ),
        place=60,
    ),
    PersonalKind(
        "contact_holds",
        "Pauses in contacting them",
        ContactHold,
        _of(ContactHold),
        columns=(("started_at", "From"), ("until", "Until"), ("why", "Why"), ("author", "By")),
        place=61,
    ),
    PersonalKind(
        "contact_preferences",
        "How they like to be reached",
        ContactPreference,
        _of(ContactPreference),
        columns=(
            ("channel", "By"),
            ("time_zone", "Time zone"),
            ("quiet_starts", "Quiet from"),
            ("quiet_ends", "Until"),
        ),
        place=62,
    ),
)
