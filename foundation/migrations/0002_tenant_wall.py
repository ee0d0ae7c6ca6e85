"""Row-level security around every table of this package."""

from django.db import migrations

from foundation.schema import tenant_wall


class Migration(migrations.Migration):
    dependencies = [("foundation", "0001_initial")]
    operations = [
        *tenant_wall(
            "foundation_event",
            "foundation_delivery",
            "foundation_timer",
            "foundation_livetopic",
            "foundation_liveentry",
            work_list=True,
        ),
    ]
