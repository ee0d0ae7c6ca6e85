"""The tables of routing."""

import django.db.models.constraints
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import foundation.tenancy


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0004_business_hours"),
        ("customers", "0002_tenant_wall"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChangeToken",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "organization_id",
                    models.BigIntegerField(
                        default=foundation.tenancy.current_organization_id, editable=False
                    ),
                ),
                ("made_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ChannelRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "organization_id",
                    models.BigIntegerField(
                        default=foundation.tenancy.current_organization_id, editable=False
                    ),
                ),
                ("channel", models.CharField(max_length=10)),
                ("units", models.PositiveSmallIntegerField(default=100)),
                (
                    "most",
                    models.PositiveSmallIntegerField(blank=True, help_text="At once, per agent", null=True),
                ),
                (
                    "excludes",
                    models.JSONField(blank=True, default=list, help_text="Channels not served beside it"),
                ),
                (
                    "is_interruptible",
                    models.BooleanField(
                        default=False, help_text="Its units do not count where a call comes in"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organization_id", "channel"), name="channel_rule")
                ],
            },
        ),
        migrations.CreateModel(
            name="PauseReason",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "organization_id",
                    models.BigIntegerField(
                        default=foundation.tenancy.current_organization_id, editable=False
                    ),
                ),
                ("slug", models.SlugField()),
                ("name", models.CharField(max_length=60)),
                ("is_productive", models.BooleanField(default=False)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("is_active", models.BooleanField(default=True)),
            ],
            options={
                "ordering": ["position", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("organization_id", "slug"), name="pause_reason")
                ],
            },
        ),
        migrations.CreateModel(
            name="Pool",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "organization_id",
                    models.BigIntegerField(
                        default=foundation.tenancy.current_organization_id, editable=False
                    ),
                ),
                ("slug", models.SlugField()),
                ("name", models.CharField(max_length=80)),
                (
                    "regions",
                    models.JSONField(
                        blank=True, default=list, help_text="Served first where a queue prefers so"
                    ),
                ),
                ("is_active", models.BooleanField(default=True)),
                (
                    "hours",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="accounts.businesshours",
                    ),
                ),
                (
                    "partner",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pool",
                        to="accounts.partner",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PoolMember",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "organization_id",
                    models.BigIntegerField(
                        default=foundation.tenancy.current_organization_id, editable=False
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pools",
                        to="accounts.member",
                    ),
                ),
                (
                    "pool",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="members", to="routing.pool"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Presence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "organization_id",
                    models.BigIntegerField(
                        default=foundation.tenancy.current_organization_id, editable=False
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("offline", "Offline"),
                            ("ready", "Ready"),
                            ("paused", "Paused"),
                            ("offered", "Offered"),
                            ("serving", "With a customer"),
                            ("wrap_up", "Wrap-up"),
                            ("not_responding", "Not responding"),
                        ],
                        default="offline",
                        max_length=16,
                    ),
                ),
                ("reason", models.CharField(blank=True, default="", help_text="Why paused", max_length=60)),
                (
                    "after_work",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="What is declared while busy, when not ready",
                        max_length=16,
                    ),
                ),
                ("after_reason", models.CharField(blank=True, default="", max_length=60)),
                ("seat_token_id", models.BigIntegerField(help_text="The seat token, while ready", null=True)),
                ("since", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("heartbeat_at", models.DateTimeField(blank=True, null=True)),
                ("misses", models.PositiveSmallIntegerField(default=0)),
                (
                    "interaction",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        help_text="What the agent is busy with",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to="customers.interaction",
                    ),
                ),
                (
                    "member",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="presence",
                        to="accounts.member",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="PresencePeriod",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "organization_id",
                    models.BigIntegerField(
                        default=foundation.tenancy.current_organization_id, editable=False
                    ),
                ),
                ("state", models.CharField(max_length=16)),
                ("reason", models.CharField(blank=True, default="", max_length=60)),
                ("started_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "member",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="accounts.member"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Queue",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "organization_id",
                    models.BigIntegerField(
                        default=foundation.tenancy.current_organization_id, editable=False
                    ),
                ),
                ("slug", models.SlugField()),
                ("name", models.CharField(max_length=120)),
                ("is_active", models.BooleanField(default=True)),
                (
                    "announcement",
                    models.CharField(blank=True, default="", help_text="Said while waiting", max_length=240),
                ),
                ("target_seconds", models.PositiveIntegerField(default=20)),
                ("short_abandon_seconds", models.PositiveIntegerField(default=5)),
                ("waiting_target", models.PositiveIntegerField(default=8)),
                (
                    "priority_class",
                    models.PositiveSmallIntegerField(default=1, help_text="0 is emergency; strict"),
                ),
                (
                    "acceleration",
                    models.FloatField(default=1.0, help_text="Priority points per minute of waiting"),
                ),
                (
                    "score_cap",
                    models.FloatField(blank=True, help_text="Points a contact has at most", null=True),
                ),
                ("newest_first", models.BooleanField(default=False)),
                (
                    "delay_seconds",
                    models.PositiveIntegerField(default=0, help_text="Offered to nobody before"),
                ),
                (
                    "fit",
                    models.CharField(
                        choices=[
                            ("all", "All required skills; enough is enough"),
                            ("best", "All required skills; the most skilled first"),
                            ("any", "One required skill is enough; the most skilled first"),
                        ],
                        default="all",
                        max_length=4,
                    ),
                ),
                (
                    "agent_order",
                    models.JSONField(blank=True, default=list, help_text="Names of ranks; empty: the usual"),
                ),
                (
                    "idle_clock",
                    models.CharField(
                        choices=[
                            ("ready", "Since ready"),
                            ("inbound", "Since the last inbound contact"),
                            ("offer", "Since the last offer"),
                            ("end", "Since the last contact ended"),
                        ],
                        default="ready",
                        max_length=8,
                    ),
                ),
                ("local_first", models.BooleanField(default=False)),
                (
                    "sticky",
                    models.CharField(
                        choices=[
                            ("none", "Anybody"),
                            ("agent", "The last agent first"),
                            ("team", "The last agent, then the last team"),
                        ],
                        default="none",
                        max_length=5,
                    ),
                ),
                (
                    "sticky_hours",
                    models.PositiveIntegerField(default=72, help_text="How long the last contact counts"),
                ),
                (
                    "sticky_wait_seconds",
                    models.PositiveIntegerField(default=0, help_text="Kept for them at most"),
                ),
                ("offer_seconds", models.PositiveIntegerField(default=20)),
                ("offers_at_once", models.PositiveSmallIntegerField(default=1)),
                (
                    "wrap_up",
                    models.CharField(
                        choices=[
                            ("none", "None"),
                            ("optional", "The agent may end it at once"),
                            ("timed", "Ends by itself"),
                            ("forced", "Until the agent has written it down"),
                        ],
                        default="timed",
                        max_length=8,
                    ),
                ),
                ("wrap_up_seconds", models.PositiveIntegerField(default=120)),
                (
                    "deadline_seconds",
                    models.PositiveIntegerField(default=3600, help_text="Of the contact's age"),
                ),
                (
                    "final_action",
                    models.CharField(
                        choices=[
                            ("voicemail", "Leave a message"),
                            ("callback", "Call back"),
                            ("message", "Say this and end"),
                            ("queue", "Another queue"),
                            ("partner", "A partner"),
                        ],
                        default="voicemail",
                        max_length=9,
                    ),
                ),
                ("final_text", models.CharField(blank=True, default="", max_length=240)),
                ("tells_position", models.BooleanField(default=True)),
                ("tells_wait", models.BooleanField(default=True)),
                ("offers_callback", models.BooleanField(default=False)),
                ("callback_after_seconds", models.PositiveIntegerField(default=120)),
                (
                    "callback_mode",
                    models.CharField(
                        choices=[
                            ("agent_first", "The agent first, then the customer"),
                            ("customer_first", "The customer first, then the agent"),
                        ],
                        default="agent_first",
                        max_length=14,
                    ),
                ),
                ("callback_tries", models.PositiveSmallIntegerField(default=3)),
                ("split_minutes", models.PositiveIntegerField(default=60)),
                ("split_is_strict", models.BooleanField(default=False)),
                (
                    "split_override_seconds",
                    models.PositiveIntegerField(
                        blank=True, help_text="After so long anybody may serve", null=True
                    ),
                ),
                (
                    "final_pool",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to="routing.pool"
                    ),
                ),
                (
                    "final_queue",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to="routing.queue"
                    ),
                ),
                (
                    "hours",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="accounts.businesshours",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PilotPin",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "organization_id",
                    models.BigIntegerField(
                        default=foundation.tenancy.current_organization_id, editable=False
                    ),
                ),
                ("until", models.DateTimeField(blank=True, null=True)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="customers.customer"
                    ),
                ),
                ("pool", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="routing.pool")),
                (
                    "queue",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="pins", to="routing.queue"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="OverflowRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "organization_id",
                    models.BigIntegerField(
                        default=foundation.tenancy.current_organization_id, editable=False
                    ),
                ),
                ("opens_at_wait_seconds", models.PositiveIntegerField(default=60)),
                ("closes_at_wait_seconds", models.PositiveIntegerField(default=20)),
                ("home_max_wait_seconds", models.PositiveIntegerField(default=20)),
                ("min_hold_seconds", models.PositiveIntegerField(default=300)),
                ("is_active", models.BooleanField(default=True)),
                ("opened_at", models.DateTimeField(blank=True, help_text="While it lends", null=True)),
                ("pool", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="routing.pool")),
                (
                    "home_queue",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lends_to",
                        to="routing.queue",
                    ),
                ),
                (
                    "queue",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="overflows",
                        to="routing.queue",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="QueueShare",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "organization_id",
                    models.BigIntegerField(
                        default=foundation.tenancy.current_organization_id, editable=False
                    ),
                ),
                ("percent", models.FloatField()),
                ("floor_percent", models.FloatField(default=0)),
                ("ceiling_percent", models.FloatField(default=100)),
                (
                    "pool",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to="routing.pool"
                    ),
                ),
                (
                    "queue",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="shares", to="routing.queue"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="QueueStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "organization_id",
                    models.BigIntegerField(
                        default=foundation.tenancy.current_organization_id, editable=False
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("name", models.CharField(blank=True, default="", max_length=80)),
                (
                    "wait_seconds",
                    models.PositiveIntegerField(blank=True, help_text="Empty: until the deadline", null=True),
                ),
                (
                    "is_alone",
                    models.BooleanField(default=False, help_text="The pools of earlier steps no longer may"),
                ),
                ("skip_if_unstaffed", models.BooleanField(default=False)),
                (
                    "own_requirements",
                    models.BooleanField(
                        default=False, help_text="Its skills instead of the queue's, from here on"
                    ),
                ),
                (
                    "queue",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="routing.queue"
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
            },
        ),
        migrations.CreateModel(
            name="SeatToken",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "organization_id",
                    models.BigIntegerField(
                        default=foundation.tenancy.current_organization_id, editable=False
                    ),
                ),
                ("ready_since", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("units_used", models.PositiveSmallIntegerField(default=0)),
                ("held", models.JSONField(default=dict)),
                ("last_inbound_at", models.DateTimeField(null=True)),
                ("last_offer_at", models.DateTimeField(null=True)),
                ("last_end_at", models.DateTimeField(null=True)),
                (
                    "member",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="accounts.member",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Skill",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "organization_id",
                    models.BigIntegerField(
                        default=foundation.tenancy.current_organization_id, editable=False
                    ),
                ),
                ("slug", models.SlugField()),
                ("name", models.CharField(max_length=80)),
                (
                    "kind",
                    models.CharField(
                        choices=[("skill", "Skill"), ("licence", "Licence")], default="skill", max_length=8
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organization_id", "slug"), name="skill_slug")
                ],
            },
        ),
        migrations.CreateModel(
            name="QueueSkill",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "organization_id",
                    models.BigIntegerField(
                        default=foundation.tenancy.current_organization_id, editable=False
                    ),
                ),
                ("level", models.PositiveSmallIntegerField(default=1)),
                (
                    "queue",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="requirements",
                        to="routing.queue",
                    ),
                ),
                ("skill", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="routing.skill")),
            ],
        ),
        migrations.CreateModel(
            name="AgentSkill",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "organization_id",
                    models.BigIntegerField(
                        default=foundation.tenancy.current_organization_id, editable=False
                    ),
                ),
                ("level", models.PositiveSmallIntegerField(default=3)),
                ("valid_until", models.DateField(blank=True, null=True)),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="skills",
                        to="accounts.member",
                    ),
                ),
                ("skill", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="routing.skill")),
            ],
        ),
        migrations.CreateModel(
            name="StepPool",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "organization_id",
                    models.BigIntegerField(
                        default=foundation.tenancy.current_organization_id, editable=False
                    ),
                ),
                (
                    "pool",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to="routing.pool"
                    ),
                ),
                (
                    "step",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pools",
                        to="routing.queuestep",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="StepSkill",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "organization_id",
                    models.BigIntegerField(
                        default=foundation.tenancy.current_organization_id, editable=False
                    ),
                ),
                ("level", models.PositiveSmallIntegerField(default=1)),
                ("skill", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="routing.skill")),
                (
                    "step",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="requirements",
                        to="routing.queuestep",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="WorkItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "organization_id",
                    models.BigIntegerField(
                        default=foundation.tenancy.current_organization_id, editable=False
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("offered", "Offered"),
                            ("assigned", "Assigned"),
                            ("done", "Done"),
                            ("left", "Left"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("base_score", models.FloatField(default=0)),
                ("channel", models.CharField(default="voice", max_length=10)),
                (
                    "wants",
                    models.JSONField(
                        default=dict,
                        help_text="language, region, preferred_member_id, preferred_pool_id, pinned_pool_id, barred_pools, "
                        "requirements",
                    ),
                ),
                (
                    "entered_at",
                    models.DateTimeField(help_text="The contact's age counts from here, in any queue"),
                ),
                ("queued_at", models.DateTimeField(help_text="This queue's steps count from here")),
                (
                    "avoid",
                    models.JSONField(
                        default=list, help_text="[member id, until epoch second] after a decline"
                    ),
                ),
                ("token_id", models.BigIntegerField(help_text="The waiting token, while waiting", null=True)),
                ("assigned_at", models.DateTimeField(blank=True, null=True)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("wrapped_up_at", models.DateTimeField(blank=True, null=True)),
                ("note", models.TextField(blank=True, default="", help_text="Of who handed it over")),
                (
                    "handed_over_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="accounts.member",
                    ),
                ),
                (
                    "interaction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="work_items",
                        to="customers.interaction",
                    ),
                ),
                (
                    "queue",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="routing.queue"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="WaitingToken",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "organization_id",
                    models.BigIntegerField(
                        default=foundation.tenancy.current_organization_id, editable=False
                    ),
                ),
                ("key", models.BigIntegerField()),
                ("entered_at", models.DateTimeField()),
                ("queued_at", models.DateTimeField()),
                ("base_score", models.FloatField(default=0)),
                ("channel", models.CharField(default="voice", max_length=10)),
                ("wants", models.JSONField(default=dict, help_text="See WorkItem")),
                ("avoid", models.JSONField(default=list)),
                (
                    "queue",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="routing.queue",
                    ),
                ),
                (
                    "work_item",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="routing.workitem",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Offer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "organization_id",
                    models.BigIntegerField(
                        default=foundation.tenancy.current_organization_id, editable=False
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("offered", "Offered"),
                            ("accepted", "Accepted"),
                            ("declined", "Declined"),
                            ("expired", "Expired"),
                            ("revoked", "Revoked"),
                        ],
                        default="offered",
                        max_length=10,
                    ),
                ),
                ("waiting_token_id", models.BigIntegerField()),
                ("seat_token_id", models.BigIntegerField()),
                (
                    "ready_since",
                    models.DateTimeField(help_text="The seat's, given back when the customer leaves"),
                ),
                ("reasons", models.JSONField(default=list, help_text="Sentences")),
                ("offered_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("expires_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                ("decline_reason", models.CharField(blank=True, default="", max_length=120)),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="accounts.member"
                    ),
                ),
                (
                    "work_item",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="offers",
                        to="routing.workitem",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Engagement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "organization_id",
                    models.BigIntegerField(
                        default=foundation.tenancy.current_organization_id, editable=False
                    ),
                ),
                ("channel", models.CharField(max_length=10)),
                ("units", models.PositiveSmallIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("offered", "Offered"),
                            ("serving", "With a customer"),
                            ("wrap_up", "Wrap-up"),
                        ],
                        default="offered",
                        max_length=8,
                    ),
                ),
                ("since", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "interaction",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="customers.interaction",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="engagements",
                        to="accounts.member",
                    ),
                ),
                (
                    "work_item",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="routing.workitem"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DecisionRecord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "organization_id",
                    models.BigIntegerField(
                        default=foundation.tenancy.current_organization_id, editable=False
                    ),
                ),
                ("inputs", models.JSONField()),
                ("reasons", models.JSONField()),
                ("decided_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "offer",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.CASCADE, to="routing.offer"
                    ),
                ),
                (
                    "work_item",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="routing.workitem"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="pool",
            constraint=models.UniqueConstraint(fields=("organization_id", "slug"), name="pool_slug"),
        ),
        migrations.AddConstraint(
            model_name="poolmember",
            constraint=models.UniqueConstraint(fields=("pool", "member"), name="pool_member_once"),
        ),
        migrations.AddConstraint(
            model_name="presenceperiod",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("member",), name="one_open_period_per_agent"
            ),
        ),
        migrations.AddConstraint(
            model_name="queue",
            constraint=models.UniqueConstraint(fields=("organization_id", "slug"), name="queue_slug"),
        ),
        migrations.AddConstraint(
            model_name="pilotpin",
            constraint=models.UniqueConstraint(fields=("queue", "customer"), name="pilot_pin_once"),
        ),
        migrations.AddConstraint(
            model_name="overflowrule",
            constraint=models.UniqueConstraint(fields=("queue", "pool"), name="overflow_once"),
        ),
        migrations.AddConstraint(
            model_name="queueshare",
            constraint=models.UniqueConstraint(
                fields=("queue", "pool"), name="queue_share_once", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="queuestep",
            constraint=models.UniqueConstraint(
                deferrable=django.db.models.constraints.Deferrable["DEFERRED"],
                fields=("queue", "position"),
                name="queue_step_position",
            ),
        ),
        migrations.AddConstraint(
            model_name="queueskill",
            constraint=models.UniqueConstraint(fields=("queue", "skill"), name="queue_skill_once"),
        ),
        migrations.AddConstraint(
            model_name="agentskill",
            constraint=models.UniqueConstraint(fields=("member", "skill"), name="agent_skill_once"),
        ),
        migrations.AddConstraint(
            model_name="steppool",
            constraint=models.UniqueConstraint(
                fields=("step", "pool"), name="step_pool_once", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="stepskill",
            constraint=models.UniqueConstraint(fields=("step", "skill"), name="step_skill_once"),
        ),
        migrations.AddIndex(
            model_name="workitem",
            index=models.Index(fields=["queue", "-id"], name="work_of_queue"),
        ),
        migrations.AddConstraint(
            model_name="workitem",
            constraint=models.UniqueConstraint(
                condition=models.Q(("done_at", None)), fields=("interaction",), name="one_live_work_item"
            ),
        ),
        migrations.AddIndex(
            model_name="offer",
            index=models.Index(fields=["member", "-id"], name="offer_of_agent"),
        ),
        migrations.AddIndex(
            model_name="offer",
            index=models.Index(fields=["work_item", "-id"], name="offer_of_work"),
        ),
        migrations.AddIndex(
            model_name="offer",
            index=models.Index(fields=["organization_id", "offered_at"], name="offer_of_day"),
        ),
        migrations.AddIndex(
            model_name="engagement",
            index=models.Index(
                condition=models.Q(("ended_at", None)), fields=["interaction"], name="engaged_with"
            ),
        ),
        migrations.AddConstraint(
            model_name="engagement",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("member", "work_item"), name="engaged_once"
            ),
        ),
        migrations.AddIndex(
            model_name="decisionrecord",
            index=models.Index(fields=["work_item", "-id"], name="decision_of_work"),
        ),
        migrations.AddConstraint(
            model_name="offer",
            constraint=models.UniqueConstraint(
                fields=("waiting_token_id", "seat_token_id"), name="offer_of_pair"
            ),
        ),
    ]
