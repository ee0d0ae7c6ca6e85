"""Row-level security around every table of this package."""

from django.db import migrations

from foundation.schema import tenant_wall


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [
        *tenant_wall("accounts_member", work_list=True),
        *tenant_wall("accounts_partner", "accounts_contract"),
        *tenant_wall("accounts_organization", work_list=True, column="id"),
    ]
