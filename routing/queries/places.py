"""Places in line: how many come before a contact in its queue."""

from django.db import connection

from foundation import clock
from routing.models import Queue

_BY_KEY = """
SELECT count(o.id) FROM routing_waitingtoken m
JOIN routing_waitingtoken o ON o.queue_id = m.queue_id AND (o.key, o.id) < (m.key, m.id)
WHERE m.id = %(token_id)s
"""

# The key knows neither a cap nor the newest first: there the points of this moment are compared, counted as
# `engine.order` counts them.
_BY_POINTS = """
WITH line AS (
  SELECT w.id, CASE WHEN q.newest_first THEN -1 ELSE 1 END * extract(epoch FROM w.entered_at) AS since,
    least(q.score_cap, CASE WHEN q.acceleration > 0 THEN q.acceleration * (
      round(extract(epoch FROM %(now)s::timestamptz) * 1000000) - (
        round(extract(epoch FROM w.entered_at) * 1000000)
        - round((w.base_score * 60000000 / q.acceleration)::numeric))) / 60000000 ELSE w.base_score END
  ) AS points
  FROM routing_waitingtoken w JOIN routing_queue q ON q.id = w.queue_id WHERE w.queue_id = %(queue_id)s
)
SELECT count(o.id) FROM line m
JOIN line o ON o.points > m.points OR (o.points = m.points AND (o.since, o.id) < (m.since, m.id))
WHERE m.id = %(token_id)s
"""


def ahead_of(token_id: int, queue: Queue) -> int:
    """How many come before the holder of this token; none when it waits no more."""
    ask = _BY_KEY if queue.score_cap is None and not queue.newest_first else _BY_POINTS
    with connection.cursor() as cursor:
        cursor.execute(ask, {"token_id": token_id, "queue_id": queue.id, "now": clock.now()})
        (ahead,) = cursor.fetchone()
    return int(ahead)
