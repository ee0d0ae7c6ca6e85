"""What most rows leave empty is indexed where it is not; what another index begins with, not at all.

Written as SQL for the database: Django would drop the foreign keys and check every row anew.
"""

import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


def _without_index(
    model: str, name: str, index: str, column: str, field: models.Field
) -> migrations.SeparateDatabaseAndState:
    table = f"customers_{model}"
    return migrations.SeparateDatabaseAndState(
        state_operations=[migrations.AlterField(model_name=model, name=name, field=field)],
        database_operations=[
            migrations.RunSQL(
                sql=f"DROP INDEX CONCURRENTLY IF EXISTS {index}",
                reverse_sql=f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {index} ON {table} ({column})",
            )
        ],
    )


def _partial(model: str, column: str, name: str) -> AddIndexConcurrently:
    condition = models.Q((column, None), _negated=True)
    return AddIndexConcurrently(model, models.Index(fields=[column], condition=condition, name=name))


def _customer(related_name: str) -> models.ForeignKey:
    return models.ForeignKey(
        db_index=False,
        on_delete=django.db.models.deletion.CASCADE,
        related_name=related_name,
        to="customers.customer",
    )


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("accounts", "0002_tenant_wall"),
        ("customers", "0009_consent"),
    ]

    operations = [
        _partial("identity", "partner", "identity_of_partner"),
        _partial("timelineentry", "partner", "timeline_of_partner"),
        _partial("timelineentry", "interaction", "timeline_interaction"),
        _without_index(
            "identity",
            "customer",
            "customers_identity_customer_id_b1e21f37",
            "customer_id",
            _customer("identities"),
        ),
        _without_index(
            "identity",
            "partner",
            "customers_identity_partner_id_8b3ac043",
            "partner_id",
            models.ForeignKey(
                blank=True,
                db_index=False,
                help_text="Whose reference it is",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="accounts.partner",
            ),
        ),
        _without_index(
            "timelineentry",
            "customer",
            "customers_timelineentry_customer_id_5708f781",
            "customer_id",
            _customer("timeline"),
        ),
        _without_index(
            "timelineentry",
            "partner",
            "customers_timelineentry_partner_id_88847400",
            "partner_id",
            models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="accounts.partner",
            ),
        ),
        _without_index(
            "timelineentry",
            "interaction",
            "customers_timelineentry_interaction_id_0db9d033",
            "interaction_id",
            models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                to="customers.interaction",
            ),
        ),
    ]
