"""What a contact wants of who serves it: read together with its queue, in one question on a caller's way."""

import json
from typing import Any

from django.db import connection

from foundation import clock, rows
from foundation.errors import Refusal
from routing.models import Queue

Wants = dict[str, Any]
# Who said no to this is served by no partner's people.
PARTNER_SERVICE = "partner_service"


def queue_and_wants(slug: str, interaction_id: int) -> tuple[Queue, Wants]:
    """The open queue, and what this contact wants in it. Refusal `unknown_queue`.

    Language and region of the customer (where the record knows none, the longest prefix of the caller's
    number that a pool serves), the pool of a pilot, the agent or team of the last contact, and the pools that
    may not serve the customer.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _ASK,
            {"slug": slug, "interaction_id": interaction_id, "now": clock.now(), "partner": PARTNER_SERVICE},
        )
        row = cursor.fetchone()
    if row is None:
        raise Refusal("unknown_queue", f"There is no queue “{slug}”.", field="queue_slug")
    wants = json.loads(row[-1]) if isinstance(row[-1], str) else row[-1]
    return rows.built(Queue, row[:-1]), wants


_REGION = """
SELECT r.region FROM routing_pool p, jsonb_array_elements_text(p.regions) AS r (region)
WHERE q.local_first AND p.is_active AND (
  r.region IN (c.region, c.country_code) OR (left(r.region, 1) = '+' AND starts_with(i.address, r.region)))
ORDER BY (r.region = c.region) IS TRUE DESC, length(r.region) DESC, r.region LIMIT 1
"""

_PIN = """
SELECT pin.pool_id FROM routing_pilotpin pin JOIN routing_pool p ON p.id = pin.pool_id AND p.is_active
WHERE pin.queue_id = q.id AND pin.customer_id = c.id AND (pin.until IS NULL OR pin.until > %(now)s)
"""

_BARRED = """
SELECT jsonb_agg(p.id) FROM routing_pool p WHERE p.partner_id IS NOT NULL AND 'refused' = (
  SELECT said.answer FROM customers_consent said
  WHERE said.customer_id = c.id AND said.purpose = %(partner)s
  ORDER BY said.said_at DESC, said.id DESC LIMIT 1)
"""

# Where everybody in-house took it, the agent's own team counts.
_TEAM = """
SELECT coalesce(
  (SELECT nullif(o.pool_id, 0) FROM routing_workitem w JOIN routing_offer o ON o.work_item_id = w.id
   WHERE w.interaction_id = last.id AND o.member_id = last.member_id AND o.state = 'accepted'
   ORDER BY o.id DESC LIMIT 1),
  (SELECT m.pool_id FROM routing_poolmember m WHERE m.member_id = last.member_id ORDER BY m.id LIMIT 1),
  (SELECT p.id FROM routing_pool p JOIN accounts_member m ON m.partner_id = p.partner_id
   WHERE m.id = last.member_id))
WHERE q.sticky = 'team' AND last.id IS NOT NULL
"""

_ASK = f"""
SELECT {rows.columns(Queue, "q")}, jsonb_strip_nulls(jsonb_build_object(
  'language', lower(left(coalesce(c.language, ''), 2)), 'region', ({_REGION}),
  'pinned_pool_id', ({_PIN}), 'barred_pools', ({_BARRED}),
  'preferred_member_id', last.member_id, 'preferred_pool_id', ({_TEAM})))
FROM routing_queue q
LEFT JOIN customers_interaction i ON i.id = %(interaction_id)s
LEFT JOIN customers_customer c ON c.id = i.customer_id
LEFT JOIN LATERAL (
  SELECT had.id, had.member_id FROM customers_interaction had
  WHERE q.sticky <> 'none' AND had.organization_id = q.organization_id AND had.customer_id = c.id
    AND had.id <> i.id AND had.member_id IS NOT NULL
    AND had.answered_at > %(now)s - make_interval(hours => q.sticky_hours)
  ORDER BY had.started_at DESC LIMIT 1
) last ON true
WHERE q.slug = %(slug)s AND q.is_active
"""  # noqa: S608
