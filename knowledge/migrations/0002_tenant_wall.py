"""Row-level security around every table of this package."""

from django.db import migrations

from foundation.schema import tenant_wall


class Migration(migrations.Migration):
    dependencies = [("knowledge", "0001_initial")]
    operations = [
        *tenant_wall("knowledge_announcement", "knowledge_announcementreceipt"),
    ]
