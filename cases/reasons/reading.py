"""What was known of customers at a moment, read the same way for today's caller and for a past contact.

One statement reads everything of each (customer, moment) that was written before that moment; a second one
what the organisation's customers contacted about lately. Each condition names the moment, so that nothing
younger can reach the training.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from accounts.access import Viewer
from cases.reasons.known import (
    Known,
    KnownCase,
    KnownContact,
    KnownOrder,
    KnownProduct,
    KnownPromise,
    Recent,
    moment_of,
    seen_by_partner,
)
from customers.access import may_read, readable_facts
from customers.rules import choose_current
from foundation import clock
from foundation.tenancy import current_organization_id

MISSING_ISSUES = "missing_issues"
LATELY_CONTACTS = 200
LATELY_DAYS = 7
COUNTED_CONTACTS = 2_000

_SUBSCRIPTIONS = """
    SELECT coalesce(step.product_name, product.name) AS name, coalesce(step.code, product.code) AS code,
           coalesce(step.state, s.state) AS state, s.renews_on
    FROM customers_subscription s JOIN customers_product product ON product.id = s.product_id
    LEFT JOIN LATERAL (
        SELECT f.product_name, f.state, f.at < {moment} AS was,
               (SELECT p.code FROM customers_product p WHERE p.name = f.product_name LIMIT 1) AS code
        FROM customers_fulfilmentchange f WHERE f.subscription_id = s.id
        ORDER BY f.at < {moment} DESC, f.at DESC, f.id DESC LIMIT 1
    ) step ON true
    WHERE s.customer_id = {customer} AND (step.was OR step.was IS NULL)
      AND (s.started_on IS NULL OR s.started_on <= {moment}::date)
"""

_KNOWN = """
SELECT a.contact_id, a.customer_id, extract(epoch FROM a.moment)::float8, a.channel, a.reason,
  extract(epoch FROM a.ended_at)::float8,
  (SELECT json_agg(json_build_array(p.text, coalesce(o.name, ''), p.owed_by_id,
      extract(epoch FROM p.promised_at), extract(epoch FROM p.due_at),
      CASE WHEN p.kept_at < a.moment THEN extract(epoch FROM p.kept_at) END) ORDER BY p.due_at, p.id)
   FROM (SELECT * FROM cases_promise q
         WHERE q.customer_id = a.customer_id AND q.promised_at < a.moment
           AND (q.kept_at IS NULL OR q.kept_at > a.moment - interval '14 days')
           AND (q.state <> 'withdrawn' OR q.withdrawn_at > a.moment)
         ORDER BY q.promised_at DESC, q.id DESC LIMIT 20) p
   LEFT JOIN accounts_partner o ON o.id = p.owed_by_id)::text,
  (SELECT json_agg(json_build_array(c.reason, c.title, c.partner_id, c.turned %% 2 = 0)
                   ORDER BY c.opened_at DESC, c.id DESC)
   FROM (SELECT k.*,
           (SELECT count(*) FROM unnest({turns}) AS turn WHERE turn < a.moment) AS turned,
           (SELECT max(turn) FROM unnest({turns}) AS turn WHERE turn < a.moment) AS turned_at
         FROM cases_case k WHERE k.customer_id = a.customer_id AND k.opened_at < a.moment
         ORDER BY k.opened_at DESC, k.id DESC LIMIT 20) c
   WHERE c.turned %% 2 = 0 OR c.turned_at > a.moment - interval '14 days')::text,
  (SELECT json_agg(json_build_array(i.reason, i.disposition, i.state = 'abandoned',
                                    extract(epoch FROM i.started_at)) ORDER BY i.started_at DESC, i.id DESC)
   FROM (SELECT * FROM customers_interaction j
         WHERE j.customer_id = a.customer_id AND j.organization_id = %(organization)s
           AND j.started_at < a.moment AND j.started_at > a.moment - interval '180 days'
           AND j.ended_at <= a.moment
         ORDER BY j.started_at DESC LIMIT 10) i)::text,
  (SELECT json_agg(json_build_array(h.code, h.name, h.state, h.renews_on) ORDER BY h.code, h.state)
   FROM ({subscriptions}) h)::text,
  (SELECT json_agg(json_build_array(g.name, g.state, extract(epoch FROM g.ordered_at),
                                    extract(epoch FROM g.at)) ORDER BY g.ordered_at DESC, g.id DESC)
   FROM (SELECT r.id, d.name, r.ordered_at, coalesce(step.state, 'placed') AS state,
                coalesce(step.at, r.ordered_at) AS at
         FROM customers_order r JOIN customers_product d ON d.id = r.product_id
         LEFT JOIN LATERAL (SELECT f.state, f.at FROM customers_fulfilmentchange f
                            WHERE f.order_id = r.id AND f.at < a.moment
                            ORDER BY f.at DESC, f.id DESC LIMIT 1) step ON true
         WHERE r.customer_id = a.customer_id AND r.ordered_at < a.moment
           AND r.ordered_at > a.moment - interval '180 days'
         ORDER BY r.ordered_at DESC LIMIT 10) g)::text,
  (SELECT json_agg(json_build_array(f.value, f.confidence, f.hand, extract(epoch FROM f.recorded_at), f.id,
                                    f.precedence) ORDER BY f.recorded_at, f.id)
   FROM (SELECT x.*, y.precedence FROM customers_fact x JOIN customers_factkey y ON y.id = x.key_id
         WHERE x.customer_id = a.customer_id AND y.key = 'missing_issues' AND x.recorded_at < a.moment
           AND (x.expires_at IS NULL OR x.expires_at > a.moment)
         ORDER BY x.recorded_at DESC LIMIT 20) f)::text,
  {more}
FROM asked a ORDER BY a.moment, a.contact_id
"""
# A case solved before turns were kept has its one turn in solved_at.
_TURNS = "CASE WHEN k.turns = '{}' AND k.solved_at IS NOT NULL THEN ARRAY[k.solved_at] ELSE k.turns END"

_THEN = """
WITH asked AS (
  SELECT i.id AS contact_id, i.customer_id, i.started_at AS moment, i.channel, i.reason, i.ended_at
  FROM customers_interaction i WHERE i.id = ANY(%(contacts)s)
)"""
_NOW = """
WITH asked AS (
  SELECT i.id AS contact_id, v.customer_id, coalesce(i.started_at, v.now) AS moment,
         coalesce(i.channel, '') AS channel, coalesce(i.reason, '') AS reason, NULL::timestamptz AS ended_at
  FROM (SELECT %(customer)s::bigint AS customer_id, %(now)s::timestamptz AS now) v
  LEFT JOIN customers_interaction i ON i.id = %(contact)s
)"""
_SERVING = """
  (SELECT o.time_zone FROM accounts_organization o WHERE o.id = %(organization)s),
  (SELECT CASE WHEN m.in_force THEN m.made_from END FROM cases_reasonmodel m
   WHERE m.organization_id = %(organization)s ORDER BY m.id DESC LIMIT 1),
  EXISTS (SELECT FROM customers_recordshare z JOIN customers_customer w ON w.id = z.customer_id
          WHERE z.customer_id = a.customer_id AND z.partner_id = %(partner)s AND z.ended_at IS NULL
            AND w.merged_into_id IS NULL)"""
_LATELY = """
WITH latest AS MATERIALIZED (
  SELECT i.customer_id, i.reason, i.started_at FROM customers_interaction i
  WHERE i.organization_id = %(organization)s AND i.reason <> '' AND i.started_at < %(moment)s
    AND i.ended_at <= %(moment)s AND i.direction = 'inbound' AND i.customer_id IS NOT NULL
  ORDER BY i.started_at DESC LIMIT %(counted)s
)
SELECT 'count', reason, count(*), NULL FROM latest GROUP BY reason
UNION ALL
SELECT 'contact', n.reason, 0, (SELECT string_agg(DISTINCT h.code, ' ') FROM ({subscriptions}) h
                                WHERE h.state IN ('active', 'switching', 'paused'))
FROM (SELECT * FROM latest WHERE started_at > %(moment)s - %(days)s * interval '1 day'
      ORDER BY started_at DESC LIMIT %(lately)s) n
"""


def _statement(asked: str, more: str) -> str:
    subscriptions = _SUBSCRIPTIONS.format(moment="a.moment", customer="a.customer_id")
    return asked + _KNOWN.format(turns=_TURNS, subscriptions=subscriptions, more=more)


_KNOWN_NOW = _statement(_NOW, _SERVING)
_KNOWN_THEN = _statement(_THEN, "NULL, NULL, NULL")
_LATELY_SQL = _LATELY.format(
    subscriptions=_SUBSCRIPTIONS.format(moment="n.started_at", customer="n.customer_id")
)


@dataclass(frozen=True)
class Served:
    """What is known of the customer at hand, and which model is in force (empty: none)."""

    known: Known
    model: str


@dataclass(frozen=True)
class Example:
    """A past contact: what was known when it began, and why it was made."""

    contact_id: int
    known: Known
    reason: str
    ended_at: datetime


def read_known(
    customer_id: int, *, viewer: Viewer | None = None, interaction_id: int | None = None
) -> Served:
    """What is known as the contact at hand began (without one: now), as far as `viewer` may know it."""
    scope = viewer.scope if viewer else None
    asked = {
        "customer": customer_id,
        "contact": interaction_id,
        "now": clock.now(),
        "organization": current_organization_id(),
        "partner": scope.partner_id if scope else None,
    }
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN_NOW, asked)
        row = cursor.fetchone()
    zone, model, is_shared = row[12:]
    known = _known(row, zone)
    if viewer is not None and scope is not None:
        if not (is_shared and scope.in_force):
            known = Known(known.moment, known.channel, zone, known.stated_reason)
        facts = readable_facts(viewer)
        all_products = may_read(viewer, "subscriptions")
        known = seen_by_partner(
            known,
            scope.partner_id,
            sees_product=lambda code: all_products or code in scope.products,
            sees_issues=facts is None or MISSING_ISSUES in facts,
        )
    return Served(known, model or "")


def read_examples(contact_ids: Sequence[int], *, time_zone: str) -> list[Example]:
    """What was known as each of these contacts began, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            _KNOWN_THEN, {"contacts": list(contact_ids), "organization": current_organization_id()}
        )
        return [
            Example(row[0], _known(row, time_zone, stated=False), row[4], moment_of(row[5]))
            for row in cursor.fetchall()
        ]


def read_recent(moment: datetime, *, counted: int = COUNTED_CONTACTS) -> Recent:
    """What customers contacted about before the moment; `counted` contacts of them are counted by reason."""
    asked: dict[str, int | datetime] = {
        "organization": current_organization_id(),
        "moment": moment,
        "counted": max(counted, LATELY_CONTACTS),
        "lately": LATELY_CONTACTS,
        "days": LATELY_DAYS,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LATELY_SQL, asked)
        rows = cursor.fetchall()
    return Recent(
        contacts=tuple(
            (reason, frozenset((held or "").split())) for kind, reason, _, held in rows if kind == "contact"
        ),
        counts=dict(Counter({reason: count for kind, reason, count, _ in rows if kind == "count"})),
    )


def _known(row: Sequence[Any], time_zone: str, *, stated: bool = True) -> Known:
    moment = moment_of(row[2])
    promises, cases, contacts, products, orders, facts = (json.loads(part or "[]") for part in row[6:12])
    return Known(
        moment=moment,
        channel=row[3],
        time_zone=time_zone,
        stated_reason=row[4] if stated else "",
        promises=tuple(
            KnownPromise(text, company, partner_id, moment_of(made), moment_of(due), kept and moment_of(kept))
            for text, company, partner_id, made, due, kept in promises
        ),
        cases=tuple(KnownCase(*case) for case in cases),
        contacts=tuple(
            KnownContact(reason, disposition, abandoned, moment_of(at))
            for reason, disposition, abandoned, at in contacts
        ),
        products=tuple(
            KnownProduct(code, name, state, _days_to_renewal(renews_on, moment.date()))
            for code, name, state, renews_on in products
        ),
        orders=tuple(
            KnownOrder(name, state, (row[2] - placed) / 86_400, (row[2] - at) / 86_400)
            for name, state, placed, at in orders
        ),
        missing_issues=_missing_issues(facts, moment),
    )


def _days_to_renewal(renews_on: str | None, today: date) -> int | None:
    """To the nearest yearly day, negative after it: a renewal moves the date on by a year, and must look the
    same before and after."""
    if renews_on is None:
        return None
    days = (date.fromisoformat(renews_on) - today).days
    return (days + 182) % 365 - 182


@dataclass(frozen=True)
class _Fact:
    """What the choice of the fact that counts looks at."""

    value: Any
    confidence: str
    hand: str
    recorded_at: datetime
    id: int
    expires_at: datetime | None = None


def _missing_issues(facts: Sequence[Sequence[Any]], moment: datetime) -> tuple[str, ...]:
    if not facts:
        return ()
    found = [_Fact(value, sure, hand, moment_of(at), key) for value, sure, hand, at, key, _ in facts]
    chosen = choose_current(found, moment, precedence=facts[0][5])
    value = chosen.value if chosen else []
    return tuple(str(issue) for issue in (value if isinstance(value, list) else [value]))
