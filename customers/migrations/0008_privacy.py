"""Legal holds, erasures with their receipts, retention; what was written down of who looked stays as it is."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import foundation.tenancy
from foundation.schema import sql_functions, tenant_wall

_GUARDS = sql_functions(
    """
    CREATE FUNCTION customers_reads_stay() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION 'what was written down of who looked is never changed' USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE FUNCTION customers_reads_go_with_the_record() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF current_setting('app.forgetting', true) IS DISTINCT FROM 'on'
         AND EXISTS (SELECT FROM customers_customer WHERE id = OLD.customer_id) THEN
        RAISE EXCEPTION 'who looked is forgotten with the record or by the rules of retention only'
          USING ERRCODE = 'restrict_violation';
      END IF;
      RETURN NULL;
    END $$
    """,
    # A merge gives the rows to the other record; nothing else of them may change.
    """
    CREATE TRIGGER reads_stay
      BEFORE UPDATE OF member_id, partner_id, reader, what, why, read_at, minute ON customers_recordread
      FOR EACH ROW EXECUTE FUNCTION customers_reads_stay()
    """,
    """
    CREATE CONSTRAINT TRIGGER reads_go_with_the_record AFTER DELETE ON customers_recordread
      DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION customers_reads_go_with_the_record()
    """,
    drop=(
        "DROP TRIGGER reads_stay ON customers_recordread",
        "DROP TRIGGER reads_go_with_the_record ON customers_recordread",
        "DROP FUNCTION customers_reads_stay()",
        "DROP FUNCTION customers_reads_go_with_the_record()",
    ),
)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_tenant_wall"),
        ("customers", "0007_search_of_facts"),
    ]

    operations = [
        migrations.AlterField(
            model_name="recordread",
            name="minute",
            field=models.BigIntegerField(
                help_text="Minutes since 1970, in tens: one row per reader, what and ten"
            ),
        ),
        migrations.CreateModel(
            name="Erasure",
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
                ("record_number", models.BigIntegerField(help_text="The number of the record that is gone")),
                (
                    "merged_record_numbers",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "basis",
                    models.CharField(
                        choices=[
                            ("asked", "The person asked for it"),
                            ("withdrawn", "Consent was withdrawn"),
                            ("needless", "The data is no longer needed"),
                            ("unlawful", "The data should not have been kept"),
                            ("ordered", "An authority ordered it"),
                        ],
                        max_length=10,
                    ),
                ),
                ("erased_by", models.CharField(max_length=120)),
                ("erased_at", models.DateTimeField()),
                ("erased", models.JSONField(help_text="{kind: rows}")),
                ("stripped", models.JSONField(help_text="{kind: rows}: they stay without the person")),
                ("looked", models.JSONField(help_text="{company: reads} of the record while it was there")),
                ("salt", models.CharField(max_length=32)),
                (
                    "identifier_hashes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64), default=list, size=None
                    ),
                ),
                ("previous_digest", models.CharField(blank=True, default="", max_length=64)),
                ("digest", models.CharField(max_length=64)),
                (
                    "erased_by_member",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.member",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ErasureReceipt",
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
                    "record_numbers",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        help_text="The numbers under which they knew them",
                        size=None,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("confirmed_by", models.CharField(blank=True, default="", max_length=120)),
                (
                    "how",
                    models.CharField(
                        blank=True,
                        choices=[("system", "By their system"), ("hand", "Entered by hand")],
                        default="",
                        max_length=8,
                    ),
                ),
                (
                    "erasure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipts",
                        to="customers.erasure",
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.partner"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LegalHold",
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
                ("reason", models.CharField(max_length=200)),
                ("placed_by", models.CharField(max_length=120)),
                ("placed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("lifted_by", models.CharField(blank=True, default="", max_length=120)),
                ("lifted_reason", models.CharField(blank=True, default="", max_length=200)),
                ("lifted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="legal_holds",
                        to="customers.customer",
                    ),
                ),
                (
                    "placed_by_member",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.member",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RetentionRule",
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
                ("kind", models.CharField(max_length=40)),
                (
                    "keep_days",
                    models.PositiveIntegerField(blank=True, help_text="Empty: for good", null=True),
                ),
                ("changed_by", models.CharField(max_length=120)),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organization_id", "kind"), name="one_retention_rule")
                ],
            },
        ),
        migrations.CreateModel(
            name="RetentionRun",
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
                ("kind", models.CharField(max_length=40)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("running", "Running"),
                            ("done", "Done"),
                            ("stopped", "To be continued"),
                            ("failed", "Failed"),
                        ],
                        default="running",
                        max_length=8,
                    ),
                ),
                ("keep_days", models.PositiveIntegerField()),
                ("removed", models.BigIntegerField(default=0)),
                ("held", models.BigIntegerField(default=0, help_text="Old enough, but under a legal hold")),
                ("problem", models.CharField(blank=True, default="", max_length=200)),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["organization_id", "kind", "-id"], name="retention_newest")],
            },
        ),
        migrations.AddIndex(
            model_name="erasure",
            index=models.Index(fields=["organization_id", "-id"], name="erasures_newest"),
        ),
        migrations.AddIndex(
            model_name="erasurereceipt",
            index=models.Index(
                condition=models.Q(("confirmed_at", None)),
                fields=["organization_id", "due_at"],
                name="receipt_waiting",
            ),
        ),
        migrations.AddIndex(
            model_name="erasurereceipt",
            index=models.Index(fields=["partner", "-id"], name="receipts_of_partner"),
        ),
        migrations.AddConstraint(
            model_name="erasurereceipt",
            constraint=models.UniqueConstraint(fields=("erasure", "partner"), name="one_receipt_per_partner"),
        ),
        migrations.AddIndex(
            model_name="legalhold",
            index=models.Index(
                condition=models.Q(("lifted_at", None)),
                fields=["organization_id", "customer"],
                name="hold_standing",
            ),
        ),
        *tenant_wall(
            "customers_legalhold",
            "customers_erasure",
            "customers_erasurereceipt",
            "customers_retentionrule",
            "customers_retentionrun",
        ),
        *_GUARDS,
    ]
