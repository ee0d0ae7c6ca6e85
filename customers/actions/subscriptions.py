"""What the customer subscribes to, and who delivers it."""

from datetime import date

from django.db.models import F

from accounts.access import scope_of_partner
from accounts.actors import Actor
from accounts.models import Partner
from customers.actions.fulfilment import add_reference, note_fulfilment
from customers.actions.shares import partners_serving, share_record
from customers.actions.timeline import lock_customer, tell_desktops, write_entry
from customers.events import CustomerChanged
from customers.models import Customer, Product, Subscription
from customers.search.entries import index_customers
from foundation.errors import Forbidden, NotVisible, Refusal
from foundation.events import emit

State = Subscription.State
# state → from which it is reached
_FROM: dict[str, frozenset[str]] = {
    State.ACTIVE: frozenset({State.PAUSED}),
    State.PAUSED: frozenset({State.ACTIVE}),
    State.CANCELLED: frozenset({State.ACTIVE, State.PAUSED, State.SWITCHING}),
    State.ENDED: frozenset({State.ACTIVE, State.PAUSED, State.CANCELLED}),
}


def define_product(code: str, *, name: str) -> Product:
    """Something customers can subscribe to; defining it again renames it."""
    product, _ = Product.objects.update_or_create(code=code, defaults={"name": name})
    return product


def add_subscription(
    customer_id: int,
    *,
    product_code: str,
    actor: Actor,
    state: str = State.ACTIVE,
    reference: str = "",
    started_on: date | None = None,
    renews_on: date | None = None,
) -> Subscription:
    """The customer takes a product. A partner whose contract names it fulfils it and may see the record.

    Refusal `unknown_product`, Forbidden `not_in_contract`, NotVisible.
    """
    product = find_product(product_code, actor)
    customer = lock_customer(customer_id)
    partner = fulfiller_of(product_code)
    subscription = Subscription.objects.create(
        customer=customer,
        product=product,
        state=state,
        fulfilled_by=partner,
        reference=reference[:80],
        started_on=started_on,
        renews_on=renews_on,
    )
    _tell(subscription, customer, f"Subscribed to {product.name}", actor)
    return subscription


def switch_subscription(subscription_id: int, *, product_code: str, actor: Actor) -> Subscription | None:
    """Change an active or paused subscription to another product; its term stays.

    Fulfilled in-house it is active at once; by a partner it is `switching` until the partner confirms
    (`confirm_switch`). None when it has that product already or has ended. Refusal `unknown_product`,
    Forbidden `not_in_contract`, NotVisible.
    """
    product = find_product(product_code, actor)
    subscription, customer = _lock(subscription_id)
    if subscription.product_id == product.id or subscription.state not in {State.ACTIVE, State.PAUSED}:
        return None
    before = subscription.product.name
    partner = fulfiller_of(product_code)
    subscription.product = product
    subscription.fulfilled_by = partner
    subscription.state = State.SWITCHING if partner else State.ACTIVE
    subscription.reference = ""
    subscription.save(update_fields=["product", "fulfilled_by", "state", "reference"])
    by = f"; {partner.name} delivers it" if partner else ""
    _tell(subscription, customer, f"Switched from {before} to {product.name}{by}", actor)
    return subscription


def confirm_switch(subscription_id: int, *, reference: str, actor: Actor) -> Subscription | None:
    """The fulfiller has taken the order: switching → active, under its reference. None when not switching."""
    subscription, customer = _lock(subscription_id)
    if actor.partner_id is not None and subscription.fulfilled_by_id != actor.partner_id:
        raise NotVisible("subscription")
    if subscription.state != State.SWITCHING:
        return None
    subscription.state = State.ACTIVE
    subscription.reference = reference.strip()[:80]
    subscription.save(update_fields=["state", "reference"])
    if subscription.reference and subscription.fulfilled_by is not None:
        add_reference(
            subscription=subscription,
            system=subscription.fulfilled_by.name,
            value=subscription.reference,
            actor=actor,
            partner_id=subscription.fulfilled_by_id,
        )
    _tell(subscription, customer, f"{subscription.product.name} is active", actor)
    return subscription


def change_subscription_state(subscription_id: int, *, state: str, actor: Actor) -> Subscription | None:
    """active ↔ paused; active, paused or switching → cancelled or ended. None when that is not what it is.

    Refusal `unknown_state`; NotVisible, also for a partner that does not fulfil it.
    """
    if state not in _FROM:
        raise Refusal("unknown_state", f"A subscription is not set to “{state[:20]}”.", field="state")
    subscription, customer = _lock(subscription_id)
    if actor.partner_id is not None and subscription.fulfilled_by_id != actor.partner_id:
        raise NotVisible("subscription")
    if subscription.state not in _FROM[state]:
        return None
    subscription.state = state
    subscription.save(update_fields=["state"])
    title = f"{subscription.product.name}: {subscription.get_state_display().lower()}"
    _tell(subscription, customer, title, actor)
    return subscription


def _lock(subscription_id: int) -> tuple[Subscription, Customer]:
    found = Subscription.objects.filter(id=subscription_id).values_list("customer_id", flat=True).first()
    if found is None:
        raise NotVisible("subscription")
    customer = lock_customer(found)
    subscription = Subscription.objects.select_related("product", "fulfilled_by").get(id=subscription_id)
    return subscription, customer


def find_product(code: str, actor: Actor) -> Product:
    """The product, if this actor may sell it. Refusal `unknown_product`, Forbidden `not_in_contract`."""
    product = Product.objects.filter(code=code).first()
    if product is None:
        raise Refusal("unknown_product", f"There is no product “{code[:60]}”.", field="product_code")
    if actor.partner_id is not None and code not in scope_of_partner(actor.partner_id).products:
        raise Forbidden("not_in_contract", f"The contract does not cover “{code}”.", field="product_code")
    return product


def fulfiller_of(product_code: str) -> Partner | None:
    """The partner whose contract names the product; None: in-house."""
    serving = partners_serving(product_code=product_code)
    return Partner.objects.get(id=serving[0]) if serving else None


def _tell(subscription: Subscription, customer: Customer, title: str, actor: Actor) -> None:
    partner_id = subscription.fulfilled_by_id
    note_fulfilment(
        title,
        actor=actor,
        product_name=subscription.product.name,
        state=subscription.state,
        fulfilled_by_id=partner_id,
        reference=subscription.reference,
        subscription=subscription,
    )
    if partner_id is not None:
        share_record(customer.id, partner_id=partner_id, reason=f"product {subscription.product.code}")
    index_customers([customer.id])
    Customer.objects.filter(id=customer.id).update(version=F("version") + 1)
    write_entry(
        customer.id,
        kind="order",
        title=title,
        actor=actor,
        ref=("subscription", subscription.id),
        partner_id=partner_id,
    )
    emit(
        CustomerChanged(customer_id=customer.id, fields=["subscriptions"], version=customer.version + 1),
        actor=actor.as_json(),
    )
    tell_desktops(customer.id, "customer")
