"""Row-level security around every table of this package."""

from django.db import migrations

from foundation.schema import tenant_wall


class Migration(migrations.Migration):
    dependencies = [("ivr", "0001_initial")]
    operations = [
        *tenant_wall("ivr_telephonyaccount", work_list=True),
        *tenant_wall(
            "ivr_phonenumber",
            "ivr_menuchoice",
            "ivr_callsession",
            "ivr_agentleg",
            "ivr_voicemail",
            "ivr_receivedwebhook",
        ),
    ]
