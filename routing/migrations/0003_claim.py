"""The two calls of the owner of the order: what came since, and make these pairs offers."""

from django.db import migrations

from foundation.schema import sql_functions

CLAIM = """
CREATE FUNCTION routing_claim(
  waiting_ids bigint[], seat_ids bigint[], reasons jsonb[], inputs jsonb[], units int[], next_used int[],
  next_held jsonb[], claimed_at timestamptz, alive_after timestamptz
) RETURNS TABLE (
  offer_id bigint, waiting_id bigint, seat_id bigint, work_item_id bigint, interaction_id bigint,
  queue_slug text, member_id bigint, expires_at timestamptz, next_seat_id bigint
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  organization bigint := current_setting('app.organization_id')::bigint;
  made_ids bigint[];
  turned_ids bigint[];
BEGIN
  -- Rows somebody else holds are skipped, never waited for: that pair is simply not won. A pair is won
  -- only if the token still stands for the contact's stay and for the agent's capacity. Several pairs may
  -- name one contact (offered to several at once), none may name one seat twice.
  WITH pair AS (
    SELECT * FROM unnest(waiting_ids, seat_ids, reasons, inputs, units, next_used, next_held)
      AS given (waiting_id, seat_id, reasons, inputs, units, next_used, next_held)
  ), won AS (
    SELECT pair.*, w.work_item_id, w.channel, s.ready_since, s.last_inbound_at, s.last_end_at, s.without,
           p.id AS presence_id, p.member_id, p.state AS was, greatest(claimed_at, p.since) AS at,
           make_interval(secs => q.offer_seconds) AS lasts, wi.interaction_id
    FROM pair
    JOIN routing_waitingtoken w ON w.id = pair.waiting_id
    JOIN routing_seattoken s ON s.id = pair.seat_id
    JOIN routing_workitem wi ON wi.id = w.work_item_id AND wi.token_id = w.id AND wi.state = 'waiting'
    JOIN routing_presence p ON p.member_id = s.member_id AND p.seat_token_id = s.id
     AND coalesce(p.heartbeat_at, p.since) > alive_after
    JOIN routing_queue q ON q.id = w.queue_id
    FOR UPDATE OF w, s SKIP LOCKED
    FOR NO KEY UPDATE OF wi, p SKIP LOCKED
  ), no_longer_waiting AS (
    DELETE FROM routing_waitingtoken w USING won WHERE w.id = won.waiting_id
  ), no_longer_free AS (
    DELETE FROM routing_seattoken s USING won WHERE s.id = won.seat_id
  ), still_free AS (
    INSERT INTO routing_seattoken (organization_id, member_id, ready_since, units_used, held, without,
      last_inbound_at, last_offer_at, last_end_at)
    SELECT organization, member_id, ready_since, next_used, next_held, without, last_inbound_at, at, last_end_at
    FROM won WHERE next_used IS NOT NULL RETURNING id, member_id
  ), work AS (
    UPDATE routing_workitem wi SET state = 'offered', token_id = NULL FROM won WHERE wi.id = won.work_item_id
  ), presence AS (
    UPDATE routing_presence p
    SET state = CASE WHEN won.was = 'serving' THEN won.was ELSE 'offered' END, reason = '',
        since = CASE WHEN won.was IN ('serving', 'offered') THEN p.since ELSE won.at END,
        seat_token_id = still_free.id, last_offer_at = won.at,
        interaction_id = CASE WHEN won.was = 'serving' THEN p.interaction_id ELSE won.interaction_id END
    FROM won LEFT JOIN still_free ON still_free.member_id = won.member_id WHERE p.id = won.presence_id
  ), period AS (
    UPDATE routing_presenceperiod t SET ended_at = won.at FROM won
    WHERE t.member_id = won.member_id AND t.ended_at IS NULL AND won.was NOT IN ('serving', 'offered')
  ), engaged AS (
    INSERT INTO routing_engagement (organization_id, member_id, work_item_id, interaction_id, channel, units,
      state, since)
    SELECT organization, member_id, work_item_id, interaction_id, channel, units, 'offered', at FROM won
  ), made AS (
    INSERT INTO routing_offer (organization_id, work_item_id, member_id, state, waiting_token_id,
      seat_token_id, ready_since, reasons, offered_at, expires_at, decline_reason, pool_id)
    SELECT organization, work_item_id, member_id, 'offered', waiting_id, seat_id, ready_since, reasons, at,
      at + lasts, '', (inputs->>'pool')::bigint
    FROM won RETURNING id, work_item_id, seat_token_id, offered_at
  ), explained AS (
    INSERT INTO routing_decisionrecord (organization_id, work_item_id, offer_id, inputs, reasons, decided_at)
    SELECT organization, made.work_item_id, made.id, won.inputs, won.reasons, made.offered_at
    FROM made JOIN won ON won.seat_id = made.seat_token_id
  )
  SELECT array_agg(made.id), array_agg(made.id) FILTER (WHERE won.was NOT IN ('serving', 'offered'))
  INTO made_ids, turned_ids FROM made JOIN won ON won.seat_id = made.seat_token_id;

  -- A second statement, because the open periods must be closed before new ones open.
  INSERT INTO routing_presenceperiod (organization_id, member_id, state, reason, started_at)
  SELECT organization, o.member_id, 'offered', '', o.offered_at FROM routing_offer o
  WHERE o.id = ANY (turned_ids);

  RETURN QUERY
  SELECT o.id, o.waiting_token_id, o.seat_token_id, o.work_item_id, wi.interaction_id, q.slug::text,
         o.member_id, o.expires_at, p.seat_token_id
  FROM routing_offer o
  JOIN routing_workitem wi ON wi.id = o.work_item_id
  JOIN routing_queue q ON q.id = wi.queue_id
  JOIN routing_presence p ON p.member_id = o.member_id
  WHERE o.id = ANY (made_ids);
END
$$
"""


# The token tables are a work list: the function looks at those of all organisations, like `tenancy.system()`,
# in one round trip, because the owner asks many times a second.
TAIL = """
CREATE FUNCTION routing_tail(
  last_waiting bigint, waiting_gaps bigint[], last_seat bigint, seat_gaps bigint[]
) RETURNS TABLE (
  kind text, id bigint, organization_id bigint, queue_id bigint, key bigint, entered_at float8,
  queued_at float8, base_score float8, channel text, wants jsonb, avoid jsonb, member_id bigint,
  ready_since float8, units_used smallint, held jsonb, last_inbound_at float8, last_offer_at float8,
  last_end_at float8, without jsonb
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  before text := coalesce(current_setting('app.system', true), '');
BEGIN
  PERFORM set_config('app.system', 'on', true);
  RETURN QUERY
  SELECT 'waiting', w.id, w.organization_id, w.queue_id, w.key, extract(epoch FROM w.entered_at)::float8,
         extract(epoch FROM w.queued_at)::float8, w.base_score, w.channel::text, w.wants, w.avoid,
         NULL::bigint, NULL::float8, NULL::smallint, NULL::jsonb, NULL::float8, NULL::float8, NULL::float8,
         NULL::jsonb
  FROM routing_waitingtoken w WHERE w.id > last_waiting OR w.id = ANY (waiting_gaps);
  RETURN QUERY
  SELECT 'seat', s.id, s.organization_id, NULL::bigint, NULL::bigint, NULL::float8, NULL::float8,
         NULL::float8, NULL, NULL::jsonb, NULL::jsonb, s.member_id,
         extract(epoch FROM s.ready_since)::float8, s.units_used, s.held,
         extract(epoch FROM s.last_inbound_at)::float8, extract(epoch FROM s.last_offer_at)::float8,
         extract(epoch FROM s.last_end_at)::float8, s.without
  FROM routing_seattoken s WHERE s.id > last_seat OR s.id = ANY (seat_gaps);
  PERFORM set_config('app.system', before, true);
END
$$
"""


# Room for the next version of a row beside the present one, so that its indexes need not be written.
ROOM = [
    f"ALTER TABLE {table} SET (fillfactor = 75)"
    for table in ("routing_workitem", "routing_offer", "routing_presence")
]


class Migration(migrations.Migration):
    dependencies = [("routing", "0002_tenant_wall")]
    operations = sql_functions(
        *ROOM,
        CLAIM,
        TAIL,
        drop=[
            "DROP FUNCTION routing_claim(bigint[], bigint[], jsonb[], jsonb[], int[], int[], jsonb[], timestamptz, timestamptz)",
            "DROP FUNCTION routing_tail(bigint, bigint[], bigint, bigint[])",
        ],
    )
