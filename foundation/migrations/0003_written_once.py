"""What every transaction of weight sends, with plans that the database keeps: planning took longer than doing."""

from django.db import migrations

_RECORD = """
CREATE FUNCTION foundation_record_event(
    organization bigint, event_name text, event_version integer, event_subject text,
    event_payload jsonb, event_actor jsonb, handlers text[], lanes text[]
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    recorded bigint;
BEGIN
    INSERT INTO foundation_event (organization_id, name, version, subject, payload, actor, occurred_at)
    VALUES (organization, event_name, event_version, event_subject, event_payload, event_actor, clock_timestamp())
    RETURNING id INTO recorded;
    INSERT INTO foundation_delivery
        (organization_id, event_id, handler, lane, state, attempts, sends, next_attempt_at, last_error)
    SELECT organization, recorded, h.handler, h.lane, 'pending', 0, 0, now(), ''
    FROM unnest(handlers, lanes) AS h (handler, lane);
END
$$
"""

# Counters are locked in sorted order; an entry's number is its topic's new head less those after it.
_NUMBER = """
CREATE FUNCTION foundation_number_nudges(organization bigint, topics text[], kinds text[], bodies jsonb[])
RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
    numbers bigint[];
BEGIN
    WITH given AS (
        SELECT g.topic, g.kind, g.body, g.place,
               count(*) OVER same AS count, row_number() OVER (same ORDER BY g.place) AS step
        FROM unnest(topics, kinds, bodies) WITH ORDINALITY AS g (topic, kind, body, place)
        WINDOW same AS (PARTITION BY g.topic)
    ), head AS (
        INSERT INTO foundation_livetopic AS t (organization_id, topic, n)
        SELECT DISTINCT organization, given.topic, given.count FROM given ORDER BY given.topic
        ON CONFLICT (organization_id, topic) DO UPDATE SET n = t.n + excluded.n
        RETURNING t.topic, t.n
    ), entry AS (
        INSERT INTO foundation_liveentry (organization_id, topic, n, kind, body, created_at)
        SELECT organization, given.topic, head.n - given.count + given.step, given.kind, given.body, now()
        FROM given JOIN head ON head.topic = given.topic
    )
    SELECT array_agg(head.n - given.count + given.step ORDER BY given.place) INTO numbers
    FROM given JOIN head ON head.topic = given.topic;
    RETURN numbers;
END
$$
"""


class Migration(migrations.Migration):
    dependencies = [("foundation", "0002_tenant_wall")]
    operations = [
        migrations.RunSQL(
            _RECORD,
            "DROP FUNCTION foundation_record_event"
            "(bigint, text, integer, text, jsonb, jsonb, text[], text[])",
        ),
        migrations.RunSQL(_NUMBER, "DROP FUNCTION foundation_number_nudges(bigint, text[], text[], jsonb[])"),
    ]
