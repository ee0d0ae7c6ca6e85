"""Row-level security around every table of this package."""

from django.db import migrations

from foundation.schema import tenant_wall


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_initial")]
    operations = [
        *tenant_wall(
            "customers_customer",
            "customers_identity",
            "customers_product",
            "customers_subscription",
            "customers_factkey",
            "customers_interaction",
            "customers_fact",
            "customers_askedagain",
            "customers_timelineentry",
            "customers_recordshare",
            "customers_recordread",
        ),
    ]
