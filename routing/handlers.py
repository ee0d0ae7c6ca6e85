"""Clocks of routing: what happens when an offer's or a wrap-up's time is over."""

from accounts.actors import SYSTEM_ACTOR
from accounts.models import Member
from foundation.events import RecordedEvent
from routing.actions import expire_offer, resume_callback, settle_estimates
from routing.actions.seat_asks import refuse_unanswered
from routing.actions.simulations import run_simulation
from routing.actions.surges import expire_surge
from routing.actions.wrap_up import end_wrap_up_for
from routing.models import Engagement


def expire_due_offer(event: RecordedEvent) -> None:
    """The agent did not answer in time."""
    expire_offer(event.payload["offer_id"])


def close_due_wrap_up(event: RecordedEvent) -> None:
    """The wrap-up took as long as it may: the agent is free again, the contact ends without disposition."""
    member = Member.objects.get(id=event.payload["member_id"])
    end_wrap_up_for(
        member,
        interaction_id=event.payload["interaction_id"],
        by=Engagement.ClosedBy.TIMER,
        actor=SYSTEM_ACTOR,
    )


def settle_estimates_of_answered(event: RecordedEvent) -> None:
    """An agent took the contact: what it was told can be compared."""
    settle_estimates(event.payload["work_item_id"], outcome="answered")


def settle_estimates_of_left(event: RecordedEvent) -> None:
    """The customer left before: nobody will know."""
    settle_estimates(event.payload["work_item_id"], outcome="left")


def resume_due_callback(event: RecordedEvent) -> None:
    """The next try to call somebody back may be made."""
    resume_callback(event.payload["callback_id"])


def run_requested_simulation(event: RecordedEvent) -> None:
    """Compute it; opens its own transactions."""
    run_simulation(event.payload["simulation_id"], event.organization_id)


def end_expired_surge(event: RecordedEvent) -> None:
    """A surge plan's time is over."""
    expire_surge(event.payload["run_id"])


def refuse_unanswered_ask(event: RecordedEvent) -> None:
    """A partner's time to answer is over."""
    refuse_unanswered(event.payload["ask_id"])
