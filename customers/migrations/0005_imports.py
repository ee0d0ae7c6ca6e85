"""Files on their way into the record and out of it, behind the tenant wall."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import foundation.tenancy
from foundation.schema import tenant_wall


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_tenant_wall"),
        ("customers", "0004_merging"),
    ]

    operations = [
        migrations.CreateModel(
            name="Export",
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
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("running", "Being written"),
                            ("done", "Ready"),
                            ("expired", "Expired"),
                            ("failed", "Failed"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("kind", models.CharField(help_text="A list's name, or organization", max_length=40)),
                ("file_format", models.CharField(max_length=6)),
                (
                    "choices",
                    models.JSONField(
                        default=dict, help_text="What of the list: search text, state, customer"
                    ),
                ),
                ("file_name", models.CharField(max_length=120)),
                ("row_count", models.BigIntegerField(default=0)),
                ("size_bytes", models.BigIntegerField(default=0)),
                ("problem", models.CharField(blank=True, default="", max_length=400)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("finished_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(null=True)),
                (
                    "member",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="accounts.member"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ExportPart",
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
                ("number", models.IntegerField()),
                ("content", models.BinaryField()),
                (
                    "file",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts",
                        to="customers.export",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Import",
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
                    "state",
                    models.CharField(
                        choices=[
                            ("uploading", "Being uploaded"),
                            ("reading", "Being read"),
                            ("mapping", "Waiting for you"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Not readable"),
                            ("cancelled", "Stopped"),
                        ],
                        default="uploading",
                        max_length=10,
                    ),
                ),
                ("file_name", models.CharField(max_length=120)),
                ("size_bytes", models.BigIntegerField()),
                ("settings", models.JSONField(default=dict)),
                (
                    "read_as",
                    models.JSONField(default=dict, help_text="How it was read: format, encoding, delimiter"),
                ),
                ("header", models.JSONField(default=list)),
                ("mapping", models.JSONField(default=list)),
                ("total_rows", models.IntegerField(default=0)),
                ("problem", models.CharField(blank=True, default="", max_length=400)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "member",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="accounts.member"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ImportChunk",
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
                ("number", models.IntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("done", "Done")], default="waiting", max_length=8
                    ),
                ),
                ("row_count", models.IntegerField()),
                ("rows", models.BinaryField()),
                ("created", models.IntegerField(default=0)),
                ("changed", models.IntegerField(default=0)),
                ("unchanged", models.IntegerField(default=0)),
                ("refused", models.IntegerField(default=0)),
                (
                    "file",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="chunks",
                        to="customers.import",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ImportKey",
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
                ("key", models.CharField(max_length=280)),
                ("row", models.IntegerField()),
                ("digest", models.CharField(max_length=32)),
                (
                    "file",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="keys",
                        to="customers.import",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ImportPart",
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
                ("number", models.IntegerField()),
                ("content", models.BinaryField()),
                (
                    "file",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts",
                        to="customers.import",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ImportRefusal",
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
                ("row", models.IntegerField(help_text="As the spreadsheet counts, the header being 1")),
                ("reasons", models.JSONField(help_text="[[column, sentence], …]")),
                ("cells", models.JSONField()),
                (
                    "file",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="refusals",
                        to="customers.import",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="export",
            index=models.Index(fields=["organization_id", "-id"], name="export_newest"),
        ),
        migrations.AddConstraint(
            model_name="exportpart",
            constraint=models.UniqueConstraint(fields=("file", "number"), name="export_part_once"),
        ),
        migrations.AddIndex(
            model_name="import",
            index=models.Index(fields=["organization_id", "-id"], name="import_newest"),
        ),
        migrations.AddIndex(
            model_name="importchunk",
            index=models.Index(
                condition=models.Q(("state", "waiting")),
                fields=["file", "number"],
                name="import_chunk_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="importchunk",
            constraint=models.UniqueConstraint(fields=("file", "number"), name="import_chunk_once"),
        ),
        migrations.AddConstraint(
            model_name="importkey",
            constraint=models.UniqueConstraint(fields=("file", "key"), name="import_key_once"),
        ),
        migrations.AddConstraint(
            model_name="importpart",
            constraint=models.UniqueConstraint(fields=("file", "number"), name="import_part_once"),
        ),
        migrations.AddConstraint(
            model_name="importrefusal",
            constraint=models.UniqueConstraint(fields=("file", "row"), name="import_refusal_once"),
        ),
        *tenant_wall(
            "customers_import",
            "customers_importpart",
            "customers_importchunk",
            "customers_importrefusal",
            "customers_importkey",
            "customers_export",
            "customers_exportpart",
        ),
    ]
