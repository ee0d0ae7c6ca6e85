"""The models that guess why customers contact; when cases turned and promises were withdrawn."""

import django.contrib.postgres.fields
import django.db.models.functions.datetime
from django.db import migrations, models

import foundation.tenancy
from foundation.schema import tenant_wall


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0002_tenant_wall"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="turns",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.DateTimeField(),
                db_default=[],
                default=list,
                help_text="When solved, reopened, solved …",
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="promise",
            name="withdrawn_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name="ReasonModel",
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
                ("made_from", models.CharField(max_length=64)),
                ("trained_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("in_force", models.BooleanField(default=False)),
                (
                    "verdict",
                    models.CharField(
                        help_text="better, too_few, too_short, no_better, rules_better", max_length=20
                    ),
                ),
                ("contacts", models.PositiveIntegerField()),
                ("first_at", models.DateTimeField(null=True)),
                ("last_at", models.DateTimeField(null=True)),
                ("held_out_from", models.DateTimeField(null=True)),
                ("seconds", models.FloatField(default=0, help_text="How long reading and training took")),
                ("evaluation", models.JSONField(default=dict)),
                ("weights", models.JSONField(default=dict)),
            ],
            options={
                "indexes": [models.Index(fields=["organization_id", "-id"], name="reason_model_newest")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization_id", "made_from"), name="one_training_of_the_same"
                    )
                ],
            },
        ),
        *tenant_wall("cases_reasonmodel"),
    ]
