"""Rules and people as decisions saw them, kept once: fifty decisions of one plan name it fifty times."""

import json
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Any

from django.db import connection

from foundation.tenancy import current_organization_id
from routing.engine import ChannelRule, Decision, Rulebook, Scene, Situation, inputs_of
from routing.engine.replay import Json, Seen, body_of, filled_in, seen_by
from routing.models import DecisionRecord, RuleVersion


class Versions:
    """The ids of one organisation's versions, as far as they have been asked for."""

    def __init__(self) -> None:
        self._known: dict[tuple[type, int | str], tuple[Seen, int]] = {}

    def inputs(
        self, decisions: Sequence[Decision], rules: Rulebook, now: float, situation: Situation
    ) -> list[Json]:
        """What each was made from, naming versions. At most one round trip, when something is new."""
        scene = Scene(rules, now, situation)
        seen = [one for decision in decisions for one in seen_by(decision, scene)]
        self._learn([one for one in seen if self._id(one) is None])
        return [inputs_of(one, rules, now, scene=scene, name=self._named) for one in decisions]

    def _named(self, seen: Seen) -> int:
        found = self._id(seen)
        assert found is not None
        return found

    def _id(self, seen: Seen) -> int | None:
        place = _place(seen)
        known = self._known.get(place)
        if known is None or (known[0] is not seen and known[0] != seen):
            return None
        if known[0] is not seen:
            self._known[place] = seen, known[1]  # read anew and unchanged: the next look is quick
        return known[1]

    def _learn(self, unknown: Iterable[Seen]) -> None:
        by_digest: dict[str, list[Seen]] = {}
        bodies: dict[str, tuple[str, str]] = {}
        for one in unknown:
            kind, body = type(one).__name__.lower()[:8], json.dumps(body_of(one), sort_keys=True)
            digest = blake2b(f"{kind}:{body}".encode(), digest_size=16).hexdigest()
            by_digest.setdefault(digest, []).append(one)
            bodies[digest] = kind, body
        if not bodies:
            return
        for digest, version_id in _keep(bodies).items():
            for one in by_digest[digest]:
                self._known[_place(one)] = one, version_id


def _place(seen: Seen) -> tuple[type, int | str]:
    return type(seen), seen.channel if isinstance(seen, ChannelRule) else seen.id


_KEEP = """
WITH given AS (
  SELECT * FROM unnest(%s::text[], %s::text[], %s::jsonb[]) AS given (digest, kind, body)
), made AS (
  INSERT INTO routing_ruleversion (organization_id, digest, kind, body)
  SELECT %s, digest, kind, body FROM given ORDER BY digest
  ON CONFLICT (organization_id, digest) DO NOTHING RETURNING digest, id
)
SELECT digest, id FROM made
UNION ALL
SELECT v.digest, v.id FROM routing_ruleversion v JOIN given USING (digest)
"""


def _keep(bodies: dict[str, tuple[str, str]]) -> dict[str, int]:
    digests = list(bodies)
    kinds, texts = zip(*bodies.values(), strict=True)
    parameters: list[Any] = [digests, list(kinds), list(texts), current_organization_id()]
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, parameters)
        found = dict(cursor.fetchall())
        if len(found) < len(bodies):
            # Another owner wrote some this moment: they are committed now.
            cursor.execute(_KEEP, parameters)
            found = dict(cursor.fetchall())
    return found


def inputs_of_record(record: DecisionRecord) -> Json:
    """A decision's inputs with the rules and people it names, ready for `replay`."""
    return inputs_of_records([record])[0]


def inputs_of_records(records: Sequence[DecisionRecord]) -> list[Json]:
    """The same of several, in one question."""
    ids = {version_id for record in records for version_id in record.inputs.get("versions", ())}
    bodies = dict(RuleVersion.objects.filter(id__in=ids).values_list("id", "body"))
    return [filled_in(record.inputs, bodies) for record in records]
