"""A contact is the key to a record only while it lasts, and opens no more than the contract does."""

from __future__ import annotations

import re

import pytest

from accounts.models import Contract
from customers.models import Interaction
from foundation.tenancy import tenant
from tests.sockets import signed_in
from tests.walls.conftest import House
from tests.walls.doors import BODIES

HTMX = {"HX-Request": "true"}
WRITING = ["note", "promise", "fact", "ask-again", "identify"]


@pytest.mark.parametrize("state", [Interaction.State.ENDED, Interaction.State.WAITING])
def test_a_contact_that_is_over_gives_no_right_to_write(publisher: House, state: str) -> None:
    contact = publisher.parts["interaction_id"]
    with tenant(publisher.id):
        Interaction.objects.filter(id=contact).update(state=state)
    before = publisher.rows()
    client = signed_in(publisher.cast.ana)
    for what in WRITING:
        body = BODIES.get(f"desk:contact_{what.replace('-', '_')}", {})
        answer = client.post(
            f"/contacts/{contact}/{what}/", {"customer": publisher.hidden["customer_id"], **body}
        )
        assert answer.status_code == 409, what
    assert publisher.rows() == before


def test_a_partners_agent_reads_a_callers_number_as_the_contract_shows_it(publisher: House) -> None:
    contact, paula = publisher.parts["interaction_id"], publisher.cast.paula
    with tenant(publisher.id):
        Interaction.objects.filter(id=contact).update(member=paula, partner=paula.partner)
    shown = {}
    for name, masked in (("masked", ["phone"]), ("hidden", [])):
        with tenant(publisher.id):
            Contract.objects.filter(partner=publisher.cast.partner).update(masked_fields=masked)
        shown[name] = signed_in(paula).get(f"/contacts/{contact}/", headers=HTMX).content.decode()
    ends = re.compile(r"•••\s*\d*417\b")
    assert not ends.search(shown["hidden"])
    assert ends.search(shown["masked"])
    assert "Marketing held" not in shown["masked"]
