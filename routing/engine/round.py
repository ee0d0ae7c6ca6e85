"""What one round of decisions keeps in mind: who has been given what, and who is left for whom."""

from dataclasses import replace

from routing.engine import load
from routing.engine.filters import allows_each, hold
from routing.engine.filters.delay import ready
from routing.engine.line import wants_of
from routing.engine.pool import Pool
from routing.engine.ranks import agent_order, pool_for, reasons
from routing.engine.scene import Scene
from routing.engine.shortlist import Gone, Shortlist
from routing.engine.values import Contact, Decision, QueuePlan, Seat

CONSIDERED = 10  # how many of the seats it looked at a decision keeps for its explanation
Bid = tuple[Seat, frozenset[int]]


class Round:
    """Gives contacts, one after the other, to the best seat left for each. The pool stays as it is."""

    def __init__(self, pool: Pool, scene: Scene) -> None:
        self.scene = scene
        self._pool = pool
        pool.look(scene.rules, scene.now)
        self._gone = Gone()
        self._shortlists: dict[tuple[object, ...], Shortlist] = {}
        self._channels = set(scene.rules.channels)
        self._given = 0
        self._doubtful: dict[tuple[object, ...], tuple[int, bool]] = {}

    def decide(self, contact: Contact) -> Decision | None:
        """Give the contact to the best agent; None when nobody is left who may take it now."""
        if not ready(contact, self.scene):
            return None
        plan = self.scene.plan(contact)
        bids = self._bids(contact, plan)
        if not bids:
            return None
        winner, runner_up = bids[0], bids[1] if len(bids) > 1 else None
        decision = Decision(
            contact=contact,
            seat=winner[0],
            reasons=reasons(contact, winner, runner_up, self.scene),
            considered=tuple(seat for seat, _ in bids),
            pool_id=pool_for(contact, winner[1], self.scene),
            also=tuple(seat for seat, _ in bids[1 : plan.offers_at_once]),
            taken=tuple(sorted(self.scene.taken(plan).items())) if plan.split else (),
        )
        self._take(decision, plan)
        return decision

    def may_serve(self, contact: Contact) -> bool:
        """Whether anybody may be left for contacts that want the same, at any step of their queue.

        Asked only after one of them found nobody. Nobody left means nobody in this round, but for a split
        queue whose counts change.
        """
        if not self._doubtful:
            return True
        wants = (contact.queue_id, wants_of(contact, self.scene.plan(contact)))
        known = self._doubtful.get(wants)
        if known is None:
            return True
        if known[1] and known[0] != self._given:
            known = self._doubtful[wants] = self._given, self._anybody_for(contact, self.scene.plan(contact))
        return known[1]

    def found_nobody(self, contact: Contact) -> None:
        """The contact could not be given to anybody."""
        wants = (contact.queue_id, wants_of(contact, self.scene.plan(contact)))
        self._doubtful.setdefault(wants, (-1, True))

    def forget_who_is_left(self) -> None:
        """Counts of a split have changed: who was barred may be free."""
        self._doubtful.clear()

    def _anybody_for(self, contact: Contact, plan: QueuePlan) -> bool:
        language = contact.language if plan.language_required else ""
        bare = replace(
            contact, preferred_agent_id=None, preferred_pool_id=None, language=language, region="", avoid=()
        )
        for opens in self.scene.course(plan).opens:
            one = replace(bare, queued_at=self.scene.now - opens)
            overdue = replace(bare, queued_at=float("-inf"))
            if self._shortlist(one, plan).any_left(overdue if plan.split else one):
                return True
        return False

    def _bids(self, contact: Contact, plan: QueuePlan) -> list[Bid]:
        """The agents who may take the contact, best first."""
        number = max(CONSIDERED, plan.offers_at_once)
        shortlist = self._shortlist(contact, plan)
        if hold.agent_held_for(contact, self.scene) is not None:
            return self._preferred(contact, shortlist)
        found = shortlist.best(contact, number + len(contact.avoid))
        if contact.avoid:
            found = [bid for bid in found if allows_each(contact, bid[0], self.scene)]
        if contact.preferred_agent_id is not None:
            found = self._with_preferred(contact, plan, found, self._preferred(contact, shortlist))
        return found[:number]

    def _preferred(self, contact: Contact, shortlist: Shortlist) -> list[Bid]:
        """The agent the contact asks for, if free for it."""
        seats = [self._gone.present(seat) for seat in self._pool.of_agent(contact.preferred_agent_id)]
        bids = [(seat, shortlist.pools_of(seat, contact)) for seat in seats if seat is not None]
        return [bid for bid in bids if bid[1] and allows_each(contact, bid[0], self.scene)]

    def _with_preferred(
        self, contact: Contact, plan: QueuePlan, found: list[Bid], preferred: list[Bid]
    ) -> list[Bid]:
        others = [bid for bid in found if bid[0].agent.id != contact.preferred_agent_id]
        if plan.agent_order[:1] == ("preferred",) and len(preferred) <= 1:
            return preferred + others
        return sorted(preferred + others, key=lambda bid: agent_order(contact, bid[0], bid[1], self.scene))

    def _shortlist(self, contact: Contact, plan: QueuePlan) -> Shortlist:
        stage = self.scene.stage(contact, plan).number
        held_for = hold.pool_held_for(contact, self.scene) if plan.sticky_wait else None
        kind = (
            *(contact.queue_id, stage, held_for, contact.channel, contact.language, contact.region),
            *(contact.preferred_pool_id, contact.pinned_pool_id, contact.barred_pools, contact.requirements),
        )
        known = self._shortlists.get(kind)
        if known is None:
            known = self._shortlists[kind] = Shortlist(contact, self._pool, self.scene, self._gone)
        return known

    def _take(self, decision: Decision, plan: QueuePlan) -> None:
        self._given += 1
        self.scene.count(plan, decision.pool_id)
        for seat in (decision.seat, *decision.also):
            self._gone.take(seat, self._left_of(seat, decision.contact))

    def _left_of(self, seat: Seat, contact: Contact) -> Seat | None:
        left = load.with_one_more(seat, contact.channel, self.scene.rules, self.scene.now)
        return left if load.has_room(left, self.scene.rules, self._channels) else None
