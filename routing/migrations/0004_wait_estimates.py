"""What callers were told of their wait."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import foundation.tenancy
from foundation.schema import tenant_wall


class Migration(migrations.Migration):
    dependencies = [
        ("routing", "0003_claim"),
    ]

    operations = [
        migrations.CreateModel(
            name="WaitEstimate",
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
                ("told_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("position", models.PositiveIntegerField(null=True)),
                ("raw_seconds", models.FloatField()),
                ("seconds", models.FloatField()),
                ("actual_seconds", models.FloatField(blank=True, null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("", "Still waiting"), ("answered", "Answered"), ("left", "Left before")],
                        default="",
                        max_length=8,
                    ),
                ),
                (
                    "queue",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="routing.queue"
                    ),
                ),
                (
                    "work_item",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="routing.workitem"),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("outcome", "answered")),
                        fields=["queue", "-told_at"],
                        name="estimates_to_learn_from",
                    )
                ],
            },
        ),
        *tenant_wall("routing_waitestimate"),
    ]
