"""Row-level security around every table of this package."""

from django.db import migrations

from foundation.schema import tenant_wall


class Migration(migrations.Migration):
    dependencies = [("analytics", "0001_initial")]
    operations = tenant_wall("analytics_queueinterval")
