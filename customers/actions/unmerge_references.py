"""Whose an order or subscription that came since a merge is, by what other systems call it."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Protocol

from django.db.models import Q

from customers.models import CustomerMerge, Identity, Order, OutsideReference, Subscription

_ORDERS, _SUBSCRIPTIONS = "customers.Order.customer", "customers.Subscription.customer"
_NUMBERS = (Identity.Kind.SUBSCRIBER_NUMBER, Identity.Kind.PARTNER_REFERENCE)


class Plan(Protocol):
    """What is assigned here: see `unmerging.Unmerging`."""

    record: CustomerMerge
    returning: dict[str, set[int]]
    arrived: dict[str, set[int]]
    leaving: dict[str, set[int]]
    why: dict[tuple[str, int], str]


def assign(plan: Plan) -> None:
    """One whose reference is the subscriber number, the partner's number or an earlier reference of only one
    of the two belongs to that one."""
    theirs, ours = _numbers(plan)
    for label, column in ((_ORDERS, "order_id"), (_SUBSCRIPTIONS, "subscription_id")):
        for pk, found in _references(column, plan.arrived[label]).items():
            if found & theirs and not found & ours:
                plan.leaving[label].add(pk)
                plan.why[label, pk] = "its reference is the other's"
            elif found & ours and not found & theirs:
                plan.why[label, pk] = "its reference is this record's"


def _numbers(plan: Plan) -> tuple[set[str], set[str]]:
    """By which numbers other systems know the record that returns, and the one that stays."""
    label = "customers.Identity.customer"
    rows = Identity.objects.filter(
        Q(customer_id=plan.record.winner_id) | Q(customer_id=plan.record.loser_id), kind__in=_NUMBERS
    )
    theirs: set[str] = set()
    ours: set[str] = set()
    for pk, customer_id, value in rows.values_list("pk", "customer_id", "value"):
        goes = customer_id == plan.record.loser_id or pk in plan.returning[label]
        (theirs if goes else ours).add(_plain(value))
    for label, column, model in (
        (_ORDERS, "order_id", Order),
        (_SUBSCRIPTIONS, "subscription_id", Subscription),
    ):
        here = model._base_manager.filter(customer_id=plan.record.winner_id)
        staying = set(here.values_list("pk", flat=True)) - plan.returning[label] - plan.arrived[label]
        theirs |= {one for some in _references(column, plan.returning[label]).values() for one in some}
        ours |= {one for some in _references(column, staying).values() for one in some}
    return theirs, ours


def _references(column: str, ids: Iterable[int]) -> dict[int, set[str]]:
    """By order or subscription what other systems and we call it."""
    wanted = list(ids)
    found: dict[int, set[str]] = defaultdict(set)
    outside = OutsideReference.objects.filter(**{f"{column}__in": wanted})
    for pk, value in outside.values_list(column, "value"):
        found[pk].add(_plain(value))
    if column == "subscription_id":
        own = Subscription.objects.filter(pk__in=wanted).exclude(reference="")
        for pk, value in own.values_list("pk", "reference"):
            found[pk].add(_plain(value))
    return {pk: some - {""} for pk, some in found.items()}


def _plain(value: str) -> str:
    """Letters and digits, as numbers of subscribers are kept."""
    return "".join(character for character in value.upper() if character.isalnum())
