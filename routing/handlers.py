"""Clocks of routing: what happens when an offer's or a wrap-up's time is over."""

from accounts.actors import SYSTEM_ACTOR
from accounts.models import Member
from customers.actions import wrap_up_interaction
from customers.models import Interaction
from foundation.events import RecordedEvent
from routing.actions import close_wrap_up, expire_offer, settle_estimates
from routing.actions.simulations import run_simulation


def expire_due_offer(event: RecordedEvent) -> None:
    """The agent did not answer in time."""
    expire_offer(event.payload["offer_id"])


def close_due_wrap_up(event: RecordedEvent) -> None:
    """The wrap-up took as long as it may: the agent is free again, the contact ends without disposition."""
    member_id, interaction_id = event.payload["member_id"], event.payload["interaction_id"]
    mine = Interaction.objects.filter(id=interaction_id, member_id=member_id)
    if close_wrap_up(Member.objects.get(id=member_id), interaction_id=interaction_id) and mine.exists():
        wrap_up_interaction(interaction_id, actor=SYSTEM_ACTOR, disposition="", summary="")


def settle_estimates_of_answered(event: RecordedEvent) -> None:
    """An agent took the contact: what it was told can be compared."""
    settle_estimates(event.payload["work_item_id"], outcome="answered")


def settle_estimates_of_left(event: RecordedEvent) -> None:
    """The customer left before: nobody will know."""
    settle_estimates(event.payload["work_item_id"], outcome="left")


def run_requested_simulation(event: RecordedEvent) -> None:
    """Compute it; opens its own transactions."""
    run_simulation(event.payload["simulation_id"], event.organization_id)
