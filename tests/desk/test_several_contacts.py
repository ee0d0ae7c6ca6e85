"""An agent's desk with several contacts of several channels, and the supervisor's hand on the floor."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest

from accounts.actors import IVR_ACTOR
from accounts.models import Member
from customers.actions import create_customer, open_interaction
from customers.models import Interaction
from foundation.tenancy import tenant
from routing.actions import queue_work
from routing.models import Engagement, Offer, Presence, Queue, WorkItem
from routing.owner import Owner
from routing.presence import heartbeat
from tests.people import Cast, make_cast
from tests.sockets import signed_in

HTMX = {"hx-request": "true"}


class House:
    """A company with one queue, and its people's browsers."""

    def __init__(self) -> None:
        self.cast: Cast = make_cast()
        self.inside: Callable[[], Any] = lambda: tenant(self.cast.organization.id)
        with self.inside():
            Queue.objects.create(slug="service", name="Service", wrap_up="optional")
            Queue.objects.create(slug="billing", name="Billing")

    def arrives(self, name: str, channel: str = "message") -> int:
        with self.inside():
            customer = create_customer(actor=IVR_ACTOR, display_name=name)
            interaction = open_interaction(
                actor=IVR_ACTOR, channel=channel, address=f"{name}@example.org".lower(), customer=customer
            )
            return queue_work(interaction.id, queue_slug="service", actor=IVR_ACTOR).interaction_id

    def assign(self) -> None:
        owner = Owner(threading.Event())
        while owner.round():
            pass

    def get(self, member: Member, path: str) -> str:
        answer = signed_in(member).get(path, headers=HTMX)
        assert answer.status_code == 200, answer.content
        return str(answer.content.decode())

    def post(self, of: Member, path: str, **data: object) -> Any:
        return signed_in(of).post(path, data, headers=HTMX)

    def offer_of(self, member: Member) -> int:
        with self.inside():
            return Offer.objects.filter(member=member, state="offered").order_by("id")[0].id


@pytest.fixture
def house(db: None) -> House:
    return House()


def toast_of(answer: Any) -> str:
    return str(json.loads(answer["HX-Trigger"])["toast"]["text"])


def test_a_second_message_goes_from_the_queue_to_wrap_up_beside_the_first(house: House) -> None:
    ana = house.cast.ana
    first, second = house.arrives("Robin"), house.arrives("Casey")
    house.post(ana, "/presence/", state="ready")
    house.assign()
    work = house.get(ana, "/work/")
    assert work.count("/accept/") >= 2
    assert "2 contacts · 66 % busy" in work
    for _ in range(2):
        screen = house.post(ana, f"/offers/{house.offer_of(ana)}/accept/").content.decode()
    assert "Casey" in screen
    assert "Message" in screen
    assert f"/contacts/{first}/" in screen  # the other stands in the list beside it
    ended = house.post(ana, f"/contacts/{second}/hang-up/").content.decode()
    assert 'value="skip"' in ended  # this queue leaves the wrap-up to the agent
    with house.inside():
        assert Presence.objects.get(member=ana).state == "serving"
    front = house.post(ana, f"/contacts/{second}/wrap-up/", next="skip").content.decode()
    assert f'data-interaction="{first}"' in front
    with house.inside():
        assert Interaction.objects.get(id=second).state == "ended"
        assert Engagement.objects.get(interaction_id=second).closed_by == "agent"
    moved = house.post(ana, f"/contacts/{first}/transfer/", queue="billing", note="About the bill")
    assert moved.status_code == 200
    with house.inside():
        assert WorkItem.objects.get(interaction_id=first, done_at=None).queue.slug == "billing"


def test_a_call_stands_in_front_of_the_mails(house: House) -> None:
    from routing.models import ChannelRule

    ana = house.cast.ana
    with house.inside():
        ChannelRule.objects.create(channel="message", units=30, is_interruptible=True)
        ChannelRule.objects.create(channel="voice", units=100)
    message = house.arrives("Robin")
    house.post(ana, "/presence/", state="ready")
    house.assign()
    house.post(ana, f"/offers/{house.offer_of(ana)}/accept/")
    call = house.arrives("Casey", channel="voice")
    house.assign()
    house.post(ana, f"/offers/{house.offer_of(ana)}/accept/")
    page = signed_in(ana).get("/").content.decode()
    assert f'data-interaction="{call}"' in page
    assert f"/contacts/{message}/" in page


def test_the_picker_offers_the_codes_and_shows_what_somebody_else_set(house: House) -> None:
    ana, sam = house.cast.ana, house.cast.sam
    picker = house.post(ana, "/presence/", state="ready").content.decode()
    assert 'name="reason" value="lunch"' in picker
    assert "counts as work" in picker
    assert house.post(ana, "/presence/", state="paused", reason="whatever").status_code == 422
    dialog = house.get(sam, f"/floor/agents/{ana.id}/")
    assert "Set their state" in dialog
    answer = house.post(sam, f"/floor/agents/{ana.id}/", do="state", state="paused", reason="Lunch")
    assert toast_of(answer) == "Set; Ana is shown why."
    assert "Sam set you on pause: Lunch" in house.get(ana, "/presence/")
    assert house.post(sam, f"/floor/agents/{ana.id}/", do="state", state="paused").status_code == 422
    assert house.post(sam, f"/floor/agents/{ana.id}/", do="dance").status_code == 422
    assert house.post(sam, "/floor/agents/999999/", do="state").status_code == 404
    assert house.post(ana, f"/floor/agents/{ana.id}/", do="state").status_code == 403


def test_a_supervisor_steers_a_contact_from_the_floor(house: House) -> None:
    ana, mark, sam = house.cast.ana, house.cast.mark, house.cast.sam
    contact = house.arrives("Robin")
    address = f"/floor/contacts/{contact}/"
    assert address in house.get(sam, "/floor/panels/calls/")
    assert "Give it to somebody" in house.get(sam, address)
    refused = house.post(sam, address, do="assign", member=mark.id)
    assert toast_of(refused) == "Mark is not ready."
    house.post(ana, "/presence/", state="ready")
    house.post(mark, "/presence/", state="ready")
    assert house.post(sam, address, do="points", points="50").status_code == 204
    assert toast_of(house.post(sam, address, do="assign", member=mark.id)) == "Offered to Mark."
    assert house.post(sam, address, do="assign", member=ana.id).status_code == 409
    assert "Take it back" in house.get(sam, address)
    assert house.post(sam, address, do="pull", note="Later").status_code == 204
    assert house.post(sam, address, do="move", queue="billing").status_code == 204
    assert house.post(sam, address, do="move", queue="nowhere").status_code == 422
    with house.inside():
        assert WorkItem.objects.get(interaction_id=contact, done_at=None).queue.slug == "billing"


def test_a_lost_microphone_is_shown_to_the_agent_and_on_the_floor(house: House) -> None:
    ana, sam = house.cast.ana, house.cast.sam
    house.post(ana, "/presence/", state="ready")
    with house.inside():
        heartbeat(ana, microphone=False)
    assert "Your microphone is gone" in house.get(ana, "/presence/")
    assert "no microphone" in house.get(sam, "/floor/panels/agents/")


def test_agents_time_is_drawn_for_supervisors_day_by_day(house: House) -> None:
    ana, sam = house.cast.ana, house.cast.sam
    house.post(ana, "/presence/", state="ready")
    house.post(ana, "/presence/", state="paused", reason="lunch")
    today = house.get(sam, "/floor/agents/time/")
    assert 'class="is-paused"' in today
    assert "Lunch" in today
    assert "Lunch" in house.get(sam, "/floor/agents/time/?day=2020-02-30")  # no such day: today
    assert "Nobody was signed in" in house.get(sam, "/floor/agents/time/?day=2020-02-28")
    assert signed_in(ana).get("/floor/agents/time/").status_code == 403
