"""The only gates to the shared record: what a viewer may see of whom, and how much of each field.

In-house sees everything of its organisation (row-level security keeps it to that). A partner sees records
that are shared with it, within the contract in force; a field in no list of the contract is not shown.
"""

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.access import PartnerScope, Viewer
from customers import rules
from customers.merge_errors import MergedAway
from customers.models import (
    Customer,
    CustomerMerge,
    Fact,
    Interaction,
    RecordShare,
    Subscription,
    TimelineEntry,
)
from foundation.errors import NotVisible

# What a contract's `readable_fields` and `masked_fields` may name.
FIELDS = (
    "display_name",
    "company_name",
    "phone",
    "email",
    "messenger",
    "web_visitor",
    "social",
    "subscriber_number",
    "partner_reference",
    "postal_address",
    "region",
    "language",
    "customer_since",
    "subscriptions",
    "consent",
)
UNNAMED = "Unnamed caller"
# What a contract does not name by itself goes with what it names.
_GOES_WITH = {
    "given_name": "display_name",
    "family_name": "display_name",
    "country_code": "region",
    "whatsapp": "phone",
}


def visible_customers(viewer: Viewer) -> QuerySet[Customer]:
    """The customers this viewer may know of."""
    standing = Customer.objects.filter(merged_into=None)
    if viewer.scope is None:
        return standing
    if not viewer.scope.in_force:
        return Customer.objects.none()
    return standing.filter(_shared(viewer.scope, "pk"))


def known_records(viewer: Viewer) -> QuerySet[Customer]:
    """The customers this viewer may know of, and the records merged into them that it knew before."""
    # Each record is asked about by itself: "one of all that are known" would read them all for one.
    into_standing = Customer.objects.filter(merged_into__merged_into=None)  # standing itself, or merged once
    if viewer.scope is None:
        return into_standing
    if not viewer.scope.in_force:
        return Customer.objects.none()
    knew_it = Exists(
        CustomerMerge.objects.filter(
            loser_id=OuterRef("pk"), undone_at=None, loser_partner_ids__contains=[viewer.scope.partner_id]
        )
    )
    return into_standing.filter(
        Q(_shared(viewer.scope, "pk"), merged_into=None) | Q(_shared(viewer.scope, "merged_into"), knew_it)
    )


def access_customer(viewer: Viewer, customer_id: int) -> Customer:
    """The customer. NotVisible when there is none, or the viewer may not know; MergedAway."""
    customer = visible_customers(viewer).filter(id=customer_id).first()
    if customer is not None:
        return customer
    merged = known_records(viewer).filter(id=customer_id).values_list("merged_into_id", flat=True).first()
    if merged is not None:
        raise MergedAway(customer_id, merged)
    raise NotVisible("customer")


def standing_for(viewer: Viewer, customer_id: int) -> int:
    """The id under which the record is found now: its own, or that of the one it was merged into, where this
    viewer may know."""
    into = known_records(viewer).filter(id=customer_id).values_list("merged_into_id", flat=True).first()
    return into or customer_id


def visible_interactions(viewer: Viewer) -> QuerySet[Interaction]:
    """Contacts with visible customers, and those a partner serves or that wait in its queues."""
    if viewer.scope is None:
        return Interaction.objects.all()
    if not viewer.scope.in_force:
        return Interaction.objects.none()
    waiting_for_them = Q(state=Interaction.State.WAITING, customer=None, queue_slug__in=viewer.scope.queues)
    return Interaction.objects.filter(
        Q(partner_id=viewer.scope.partner_id) | waiting_for_them | Q(_shared(viewer.scope, "customer_id"))
    )


def access_interaction(viewer: Viewer, interaction_id: int) -> Interaction:
    """The contact. NotVisible when there is none, or the viewer may not know."""
    interaction = (
        visible_interactions(viewer)
        .select_related("customer", "member", "partner")
        .filter(id=interaction_id)
        .first()
    )
    if interaction is None:
        raise NotVisible("interaction")
    return interaction


def visible_timeline(viewer: Viewer, customer_id: int) -> QuerySet[TimelineEntry]:
    """The customer's story, newest first, as far as this viewer may read it. NotVisible.

    A partner sees lines meant for partners or its own, never another partner's, and facts it may read.
    """
    access_customer(viewer, customer_id)
    return timeline_of_visible(viewer, customer_id)


def timeline_of_visible(viewer: Viewer, customer_id: int) -> QuerySet[TimelineEntry]:
    """The same for a customer that this request has let the viewer see already."""
    entries = (
        TimelineEntry.objects.filter(customer_id=customer_id).select_related("partner").order_by("-at", "-id")
    )
    if viewer.scope is None:
        return entries
    unreadable = Fact.objects.filter(id=OuterRef("ref_id")).exclude(
        key__key__in=viewer.scope.readable_facts | viewer.scope.writable_facts
    )
    return (
        entries.filter(Q(for_partners=True) | Q(partner_id=viewer.scope.partner_id))
        .filter(Q(partner=None) | Q(partner_id=viewer.scope.partner_id))
        .exclude(Q(ref_kind="fact") & Exists(unreadable))
    )


def visible_subscriptions(viewer: Viewer) -> QuerySet[Subscription]:
    """The subscriptions this viewer may know of: a partner whose contract does not name the field sees its
    own products."""
    if viewer.scope is None:
        return Subscription.objects.all()
    theirs = Subscription.objects.filter(customer__in=visible_customers(viewer))
    if may_read(viewer, "subscriptions"):
        return theirs
    return theirs.filter(product__code__in=viewer.scope.products)


def access_subscription(viewer: Viewer, subscription_id: int) -> Subscription:
    """The subscription. NotVisible when there is none, or the viewer may not know."""
    found = visible_subscriptions(viewer).select_related("product", "fulfilled_by")
    subscription = found.filter(id=subscription_id).first()
    if subscription is None:
        raise NotVisible("subscription")
    return subscription


def readable_facts(viewer: Viewer) -> frozenset[str] | None:
    """The keys of the facts this viewer may read; None for all."""
    if viewer.scope is None:
        return None
    return viewer.scope.readable_facts | viewer.scope.writable_facts


def may_read(viewer: Viewer, field: str) -> bool:
    """Whether this viewer sees the field at all, be it masked."""
    if viewer.scope is None:
        return True
    name = contract_name(field)
    return name in viewer.scope.readable_fields or name in viewer.scope.masked_fields


def is_masked(viewer: Viewer, field: str) -> bool:
    """Whether this viewer sees only the ends of the field."""
    return viewer.scope is not None and contract_name(field) in viewer.scope.masked_fields


def shown(viewer: Viewer, field: str, value: str) -> str | None:
    """The value as this viewer may see it: whole, masked, or None when it is not theirs to see."""
    if viewer.scope is None:
        return value
    if field == "display_name" and rules.looks_like_phone(value):
        return shown(viewer, "phone", value) or UNNAMED
    if not may_read(viewer, field):
        return None
    return rules.mask(field, value) if is_masked(viewer, field) else value


def shown_name(viewer: Viewer, customer: Customer | None) -> str:
    """What to call the customer on this viewer's screen."""
    if customer is None:
        return UNNAMED
    return shown(viewer, "display_name", customer.display_name) or f"Customer {customer.pk}"


def may_write(viewer: Viewer, field: str) -> bool:
    """Whether this viewer may change the field of a record it sees; `fact.KEY` for an answer."""
    if viewer.scope is None:
        return True
    if field.startswith("fact."):
        return field.removeprefix("fact.") in viewer.scope.writable_facts
    return contract_name(field) in viewer.scope.writable_fields and not is_masked(viewer, field)


def contract_name(field: str) -> str:
    """What a contract's lists call a field of the customer."""
    return _GOES_WITH.get(field, field)


def _shared(scope: PartnerScope, reference: str) -> Exists:
    return Exists(
        RecordShare.objects.filter(
            customer_id=OuterRef(reference), partner_id=scope.partner_id, ended_at=None
        )
    )
