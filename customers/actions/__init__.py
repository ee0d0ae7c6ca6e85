"""Everything that changes the shared record: one function, one change, with its event, in one transaction.

Call inside `tenancy.tenant()`. Each returns the row; where a change may come too late, it returns None and
nothing was written.
"""

from customers.actions.customers import change_customer, create_customer
from customers.actions.duplicates import find_duplicates, keep_pair_apart, propose_pair
from customers.actions.edits import Edit, EditConflict, FieldConflict, edit_record
from customers.actions.facts import count_asked_again, record_fact
from customers.actions.fields import (
    change_fact_key,
    define_fact_key,
    move_fact_key,
    restore_fact_key,
    retire_fact_key,
)
from customers.actions.fulfilment import add_reference
from customers.actions.identities import (
    FoundCaller,
    add_identity,
    find_or_create_by_phone,
    find_or_create_customer,
    mark_shared,
    remove_identity,
    unmark_shared,
    verify_identity,
)
from customers.actions.interactions import (
    abandon_interaction,
    answer_interaction,
    end_interaction,
    identify_interaction,
    move_interaction,
    open_interaction,
    queue_interaction,
    reroute_interaction,
    return_interaction,
    transfer_interaction,
    wrap_up_interaction,
)
from customers.actions.merging import merge_customers
from customers.actions.orders import change_order_state, place_order
from customers.actions.shares import end_share, end_shares_of_partner, share_record
from customers.actions.subscriptions import (
    add_subscription,
    change_subscription_state,
    confirm_switch,
    define_product,
    switch_subscription,
)
from customers.actions.timeline import add_note, add_timeline_entry
from customers.actions.unmerging import unmerge_customers
from customers.privacy.reads import note_read, note_reads, note_record_read, note_sensitive_read

__all__ = [
    "Edit",
    "EditConflict",
    "FieldConflict",
    "FoundCaller",
    "abandon_interaction",
    "add_identity",
    "add_note",
    "add_reference",
    "add_subscription",
    "add_timeline_entry",
    "answer_interaction",
    "change_customer",
    "change_fact_key",
    "change_order_state",
    "change_subscription_state",
    "confirm_switch",
    "count_asked_again",
    "create_customer",
    "define_fact_key",
    "define_product",
    "edit_record",
    "end_interaction",
    "end_share",
    "end_shares_of_partner",
    "find_duplicates",
    "find_or_create_by_phone",
    "find_or_create_customer",
    "identify_interaction",
    "keep_pair_apart",
    "mark_shared",
    "merge_customers",
    "move_fact_key",
    "move_interaction",
    "note_read",
    "note_reads",
    "note_record_read",
    "note_sensitive_read",
    "open_interaction",
    "place_order",
    "propose_pair",
    "queue_interaction",
    "record_fact",
    "remove_identity",
    "reroute_interaction",
    "restore_fact_key",
    "retire_fact_key",
    "return_interaction",
    "share_record",
    "switch_subscription",
    "transfer_interaction",
    "unmark_shared",
    "unmerge_customers",
    "verify_identity",
    "wrap_up_interaction",
]
