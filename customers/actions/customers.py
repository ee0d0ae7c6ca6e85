"""Creating and changing the record itself."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import F

from accounts.actors import Actor
from customers.actions.identities import write_identity
from customers.actions.shares import share_record
from customers.actions.timeline import tell_desktops, write_entry
from customers.events import CustomerChanged, CustomerCreated
from customers.models import Confidence, Customer, Identity
from customers.search.entries import index_customers
from foundation import clock
from foundation.errors import Conflict, Forbidden, NotVisible, Refusal
from foundation.events import emit

CHANGEABLE = {
    "display_name": 200,
    "given_name": 100,
    "family_name": 100,
    "company_name": 200,
    "language": 8,
    "country_code": 2,
    "region": 100,
    "postal_address": 1000,
}


def create_customer(
    *,
    actor: Actor,
    display_name: str,
    phones: Iterable[str] = (),
    emails: Iterable[str] = (),
    subscriber_number: str = "",
    confidence: str = Confidence.CLAIMED,
    customer_since: date | None = None,
    **fields: str,
) -> Customer:
    """A new record. Refusal `missing`, `too_long`, `unknown_field` or `bad_identity`, naming the field."""
    given = _checked({"display_name": display_name, **fields})
    if not given["display_name"]:
        raise Refusal("missing", "A name is needed.", field="display_name")
    customer = Customer.objects.create(customer_since=customer_since, **given)
    emit(CustomerCreated(customer_id=customer.id), actor=actor.as_json())
    wanted = [(Identity.Kind.PHONE, phone) for phone in phones]
    wanted += [(Identity.Kind.EMAIL, email) for email in emails]
    wanted += [(Identity.Kind.SUBSCRIBER_NUMBER, subscriber_number)] if subscriber_number else []
    for kind, value in wanted:
        write_identity(customer.id, kind=kind, value=value, actor=actor, confidence=confidence)
    index_customers([customer.id])
    if actor.partner_id:
        share_record(customer.id, partner_id=actor.partner_id, reason="created by partner", actor=actor)
    customer.refresh_from_db()
    return customer


def change_customer(customer_id: int, *, actor: Actor, expected_version: int, **fields: Any) -> Customer:
    """Change fields of the record as it was at `expected_version`.

    Conflict `stale` when somebody changed it since; Forbidden `not_in_contract` for partners; Refusal names
    the field; NotVisible. Nothing is written when nothing differs.
    """
    if actor.is_partner:
        raise Forbidden("not_in_contract", "The contract does not allow changing customers.")
    given = _checked(fields)
    customer = Customer.objects.filter(id=customer_id).first()
    if customer is None:
        raise NotVisible("customer")
    changed = {name: value for name, value in given.items() if getattr(customer, name) != value}
    if not changed and customer.version == expected_version:
        return customer
    written = Customer.objects.filter(id=customer_id, version=expected_version).update(
        version=F("version") + 1, updated_at=clock.now(), **changed
    )
    if not written:
        raise Conflict("stale", "Somebody else changed this customer; look again before you save.")
    index_customers([customer_id])
    names = ", ".join(sorted(name.replace("_", " ") for name in changed))
    write_entry(customer_id, kind="customer", title=f"Changed {names}", actor=actor)
    emit(
        CustomerChanged(customer_id=customer_id, fields=sorted(changed), version=expected_version + 1),
        actor=actor.as_json(),
    )
    tell_desktops(customer_id, "customer")
    customer.refresh_from_db()
    return customer


def _checked(fields: dict[str, Any]) -> dict[str, str]:
    checked = {}
    for name, value in fields.items():
        if name not in CHANGEABLE:
            raise Refusal("unknown_field", f"A customer has no field “{name}” to change.", field=name)
        text = " ".join(str(value).split()) if name != "postal_address" else str(value).strip()
        if len(text) > CHANGEABLE[name] or "\x00" in text:
            raise Refusal("too_long", f"At most {CHANGEABLE[name]} characters.", field=name)
        checked[name] = text
    if checked.get("display_name") == "":
        raise Refusal("missing", "A name is needed.", field="display_name")
    return checked
