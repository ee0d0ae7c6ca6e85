"""Two companies with rows of every kind that a URL can name, full of words that must not get out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from accounts.actions import add_member
from accounts.actors import IVR_ACTOR
from accounts.models import Member, User
from cases.actions import make_promise, open_case
from customers.actions import (
    add_note,
    add_subscription,
    create_customer,
    merge_customers,
    open_interaction,
    propose_pair,
    share_record,
)
from customers.consent.actions import hold_contact
from customers.exports.actions import request_export
from customers.imports.actions import start_upload, store_part
from customers.models import Customer
from customers.privacy.erasing import erase_customer
from customers.privacy.holds import place_hold
from foundation import clock
from foundation.models import Event, TenantModel
from foundation.tenancy import tenant
from knowledge.actions import post_announcement
from partners.actions import create_webhook_endpoint
from partners.models import WebhookMessage
from routing.actions import accept_offer, queue_work
from routing.actions.seat_asks import ask_more_seats
from routing.actions.surges import compose_plan, start_surge
from routing.claims import Pair, claim
from routing.models import (
    AgentSkill,
    Callback,
    DecisionRecord,
    Engagement,
    Presence,
    Queue,
    SeatToken,
    SimulationRun,
    Skill,
    WaitingToken,
)
from routing.pools import add_step, pool_of_partner
from routing.presence import set_presence
from routing.surge.bundle import Bundle, SeatWish
from tests.people import Cast, make_cast


@dataclass(frozen=True)
class Words:
    """What stands in a company's rows, and must be read nowhere else."""

    shown_name: str
    hidden_name: str
    shown_phone: str
    hidden_phone: str
    note: str
    plant: str
    desk: str

    def secrets(self) -> list[str]:
        """Every word and number, phones as they are shown too."""
        names = [*self.shown_name.split(), *self.hidden_name.split()]
        numbers = [phone[-6:] for phone in (self.shown_phone, self.hidden_phone)]
        return [*names, *numbers, self.note, self.plant, self.desk]


OURS = Words(
    "Zephyrine Quillfeather",
    "Ottoline Crabtree",
    "+447700900417",
    "+447700900418",
    "Gooseberry hedge",
    "Heliotrope",
    "Marmalade desk",
)
THEIRS = Words(
    "Barnaby Thistlewood",
    "Cordelia Plum",
    "+447700900527",
    "+447700900528",
    "Bramble gate",
    "Foxglove",
    "Treacle desk",
)


@dataclass
class House:
    """The publisher, with rows of its own; `hidden` are those its partner may not know of."""

    cast: Cast
    admin: Member
    words: Words
    parts: dict[str, int | str]
    hidden: dict[str, int | str]

    @property
    def id(self) -> int:
        return self.cast.organization.id

    def rows(self) -> dict[str, tuple[int, str]]:
        """Every table of this company: how many rows, and a sum over all they say."""
        found = {}
        with tenant(self.id), connection.cursor() as cursor:
            for model in apps.get_models():
                if issubclass(model, TenantModel):
                    table = model._meta.db_table
                    cursor.execute(
                        "SELECT count(*), md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), ''))"
                        f' FROM "{table}" t'
                    )
                    found[table] = cursor.fetchone()
        return found


def house(slug: str, words: Words) -> House:
    """The publisher with its rows: Ana serves one contact, Mark has an offer, Digipress may see the first."""
    cast = make_cast(slug)
    with tenant(cast.organization.id):
        admin = add_member(
            User.objects.create_user(username=f"{slug}-grace"), role="admin", display_name="Grace"
        )
        Queue.objects.create(slug="service", name=words.desk)
        digital = Queue.objects.create(slug="digital", name="Digital edition")
        add_step(digital, pool_of_partner(cast.partner))
        skill = Skill.objects.create(slug="digital", name="Digital edition")
        for member in (cast.ana, cast.mark, cast.paula):
            AgentSkill.objects.create(member=member, skill=skill, level=3)
        shown = _customer(words.shown_name, words.shown_phone, words)
        share_record(shown.id, partner_id=cast.partner.id, reason="product digital")
        unknown = _customer(words.hidden_name, words.hidden_phone, words)
        endpoint, _ = create_webhook_endpoint(cast.partner, url=f"http://127.0.0.1:9/{words.plant}")
        message = WebhookMessage.objects.create(
            endpoint=endpoint,
            event=Event.objects.order_by("id")[0],
            event_name="customer.created",
            subject=f"customer:{shown.id}",
            body="{}",
        )
        parts = _parts(cast, shown, words) | {
            **_judged(cast, shown, unknown),
            "endpoint_id": endpoint.id,
            "message_id": message.id,
            "offer_id": _offer(cast.mark, shown),
        }
        content = f"Name,Phone\n{words.plant},{words.hidden_phone}\n".encode()
        file = start_upload(file_name=f"{words.plant}.csv", size_bytes=len(content), member=cast.sam)
        store_part(file.id, number=0, content=content)
        tried = SimulationRun.objects.create(member=cast.sam, source="history", weeks=1, words=words.plant)
        export = request_export(member=admin, kind="customers", file_format="csv", choices={"q": words.plant})
        parts |= _forgotten(cast, admin, words)
        parts["hold_id"] = place_hold(unknown.id, reason=f"Dispute over {words.plant}", member=cast.sam).id
        parts |= {"import_id": file.id, "export_id": export.id, "simulation_id": tried.id}
        parts |= _surge(cast, digital, words)
        hidden = parts | _parts(cast, unknown, words)
        theirs = SeatWish(cast.other_partner.id, 1)
        hidden["ask_id"] = ask_more_seats(int(parts["run_id"]), theirs, actor=cast.sam.actor).id
        hidden["announcement_id"] = post_announcement(
            actor=cast.sam.actor, title=f"{words.plant} for the office only", audience="inhouse"
        ).id
    return House(cast=cast, admin=admin, words=words, parts=parts, hidden=hidden)


def _surge(cast: Cast, digital: Queue, words: Words) -> dict[str, int | str]:
    """A surge plan that runs, and seats that Digipress is asked for."""
    bundle = Bundle(announcements=((digital.id, words.plant),), asks=(SeatWish(cast.partner.id, 2),))
    plan = compose_plan(member=cast.sam, name=words.plant, purpose="", bundle=bundle)
    run = start_surge(plan.id, member=cast.sam, expected=1)
    return {"plan_id": plan.id, "run_id": run.id, "ask_id": run.asks.get().id}


def _forgotten(cast: Cast, admin: Member, words: Words) -> dict[str, int | str]:
    """Somebody who was erased, and whom the partner is asked to erase too."""
    gone = create_customer(actor=IVR_ACTOR, display_name=words.hidden_name)
    share_record(gone.id, partner_id=cast.partner.id, reason="promise")
    erasure = erase_customer(gone.id, member=admin, basis="asked")
    return {"erasure_id": erasure.pk, "receipt_id": erasure.receipts.get().pk}


def _judged(cast: Cast, one: Customer, other: Customer) -> dict[str, int | str]:
    """A pair that waits, and a merge that stands, of customers nobody else needs."""
    bare = [
        create_customer(actor=IVR_ACTOR, display_name=one.display_name, region=other.display_name)
        for _ in range(2)
    ]
    return {
        "pair_id": propose_pair(one.id, other.id, actor=cast.sam.actor).id,
        "merge_id": merge_customers(bare[0].id, bare[1].id, actor=cast.sam.actor).id,
    }


def _parts(cast: Cast, customer: Customer, words: Words) -> dict[str, int | str]:
    """Rows that hang on one customer, by the name a URL gives their number."""
    due = clock.now() + timedelta(hours=3)
    promise = make_promise(customer.id, text=f"{words.plant} seeds by post", due_at=due, actor=cast.ana.actor)
    case = open_case(customer.id, title=f"Lost {words.plant}", reason="other", actor=cast.ana.actor)
    offer = accept_offer(_offer(cast.ana, customer, queue="service"), member=cast.ana)
    owed = Callback.objects.create(
        customer=customer,
        queue=offer.work_item.queue,
        interaction=offer.work_item.interaction,
        number="+442079460018",
        mode=Queue.Callback.AGENT_FIRST,
        state=Callback.State.CONNECTED,
    )
    return {
        "callback_id": owed.id,
        "decision_id": DecisionRecord.objects.get(offer=offer).id,
        "customer_id": customer.id,
        "hold_id": hold_contact(customer.id, why=f"{words.plant} in bloom", actor=cast.ana.actor).pk,
        "identity_id": customer.identities.get().pk,
        "interaction_id": offer.work_item.interaction_id,
        "member_id": cast.ana.id,
        "promise_id": promise.id,
        "case_id": case.id,
        "subscription_id": add_subscription(customer.id, product_code="print", actor=cast.ana.actor).id,
        "announcement_id": post_announcement(actor=cast.sam.actor, title=f"{words.plant} is sold out").id,
        "name": "queues",
        "slug": "service",
        "position": 0,
        "number_id": 1,
        "step": "reason",
        "rest": "nowhere",
    }


def _customer(name: str, phone: str, words: Words) -> Customer:
    customer = create_customer(actor=IVR_ACTOR, display_name=name, phones=[phone])
    add_note(customer.id, text=f"Wants it behind the {words.note}", actor=IVR_ACTOR)
    return customer


def _offer(member: Member, customer: Customer, *, queue: str = "digital") -> int:
    """The customer's call is offered to this agent, whatever they are doing."""
    interaction = open_interaction(
        actor=IVR_ACTOR, channel="voice", address=customer.identities.get().value, customer=customer
    )
    item = queue_work(interaction.id, queue_slug=queue, actor=IVR_ACTOR)
    Presence.objects.filter(member=member).delete()
    Engagement.objects.filter(member=member, ended_at=None).update(ended_at=clock.now())
    set_presence(member, state="ready")
    token = WaitingToken.objects.get(work_item=item)
    seat = SeatToken.objects.get(member=member)
    [won] = claim([Pair(token.id, seat.id, ["free the longest"], {})], clock.now())
    return won.offer_id


@pytest.fixture(autouse=True)
def _partner_on_this_machine(settings: Any) -> None:
    """The plant's endpoint, which nobody answers, may be sent to."""
    settings.WEBHOOK_ALLOW_PRIVATE_HOSTS = ["127.0.0.1:9"]


@pytest.fixture
def publisher(db: None) -> House:
    return house("publisher", OURS)


@pytest.fixture
def stranger(db: None) -> House:
    return house("stranger", THEIRS)
