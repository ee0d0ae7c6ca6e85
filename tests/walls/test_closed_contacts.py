"""A contact is the key to a record only while it lasts, and opens no more than the contract does."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from accounts.actions import end_contract
from accounts.models import Contract
from customers.models import Interaction
from foundation.tenancy import tenant
from tests.sockets import signed_in
from tests.walls.conftest import OURS, House
from tests.walls.doors import BODIES, all_doors

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


def test_no_door_of_the_desk_is_open_to_a_partners_people_once_the_contract_has_ended(
    publisher: House,
) -> None:
    paula = signed_in(publisher.cast.paula)
    with tenant(publisher.id):
        end_contract(publisher.cast.partner.pk)
    before = publisher.rows()
    for door in all_doors():
        if door.name.startswith("desk:"):
            url = door.url(publisher.parts)
            answers = (paula.get(url), paula.post(url, BODIES.get(door.name, {})))
            assert {answer.status_code for answer in answers} <= {403, 405}, door.name
            assert not any(word.encode() in answers[0].content for word in OURS.secrets()), door.name
    assert publisher.rows() == before
    assert paula.get(reverse("live_since") + "?heads=audience:all").status_code == 401
    assert paula.post("/logout/").status_code == 302
