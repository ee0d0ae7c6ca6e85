"""All that one decision round may look at, and the counts that change while it runs."""

from collections import Counter
from collections.abc import Mapping

from routing.engine import splits
from routing.engine.stages import Course, Stage, course_of
from routing.engine.values import Contact, QueuePlan, Requirement, Rulebook, Situation, Step


class Scene:
    """The rules, the situation and the moment. What it works out once holds for the whole round."""

    def __init__(self, rules: Rulebook, now: float, situation: Situation | None = None) -> None:
        self.rules = rules
        self.now = now
        self.situation = situation or Situation()
        self._courses: dict[int, Course] = {}
        self._taken: dict[int, Counter[int]] = {}
        self._open: dict[int, bool] = {}

    def plan(self, contact: Contact) -> QueuePlan:
        """The rules of the contact's queue."""
        return self.rules.plans[contact.queue_id]

    def course(self, plan: QueuePlan) -> Course:
        """How the queue's steps run now."""
        known = self._courses.get(plan.id)
        if known is None:
            known = self._courses[plan.id] = course_of(plan, self._skipped)
        return known

    def stage(self, contact: Contact, plan: QueuePlan) -> Stage:
        """Where the contact stands in them."""
        return self.course(plan).stage_after(self.now - contact.queued_at)

    def needs(self, contact: Contact) -> tuple[Requirement, ...]:
        """What an agent must know for it now: the stage's and the contact's own."""
        return self.stage(contact, self.plan(contact)).requirements + contact.requirements

    def is_open(self, pool_id: int) -> bool:
        """Whether the pool's hours are on."""
        known = self._open.get(pool_id)
        if known is None:
            hours = self.rules.pool(pool_id).hours
            known = self._open[pool_id] = hours is None or hours.open_at(self.now)
        return known

    def works(self, pool_id: int) -> bool:
        """Whether somebody of the pool is at work while it is open."""
        return pool_id in self.situation.staffed() and self.is_open(pool_id)

    def taken(self, plan: QueuePlan) -> Mapping[int, int]:
        """A split queue's contacts by pool in this interval, those of this round counted."""
        return self._counts(plan)

    def count(self, plan: QueuePlan, pool_id: int | None) -> None:
        """A contact of a split queue goes to this pool."""
        if plan.split is not None and pool_id is not None and splits.share_of(plan.split, pool_id):
            self._counts(plan)[pool_id] += 1

    def _counts(self, plan: QueuePlan) -> Counter[int]:
        counts = self._taken.get(plan.id)
        if counts is None:
            counts = self._taken[plan.id] = Counter()
            if plan.split is not None:
                interval = splits.interval_of(plan.split, self.now)
                for share in plan.split.shares:
                    counts[share.pool_id] = self.situation.taken.get((plan.id, interval, share.pool_id), 0)
        return counts

    def _skipped(self, step: Step) -> bool:
        return step.skip_if_unstaffed and not any(self.works(pool_id) for pool_id in step.pools)
