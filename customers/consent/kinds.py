"""What consent keeps of a person, for access exports and erasures."""

from typing import Any

from customers.consent.kept import keep_stops, stopping_identities, taken_back
from customers.consent.models import Consent, ContactHold, ContactPreference, KeptStop
from customers.models import Identity
from customers.privacy.kinds import Fate, PersonalKind


def _of(model: Any) -> Any:
    return lambda subject: model.objects.filter(customer_id__in=subject.customer_ids).order_by("id")


KINDS = (
    PersonalKind(
        "kept_stops",
        "Numbers and addresses they said no to (kept as salted hashes)",
        Identity,
        stopping_identities,
        fate=Fate.STRIPPED,
        before=keep_stops,
        because="A no outlives the record: a hash of each stays on the list of those not to be"
        " contacted, with what was refused and when; no name, no number.",
    ),
    PersonalKind("kept_stops_over", "Kept hashes of a no they took back since", KeptStop, taken_back),
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
