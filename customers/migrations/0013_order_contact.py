"""An order knows the contact it was placed in."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0012_kept_stops"),
    ]

    operations = [
        migrations.AddField(
            model_name="order",
            name="interaction",
            field=models.ForeignKey(
                blank=True,
                help_text="The contact it was ordered in",
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                to="customers.interaction",
            ),
        ),
    ]
