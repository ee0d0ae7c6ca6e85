"""What people must know now: announcements on the marquee, and who has seen them."""

from django.db import models
from django.db.models.functions import Now

from accounts.actors import Hand
from accounts.models import Member, Partner
from foundation.models import TenantModel


class Announcement(TenantModel):
    """A message on the desktops of an audience, from `starts_at` until `ends_at` or `ended_at`.

    `ends_at` empty: until somebody takes it off. `released_at` is when the desktops were told.
    """

    class Urgency(models.TextChoices):
        CALM = "calm", "Calm"
        SOON = "soon", "Soon"
        NOW = "now", "Now"

    class Audience(models.TextChoices):
        ALL = "all", "Everyone"
        INHOUSE = "inhouse", "In-house"
        PARTNER = "partner", "One partner"

    title = models.CharField(max_length=160)
    body = models.TextField(blank=True, default="", max_length=2000)
    urgency = models.CharField(max_length=8, choices=Urgency, default=Urgency.CALM)
    audience = models.CharField(max_length=8, choices=Audience, default=Audience.ALL)
    partner = models.ForeignKey(Partner, null=True, blank=True, on_delete=models.PROTECT)
    hand = models.CharField(max_length=10, choices=Hand, editable=False)
    author = models.CharField(max_length=120, editable=False)
    author_member = models.ForeignKey(
        Member, null=True, blank=True, on_delete=models.PROTECT, related_name="announcements", editable=False
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    posted_at = models.DateTimeField(db_default=Now(), editable=False)
    released_at = models.DateTimeField(null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(audience="partner", partner__isnull=False)
                | (~models.Q(audience="partner") & models.Q(partner__isnull=True)),
                name="announcement_partner_matches_audience",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organization_id", "starts_at"],
                condition=models.Q(ended_at=None),
                name="announcement_running",
            )
        ]


class AnnouncementReceipt(TenantModel):
    """When an announcement was on one person's screen, and when they said that they have read it."""

    announcement = models.ForeignKey(Announcement, on_delete=models.CASCADE, related_name="receipts")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="announcement_receipts")
    seen_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["announcement", "member"], name="one_receipt_per_person")
        ]
