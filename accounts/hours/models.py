"""Opening hours as an organisation sets them up: weekly spans, and days that differ."""

from django.db import models

from foundation.models import TenantModel


class BusinessHours(TenantModel):
    """Named opening hours in a time zone, for queues, pools, contracts and promises."""

    slug = models.SlugField()
    name = models.CharField(max_length=80)
    time_zone = models.CharField(max_length=60, default="UTC")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization_id", "slug"], name="hours_slug")]


class HoursSpan(TenantModel):
    """Open from `opens` until `closes` on a weekday (0 is Monday); 00:00 closes at midnight."""

    hours = models.ForeignKey(BusinessHours, on_delete=models.CASCADE, related_name="spans")
    weekday = models.PositiveSmallIntegerField()
    opens = models.TimeField()
    closes = models.TimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hours", "weekday", "opens"], name="hours_span_once"),
            models.CheckConstraint(condition=models.Q(weekday__lte=6), name="hours_weekday"),
        ]
        ordering = ["weekday", "opens"]


class Holiday(TenantModel):
    """A day that differs: closed, or open for one span."""

    hours = models.ForeignKey(BusinessHours, on_delete=models.CASCADE, related_name="holidays")
    date = models.DateField()
    name = models.CharField(max_length=80, blank=True, default="")
    opens = models.TimeField(null=True, blank=True)
    closes = models.TimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hours", "date"], name="holiday_once"),
            models.CheckConstraint(
                condition=models.Q(opens__isnull=True, closes__isnull=True)
                | models.Q(opens__isnull=False, closes__isnull=False),
                name="holiday_span_whole",
            ),
        ]
        ordering = ["date"]
