"""Row-level security around every table of this package."""

from django.db import migrations

from foundation.schema import tenant_wall


class Migration(migrations.Migration):
    dependencies = [("partners", "0001_initial")]
    operations = [
        *tenant_wall(
            "partners_apiclient",
            "partners_idempotencykey",
            "partners_webhookmessage",
            work_list=True,
        ),
        *tenant_wall("partners_webhookendpoint"),
    ]
