"""People who stand in the demo twice: some for a supervisor to judge, one pair that a rule has joined."""

from accounts.actors import Hand
from contactcenter.demo.company import Company
from customers.actions.duplicates import find_duplicates_of
from customers.models import Customer, Identity

# name, address, then the same person as somebody else wrote them down; a number or mail both have.
_WAITING = (
    (
        "Catherine Meyer",
        "Katherine Mayer",
        "22 Station Road\nHarrogate\nHG1 4TB",
        "email",
        "c.meyer@example.net",
    ),
    ("Terence O’Connor", "T. O'Connor", "8 Mill Lane\nSkipton\nBD23 2QR", "phone", "+447700900811"),
    ("Siân Llewellyn", "Sian Llewelyn", "3 Castle Street\nConwy\nLL32 8AY", "", ""),
)
_JOINED = ("Harriet Nwosu", "H. Nwosu", "41 Park Row\nLeeds\nLS1 5HN", "phone", "+447700900822")


def write_doubles(company: Company) -> None:
    """Write them and look for duplicates as the product does."""
    ids: list[int] = []
    for one, other, address, kind, value in _WAITING:
        ids += _write(one, other, address, kind, value, confidence="claimed")
    ids += _write(*_JOINED, confidence="verified")
    find_duplicates_of(ids, found_by="sweep")


def _write(one: str, other: str, address: str, kind: str, value: str, *, confidence: str) -> list[int]:
    found = []
    for name, place in ((one, address), (other, address.replace("Street", "St.").replace("\n", ", "))):
        customer = Customer.objects.create(
            display_name=name, postal_address=place, country_code="GB", language="en", region="Yorkshire"
        )
        if kind:
            Identity.objects.create(
                customer=customer,
                kind=kind,
                value=value,
                confidence=confidence,
                hand=Hand.FILE,
                source="demo",
            )
        found.append(customer.pk)
    return found
