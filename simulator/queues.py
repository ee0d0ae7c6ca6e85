"""Call queues: first come, first served, with a wait document for those in them."""

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING

from simulator.accounts import Account
from simulator.bridges import Bridge
from simulator.calls import Call
from simulator.clock import now
from simulator.sids import new_sid

if TYPE_CHECKING:
    from simulator.world import World

DEFAULT_MAX_SIZE = 1000


class Member:
    """A call in a queue. `outcome` becomes "leave", "hangup", "error" or a Bridge."""

    def __init__(self, queue: "Queue", call: Call) -> None:
        self.queue = queue
        self.call = call
        self.enqueued_at: datetime = now()
        self.left_at: datetime | None = None
        self.outcome: asyncio.Future[str | Bridge] = asyncio.get_running_loop().create_future()

    @property
    def wait_seconds(self) -> int:
        """Whole seconds in the queue so far."""
        return int(((self.left_at or now()) - self.enqueued_at).total_seconds())

    def settle(self, outcome: str | Bridge) -> bool:
        """Take the call out with this outcome; False when it is out already."""
        if self.outcome.done():
            return False
        self.outcome.set_result(outcome)
        self.queue.remove(self)
        return True


class Queue:
    """A named queue of an account."""

    def __init__(self, account: Account, name: str, max_size: int = DEFAULT_MAX_SIZE) -> None:
        self.account = account
        self.sid = new_sid("QU")
        self.friendly_name = name
        self.max_size = max_size
        self.members: list[Member] = []
        self.created_at = self.updated_at = now()
        self._waits: list[int] = []

    def join(self, call: Call) -> Member | None:
        """Add a call at the end; None when the queue is full."""
        if len(self.members) >= self.max_size:
            return None
        member = Member(self, call)
        self.members.append(member)
        call.member = member
        return member

    def remove(self, member: Member) -> None:
        """Forget a member, keeping how long it waited."""
        member.left_at = member.left_at or now()
        if member in self.members:
            self.members.remove(member)
            self._waits.append(member.wait_seconds)
        member.call.member = None

    def position(self, member: Member) -> int:
        """1 for the next to be served; 0 for a member that has left."""
        return self.members.index(member) + 1 if member in self.members else 0

    @property
    def average_wait(self) -> int:
        """Average seconds waited by the last hundred who left, or by those waiting now."""
        waits = self._waits[-100:] or [member.wait_seconds for member in self.members]
        return round(sum(waits) / len(waits)) if waits else 0

    def front(self) -> Member | None:
        """The member waiting longest."""
        return self.members[0] if self.members else None


class Queues:
    """All queues of all accounts."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.by_sid: dict[str, Queue] = {}

    def of(self, account: Account) -> list[Queue]:
        """The queues of one account."""
        return [queue for queue in self.by_sid.values() if queue.account.sid == account.sid]

    def named(self, account: Account, name: str) -> Queue | None:
        """A queue by its friendly name."""
        return next((queue for queue in self.of(account) if queue.friendly_name == name), None)

    def find(self, account: Account, sid: str) -> Queue | None:
        """A queue by its sid, within the account."""
        queue = self.by_sid.get(sid)
        return queue if queue and queue.account.sid == account.sid else None

    def create(self, account: Account, name: str, max_size: int = DEFAULT_MAX_SIZE) -> Queue:
        """A new queue; the name must be free."""
        queue = Queue(account, name, max_size)
        self.by_sid[queue.sid] = queue
        return queue

    def get_or_create(self, account: Account, name: str) -> Queue:
        """The queue `<Enqueue>` names, made on first use."""
        return self.named(account, name) or self.create(account, name)
