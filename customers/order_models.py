"""What customers ordered, where each system keeps it, and what became of it."""

from django.db import models
from django.db.models.functions import Now

from accounts.actors import Hand
from accounts.models import Member, Partner
from foundation.models import TenantModel


class Order(TenantModel):
    """Something ordered once. placed → accepted → sent → delivered; before delivery cancelled, after it
    returned."""

    class State(models.TextChoices):
        PLACED = "placed", "Placed"
        ACCEPTED = "accepted", "Accepted"
        SENT = "sent", "Sent"
        DELIVERED = "delivered", "Delivered"
        CANCELLED = "cancelled", "Cancelled"
        RETURNED = "returned", "Returned"

    # What becomes of it when two records are merged: it belongs to the person.
    when_merged = "moves"
    gives_partner_reason = ("fulfilled_by", ("placed", "accepted", "sent"))

    customer = models.ForeignKey("customers.Customer", on_delete=models.CASCADE, related_name="orders")
    product = models.ForeignKey("customers.Product", on_delete=models.PROTECT)
    quantity = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State, default=State.PLACED)
    fulfilled_by = models.ForeignKey(
        Partner, null=True, blank=True, on_delete=models.PROTECT, help_text="Empty: in-house"
    )
    ordered_at = models.DateTimeField(db_default=Now())
    interaction = models.ForeignKey(
        "customers.Interaction",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        db_index=False,  # contacts are never looked up by it, nor deleted
        help_text="The contact it was ordered in",
    )

    class Meta:
        indexes = [models.Index(fields=["customer", "-ordered_at"], name="orders_of_customer")]


class _OfSubscriptionOrOrder(TenantModel):
    """Base: belongs to one subscription or one order."""

    subscription = models.ForeignKey("customers.Subscription", null=True, on_delete=models.CASCADE)
    order = models.ForeignKey(Order, null=True, on_delete=models.CASCADE)

    class Meta:
        abstract = True


class OutsideReference(_OfSubscriptionOrOrder):
    """What another system calls a subscription or an order."""

    system = models.CharField(max_length=40, help_text='Its name, e.g. "Shop", "Digipress"')
    value = models.CharField(max_length=80)
    partner = models.ForeignKey(
        Partner, null=True, blank=True, on_delete=models.PROTECT, help_text="Whose system; empty: ours"
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(subscription=None, order__isnull=False)
                | models.Q(subscription__isnull=False, order=None),
                name="reference_of_one",
            ),
            models.UniqueConstraint(
                fields=["subscription", "order", "system"], nulls_distinct=False, name="reference_per_system"
            ),
        ]
        indexes = [models.Index(fields=["organization_id", "value"], name="reference_lookup")]


class FulfilmentChange(_OfSubscriptionOrOrder):
    """One step in the life of a subscription or an order, append-only: what it became, and who did it."""

    what = models.CharField(max_length=120, help_text='"Switched from Print to Digital edition"')
    product_name = models.CharField(max_length=120)
    state = models.CharField(max_length=10)
    fulfilled_by = models.ForeignKey(
        Partner, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reference = models.CharField(max_length=80, blank=True, default="")
    hand = models.CharField(max_length=10, choices=Hand)
    author = models.CharField(max_length=120, blank=True, default="")
    member = models.ForeignKey(Member, null=True, blank=True, on_delete=models.PROTECT)
    partner = models.ForeignKey(Partner, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(subscription=None, order__isnull=False)
                | models.Q(subscription__isnull=False, order=None),
                name="change_of_one",
            )
        ]
        indexes = [
            models.Index(fields=["subscription", "at"], name="changes_of_subscription"),
            models.Index(fields=["order", "at"], name="changes_of_order"),
        ]
