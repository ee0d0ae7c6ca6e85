"""Creating and changing the record itself."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db.models import F

from accounts.access import scope_of_partner
from accounts.actors import Actor
from customers.access import contract_name
from customers.actions.identities import write_identity
from customers.actions.shares import share_record
from customers.actions.timeline import lock_customer, refuse_card_number, tell_desktops, write_entry
from customers.events import CustomerChanged, CustomerCreated
from customers.models import Confidence, Customer, Identity, RecordShare
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
    given = clean_fields({"display_name": display_name, **fields})
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
    the field; NotVisible; MergedAway. Nothing is written when nothing differs.
    """
    if actor.partner_id is not None:
        _check_may_write(customer_id, fields, actor.partner_id)
    given = clean_fields(fields)
    customer = lock_customer(customer_id)
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


def clean_fields(fields: Mapping[str, Any]) -> dict[str, str]:
    """The fields as they are stored. Refusal `unknown_field`, `too_long`, `card_number` or `missing`."""
    checked = {}
    for name, value in fields.items():
        if name not in CHANGEABLE:
            raise Refusal("unknown_field", f"A customer has no field “{name}” to change.", field=name)
        text = _one_line(value) if name != "postal_address" else str(value).strip().replace("\r\n", "\n")
        if len(text) > CHANGEABLE[name] or "\x00" in text:
            raise Refusal("too_long", f"At most {CHANGEABLE[name]} characters.", field=name)
        refuse_card_number(text, field=name)
        checked[name] = text
    if checked.get("display_name") == "":
        raise Refusal("missing", "A name is needed.", field="display_name")
    return checked


def _one_line(value: Any) -> str:
    return " ".join(str(value).split())


def _check_may_write(customer_id: int, names: Iterable[str], partner_id: int) -> None:
    if not RecordShare.objects.filter(customer_id=customer_id, partner_id=partner_id, ended_at=None).exists():
        raise NotVisible("customer")
    allowed = scope_of_partner(partner_id).writable_fields
    for name in names:
        if contract_name(name) not in allowed:
            raise Forbidden("not_in_contract", f"The contract does not allow changing “{name}”.", field=name)
