"""No screen asks the database more often because there is more to show."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.actions import add_member, create_partner, sign_contract
from accounts.actors import IVR_ACTOR
from accounts.models import User
from cases.actions import make_promise, open_case
from customers.actions import (
    add_note,
    add_subscription,
    create_customer,
    define_fact_key,
    open_interaction,
    record_fact,
)
from customers.models import Customer
from foundation import clock
from foundation.tenancy import tenant
from knowledge.actions import post_announcement
from routing.actions import accept_offer, queue_work
from routing.claims import Pair, claim
from routing.models import AgentSkill, Queue, SeatToken, Skill, WaitingToken
from routing.pools import add_step, pool_of_partner
from routing.presence import set_presence
from tests.people import Cast, make_cast
from tests.sockets import signed_in

HTMX = {"hx-request": "true"}
TRANSACTIONS = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "SELECT set_config")


class Scene:
    """Ana serves Robin; the company can be made to have more of everything."""

    def __init__(self) -> None:
        self.cast: Cast = make_cast()
        with tenant(self.cast.organization.id):
            Queue.objects.create(slug="service", name="Service")
            Skill.objects.create(slug="languages", name="Languages")
            self.robin = create_customer(actor=IVR_ACTOR, display_name="Robin", phones=["+447700900123"])
            self.interaction_id = self._serve()
        self.rounds = 0

    def _serve(self) -> int:
        interaction = open_interaction(
            actor=IVR_ACTOR, channel="voice", address="+447700900123", customer=self.robin
        )
        item = queue_work(interaction.id, queue_slug="service", actor=IVR_ACTOR)
        set_presence(self.cast.ana, state="ready")
        token, seat = WaitingToken.objects.get(work_item=item), SeatToken.objects.get(member=self.cast.ana)
        [won] = claim([Pair(token.id, seat.id, ["free the longest"], {})], clock.now())
        accept_offer(won.offer_id, member=self.cast.ana)
        return interaction.id

    def grow(self, times: int) -> None:
        """More of everything a screen lists."""
        with tenant(self.cast.organization.id):
            for _ in range(times):
                self.rounds += 1
                self._grow_record(self.robin, self.rounds)
                self._grow_company(self.rounds)

    def _grow_record(self, customer: Customer, n: int) -> None:
        actor, due = self.cast.ana.actor, clock.now() + timedelta(minutes=20 + n)
        define_fact_key(f"fact_{n}", label=f"Fact {n}", question=f"What of {n}?")
        record_fact(customer.id, key=f"fact_{n}", value="x", actor=actor, source="desk")
        add_note(customer.id, text=f"note {n}", actor=actor, interaction_id=self.interaction_id)
        make_promise(customer.id, text=f"promise {n}", due_at=due, actor=actor)
        make_promise(customer.id, text=f"owed {n}", due_at=due, actor=actor, owed_by_id=self.cast.partner.id)
        open_case(customer.id, title=f"case {n}", reason="other", actor=actor)
        add_subscription(customer.id, product_code="print", actor=actor)

    def _grow_company(self, n: int) -> None:
        partner = create_partner(name=f"Partner {n}", slug=f"partner-{n}")
        sign_contract(partner, queues=[f"queue-{n}"], readable_fields=["display_name"])
        queue = Queue.objects.create(slug=f"queue-{n}", name=f"Queue {n}")
        add_step(queue, pool_of_partner(partner))
        for name, at in (("agent", None), ("partner_agent", partner)):
            user = User.objects.create_user(username=f"{name}-{n}")
            member = add_member(user, role=name, display_name=f"{name} {n}", partner=at)
            AgentSkill.objects.create(member=member, skill=Skill.objects.get(), level=3)
            set_presence(member, state="ready")
        for number in range(3):
            customer = create_customer(actor=IVR_ACTOR, display_name=f"Robin Waiter {n} {number}")
            interaction = open_interaction(
                actor=IVR_ACTOR, channel="voice", address="+447700900500", customer=customer
            )
            queue_work(interaction.id, queue_slug=f"queue-{n}", actor=IVR_ACTOR)
        post_announcement(actor=self.cast.sam.actor, title=f"Announcement {n}")


@pytest.fixture
def scene(db: None) -> Scene:
    made = Scene()
    made.grow(1)
    return made


def asked(client: Client, url: str) -> int:
    """How many questions one request asks, transactions aside; the second time, when caches are warm."""
    client.get(url, headers=HTMX)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url, headers=HTMX).status_code == 200, url
    return sum(not query["sql"].startswith(TRANSACTIONS) for query in captured.captured_queries)


def test_no_screen_asks_more_when_there_is_ten_times_as_much(scene: Scene) -> None:
    ana, sam = signed_in(scene.cast.ana), signed_in(scene.cast.sam)
    robin = scene.robin.id
    screens = {
        **dict.fromkeys(
            (
                "/",
                "/work/",
                "/marquee/",
                "/search/?q=robin",
                f"/contacts/{scene.interaction_id}/",
                f"/customers/{robin}/",
                f"/customers/{robin}/timeline/",
            ),
            ana,
        ),
        "/floor/": sam,
        **{
            f"/floor/panels/{name}/": sam
            for name in ("figures", "serving", "queues", "agents", "calls", "promises", "announcements")
        },
    }
    before = {url: asked(client, url) for url, client in screens.items()}
    scene.grow(9)
    after = {url: asked(client, url) for url, client in screens.items()}
    more = {url: (before[url], count) for url, count in after.items() if count > before[url]}
    assert not more  # a search that has found enough asks less


def test_the_screens_that_open_most_stay_within_their_budget(scene: Scene, settings: Any) -> None:
    settings.ROUTING_SETUP_KEPT_SECONDS = 60  # as in production, where it is kept for a moment
    scene.grow(2)
    ana, sam = signed_in(scene.cast.ana), signed_in(scene.cast.sam)
    assert asked(ana, f"/contacts/{scene.interaction_id}/") <= 30
    assert asked(ana, "/work/") <= 20
    assert asked(sam, "/floor/") <= 35
