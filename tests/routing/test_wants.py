"""What a contact wants of who serves it, found on its way into a queue; and its place where a cap counts."""

from __future__ import annotations

import pytest

from accounts.actors import IVR_ACTOR
from accounts.models import Member
from customers.actions import create_customer, open_interaction
from customers.consent.models import Consent
from customers.models import Customer, Interaction
from routing.actions import accept_offer, queue_work
from routing.models import PilotPin, Pool, PoolMember, Queue, WorkItem
from routing.pools import pool_of_partner
from routing.queries import outlook_of, position_of
from tests.routing.conftest import Clock, Floor


def customer(**fields: object) -> Customer:
    made = create_customer(actor=IVR_ACTOR, display_name="Robin")
    Customer.objects.filter(id=made.id).update(**fields)
    return Customer.objects.get(id=made.id)


def comes(who: Customer, address: str = "+12125550100", queue: str = "service") -> WorkItem:
    contact = open_interaction(actor=IVR_ACTOR, channel="voice", address=address, customer=who)
    return queue_work(contact.id, queue_slug=queue, actor=IVR_ACTOR)


def served_by(floor: Floor, member: Member, item: WorkItem) -> None:
    floor.ready(member)
    floor.assign()
    offer = floor.offer_of(member)
    assert offer is not None
    accept_offer(offer.id, member=member)
    Interaction.objects.filter(id=item.interaction_id).update(state="ended")


def test_a_pilot_s_customer_goes_to_the_pilot_s_pool(floor: Floor, hands: Clock) -> None:
    pilots = Pool.objects.create(slug="pilots", name="Pilots")
    robin, other = customer(), customer(language="de-AT")
    PilotPin.objects.create(queue=floor.service, pool=pilots, customer=robin)
    PilotPin.objects.create(queue=floor.digital, pool=pilots, customer=other)
    PilotPin.objects.create(queue=floor.service, pool=pilots, customer=other, until=hands.now)
    assert comes(robin).wants == {"language": "", "pinned_pool_id": pilots.id}
    assert comes(other).wants == {"language": "de"}


@pytest.mark.parametrize(("sticky", "kept"), [("none", ""), ("agent", "agent"), ("team", "agent team")])
def test_who_served_a_customer_lately_is_preferred_where_the_queue_says_so(
    floor: Floor, hands: Clock, sticky: str, kept: str
) -> None:
    team = Pool.objects.create(slug="team", name="Team")
    PoolMember.objects.create(pool=team, member=floor.cast.ana)
    Queue.objects.filter(id=floor.service.id).update(sticky=sticky, sticky_hours=48)
    robin = customer()
    served_by(floor, floor.cast.ana, comes(robin))
    hands.forward(47 * 3600)
    wants = comes(robin).wants
    assert wants.get("preferred_member_id") == (floor.cast.ana.id if "agent" in kept else None)
    assert wants.get("preferred_pool_id") == (team.id if "team" in kept else None)
    hands.forward(2 * 3600)
    assert "preferred_member_id" not in comes(robin).wants


@pytest.mark.parametrize(
    ("fields", "address", "region"),
    [
        ({"region": "NY"}, "+12125550100", "NY"),
        ({"region": "Nowhere"}, "+12125550100", "+1212"),
        ({"country_code": "GB"}, "+447700900123", "GB"),
        ({}, "anonymous", None),
    ],
)
def test_the_region_is_the_record_s_or_that_of_the_number(
    floor: Floor, fields: dict[str, str], address: str, region: str | None
) -> None:
    Pool.objects.create(slug="us", name="US", regions=["NY", "+1", "+1212", "GB"])
    assert "region" not in comes(customer(**fields), address).wants
    Queue.objects.filter(id=floor.service.id).update(local_first=True)
    assert comes(customer(**fields), address).wants.get("region") == region


def test_who_does_not_want_a_partner_s_people_is_kept_from_them(floor: Floor, hands: Clock) -> None:
    pool, robin = pool_of_partner(floor.cast.partner), customer()
    for answer, barred in (("granted", None), ("refused", [pool.id]), ("lifted", None)):
        said_at = hands.forward(60)
        Consent.objects.create(
            customer=robin,
            purpose="partner_service",
            answer=answer,
            hand="customer",
            source="desk",
            said_at=said_at,
        )
        assert comes(robin).wants.get("barred_pools") == barred


def test_a_place_in_line_counts_the_cap_and_the_newest_first(floor: Floor, hands: Clock) -> None:
    Queue.objects.filter(id=floor.service.id).update(score_cap=5, newest_first=True)
    old = floor.call()
    hands.forward(600)
    older_points = floor.call(base_score=3)
    high = floor.call(base_score=9)
    hands.forward(1)
    # Those at the cap are equal, and of equals the newest comes first.
    assert [position_of(one.interaction_id) for one in (high, old, older_points)] == [1, 2, 3]
    outlook = outlook_of(older_points.interaction_id)
    assert outlook is not None
    assert outlook.position == 3
