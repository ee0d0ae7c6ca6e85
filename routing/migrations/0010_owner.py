"""What the owner of the order reads and keeps besides tokens: changes, pools of offers, versions of rules."""

from django.db import migrations, models

import foundation.tenancy
from foundation.schema import sql_functions, tenant_wall

# In one round trip with the tail, for all organisations: [id, organization_id] of each change.
CHANGES = """
CREATE FUNCTION routing_changes(last_change bigint, change_gaps bigint[]) RETURNS bigint[]
LANGUAGE plpgsql AS $$
DECLARE
  before text := coalesce(current_setting('app.system', true), '');
  found bigint[];
BEGIN
  PERFORM set_config('app.system', 'on', true);
  SELECT array_agg(ARRAY[c.id, c.organization_id]) INTO found
  FROM routing_changetoken c WHERE c.id > last_change OR c.id = ANY (change_gaps);
  PERFORM set_config('app.system', before, true);
  RETURN found;
END
$$
"""

# Whoever writes a setting, and however: the next decision knows it. Told once a statement; outside of an
# organisation nobody waits for it.
NOTE = """
CREATE FUNCTION routing_note_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  organization bigint := nullif(current_setting('app.organization_id', true), '')::bigint;
BEGIN
  IF organization IS NOT NULL THEN
    INSERT INTO routing_changetoken (organization_id) VALUES (organization);
  END IF;
  RETURN NULL;
END
$$
"""

WATCHED = (
    "routing_skill",
    "routing_agentskill",
    "routing_pool",
    "routing_poolmember",
    "routing_channelrule",
    "routing_queue",
    "routing_queueskill",
    "routing_queuestep",
    "routing_steppool",
    "routing_stepskill",
    "routing_queueshare",
    "routing_overflowrule",
    "accounts_businesshours",
    "accounts_hoursspan",
    "accounts_holiday",
    "accounts_contract",
    "accounts_partner",
)


def _watch(table: str, on: str = "INSERT OR UPDATE OR DELETE") -> str:
    return (
        f"CREATE TRIGGER routing_change AFTER {on} ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION routing_note_change()"
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_business_hours"), ("routing", "0009_simulation_run")]

    operations = [
        migrations.AddField(
            model_name="offer",
            name="pool_id",
            field=models.BigIntegerField(help_text="For which pool; 0: everybody in-house", null=True),
        ),
        migrations.CreateModel(
            name="RuleVersion",
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
                ("kind", models.CharField(max_length=8)),
                ("digest", models.CharField(max_length=32)),
                ("body", models.JSONField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organization_id", "digest"), name="rule_version_once")
                ]
            },
        ),
        *tenant_wall("routing_ruleversion"),
        *sql_functions(
            CHANGES,
            NOTE,
            *(_watch(table) for table in WATCHED),
            _watch("accounts_member", "INSERT OR UPDATE OF role, is_active, languages, partner_id OR DELETE"),
            drop=[
                *(f"DROP TRIGGER routing_change ON {table}" for table in (*WATCHED, "accounts_member")),
                "DROP FUNCTION routing_note_change()",
                "DROP FUNCTION routing_changes(bigint, bigint[])",
            ],
        ),
    ]
