"""Opening hours."""

import django.db.models.deletion
from django.db import migrations, models

import foundation.tenancy
from foundation.schema import tenant_wall


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_writable_fields"),
    ]

    operations = [
        migrations.CreateModel(
            name="BusinessHours",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "organization_id",
                    models.BigIntegerField(
                        default=foundation.tenancy.current_organization_id, editable=False
                    ),
                ),
                ("slug", models.SlugField()),
                ("name", models.CharField(max_length=80)),
                ("time_zone", models.CharField(default="UTC", max_length=60)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organization_id", "slug"), name="hours_slug")
                ],
            },
        ),
        migrations.CreateModel(
            name="Holiday",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "organization_id",
                    models.BigIntegerField(
                        default=foundation.tenancy.current_organization_id, editable=False
                    ),
                ),
                ("date", models.DateField()),
                ("name", models.CharField(blank=True, default="", max_length=80)),
                ("opens", models.TimeField(blank=True, null=True)),
                ("closes", models.TimeField(blank=True, null=True)),
                (
                    "hours",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="holidays",
                        to="accounts.businesshours",
                    ),
                ),
            ],
            options={
                "ordering": ["date"],
                "constraints": [
                    models.UniqueConstraint(fields=("hours", "date"), name="holiday_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closes__isnull", True), ("opens__isnull", True)),
                            models.Q(("closes__isnull", False), ("opens__isnull", False)),
                            _connector="OR",
                        ),
                        name="holiday_span_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HoursSpan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "organization_id",
                    models.BigIntegerField(
                        default=foundation.tenancy.current_organization_id, editable=False
                    ),
                ),
                ("weekday", models.PositiveSmallIntegerField()),
                ("opens", models.TimeField()),
                ("closes", models.TimeField()),
                (
                    "hours",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="spans",
                        to="accounts.businesshours",
                    ),
                ),
            ],
            options={
                "ordering": ["weekday", "opens"],
                "constraints": [
                    models.UniqueConstraint(fields=("hours", "weekday", "opens"), name="hours_span_once"),
                    models.CheckConstraint(condition=models.Q(("weekday__lte", 6)), name="hours_weekday"),
                ],
            },
        ),
        *tenant_wall("accounts_businesshours", "accounts_hoursspan", "accounts_holiday"),
    ]
