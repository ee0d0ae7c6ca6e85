"""What customers are found by, and the two functions that look there.

Row-level security turns GIN indexes into filters, because their operators are not leakproof. So the functions
run as the owner, whom a second policy lets through, and look only where `app.organization_id` points.
"""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

import foundation.tenancy
from foundation.schema import sql_functions, tenant_wall

OWNER_PASSES = [
    migrations.RunSQL(
        sql=[f"CREATE POLICY search_functions ON {table} FOR SELECT TO CURRENT_USER USING (true)"],
        reverse_sql=[f"DROP POLICY search_functions ON {table}"],
    )
    for table in ("customers_searchentry", "customers_searchword")
]

# They would be large, slow the planning of every search, and could choose between one index and no index.
NO_STATISTICS = [
    migrations.RunSQL(
        sql=[f"ALTER TABLE {table} ALTER COLUMN keys SET STATISTICS 0"],
        reverse_sql=[f"ALTER TABLE {table} ALTER COLUMN keys SET STATISTICS -1"],
    )
    for table in ("customers_searchentry", "customers_searchword")
]

WORDS = """
CREATE FUNCTION customers_search_words(
  exact text[], beginnings text[], any_keys int4[], all_keys int4[], sizes int[], most int
) RETURNS TABLE (word text, customers int)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off
AS $$
DECLARE
  org CONSTANT bigint := NULLIF(current_setting('app.organization_id', true), '')::bigint;
  beginning text; size int; first int := 1;
BEGIN
  IF org IS NULL THEN RETURN; END IF;
  RETURN QUERY SELECT w.word::text, w.customers FROM customers_searchword w
    WHERE w.organization_id = org AND w.word = ANY (exact);
  FOREACH beginning IN ARRAY beginnings LOOP
    RETURN QUERY SELECT w.word::text, w.customers FROM customers_searchword w
      WHERE w.organization_id = org AND w.word >= beginning AND w.word < beginning || chr(1114111)
      ORDER BY w.customers DESC, w.word LIMIT most;
  END LOOP;
  IF cardinality(any_keys) > 0 THEN
    RETURN QUERY SELECT w.word::text, w.customers FROM customers_searchword w
      WHERE w.keys && any_keys AND w.organization_id + 0 = org;
  END IF;
  FOREACH size IN ARRAY sizes LOOP
    RETURN QUERY SELECT w.word::text, w.customers FROM customers_searchword w
      WHERE w.keys @> all_keys[first : first + size - 1] AND w.organization_id + 0 = org
      ORDER BY w.customers DESC, w.word LIMIT most;
    first := first + size;
  END LOOP;
END $$
"""

# The newest rows that have one key of each group. Three ways, by how many are likely: the newest rows one by
# one (when there are few keys to compare), the index within windows of neighbouring ids, the index alone. A way that yields too few hands over to
# the next, which goes on below the last id that was looked at.
ENTRIES = """
CREATE FUNCTION customers_search_entries(
  groups int4[], sizes int[], patterns text[], likely float8, total bigint, seen_by bigint, known bigint[], most int
) RETURNS TABLE (customer_id bigint, tokens text)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off
AS $$
DECLARE
  org CONSTANT bigint := NULLIF(current_setting('app.organization_id', true), '')::bigint;
  walked CONSTANT int := 3000;
  newest bigint; oldest bigint; below bigint; stop bigint;
  single int4[] := '{}'; slice int4[]; size int; first int := 1;
  any_of text := ''; filters text := ''; pattern text; found int; shared int; bits int;
BEGIN
  IF org IS NULL OR cardinality(sizes) = 0 THEN RETURN; END IF;
  FOREACH size IN ARRAY sizes LOOP
    slice := groups[first : first + size - 1];
    first := first + size;
    IF size = 1 THEN single := single || slice;
    ELSE any_of := any_of || format(' AND e.keys && %L::int4[]', slice); END IF;
  END LOOP;
  FOREACH pattern IN ARRAY patterns LOOP
    filters := filters || format(' AND e.tokens ~ %L', pattern);
  END LOOP;
  IF cardinality(known) > 0 THEN filters := filters || ' AND e.customer_id <> ALL ($3)'; END IF;

  IF seen_by IS NOT NULL THEN
    SELECT count(*) INTO shared FROM (
      SELECT FROM customers_recordshare s
      WHERE s.partner_id = seen_by AND s.ended_at IS NULL AND s.organization_id = org LIMIT 2001) few;
    IF shared <= 2000 THEN
      RETURN QUERY EXECUTE 'SELECT e.customer_id, e.tokens FROM customers_recordshare s
        JOIN customers_searchentry e ON e.customer_id = s.customer_id
        WHERE s.partner_id = $4 AND s.ended_at IS NULL AND s.organization_id = $1 AND e.organization_id = $1
          AND (e.keys @> $5)' || any_of || filters || ' ORDER BY e.customer_id DESC LIMIT $2'
        USING org, most, known, seen_by, single;
      RETURN;
    END IF;
    filters := filters || ' AND EXISTS (SELECT FROM customers_recordshare s WHERE s.customer_id = e.customer_id
      AND s.partner_id = $4 AND s.ended_at IS NULL)';
  END IF;

  SELECT max(n.customer_id), min(n.customer_id) INTO newest, oldest
    FROM customers_searchentry n WHERE n.organization_id = org;
  IF newest IS NULL THEN RETURN; END IF;
  below := newest + 1;

  IF likely * walked >= total * most * 2.0 AND cardinality(groups) <= 24 THEN
    RETURN QUERY EXECUTE 'SELECT e.customer_id, e.tokens FROM (
        SELECT * FROM customers_searchentry WHERE organization_id = $1
        ORDER BY customer_id DESC LIMIT ' || walked || ') e
      WHERE CASE WHEN e.keys @> $5' || any_of || ' THEN true END' || filters || ' LIMIT $2'
      USING org, most, known, seen_by, single;
    GET DIAGNOSTICS found = ROW_COUNT;
    most := most - found;
    IF most <= 0 THEN RETURN; END IF;
    SELECT n.customer_id INTO below FROM customers_searchentry n WHERE n.organization_id = org
      ORDER BY n.customer_id DESC OFFSET walked - 1 LIMIT 1;
    IF below IS NULL THEN RETURN; END IF;
  END IF;

  FOREACH bits IN ARRAY ARRAY[13, 17] LOOP
    CONTINUE WHEN likely * (1::bigint << bits) < (newest - oldest + 1) * most::float8;
    FOR step IN 1 .. 4 LOOP
      stop := (below - 1) >> bits;
      RETURN QUERY EXECUTE 'WITH e AS MATERIALIZED (
          SELECT e.customer_id, e.tokens FROM customers_searchentry e WHERE e.keys @> $5' || any_of || '
          AND e.organization_id + 0 = $1 AND e.customer_id + 0 < $6' || filters || ')
        SELECT * FROM e ORDER BY e.customer_id DESC LIMIT $2'
        USING org, most, known, seen_by,
          single || ((org * 7919 + bits * 104729 + stop * 15485863) % 4294967296 - 2147483648)::int4, below;
      GET DIAGNOSTICS found = ROW_COUNT;
      most := most - found;
      below := stop << bits;
      IF most <= 0 OR below <= oldest THEN RETURN; END IF;
    END LOOP;
  END LOOP;

  RETURN QUERY EXECUTE 'WITH e AS MATERIALIZED (
      SELECT e.customer_id, e.tokens FROM customers_searchentry e WHERE true'
      || CASE WHEN cardinality(single) > 0 THEN ' AND e.keys @> $5' ELSE '' END || any_of || '
      AND e.organization_id + 0 = $1 AND e.customer_id + 0 < $6' || filters || ')
    SELECT * FROM e ORDER BY e.customer_id DESC LIMIT $2'
    USING org, most, known, seen_by, single, below;
END $$
"""


# As whoever asks, within the wall; a function because its plan is kept, which is most of the cost.
WHOLE = """
CREATE FUNCTION customers_search_whole(kinds text[], typed text[], seen_by bigint)
RETURNS TABLE (customer_id bigint, kind text)
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  org CONSTANT bigint := NULLIF(current_setting('app.organization_id', true), '')::bigint;
BEGIN
  FOR n IN 1 .. cardinality(kinds) LOOP
    RETURN QUERY SELECT i.customer_id, i.kind::text FROM customers_identity i
      WHERE i.organization_id = org AND i.kind = kinds[n] AND i.value = typed[n]
        AND (seen_by IS NULL OR i.kind <> 'partner_reference' OR i.partner_id = seen_by)
      ORDER BY i.customer_id DESC LIMIT 100;
  END LOOP;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0002_tenant_wall")]
    operations = [
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                (
                    "organization_id",
                    models.BigIntegerField(
                        default=foundation.tenancy.current_organization_id, editable=False
                    ),
                ),
                (
                    "customer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search_entry",
                        serialize=False,
                        to="customers.customer",
                    ),
                ),
                ("tokens", models.TextField()),
                (
                    "keys",
                    django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None),
                ),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fastupdate=False, fields=["keys"], name="search_entry_keys"
                    ),
                    models.Index(fields=["organization_id", "-customer"], name="search_entry_newest"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                (
                    "organization_id",
                    models.BigIntegerField(
                        default=foundation.tenancy.current_organization_id, editable=False
                    ),
                ),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "organization_id",
                        "word",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("word", models.CharField(db_collation="C", max_length=48)),
                ("customers", models.IntegerField(default=1)),
                (
                    "keys",
                    django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None),
                ),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fastupdate=False, fields=["keys"], name="search_word_keys"
                    )
                ],
            },
        ),
        *tenant_wall("customers_searchentry", "customers_searchword"),
        *OWNER_PASSES,
        *NO_STATISTICS,
        *sql_functions(
            WORDS, drop=["DROP FUNCTION customers_search_words(text[], text[], int4[], int4[], int[], int)"]
        ),
        *sql_functions(WHOLE, drop=["DROP FUNCTION customers_search_whole(text[], text[], bigint)"]),
        *sql_functions(
            ENTRIES,
            drop=[
                "DROP FUNCTION customers_search_entries("
                "int4[], int[], text[], float8, bigint, bigint, bigint[], int)"
            ],
        ),
    ]
