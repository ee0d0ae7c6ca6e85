"""Surge plans and seat asks, behind the tenant wall."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import foundation.tenancy
from foundation.schema import tenant_wall


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_business_hours"),
        ("routing", "0010_callbacks"),
    ]

    operations = [
        migrations.CreateModel(
            name="SurgePlan",
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
                ("name", models.CharField(max_length=80)),
                (
                    "purpose",
                    models.CharField(blank=True, default="", help_text="When to start it", max_length=240),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organization_id", "name"), name="surge_plan_name")
                ],
            },
        ),
        migrations.CreateModel(
            name="SurgePlanVersion",
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
                ("number", models.PositiveIntegerField()),
                ("bundle", models.JSONField()),
                ("made_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="accounts.member",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="routing.surgeplan",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="simulationrun",
            name="surge",
            field=models.ForeignKey(
                help_text="Tried out",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="previews",
                to="routing.surgeplanversion",
            ),
        ),
        migrations.CreateModel(
            name="SurgeRun",
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
                ("started_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("before", models.JSONField(default=dict)),
                ("changed_by_hand", models.JSONField(default=list)),
                ("reverted_at", models.DateTimeField(null=True)),
                (
                    "end",
                    models.CharField(
                        blank=True,
                        choices=[("reverted", "Reverted"), ("expired", "Ran out")],
                        default="",
                        max_length=8,
                    ),
                ),
                ("announcement_id", models.BigIntegerField(null=True)),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="runs",
                        to="routing.surgeplan",
                    ),
                ),
                (
                    "reverted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="accounts.member",
                    ),
                ),
                (
                    "started_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="accounts.member",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="runs",
                        to="routing.surgeplanversion",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SeatAsk",
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
                ("seats", models.PositiveIntegerField()),
                ("seats_before", models.PositiveIntegerField(default=0)),
                ("asked_at", models.DateTimeField()),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("answer_by", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Waits for an answer"),
                            ("accepted", "Accepted"),
                            ("partial", "Accepted in part"),
                            ("refused", "Refused"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="open",
                        max_length=9,
                    ),
                ),
                ("seats_promised", models.PositiveIntegerField(default=0)),
                ("note", models.CharField(blank=True, default="", max_length=240)),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "answered_by",
                    models.CharField(blank=True, default="", help_text="Empty: the deadline", max_length=120),
                ),
                ("at_work", models.FloatField(null=True)),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="seat_asks",
                        to="accounts.partner",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="asks",
                        to="routing.surgerun",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="surgeplanversion",
            constraint=models.UniqueConstraint(fields=("plan", "number"), name="surge_plan_version"),
        ),
        migrations.AddIndex(
            model_name="surgerun",
            index=models.Index(
                condition=models.Q(("reverted_at", None)), fields=["organization_id"], name="surge_running"
            ),
        ),
        migrations.AddConstraint(
            model_name="surgerun",
            constraint=models.UniqueConstraint(
                condition=models.Q(("reverted_at", None)), fields=("plan",), name="surge_runs_once"
            ),
        ),
        migrations.AddIndex(
            model_name="seatask",
            index=models.Index(fields=["partner", "-id"], name="seat_ask_of_partner"),
        ),
        *tenant_wall("routing_surgeplan", "routing_surgeplanversion", "routing_surgerun", "routing_seatask"),
    ]
