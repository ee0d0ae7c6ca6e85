"""Consent, holds and contact preferences behind the tenant wall; what was said is never changed."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import foundation.tenancy
from foundation.schema import sql_functions, tenant_wall

# What was said stays as it was said: a row may only go along with its person, or lose a contact that is
# gone. Its organisation is the wall's business.
_KEEP = """
CREATE FUNCTION customers_consent_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF to_jsonb(OLD) - '{customer_id,interaction_id,organization_id}'::text[]
     <> to_jsonb(NEW) - '{customer_id,interaction_id,organization_id}'::text[] THEN
    RAISE EXCEPTION 'what a customer said is never changed' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
"""
_TRIGGER = """
CREATE TRIGGER consent_keep BEFORE UPDATE ON customers_consent
FOR EACH ROW EXECUTE FUNCTION customers_consent_keep()
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_tenant_wall"),
        ("customers", "0008_privacy"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChannelHours",
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
                    "channel",
                    models.CharField(
                        choices=[
                            ("voice", "Call"),
                            ("sms", "Text message"),
                            ("whatsapp", "WhatsApp"),
                            ("messenger", "Messenger"),
                            ("email", "E-mail"),
                            ("letter", "Letter"),
                        ],
                        max_length=10,
                    ),
                ),
                ("starts", models.TimeField()),
                ("ends", models.TimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organization_id", "channel"), name="channel_hours")
                ],
            },
        ),
        migrations.CreateModel(
            name="ContactPurpose",
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
                ("slug", models.SlugField(max_length=40)),
                ("name", models.CharField(max_length=80)),
                (
                    "basis",
                    models.CharField(
                        choices=[
                            ("consent", "Only after a yes"),
                            ("opt_out", "Until a no"),
                            ("necessary", "Needed for what they ordered"),
                        ],
                        default="consent",
                        max_length=10,
                    ),
                ),
                ("is_held", models.BooleanField(default=True, help_text="Waits while a case is open")),
                ("keeps_quiet", models.BooleanField(default=True, help_text="Not in quiet hours")),
                (
                    "wording",
                    models.TextField(
                        blank=True, default="", help_text="What is read or shown when asking for a yes"
                    ),
                ),
                ("is_active", models.BooleanField(default=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organization_id", "slug"), name="purpose_slug")
                ],
            },
        ),
        migrations.CreateModel(
            name="Consent",
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
                ("purpose", models.SlugField(blank=True, default="", max_length=40)),
                (
                    "channel",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("voice", "Call"),
                            ("sms", "Text message"),
                            ("whatsapp", "WhatsApp"),
                            ("messenger", "Messenger"),
                            ("email", "E-mail"),
                            ("letter", "Letter"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                (
                    "answer",
                    models.CharField(
                        choices=[("granted", "Yes"), ("refused", "No"), ("lifted", "No taken back")],
                        max_length=8,
                    ),
                ),
                (
                    "hand",
                    models.CharField(
                        choices=[
                            ("ivr", "IVR"),
                            ("bot", "Bot"),
                            ("inhouse", "In-house"),
                            ("partner", "Partner"),
                            ("customer", "Customer"),
                            ("file", "Import"),
                            ("system", "System"),
                        ],
                        max_length=10,
                    ),
                ),
                ("author", models.CharField(blank=True, default="", max_length=120)),
                (
                    "source",
                    models.CharField(
                        help_text='How it came: "desk", "sms", "ivr:keys", "partner:api"', max_length=80
                    ),
                ),
                ("wording", models.TextField(blank=True, default="")),
                ("evidence", models.CharField(blank=True, default="", max_length=200)),
                ("said_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="consents",
                        to="customers.customer",
                    ),
                ),
                (
                    "interaction",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to="customers.interaction",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="accounts.member",
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="accounts.partner",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["customer", "said_at"], name="consent_of_customer")],
            },
        ),
        migrations.CreateModel(
            name="ContactHold",
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
                ("why", models.CharField(max_length=200)),
                (
                    "hand",
                    models.CharField(
                        choices=[
                            ("ivr", "IVR"),
                            ("bot", "Bot"),
                            ("inhouse", "In-house"),
                            ("partner", "Partner"),
                            ("customer", "Customer"),
                            ("file", "Import"),
                            ("system", "System"),
                        ],
                        max_length=10,
                    ),
                ),
                ("author", models.CharField(blank=True, default="", max_length=120)),
                ("started_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("until", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("ended_by", models.CharField(blank=True, default="", max_length=120)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contact_holds",
                        to="customers.customer",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at", None)), fields=["customer"], name="hold_of_customer"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ContactPreference",
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
                    "channel",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("voice", "Call"),
                            ("sms", "Text message"),
                            ("whatsapp", "WhatsApp"),
                            ("messenger", "Messenger"),
                            ("email", "E-mail"),
                            ("letter", "Letter"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                ("time_zone", models.CharField(blank=True, default="", max_length=60)),
                ("quiet_starts", models.TimeField(blank=True, null=True)),
                ("quiet_ends", models.TimeField(blank=True, null=True)),
                ("changed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contact_preferences",
                        to="customers.customer",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("customer",), name="one_preference")],
            },
        ),
        *tenant_wall(
            "customers_channelhours",
            "customers_contactpurpose",
            "customers_consent",
            "customers_contacthold",
            "customers_contactpreference",
        ),
        *sql_functions(
            _KEEP,
            _TRIGGER,
            drop=[
                "DROP TRIGGER consent_keep ON customers_consent",
                "DROP FUNCTION customers_consent_keep()",
            ],
        ),
    ]
