"""A company at work: its data, its stack of several processes of each kind, its carrier."""

from __future__ import annotations

import json
import os
import secrets
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from django.conf import settings

from accounts.actions import add_member
from accounts.actors import SYSTEM_ACTOR
from accounts.models import Member, Partner, User
from contactcenter.stack import DemoStack, fingerprints
from customers.actions import create_customer, share_record
from foundation.tenancy import tenant
from ivr.actions import set_up_account, set_up_number
from partners.actions import create_api_client, create_webhook_endpoint
from routing.models import Queue
from routing.pools import add_step, pool_of_partner
from tests.conftest import spare_migrations
from tests.people import Cast, make_cast
from tests.sockets import cookie_of, signed_in

NUMBER = "+442079460100"
TOKEN = secrets.token_hex(16)
COPIES = {"web": 2, "live": 2, "worker-realtime": 2, "worker-background": 1, "relay": 2, "beat": 2}
# An agent who does not answer loses the offer, and one who does not write down how it went is free again.
OFFER_SECONDS, WRAP_UP_SECONDS = 6, 2


def caller_number(index: int) -> str:
    return f"+4420794602{index:02d}"


@dataclass
class Company:
    """What a test needs of it. `agents` is (member, session key) of everyone who takes calls."""

    stack: DemoStack
    cast: Cast
    customers: int
    client_id: str = ""
    client_secret: str = ""
    account: dict[str, str] = field(default_factory=dict)
    agents: list[tuple[Member, str]] = field(default_factory=list)

    @property
    def organization_id(self) -> int:
        return int(self.cast.organization.id)

    @property
    def carrier_url(self) -> str:
        return f"http://127.0.0.1:{self.stack.addresses.simulator_port}"

    def routing_owner(self) -> str:
        """Which realtime worker owns the routing order; the other one stands by."""
        workers = [child for name, child in self.stack.children.items() if name.startswith("worker-realtime")]
        [owner] = [child.name for child in workers if "owning the routing order" in child.log.read_text()]
        return owner

    def kill(self, name: str) -> None:
        """As the kernel does when memory is short: the process and all it started."""
        os.killpg(self.stack.children[name].pid, signal.SIGKILL)


def found(stack: DemoStack, receiver_url: str, customers: int) -> Company:
    """Write the company into the database and its telephone account into the simulator's folder."""
    company = Company(stack, make_cast(), customers)
    with tenant(company.organization_id):
        _let_the_partner_in(company, receiver_url)
        _open_the_line(company)
        for index in range(customers):
            customer = create_customer(
                actor=SYSTEM_ACTOR, display_name=f"Customer {index}", phones=[caller_number(index)]
            )
            share_record(customer.id, partner_id=company.cast.partner.id, reason="product digital-edition")
        people = [company.cast.ana, company.cast.mark, company.cast.paula]
        people += [_agent(name) for name in ("Bea", "Carl", "Dora")]
        people.append(_agent("Piet", company.cast.partner))
    company.agents = [(member, cookie_of(signed_in(member))) for member in people]
    _write_carrier(company)
    return company


def _let_the_partner_in(company: Company, receiver_url: str) -> None:
    client, company.client_secret = create_api_client(company.cast.partner, name="Digipress")
    company.client_id = client.client_id
    create_webhook_endpoint(company.cast.partner, url=receiver_url)


def _open_the_line(company: Company) -> None:
    times = {"offer_seconds": OFFER_SECONDS, "wrap_up_seconds": WRAP_UP_SECONDS}
    service = Queue.objects.create(slug="service", name="Service", **times)
    digital = Queue.objects.create(slug="digital", name="Digital edition", **times)
    add_step(service)
    add_step(digital, pool_of_partner(company.cast.partner))
    company.account = {
        "sid": "AC" + secrets.token_hex(16),
        "auth_token": TOKEN,
        "api_key_sid": "SK" + secrets.token_hex(16),
        "api_key_secret": secrets.token_hex(16),
    }
    account = set_up_account(
        company.account["sid"],
        auth_token=TOKEN,
        api_key_sid=company.account["api_key_sid"],
        api_key_secret=company.account["api_key_secret"],
        twiml_app_sid="AP" + secrets.token_hex(16),
    )
    set_up_number(account, NUMBER, name="Subscribers", queue=service)


def _agent(name: str, partner: Partner | None = None) -> Member:
    user = User.objects.create_user(username=f"publisher-{name.lower()}")
    role = "partner_agent" if partner else "agent"
    return add_member(user, role=role, display_name=name, partner=partner)


def _write_carrier(company: Company) -> None:
    base_url = company.stack.base_url
    number = {
        "number": NUMBER,
        "voice_url": f"{base_url}/twilio/voice/",
        "voice_fallback_url": f"{base_url}/twilio/fallback/",
        "status_callback": f"{base_url}/twilio/status/",
    }
    folder: Path = company.stack.data.path
    folder.mkdir(parents=True, exist_ok=True)
    carrier = {"accounts": [{**company.account, "numbers": [number]}]}
    (folder / "simulator.json").write_text(json.dumps(carrier))


def spare_preparations(stack: DemoStack) -> None:
    """The test's database is migrated, and nobody looks at a page."""
    spare_migrations(stack, settings.OWNER_DATABASE_URL, settings.DATABASE_URL)
    stack.data.stamp("static", fingerprints.of_static())
    (stack.data.path / "static").mkdir()


def stack_environment(environ: dict[str, str]) -> dict[str, str]:
    """The stack works on this test's database and Valkey, and reads what the test encrypted and signed."""
    return environ | {
        "DATABASE_URL": settings.DATABASE_URL,
        "OWNER_DATABASE_URL": settings.OWNER_DATABASE_URL,
        "REDIS_URL": settings.REDIS_URL,
        "SECRET_KEY": settings.SECRET_KEY,
    }


class PartnerSystem:
    """Digipress's own system at the API."""

    def __init__(self, company: Company) -> None:
        self._api = f"{company.stack.base_url}/api/v1"
        answer = requests.post(
            f"{self._api}/oauth/token/",
            data={"grant_type": "client_credentials"},
            auth=(company.client_id, company.client_secret),
            timeout=60,
        )
        answer.raise_for_status()
        self._headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def customer_id(self, phone: str) -> int:
        return int(self._get("customers/", phone=phone)["results"][0]["id"])

    def write_fact(self, customer_id: int, value: str, *, key: str) -> tuple[int, Any]:
        while True:
            answer = requests.post(
                f"{self._api}/customers/{customer_id}/facts/",
                json={"key": "digital_account", "value": value},
                headers=self._headers | {"Idempotency-Key": key},
                timeout=60,
            )
            if answer.status_code != 503:  # so says the origin while the process that had it is dead
                return answer.status_code, answer.json()
            time.sleep(float(answer.headers.get("Retry-After", 1)) / 10)

    def read_feed(self, cursor: str | None = None) -> tuple[list[str], str]:
        """Ids of all events after the cursor, and the cursor after them."""
        ids: list[str] = []
        while True:
            page = self._get("events", **({"after": cursor} if cursor else {}))
            ids += [event["id"] for event in page["results"]]
            cursor = page["cursor"]
            if not page["next"]:
                return ids, str(cursor)

    def _get(self, path: str, **query: Any) -> Any:
        answer = requests.get(f"{self._api}/{path}", params=query, headers=self._headers, timeout=60)
        answer.raise_for_status()
        return answer.json()
