"""What the customer ordered, and how far it is."""

from accounts.actors import Actor
from customers.actions.fulfilment import add_reference, note_fulfilment
from customers.actions.shares import share_record
from customers.actions.subscriptions import find_product, fulfiller_of
from customers.actions.timeline import lock_customer, tell_desktops, write_entry
from customers.events import OrderChanged
from customers.models import Order
from foundation import clock
from foundation.errors import NotVisible, Refusal
from foundation.events import emit

State = Order.State
# state → what may become of it
_NEXT: dict[str, frozenset[str]] = {
    State.PLACED: frozenset({State.ACCEPTED, State.SENT, State.DELIVERED, State.CANCELLED}),
    State.ACCEPTED: frozenset({State.SENT, State.DELIVERED, State.CANCELLED}),
    State.SENT: frozenset({State.DELIVERED, State.RETURNED}),
    State.DELIVERED: frozenset({State.RETURNED}),
    State.CANCELLED: frozenset(),
    State.RETURNED: frozenset(),
}
MOST_AT_ONCE = 10_000


def place_order(
    customer_id: int,
    *,
    product_code: str,
    actor: Actor,
    quantity: int = 1,
    reference: str = "",
    interaction_id: int | None = None,
) -> Order:
    """The customer orders a product. A partner whose contract names it fulfils it and may see the record.

    `reference` is our number of it, `interaction_id` the contact it is ordered in. Refusal `unknown_product`
    or `bad_quantity`, Forbidden `not_in_contract`, NotVisible.
    """
    if not 1 <= quantity <= MOST_AT_ONCE:
        raise Refusal("bad_quantity", f"From 1 to {MOST_AT_ONCE:,}.", field="quantity")
    product = find_product(product_code, actor)
    customer = lock_customer(customer_id)
    order = Order.objects.create(
        customer=customer,
        product=product,
        quantity=quantity,
        fulfilled_by=fulfiller_of(product_code),
        ordered_at=clock.now(),
        interaction_id=interaction_id,
    )
    if reference.strip():
        add_reference(order=order, system="Order number", value=reference, actor=actor)
    times = f"{quantity} × " if quantity > 1 else ""
    _tell(order, f"Ordered {times}{product.name}", actor)
    return order


def change_order_state(order_id: int, *, state: str, actor: Actor) -> Order | None:
    """The order goes on. None when it is in that state, or past it. Refusal `unknown_state`; NotVisible, also
    for a partner that does not fulfil it."""
    if state not in State.values:
        raise Refusal("unknown_state", f"An order is never “{state[:20]}”.", field="state")
    customer_id = Order.objects.filter(id=order_id).values_list("customer_id", flat=True).first()
    if customer_id is None:
        raise NotVisible("order")
    lock_customer(customer_id)
    order = Order.objects.select_related("product").get(id=order_id)
    if actor.partner_id is not None and order.fulfilled_by_id != actor.partner_id:
        raise NotVisible("order")
    if state not in _NEXT[order.state]:
        return None
    order.state = state
    order.save(update_fields=["state"])
    _tell(order, f"{order.product.name}: {order.get_state_display().lower()}", actor)
    return order


def _tell(order: Order, title: str, actor: Actor) -> None:
    customer_id, partner_id = order.customer_id, order.fulfilled_by_id
    note_fulfilment(
        title,
        actor=actor,
        product_name=order.product.name,
        state=order.state,
        fulfilled_by_id=partner_id,
        order=order,
    )
    if partner_id is not None:
        share_record(customer_id, partner_id=partner_id, reason=f"product {order.product.code}")
    write_entry(
        customer_id, kind="order", title=title, actor=actor, ref=("order", order.id), partner_id=partner_id
    )
    emit(OrderChanged(customer_id=customer_id, order_id=order.id, state=order.state), actor=actor.as_json())
    tell_desktops(customer_id, "customer")
