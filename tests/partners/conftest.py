"""The cast: Meridian and its partners Digipress and Postvan; Orbit, another company, and its partner Vend."""

from __future__ import annotations

import http.server
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
import requests

from accounts.actors import Actor, Hand
from accounts.models import Contract, Organization, Partner
from cases.actions import make_promise, open_case
from customers.models import Customer, FactKey, Identity, Product, RecordShare, Subscription
from foundation import clock, deliveries
from foundation.tenancy import tenant
from partners import sending
from partners.actions import create_api_client
from partners.models import ApiClient

INHOUSE = Actor(hand=Hand.INHOUSE, name="Ada Agent")
FIELDS = ["display_name", "phone", "subscriptions", "language"]


@dataclass
class Api:
    """One client of the API over real HTTP."""

    base: str
    client_id: str
    secret: str
    token: str = ""

    def log_in(self, scope: str | None = None) -> Api:
        answer = self.ask_token({"grant_type": "client_credentials", **({"scope": scope} if scope else {})})
        assert answer.status_code == 200, answer.text
        self.token = answer.json()["access_token"]
        return self

    def ask_token(self, data: dict[str, str]) -> requests.Response:
        return requests.post(
            f"{self.base}/oauth/token/", data=data, auth=(self.client_id, self.secret), timeout=20
        )

    def send(self, method: str, path: str, **kwargs: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}", **kwargs.pop("headers", {})}
        if method == "POST":
            headers.setdefault("Idempotency-Key", uuid.uuid4().hex)
        url = path if path.startswith("http") else f"{self.base}/{path}"
        return requests.request(
            method,
            url,
            headers={name: value for name, value in headers.items() if value is not None},
            timeout=20,
            allow_redirects=False,
            **kwargs,
        )

    def get(self, path: str, **kwargs: Any) -> requests.Response:
        return self.send("GET", path, **kwargs)

    def post(self, path: str, json: Any = None, **kwargs: Any) -> requests.Response:
        return self.send("POST", path, json={} if json is None else json, **kwargs)


@dataclass
class Company:
    """An organisation with one customer shared with its partner, one that is not, a case and a promise."""

    id: int
    partner: Partner
    client: ApiClient
    secret: str
    shared: Customer
    hidden: Customer
    case_id: int
    promise_id: int
    hidden_case_id: int
    hidden_promise_id: int
    others: dict[str, Any] = field(default_factory=dict)


def make_company(slug: str, phone: str, partner_name: str) -> Company:
    organization = _organization(slug)
    with tenant(organization.id):
        organization.save()
        partner = Partner.objects.create(name=partner_name, slug=partner_name.lower())
        Contract.objects.create(
            partner=partner,
            effective_from=clock.now() - timedelta(days=1),
            queues=["digital"],
            products=["digital"],
            readable_fields=FIELDS,
            masked_fields=["email"],
            readable_facts=["missing_issues"],
            writable_facts=["device"],
        )
        for key, value_type in {"missing_issues": "number", "device": "text", "mood": "text"}.items():
            FactKey.objects.create(key=key, label=key.replace("_", " "), value_type=value_type)
        digital = Product.objects.create(code="digital", name="Digital edition")
        shared = _customer(f"Jane {slug.title()}", phone, f"jane@{slug}.example")
        hidden = _customer(f"Hidden {slug.title()}", f"{phone[:-1]}9", f"hidden@{slug}.example")
        Subscription.objects.create(customer=shared, product=digital, fulfilled_by=partner)
        RecordShare.objects.create(customer=shared, partner=partner, reason="product digital")
        client, secret = create_api_client(partner, name=f"{partner_name} CRM")
        promise = make_promise(
            shared.id,
            text="access link by e-mail",
            due_at=clock.now() + timedelta(days=1),
            actor=INHOUSE,
            owed_by_id=partner.id,
        )
        hidden_promise = make_promise(
            hidden.id, text="a paper copy", due_at=clock.now() + timedelta(days=1), actor=INHOUSE
        )
        return Company(
            id=organization.id,
            partner=partner,
            client=client,
            secret=secret,
            shared=shared,
            hidden=hidden,
            case_id=open_case(shared.id, title="Switch to digital", reason="switch", actor=INHOUSE).id,
            promise_id=promise.id,
            hidden_case_id=open_case(hidden.id, title="Secret matter", reason="x", actor=INHOUSE).id,
            hidden_promise_id=hidden_promise.id,
        )


def _organization(slug: str) -> Organization:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('accounts_organization', 'id'))")
        return Organization(id=cursor.fetchone()[0], name=slug.title(), slug=slug)


def _customer(name: str, phone: str, email: str) -> Customer:
    customer = Customer.objects.create(display_name=name, postal_address=f"1 {name} Street")
    for kind, value in {"phone": phone, "email": email}.items():
        Identity.objects.create(customer=customer, kind=kind, value=value, hand=Hand.INHOUSE)
    return customer


@pytest.fixture
def meridian(transactional_db: None) -> Company:
    return make_company("meridian", "+442071234561", "Digipress")


@pytest.fixture
def orbit(transactional_db: None) -> Company:
    return make_company("orbit", "+442071234571", "Vend")


@pytest.fixture
def postvan(meridian: Company) -> tuple[ApiClient, str]:
    """Another partner of Meridian's, with the same contract and no customer."""
    with tenant(meridian.id):
        partner = Partner.objects.create(name="Postvan", slug="postvan")
        Contract.objects.create(
            partner=partner, effective_from=clock.now() - timedelta(days=1), readable_fields=FIELDS
        )
        return create_api_client(partner, name="Postvan CRM")


@pytest.fixture
def connect(live_server: Any) -> Callable[..., Api]:
    """Make a client of the API, with a token."""

    def connected(client: ApiClient, secret: str, scope: str | None = None) -> Api:
        return Api(f"{live_server.url}/api/v1", client.client_id, secret).log_in(scope)

    return connected


@pytest.fixture
def api(meridian: Company, connect: Callable[..., Api]) -> Api:
    """Digipress's system."""
    return connect(meridian.client, meridian.secret)


def run_relay() -> None:
    """Do what relay and workers do, until nothing is left."""
    while True:
        sent = deliveries.send_due_deliveries(
            lambda ids, organization_id, lane: deliveries.run_deliveries(ids, organization_id)
        )
        if not sent and not deliveries.stamp_positions():
            return


def send_webhooks() -> None:
    """Do what the webhook workers do."""
    for endpoint_id, organization_id in sending.due_endpoints():
        sending.send_due_messages(endpoint_id, organization_id)


@dataclass
class Receiver:
    """A partner's web server that notes what it is sent."""

    url: str
    address: str
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    location: str = ""
    pause: threading.Event | None = None


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    """A receiver on this machine that the settings allow."""

    class Door(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            here.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            if here.pause is not None:
                here.pause.wait(20)
            self.send_response(here.answers.pop(0) if here.answers else 200)
            if here.location:
                self.send_header("Location", here.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            return

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door)
    address = f"127.0.0.1:{server.server_port}"
    here = Receiver(url=f"http://{address}/hooks?from=bothhands", address=address)
    settings.WEBHOOK_ALLOW_PRIVATE_HOSTS = [address]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield here
    if here.pause is not None:
        here.pause.set()
    server.shutdown()
    server.server_close()
    thread.join()
