"""Runs of the simulator, behind the tenant wall."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import foundation.tenancy
from foundation.schema import tenant_wall


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_business_hours"),
        ("routing", "0005_live_state"),
    ]

    operations = [
        migrations.CreateModel(
            name="SimulationRun",
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
                (
                    "source",
                    models.CharField(help_text="`history`, or `example:` and its name", max_length=80),
                ),
                ("weeks", models.PositiveSmallIntegerField(default=0, help_text="Of history")),
                ("change", models.JSONField(default=dict, help_text="seats by pool id, numbers by queue id")),
                (
                    "words",
                    models.CharField(
                        blank=True, default="", help_text="The change, to stand after “with”", max_length=240
                    ),
                ),
                ("seed", models.PositiveIntegerField(default=1)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("requested", "Waits for a worker"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                        ],
                        default="requested",
                        max_length=9,
                    ),
                ),
                ("progress", models.FloatField(default=0, help_text="0–1")),
                ("problem", models.CharField(blank=True, default="", max_length=240)),
                (
                    "result",
                    models.JSONField(
                        help_text="Comparison, or one result where nothing was changed", null=True
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("beat_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="accounts.member",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["organization_id", "-id"], name="simulation_of_day")],
            },
        ),
        *tenant_wall("routing_simulationrun"),
    ]
