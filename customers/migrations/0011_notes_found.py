"""What notes are found by, and the function that looks there.

As with customers, row-level security would turn the GIN index into a filter, so the function runs as the owner
and looks only where `app.organization_id` points.
"""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

import foundation.tenancy
from foundation.schema import sql_functions, tenant_wall

OWNER_PASSES = migrations.RunSQL(
    sql=["CREATE POLICY search_functions ON customers_searchnote FOR SELECT TO CURRENT_USER USING (true)"],
    reverse_sql=["DROP POLICY search_functions ON customers_searchnote"],
)

NO_STATISTICS = migrations.RunSQL(
    sql=["ALTER TABLE customers_searchnote ALTER COLUMN keys SET STATISTICS 0"],
    reverse_sql=["ALTER TABLE customers_searchnote ALTER COLUMN keys SET STATISTICS -1"],
)

# The newest notes that have all these keys. A common word is found within the newest windows of neighbouring
# lines; only what is rare there is looked for everywhere, and of what is not, at most 5,000 are looked at. A
# partner that few records are shared with has these looked through instead. Nothing is put together from text, so
# every plan is kept: planning would cost more than looking.
NOTES = """
CREATE FUNCTION customers_search_notes(wanted int4[], seen_by bigint, known bigint[], most int)
RETURNS TABLE (customer_id bigint, body text)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
  org CONSTANT bigint := NULLIF(current_setting('app.organization_id', true), '')::bigint;
  newest bigint; oldest bigint; below bigint; stop bigint; shared int; found int;
  sizes CONSTANT int[] := ARRAY[15, 15, 20, 20, NULL];
  bits int; sought int4[];
BEGIN
  IF org IS NULL OR cardinality(wanted) = 0 THEN RETURN; END IF;
  IF seen_by IS NOT NULL THEN
    SELECT count(*) INTO shared FROM (
      SELECT FROM customers_recordshare s
      WHERE s.partner_id = seen_by AND s.ended_at IS NULL AND s.organization_id = org LIMIT 2001) few;
    IF shared <= 2000 THEN
      RETURN QUERY WITH t AS MATERIALIZED (
          SELECT t.id, t.customer_id, t.body FROM customers_recordshare s
          JOIN customers_timelineentry t ON t.customer_id = s.customer_id
          WHERE s.partner_id = seen_by AND s.ended_at IS NULL AND s.organization_id = org
            AND t.organization_id = org AND t.kind = 'note' AND t.customer_id <> ALL (known)
            AND (t.partner_id = seen_by OR t.partner_id IS NULL AND t.for_partners))
        SELECT t.customer_id, t.body FROM t JOIN customers_searchnote n ON n.entry_id = t.id
        WHERE n.organization_id + 0 = org AND CASE WHEN n.keys @> wanted THEN true END
        ORDER BY t.id DESC LIMIT most;
      RETURN;
    END IF;
  END IF;

  SELECT max(n.entry_id), min(n.entry_id) INTO newest, oldest
    FROM customers_searchnote n WHERE n.organization_id = org;
  below := newest + 1;
  FOREACH bits IN ARRAY sizes LOOP
    IF below IS NULL OR below <= oldest OR most <= 0 THEN RETURN; END IF;
    stop := (below - 1) >> bits;
    sought := wanted;
    IF bits IS NOT NULL THEN
      sought := sought || ((org * 7919 + bits * 104729 + stop * 15485863) % 4294967296 - 2147483648)::int4;
    END IF;
    RETURN QUERY WITH n AS MATERIALIZED (
        SELECT n.entry_id FROM customers_searchnote n
        WHERE n.keys @> sought AND n.organization_id + 0 = org AND n.entry_id + 0 < below LIMIT 5000
      ), latest AS MATERIALIZED (SELECT n.entry_id FROM n ORDER BY n.entry_id DESC)
      SELECT t.customer_id, t.body FROM latest JOIN LATERAL (
        SELECT t.customer_id, t.body FROM customers_timelineentry t
        WHERE t.id = latest.entry_id AND t.organization_id = org AND t.customer_id <> ALL (known)
          AND (seen_by IS NULL OR (
            (t.partner_id = seen_by OR t.partner_id IS NULL AND t.for_partners)
            AND EXISTS (SELECT FROM customers_recordshare s WHERE s.customer_id = t.customer_id
              AND s.partner_id = seen_by AND s.ended_at IS NULL)))
        OFFSET 0) t ON true LIMIT most;
    GET DIAGNOSTICS found = ROW_COUNT;
    most := most - found;
    below := stop << bits;
  END LOOP;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0010_fewer_indexes")]
    operations = [
        migrations.CreateModel(
            name="SearchNote",
            fields=[
                (
                    "organization_id",
                    models.BigIntegerField(
                        default=foundation.tenancy.current_organization_id, editable=False
                    ),
                ),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search_note",
                        serialize=False,
                        to="customers.timelineentry",
                    ),
                ),
                (
                    "keys",
                    django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None),
                ),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fastupdate=False, fields=["keys"], name="search_note_keys"
                    ),
                    models.Index(fields=["organization_id", "-entry"], name="search_note_newest"),
                ],
            },
        ),
        *tenant_wall("customers_searchnote"),
        OWNER_PASSES,
        NO_STATISTICS,
        *sql_functions(NOTES, drop=["DROP FUNCTION customers_search_notes(int4[], bigint, bigint[], int)"]),
    ]
