"""Organisations (tenants), users, their memberships, partners and what partners' contracts allow."""

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from accounts.actors import Actor, Hand
from foundation.models import TenantModel


class Organization(models.Model):
    """One company on this installation. Its wall compares its own id."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(unique=True)
    time_zone = models.CharField(max_length=60, default="UTC")
    country_code = models.CharField(max_length=2, default="GB", help_text="How numbers without + are read")
    created_at = models.DateTimeField(db_default=Now())


class User(AbstractUser):  # type: ignore[django-manager-missing]  # of a library's model
    """A login. What it may do in which organisation is its `Member` rows."""


class Partner(TenantModel):  # type: ignore[django-manager-missing]  # of a library's model
    """An outsourced company that serves this organisation's customers."""

    name = models.CharField(max_length=120)
    slug = models.SlugField()
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization_id", "slug"], name="partner_slug")]


class Contract(TenantModel):
    """What a partner may see and do, from `effective_from` until the next version or `ended_at`.

    Queues and products by slug and code; facts by key. A field in no list is not visible. `masked_fields`
    show only their ends; `writable_facts` may be written, and `writable_fields` where they are read in full;
    `refund_limit` is in the organisation's currency.
    """

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="contracts")
    version = models.PositiveIntegerField(default=1)
    effective_from = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)
    queues = ArrayField(models.SlugField(), default=list)
    products = ArrayField(models.CharField(max_length=60), default=list)
    readable_fields = ArrayField(models.CharField(max_length=60), default=list)
    masked_fields = ArrayField(models.CharField(max_length=60), default=list)
    readable_facts = ArrayField(models.CharField(max_length=60), default=list)
    writable_facts = ArrayField(models.CharField(max_length=60), default=list)
    writable_fields = ArrayField(models.CharField(max_length=60), default=list, db_default=[])
    refund_limit = models.DecimalField(max_digits=10, decimal_places=2, default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "version"], name="contract_version"),
        ]


class Member(TenantModel):
    """A user's place in one organisation: in-house, or of a partner."""

    class Role(models.TextChoices):
        AGENT = "agent", "Agent"
        PARTNER_AGENT = "partner_agent", "Partner's agent"
        SUPERVISOR = "supervisor", "Supervisor"
        ADMIN = "admin", "Administrator"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    partner = models.ForeignKey(Partner, null=True, blank=True, on_delete=models.PROTECT)
    role = models.CharField(max_length=16, choices=Role)
    display_name = models.CharField(max_length=120)
    languages = ArrayField(models.CharField(max_length=8), default=list, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization_id", "user"], name="member_once"),
            models.CheckConstraint(
                condition=models.Q(role="partner_agent", partner__isnull=False)
                | (~models.Q(role="partner_agent") & models.Q(partner__isnull=True)),
                name="member_partner_matches_role",
            ),
        ]

    @property
    def actor(self) -> Actor:
        """This person as the hand behind a change."""
        hand = Hand.PARTNER if self.partner_id else Hand.INHOUSE
        return Actor(hand=hand, member_id=self.id, partner_id=self.partner_id, name=self.display_name)

    @property
    def takes_work(self) -> bool:
        """Whether contacts may be routed to this person."""
        return self.is_active and self.role in {self.Role.AGENT, self.Role.PARTNER_AGENT}

    @property
    def supervises(self) -> bool:
        """Whether this person may open the floor and post announcements."""
        return self.is_active and self.role in {self.Role.SUPERVISOR, self.Role.ADMIN}

    @property
    def administers(self) -> bool:
        """Whether this person may set the organisation up."""
        return self.is_active and self.role == self.Role.ADMIN


from accounts.hours.models import (  # noqa: E402, F401  # models of a package of their own
    BusinessHours,
    Holiday,
    HoursSpan,
)
