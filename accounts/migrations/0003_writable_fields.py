"""Contracts may allow changing fields of the record."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_tenant_wall"),
    ]

    operations = [
        migrations.AddField(
            model_name="contract",
            name="writable_fields",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=60), db_default=[], default=list, size=None
            ),
        ),
    ]
