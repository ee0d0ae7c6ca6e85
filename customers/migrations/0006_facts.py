"""Questions with their own rules, orders, references in other systems, and what became of subscriptions."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import customers.fact_models
import foundation.tenancy
from foundation.schema import tenant_wall


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_writable_fields"),
        ("customers", "0005_imports"),
    ]

    operations = [
        migrations.CreateModel(
            name="FulfilmentChange",
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
                    "what",
                    models.CharField(help_text='"Switched from Print to Digital edition"', max_length=120),
                ),
                ("product_name", models.CharField(max_length=120)),
                ("state", models.CharField(max_length=10)),
                ("reference", models.CharField(blank=True, default="", max_length=80)),
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
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name="Order",
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
                ("quantity", models.PositiveIntegerField(default=1)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("placed", "Placed"),
                            ("accepted", "Accepted"),
                            ("sent", "Sent"),
                            ("delivered", "Delivered"),
                            ("cancelled", "Cancelled"),
                            ("returned", "Returned"),
                        ],
                        default="placed",
                        max_length=10,
                    ),
                ),
                ("ordered_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name="OutsideReference",
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
                ("system", models.CharField(help_text='Its name, e.g. "Shop", "Digipress"', max_length=40)),
                ("value", models.CharField(max_length=80)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.AddField(
            model_name="fact",
            name="search_value",
            field=models.CharField(
                db_collation="C",
                db_default="",
                default="",
                help_text="Lower-cased, of searchable questions only",
                max_length=80,
            ),
        ),
        migrations.AddField(
            model_name="factkey",
            name="expires_after_days",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="How long an answer counts; empty: until there is a better one",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="factkey",
            name="forms",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[("script", "Console script"), ("wrap_up", "Wrap-up"), ("record", "Record")],
                    max_length=8,
                ),
                blank=True,
                db_default=["script", "record"],
                default=customers.fact_models.every_form,
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="factkey",
            name="is_searchable",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="factkey",
            name="maximum",
            field=models.FloatField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="factkey",
            name="minimum",
            field=models.FloatField(
                blank=True, help_text="Number; characters of a text, or entries", null=True
            ),
        ),
        migrations.AddField(
            model_name="factkey",
            name="precedence",
            field=models.CharField(
                choices=[
                    ("usual", "The surest, then the newest"),
                    ("newest", "The newest, whoever said it"),
                    ("person_first", "A person's word before a machine's"),
                ],
                db_default="usual",
                default="usual",
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="factkey",
            name="queues",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.SlugField(),
                blank=True,
                db_default=[],
                default=list,
                help_text="Whose script asks; empty: all",
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="factkey",
            name="retired_at",
            field=models.DateTimeField(blank=True, help_text="Since then nobody is asked", null=True),
        ),
        migrations.AddField(
            model_name="factkey",
            name="text_kind",
            field=models.CharField(
                choices=[
                    ("any", "Anything"),
                    ("digits", "Digits only"),
                    ("letters", "Letters only"),
                    ("code", "Letters and digits, no blanks"),
                    ("email", "An e-mail address"),
                    ("phone", "A phone number"),
                ],
                db_default="any",
                default="any",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="factkey",
            name="version",
            field=models.PositiveIntegerField(db_default=1, default=1),
        ),
        migrations.AlterField(
            model_name="factkey",
            name="sensitivity",
            field=models.CharField(
                choices=[
                    ("public", "Public"),
                    ("internal", "Internal"),
                    ("personal", "Personal"),
                    ("payment", "Payment: never kept"),
                ],
                default="internal",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="fulfilmentchange",
            name="fulfilled_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.partner",
            ),
        ),
        migrations.AddField(
            model_name="fulfilmentchange",
            name="member",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to="accounts.member"
            ),
        ),
        migrations.AddField(
            model_name="fulfilmentchange",
            name="partner",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.partner",
            ),
        ),
        migrations.AddField(
            model_name="fulfilmentchange",
            name="subscription",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, to="customers.subscription"
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="customer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="orders", to="customers.customer"
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="fulfilled_by",
            field=models.ForeignKey(
                blank=True,
                help_text="Empty: in-house",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="accounts.partner",
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="product",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="customers.product"),
        ),
        migrations.AddField(
            model_name="fulfilmentchange",
            name="order",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, to="customers.order"
            ),
        ),
        migrations.AddField(
            model_name="outsidereference",
            name="order",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, to="customers.order"
            ),
        ),
        migrations.AddField(
            model_name="outsidereference",
            name="partner",
            field=models.ForeignKey(
                blank=True,
                help_text="Whose system; empty: ours",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="accounts.partner",
            ),
        ),
        migrations.AddField(
            model_name="outsidereference",
            name="subscription",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, to="customers.subscription"
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["customer", "-ordered_at"], name="orders_of_customer"),
        ),
        migrations.AddIndex(
            model_name="fulfilmentchange",
            index=models.Index(fields=["subscription", "at"], name="changes_of_subscription"),
        ),
        migrations.AddIndex(
            model_name="fulfilmentchange",
            index=models.Index(fields=["order", "at"], name="changes_of_order"),
        ),
        migrations.AddConstraint(
            model_name="fulfilmentchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("order__isnull", False), ("subscription", None)),
                    models.Q(("order", None), ("subscription__isnull", False)),
                    _connector="OR",
                ),
                name="change_of_one",
            ),
        ),
        migrations.AddIndex(
            model_name="outsidereference",
            index=models.Index(fields=["organization_id", "value"], name="reference_lookup"),
        ),
        migrations.AddConstraint(
            model_name="outsidereference",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("order__isnull", False), ("subscription", None)),
                    models.Q(("order", None), ("subscription__isnull", False)),
                    _connector="OR",
                ),
                name="reference_of_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="outsidereference",
            constraint=models.UniqueConstraint(
                fields=("subscription", "order", "system"), name="reference_per_system", nulls_distinct=False
            ),
        ),
        *tenant_wall("customers_order", "customers_outsidereference", "customers_fulfilmentchange"),
    ]
