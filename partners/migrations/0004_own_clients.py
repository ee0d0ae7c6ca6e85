"""A client without a partner is a campaign tool of the company's own."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_writable_fields"),
        ("partners", "0003_rest_failing_endpoints"),
    ]

    operations = [
        migrations.AlterField(
            model_name="apiclient",
            name="partner",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="api_clients",
                to="accounts.partner",
            ),
        ),
    ]
