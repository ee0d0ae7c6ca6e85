"""Stops that outlive their record, and the salt of their hashes, behind the tenant wall."""

from django.db import migrations, models

import foundation.crypto
import foundation.tenancy
from foundation.schema import tenant_wall


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0011_notes_found"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeptStop",
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
                    "kind",
                    models.CharField(help_text="phone (also WhatsApp), email or messenger", max_length=20),
                ),
                (
                    "digest",
                    models.CharField(help_text="HMAC-SHA-256 of kind:value with the StopSalt", max_length=64),
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
                ("said_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization_id", "digest", "kind", "purpose", "channel"),
                        name="one_kept_stop",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StopSalt",
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
                ("salt", foundation.crypto.EncryptedTextField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("organization_id",), name="one_stop_salt")],
            },
        ),
        *tenant_wall("customers_keptstop", "customers_stopsalt"),
    ]
