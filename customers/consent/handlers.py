"""What becomes of a stop when two records part, and of one that outlived its record."""

from accounts.actors import SYSTEM_ACTOR
from customers.consent.actions import record_consent, write_kept_stops
from customers.consent.kept import CHANNELS
from customers.consent.models import Consent
from customers.models import CustomerMerge
from foundation.events import RecordedEvent

_SAID = ("answer", "purpose", "channel", "said_at")


def keep_stops_of_both(event: RecordedEvent) -> None:
    """What was refused while two records were one counts for both: nobody knows which of them said it."""
    merge = CustomerMerge.objects.get(id=event.payload["merge_id"])
    pair = (merge.winner_id, merge.loser_id)
    since = Consent.objects.filter(
        customer_id__in=pair, answer=Consent.Answer.REFUSED, recorded_at__gte=merge.merged_at
    )
    for consent in since.order_by("id"):
        other = pair[1] if consent.customer_id == pair[0] else pair[0]
        said = {name: getattr(consent, name) for name in _SAID}
        if not Consent.objects.filter(customer_id=other, **said).exists():
            record_consent(
                other,
                actor=SYSTEM_ACTOR,
                source=consent.source,
                wording=consent.wording,
                evidence=consent.evidence,
                **said,
            )


def heed_kept_stops(event: RecordedEvent) -> None:
    """A record is new, or has another number or address: was that one's no kept?"""
    if event.name == "customer.changed" and not set(event.payload.get("fields", ())) & set(CHANNELS):
        return
    write_kept_stops([event.payload["customer_id"]])


def heed_kept_stops_of_imported(event: RecordedEvent) -> None:
    """The same for the customers of an imported file."""
    write_kept_stops(event.payload["created"] + event.payload["changed"])
