"""A company with agents of many skills, and as many waiting contacts as asked for, written by SQL."""

from __future__ import annotations

from dataclasses import dataclass, field

from script.benches.ground import sign_in

AGENTS = 1_000
SKILLS = ("billing", "digital", "delivery", "cancel", "french")


@dataclass
class RoutingGround:
    """Queues with a skill each, agents with two or three of them, everybody breathing."""

    organization_id: int
    member_ids: list[int] = field(default_factory=list)
    queue_ids: list[int] = field(default_factory=list)

    @classmethod
    def make(cls, agents: int = AGENTS) -> RoutingGround:
        """Write the company; nobody waits, nobody is ready."""
        from accounts.models import Member
        from foundation.tenancy import tenant
        from routing.models import AgentSkill, Presence, Queue, QueueSkill, Skill

        organization_id, _ = sign_in(agents)
        with tenant(organization_id):
            members = list(Member.objects.values_list("id", flat=True))
            skills = [Skill.objects.create(slug=slug, name=slug.title()) for slug in SKILLS]
            queues = [Queue.objects.create(slug=slug, name=slug.title()) for slug in SKILLS]
            for queue, skill in zip(queues, skills, strict=True):
                QueueSkill.objects.create(queue=queue, skill=skill, level=2)
            AgentSkill.objects.bulk_create(
                AgentSkill(member_id=member_id, skill=skill, level=2 + (n + at) % 3)
                for n, member_id in enumerate(members)
                for at, skill in enumerate(skills)
                if (n + at) % 5 < 3
            )
            Presence.objects.bulk_create(Presence(member_id=one) for one in members)
        return cls(organization_id, members, [queue.id for queue in queues])

    def queue(self, number: int) -> None:
        """So many more contacts wait, spread over the queues and the last half hour: no time is over."""
        from datetime import timedelta

        from django.utils import timezone

        from customers.models import Interaction
        from foundation.tenancy import tenant
        from routing.actions.tokens import key_of
        from routing.models import Queue, WaitingToken, WorkItem

        began, apart = timezone.now() - timedelta(minutes=30), timedelta(minutes=30) / number
        for start in range(0, number, 5_000):
            count = min(5_000, number - start)
            with tenant(self.organization_id):
                queues = list(Queue.objects.order_by("id"))
                calls = Interaction.objects.bulk_create(
                    Interaction(channel="voice", state="waiting") for _ in range(count)
                )
                items = WorkItem.objects.bulk_create(
                    WorkItem(
                        interaction=call,
                        queue=queues[n % len(queues)],
                        entered_at=began + apart * (start + n),
                        queued_at=began + apart * (start + n),
                    )
                    for n, call in enumerate(calls)
                )
                tokens = WaitingToken.objects.bulk_create(
                    WaitingToken(
                        work_item=item,
                        queue=item.queue,
                        key=key_of(item.queue, item.base_score, item.entered_at),
                        entered_at=item.entered_at,
                        queued_at=item.queued_at,
                    )
                    for item in items
                )
                _name_tokens([(item.id, token.id) for item, token in zip(items, tokens, strict=True)])

    def free(self, member_ids: list[int]) -> None:
        """These agents are ready, whatever they did before."""
        from django.db import connection

        from foundation.tenancy import tenant

        with tenant(self.organization_id), connection.cursor() as cursor:
            cursor.execute(_FREE, {"members": member_ids, "org": self.organization_id})


def _name_tokens(pairs: list[tuple[int, int]]) -> None:
    from django.db import connection

    items, tokens = (list(column) for column in zip(*pairs, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE routing_workitem w SET token_id = g.token FROM unnest(%s::bigint[], %s::bigint[])"
            " AS g (item, token) WHERE w.id = g.item",
            [items, tokens],
        )


_FREE = """
WITH over AS (
  UPDATE routing_engagement SET ended_at = now() WHERE member_id = ANY (%(members)s) AND ended_at IS NULL
), old AS (
  DELETE FROM routing_seattoken WHERE member_id = ANY (%(members)s)
), seat AS (
  INSERT INTO routing_seattoken (organization_id, member_id, ready_since, units_used, held)
  SELECT %(org)s, m, clock_timestamp(), 0, '{}'
  FROM unnest(%(members)s::bigint[]) WITH ORDINALITY AS g (m, n) ORDER BY n RETURNING id, member_id
)
UPDATE routing_presence p
SET state = 'ready', seat_token_id = seat.id, heartbeat_at = clock_timestamp(), since = clock_timestamp(),
    interaction_id = NULL
FROM seat WHERE p.member_id = seat.member_id
"""
