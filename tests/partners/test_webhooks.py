"""Signed webhooks: delivered in order, tried again, given up aloud, and sent again when asked."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from accounts.models import Contract
from customers.actions import add_note
from foundation import clock
from foundation.models import Event
from foundation.tenancy import tenant
from partners import outbound, sending
from partners.actions import create_webhook_endpoint
from partners.models import WebhookEndpoint, WebhookMessage
from partners.queries import endpoints_in_trouble
from tests.partners.conftest import INHOUSE, Api, Company, Receiver, run_relay, send_webhooks


@pytest.fixture
def endpoint(meridian: Company, receiver: Receiver) -> tuple[WebhookEndpoint, str]:
    """An endpoint of Digipress's that wants everything from now on."""
    run_relay()
    with tenant(meridian.id):
        made, secret = create_webhook_endpoint(meridian.partner, url=receiver.url)
    run_relay()
    receiver.got.clear()
    return made, secret


def note(company: Company, text: str = "hello", *, hidden: bool = False) -> None:
    with tenant(company.id):
        add_note((company.hidden if hidden else company.shared).id, text=text, actor=INHOUSE)
    run_relay()


def make_due(company: Company) -> None:
    with tenant(company.id):
        WebhookMessage.objects.update(next_attempt_at=clock.now() - timedelta(seconds=1))
        WebhookEndpoint.objects.update(resting_until=None)


def only(company: Company) -> WebhookMessage:
    with tenant(company.id):
        return WebhookMessage.objects.get()


def test_a_message_is_signed_as_standard_webhooks_say(
    meridian: Company, endpoint: tuple[WebhookEndpoint, str], receiver: Receiver
) -> None:
    note(meridian)
    send_webhooks()
    [(headers, body)] = receiver.got
    told = Webhook(endpoint[1]).verify(body, headers)
    assert told["type"] == "note.added"
    assert told["data"]["customer_id"] == meridian.shared.id
    with tenant(meridian.id):
        event = Event.objects.get(name="note.added")
    assert headers["webhook-id"] == f"evt_{event.id}"
    with pytest.raises(WebhookVerificationError):
        Webhook(endpoint[1]).verify(body + b" ", headers)
    assert only(meridian).state == WebhookMessage.State.DELIVERED


def test_what_is_not_shared_is_not_sent(
    meridian: Company, endpoint: tuple[WebhookEndpoint, str], receiver: Receiver
) -> None:
    note(meridian, hidden=True)
    send_webhooks()
    assert receiver.got == []
    with tenant(meridian.id):
        assert not WebhookMessage.objects.exists()


def test_only_the_events_asked_for_are_sent(
    api: Api, meridian: Company, endpoint: tuple[WebhookEndpoint, str], receiver: Receiver
) -> None:
    path = f"webhook-endpoints/{endpoint[0].id}/"
    changed = api.send(
        "PATCH",
        path,
        json={"event_names": ["case.opened"]},
        headers={"If-Match": api.get(path).headers["ETag"]},
    )
    assert changed.status_code == 200, changed.text
    note(meridian)
    send_webhooks()
    assert receiver.got == []


def test_a_failed_message_is_tried_again_and_the_customers_later_ones_wait_for_it(
    meridian: Company, endpoint: tuple[WebhookEndpoint, str], receiver: Receiver
) -> None:
    receiver.answers = [500]
    note(meridian, "first")
    note(meridian, "second")
    send_webhooks()
    assert len(receiver.got) == 1
    send_webhooks()
    assert len(receiver.got) == 1  # not due yet, and the second waits for the first
    make_due(meridian)
    send_webhooks()
    ids = [headers["webhook-id"] for headers, _ in receiver.got]
    assert ids[0] == ids[1] < ids[2]
    with tenant(meridian.id):
        assert set(WebhookMessage.objects.values_list("state", flat=True)) == {"delivered"}
        assert WebhookEndpoint.objects.get().failing_since is None


def test_a_failing_endpoint_is_left_alone_for_a_while_whoever_the_next_message_is_about(
    meridian: Company, endpoint: tuple[WebhookEndpoint, str], receiver: Receiver
) -> None:
    receiver.answers = [500]
    note(meridian)
    send_webhooks()
    with tenant(meridian.id):
        WebhookMessage.objects.update(next_attempt_at=clock.now())
    send_webhooks()
    assert len(receiver.got) == 1


def test_a_message_whose_worker_died_is_sent_again_under_the_same_id(
    meridian: Company,
    endpoint: tuple[WebhookEndpoint, str],
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    note(meridian)
    deliver = sending._delivered

    def die(*_: Any) -> None:
        raise SystemExit("killed after posting, before noting it")

    monkeypatch.setattr(sending, "_delivered", die)
    with pytest.raises(SystemExit):
        send_webhooks()
    monkeypatch.setattr(sending, "_delivered", deliver)
    send_webhooks()
    assert len(receiver.got) == 1  # still leased
    make_due(meridian)
    send_webhooks()
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    assert only(meridian).state == WebhookMessage.State.DELIVERED


def test_many_workers_at_once_send_each_message_once_and_in_order(
    meridian: Company, endpoint: tuple[WebhookEndpoint, str], receiver: Receiver
) -> None:
    for number in range(8):
        note(meridian, f"note {number}")

    def work(_: int) -> None:
        from django.db import connection

        for _ in range(8):
            sending.send_due_messages(endpoint[0].id, meridian.id)
        connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    send_webhooks()
    ids = [int(headers["webhook-id"].removeprefix("evt_")) for headers, _ in receiver.got]
    assert ids == sorted(set(ids))
    assert len(ids) == 8


def test_handling_an_event_twice_queues_it_once(
    meridian: Company, endpoint: tuple[WebhookEndpoint, str], receiver: Receiver
) -> None:
    from foundation.models import Delivery

    note(meridian)
    with tenant(meridian.id):
        again = Delivery.objects.filter(event__name="note.added", handler__contains="queue_webhooks")
        assert again.update(state="pending", next_attempt_at=clock.now()) == 1
    run_relay()
    send_webhooks()
    assert len(receiver.got) == 1


def test_a_redirect_is_not_followed(
    meridian: Company, endpoint: tuple[WebhookEndpoint, str], receiver: Receiver
) -> None:
    receiver.answers, receiver.location = [302], receiver.url
    note(meridian)
    send_webhooks()
    assert len(receiver.got) == 1
    assert only(meridian).last_error == "Redirects are not followed."


def test_gone_pauses_the_endpoint_and_supervisors_see_it(
    meridian: Company, endpoint: tuple[WebhookEndpoint, str], receiver: Receiver
) -> None:
    receiver.answers = [410]
    note(meridian)
    send_webhooks()
    with tenant(meridian.id):
        [trouble] = endpoints_in_trouble()
        assert (trouble.state, trouble.pause_reason, trouble.dead) == ("paused", "gone", 1)  # type: ignore[attr-defined]
        assert Event.objects.filter(name="webhook_endpoint.paused").count() == 1
    note(meridian, "later")
    send_webhooks()
    assert len(receiver.got) == 1


def test_after_three_days_of_failure_the_endpoint_is_paused(
    meridian: Company, endpoint: tuple[WebhookEndpoint, str], receiver: Receiver
) -> None:
    receiver.answers = [503, 503]
    note(meridian)
    send_webhooks()
    with tenant(meridian.id):
        long_ago = clock.now() - timedelta(days=3, minutes=1)
        WebhookEndpoint.objects.update(failing_since=long_ago)
        WebhookMessage.objects.update(created_at=long_ago)
    make_due(meridian)
    send_webhooks()
    with tenant(meridian.id):
        assert WebhookEndpoint.objects.get().pause_reason == "failing"
        assert WebhookMessage.objects.get().state == "dead"


def test_an_ended_contract_stops_what_waits(
    meridian: Company, endpoint: tuple[WebhookEndpoint, str], receiver: Receiver
) -> None:
    note(meridian)
    with tenant(meridian.id):
        Contract.objects.update(ended_at=clock.now())
    send_webhooks()
    assert receiver.got == []
    assert only(meridian).last_error == "No contract is in force."


def test_a_dead_message_is_resent_when_asked(
    api: Api, meridian: Company, endpoint: tuple[WebhookEndpoint, str], receiver: Receiver
) -> None:
    note(meridian)
    with tenant(meridian.id):
        WebhookMessage.objects.update(state="dead")
    path = f"webhook-endpoints/{endpoint[0].id}/messages/"
    [dead] = api.get(path, params={"state": "dead"}).json()["results"]
    assert api.post(f"{path}{dead['id']}/resend/").status_code == 202
    send_webhooks()
    assert len(receiver.got) == 1
    assert api.get(path).json()["results"][0]["state"] == "delivered"


def test_a_replay_sends_everything_since_then_again_under_the_same_ids(
    api: Api, meridian: Company, endpoint: tuple[WebhookEndpoint, str], receiver: Receiver
) -> None:
    note(meridian)
    send_webhooks()
    since = (clock.now() - timedelta(hours=1)).isoformat()
    answer = api.post(f"webhook-endpoints/{endpoint[0].id}/replay/", {"since": since})
    assert answer.status_code == 202, answer.text
    send_webhooks()
    kinds = [json.loads(body)["type"] for _, body in receiver.got]
    assert answer.json()["queued"] == len(kinds) - 1
    assert kinds[0] == kinds[-1] == "note.added"
    assert "promise.made" in kinds


def test_after_a_rotation_both_secrets_verify(
    api: Api, meridian: Company, endpoint: tuple[WebhookEndpoint, str], receiver: Receiver
) -> None:
    path = f"webhook-endpoints/{endpoint[0].id}/"
    rotated = api.post(f"{path}rotate-secret/", headers={"If-Match": api.get(path).headers["ETag"]})
    assert rotated.status_code == 200, rotated.text
    note(meridian)
    send_webhooks()
    [(headers, body)] = receiver.got
    for secret in (endpoint[1], rotated.json()["secret"]):
        Webhook(secret).verify(body, headers)


def test_an_endpoint_is_made_changed_paused_and_deleted(api: Api, receiver: Receiver) -> None:
    made = api.post("webhook-endpoints/", {"url": receiver.url, "event_names": ["promise.made"]})
    assert made.status_code == 201, made.text
    assert made.json()["secret"].startswith("whsec_")
    path = made.headers["Location"]
    assert "secret" not in api.get(path).json()
    paused = api.send("PATCH", path, json={"state": "paused"}, headers={"If-Match": made.headers["ETag"]})
    assert (paused.json()["state"], paused.json()["pause_reason"]) == ("paused", "asked")
    stale = api.send("DELETE", path, headers={"If-Match": made.headers["ETag"]})
    assert stale.status_code == 412
    gone = api.send("DELETE", path, headers={"If-Match": paused.headers["ETag"]})
    assert (gone.status_code, gone.content) == (204, b"")
    assert api.get(path).status_code == 404


def test_secrets_are_not_readable_in_the_tables(
    api: Api, meridian: Company, endpoint: tuple[WebhookEndpoint, str]
) -> None:
    from django.db import connection

    with tenant(meridian.id), connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM partners_webhookendpoint")
        assert endpoint[1] not in str(cursor.fetchall())
        cursor.execute("SELECT token, client_secret FROM oauth2_provider_accesstoken, partners_apiclient")
        rows = str(cursor.fetchall())
    assert api.token not in rows
    assert meridian.secret not in rows


def test_an_answer_that_never_ends_is_cut_off(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "TOTAL_SECONDS", 0.3)
    receiver.pause = threading.Event()
    with pytest.raises(outbound.NotDelivered):
        outbound.post(receiver.url, b"{}", {})


def test_a_host_that_is_not_there_is_not_delivered(settings: Any) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE_HOSTS = ["127.0.0.1:1"]
    with pytest.raises(outbound.NotDelivered, match="refused"):
        outbound.post("http://127.0.0.1:1/", b"{}", {})
