"""Changes of waiting work and offers. Each belongs inside `tenancy.tenant()` and is all or nothing.

Locks are taken in one order: work item (who holds it may settle its token and offers), interaction,
presences by member id, live topics. The owner's claim holds what it finds free and waits for nobody.
"""

from routing.actions.callbacks import (
    begin_try,
    end_callback,
    give_callback_back,
    lock_callback,
    note_reached,
    promise_callback,
    put_off,
    resume_callback,
    take_callback,
    take_place,
)
from routing.actions.estimates import note_estimate, settle_estimates
from routing.actions.finals import carry_out_final, finish_unserved
from routing.actions.offers import accept_offer, decline_offer, expire_offer
from routing.actions.tokens import hold_work
from routing.actions.work import (
    finish_work,
    leave_queue,
    queue_work,
    requeue,
    return_to_queue,
)
from routing.actions.wrap_up import close_wrap_up

__all__ = [
    "accept_offer",
    "begin_try",
    "carry_out_final",
    "close_wrap_up",
    "decline_offer",
    "end_callback",
    "expire_offer",
    "finish_unserved",
    "finish_work",
    "give_callback_back",
    "hold_work",
    "leave_queue",
    "lock_callback",
    "note_estimate",
    "note_reached",
    "promise_callback",
    "put_off",
    "queue_work",
    "requeue",
    "resume_callback",
    "return_to_queue",
    "settle_estimates",
    "take_callback",
    "take_place",
]
