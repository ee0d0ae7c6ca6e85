"""A partner is asked to erase whom it knew, by webhook, feed and list, and says so once."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

from accounts.actions import add_member
from accounts.models import User
from customers.models import RecordRead
from customers.privacy.erasing import erase_customer
from customers.privacy.models import Erasure, ErasureReceipt
from foundation import clock
from foundation.tenancy import tenant
from partners.actions import create_webhook_endpoint
from partners.models import ApiClient, WebhookMessage
from tests.partners.conftest import Api, Company, Receiver, run_relay, send_webhooks
from tests.partners.test_feed import follow


def erased(company: Company) -> Erasure:
    with tenant(company.id):
        grace = add_member(User.objects.create_user(username="grace"), role="admin", display_name="Grace")
        return erase_customer(company.shared.id, member=grace, basis="asked")


def test_the_partner_hears_of_it_by_every_way_whatever_its_endpoint_asked_for(
    api: Api, meridian: Company, receiver: Receiver
) -> None:
    with tenant(meridian.id):
        create_webhook_endpoint(meridian.partner, url=receiver.url, event_names=["promise.broken"])
    run_relay()
    _, cursor = follow(api)
    erasure = erased(meridian)
    run_relay()
    send_webhooks()
    [(_, body)] = receiver.got
    told = json.loads(body)
    assert (told["type"], told["data"]["customer_id"]) == ("customer.erasure_requested", meridian.shared.id)
    [event], _ = follow(api, after=cursor)
    assert event["type"] == "customer.erasure_requested"
    assert event["data"]["receipt_id"] == told["data"]["receipt_id"]
    [asked] = api.get("erasure-requests/", params={"state": "waiting"}).json()["results"]
    assert (asked["customer_ids"], asked["id"]) == ([erasure.record_number], told["data"]["receipt_id"])
    assert api.get(f"customers/{meridian.shared.id}/").status_code == 404
    assert "Jane" not in str(follow(api)) + body.decode()


def test_the_receipt_counts_once_and_late_ones_are_seen(api: Api, meridian: Company) -> None:
    erased(meridian)
    with tenant(meridian.id):
        ErasureReceipt.objects.update(due_at=clock.now() - timedelta(hours=1))
    [late] = api.get("erasure-requests/", params={"state": "overdue"}).json()["results"]
    assert late["state"] == "overdue"
    door = f"erasure-requests/{late['id']}/confirm/"
    first, again = api.post(door), api.post(door)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json() == api.get(f"erasure-requests/{late['id']}/").json()
    assert (first.json()["state"], first.json()["confirmed_by"]) == ("confirmed", "Digipress CRM")
    assert api.get("erasure-requests/", params={"state": "nonsense"}).status_code == 400


def test_a_partner_that_never_saw_them_is_not_asked(
    api: Api, meridian: Company, postvan: tuple[ApiClient, str], connect: Callable[..., Api]
) -> None:
    erased(meridian)
    run_relay()
    other = connect(*postvan)
    assert other.get("erasure-requests/").json()["results"] == []
    assert follow(other)[0] == []
    [receipt] = api.get("erasure-requests/").json()["results"]
    assert other.post(f"erasure-requests/{receipt['id']}/confirm/").status_code == 404


def test_what_waited_to_be_sent_about_them_is_not_sent_any_more(
    meridian: Company, receiver: Receiver
) -> None:
    with tenant(meridian.id):
        create_webhook_endpoint(meridian.partner, url=receiver.url)
    run_relay()
    erased(meridian)
    run_relay()
    send_webhooks()
    assert [json.loads(body)["type"] for _, body in receiver.got] == ["customer.erasure_requested"]
    with tenant(meridian.id):
        assert WebhookMessage.objects.count() == 1


def test_a_page_of_a_list_is_one_note_of_who_looked_each(api: Api, meridian: Company) -> None:
    for _ in range(2):
        api.get("customers/")
        api.get("promises/")
    with tenant(meridian.id):
        noted = RecordRead.objects.filter(customer=meridian.shared).values_list("what", flat=True)
        assert sorted(noted) == ["found", "promises"]
