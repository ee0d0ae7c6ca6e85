"""Row-level security around every table of this package."""

from django.db import migrations

from foundation.schema import tenant_wall


class Migration(migrations.Migration):
    dependencies = [("routing", "0001_initial")]
    operations = [
        *tenant_wall("routing_waitingtoken", "routing_seattoken", "routing_changetoken", work_list=True),
        *tenant_wall(
            "routing_skill",
            "routing_queue",
            "routing_queueskill",
            "routing_queuestep",
            "routing_agentskill",
            "routing_presence",
            "routing_presenceperiod",
            "routing_workitem",
            "routing_offer",
            "routing_decisionrecord",
            "routing_pool",
            "routing_poolmember",
            "routing_channelrule",
            "routing_pausereason",
            "routing_steppool",
            "routing_stepskill",
            "routing_queueshare",
            "routing_overflowrule",
            "routing_pilotpin",
            "routing_engagement",
        ),
    ]
