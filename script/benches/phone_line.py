"""A company with a telephone number, a queue, known customers and agents who are ready."""

from __future__ import annotations

from accounts.models import Member
from customers.models import Customer, Identity
from foundation.tenancy import tenant
from ivr.actions import set_up_account, set_up_number
from routing.models import Queue
from routing.presence import set_presence
from script.benches.carrier import ACCOUNT, NUMBER, TOKEN, caller


def connect_number(organization_id: int) -> None:
    """The number and its queue; an open offer waits for the whole measurement."""
    with tenant(organization_id):
        queue = Queue.objects.create(slug="service", name="Service", offer_seconds=600)
        account = set_up_account(ACCOUNT, auth_token=TOKEN)
        set_up_number(account, NUMBER, name="Service", queue=queue)


def add_customers(organization_id: int, count: int) -> None:
    """Customers who are known by their number."""
    with tenant(organization_id):
        customers = Customer.objects.bulk_create(Customer(display_name=f"Customer {n}") for n in range(count))
        Identity.objects.bulk_create(
            Identity(customer=customer, kind="phone", value=caller(n), confidence="verified", hand="inhouse")
            for n, customer in enumerate(customers)
        )


def member_ids(organization_id: int) -> list[int]:
    """The agents, in the order they were made."""
    with tenant(organization_id):
        return list(Member.objects.order_by("id").values_list("id", flat=True))


def make_ready(organization_id: int, ids: list[int]) -> None:
    """These agents take contacts from now on."""
    for member_id in ids:
        with tenant(organization_id):
            set_presence(Member.objects.get(id=member_id), state="ready")
