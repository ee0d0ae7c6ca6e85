"""Who looks: a person or a partner's system, and what their contract lets them see.

`Viewer` is made once per request, job or socket and passed to every package's `access.py`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from accounts.actors import Actor, Hand
from accounts.models import Contract, Member
from foundation import clock


@dataclass(frozen=True)
class PartnerScope:
    """What a partner's contract in force lets it see and write."""

    partner_id: int
    queues: frozenset[str] = frozenset()
    products: frozenset[str] = frozenset()
    readable_fields: frozenset[str] = frozenset()
    masked_fields: frozenset[str] = frozenset()
    readable_facts: frozenset[str] = frozenset()
    writable_facts: frozenset[str] = frozenset()
    writable_fields: frozenset[str] = frozenset()

    @property
    def in_force(self) -> bool:
        """Whether any contract holds: one that allows nothing is the same as none."""
        return bool(
            self.queues
            or self.products
            or self.readable_fields
            or self.masked_fields
            or self.readable_facts
            or self.writable_facts
        )


@dataclass(frozen=True)
class Viewer:
    """Somebody who reads: `scope` is None in-house, which sees everything of the organisation."""

    organization_id: int
    actor: Actor
    role: str
    scope: PartnerScope | None = None
    why: str = field(default="")

    @property
    def is_partner(self) -> bool:
        """Whether an outsourced company looks."""
        return self.scope is not None


def viewer_of_member(member: Member) -> Viewer:
    """The viewer that a signed-in person is."""
    scope = scope_of_partner(member.partner_id) if member.partner_id else None
    return Viewer(organization_id=member.organization_id, actor=member.actor, role=member.role, scope=scope)


def viewer_of_partner_system(organization_id: int, partner_id: int, name: str) -> Viewer:
    """The viewer that a partner's own system is."""
    return Viewer(
        organization_id=organization_id,
        actor=Actor(hand=Hand.PARTNER, partner_id=partner_id, name=name),
        role="partner_system",
        scope=scope_of_partner(partner_id),
    )


def viewer_of_own_system(organization_id: int, name: str) -> Viewer:
    """The viewer that a system of the company's own is."""
    actor = Actor(hand=Hand.SYSTEM, name=name)
    return Viewer(organization_id=organization_id, actor=actor, role="own_system")


def scope_of_partner(partner_id: int) -> PartnerScope:
    """What the partner's contract in force allows; nothing when none is in force."""
    return scopes_of_partners([partner_id])[partner_id]


def scopes_of_partners(partner_ids: Iterable[int]) -> dict[int, PartnerScope]:
    """What the contract in force of each partner allows."""
    now = clock.now()
    scopes = {partner_id: PartnerScope(partner_id=partner_id) for partner_id in partner_ids}
    contracts = Contract.objects.filter(
        partner_id__in=list(scopes), partner__is_active=True, effective_from__lte=now
    ).exclude(ended_at__lte=now)
    for contract in contracts.order_by("version"):
        scopes[contract.partner_id] = _scope(contract)
    return scopes


def _scope(contract: Contract) -> PartnerScope:
    return PartnerScope(
        partner_id=contract.partner_id,
        queues=frozenset(contract.queues),
        products=frozenset(contract.products),
        readable_fields=frozenset(contract.readable_fields),
        masked_fields=frozenset(contract.masked_fields),
        readable_facts=frozenset(contract.readable_facts),
        writable_facts=frozenset(contract.writable_facts),
        writable_fields=frozenset(contract.writable_fields) & frozenset(contract.readable_fields),
    )
