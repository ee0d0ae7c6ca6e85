import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import foundation.tenancy
from foundation.schema import tenant_wall


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0010_fewer_indexes"),
        ("routing", "0010_owner"),
    ]

    operations = [
        migrations.CreateModel(
            name="Callback",
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
                ("number", models.CharField(help_text="E.164", max_length=16)),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("agent_first", "The agent first, then the customer"),
                            ("customer_first", "The customer first, then the agent"),
                        ],
                        max_length=14,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("offered", "An agent takes it"),
                            ("dialling", "Being called"),
                            ("connected", "Reached"),
                            ("done", "Done"),
                            ("failed", "Not reached"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("most_tries", models.PositiveSmallIntegerField(default=3)),
                ("due_at", models.DateTimeField(blank=True, help_text="Not called before", null=True)),
                (
                    "last_result",
                    models.CharField(
                        blank=True, default="", help_text="How the last try went", max_length=80
                    ),
                ),
                ("promised_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="callbacks",
                        to="customers.customer",
                    ),
                ),
                (
                    "interaction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="callbacks",
                        to="customers.interaction",
                    ),
                ),
                (
                    "queue",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="routing.queue"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at", None)),
                        fields=["organization_id", "id"],
                        name="callbacks_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("customer", "queue"),
                        name="one_open_callback",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("interaction",),
                        name="one_callback_per_contact",
                    ),
                ],
            },
        ),
        *tenant_wall("routing_callback"),
    ]
