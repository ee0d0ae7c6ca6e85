import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ivr", "0002_tenant_wall"),
    ]

    operations = [
        migrations.AddField(
            model_name="callsession",
            name="callback_id",
            field=models.BigIntegerField(help_text="The call owed to them, or made", null=True),
        ),
        migrations.AddField(
            model_name="callsession",
            name="earlier_sids",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=34), blank=True, db_default=[], default=list, size=None
            ),
        ),
        migrations.AlterField(
            model_name="callsession",
            name="state",
            field=models.CharField(
                choices=[
                    ("in_ivr", "In the IVR"),
                    ("queued", "Waiting"),
                    ("connecting", "Being connected"),
                    ("connected", "Connected"),
                    ("voicemail", "Leaving a message"),
                    ("callback", "To be called back"),
                    ("ended", "Ended"),
                ],
                default="in_ivr",
                max_length=12,
            ),
        ),
    ]
