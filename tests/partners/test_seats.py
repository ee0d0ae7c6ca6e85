"""A partner's system learns that seats are wanted, answers once, and reads what was delivered."""

from __future__ import annotations

import json
from collections.abc import Callable

from foundation.tenancy import tenant
from partners.actions import create_webhook_endpoint
from partners.models import ApiClient
from routing.actions.seat_asks import ask_partner
from routing.surge.bundle import SeatWish
from tests.partners.conftest import INHOUSE, Api, Company, Receiver, run_relay, send_webhooks
from tests.partners.test_feed import follow
from tests.partners.test_walls import _seats_asked


def test_seats_are_asked_for_by_feed_and_webhook_and_answered_once(
    api: Api,
    meridian: Company,
    receiver: Receiver,
    postvan: tuple[ApiClient, str],
    connect: Callable[..., Api],
) -> None:
    with tenant(meridian.id):
        create_webhook_endpoint(meridian.partner, url=receiver.url, event_names=["seats.asked"])
        run = _seats_asked(meridian).run
        asked = ask_partner(run, SeatWish(meridian.partner.id, 4), actor=INHOUSE)
    run_relay()
    events, _ = follow(api)
    [event] = [one for one in events if one["type"] == "seats.asked"]
    assert (event["data"]["ask_id"], event["data"]["seats"]) == (asked.id, 4)
    assert "asked_partner_id" not in event["data"]
    send_webhooks()
    assert [json.loads(body)["data"]["ask_id"] for _, body in receiver.got] == [asked.id]

    assert [one["id"] for one in api.get("seat-asks/?state=open").json()["results"]] == [
        asked.id,
        asked.id - 1,
    ]
    address = f"seat-asks/{asked.id}/"
    for body, status in (
        ({"answer": "perhaps"}, 400),
        ({"answer": "partial"}, 422),
        ({"answer": "partial", "seats": 4}, 422),
        ({"answer": "accepted", "seats": 2}, 422),
    ):
        answer = api.post(f"{address}answer/", body)
        assert answer.status_code == status, answer.text
    given = api.post(f"{address}answer/", {"answer": "partial", "seats": 2, "note": "Two from noon"})
    assert given.status_code == 200, given.text
    told = api.get(address).json()
    assert (told["state"], told["seats_promised"], told["note"]) == ("partial", 2, "Two from noon")
    assert (told["at_work"], told["seats_delivered"]) == (None, None)
    again = api.post(f"{address}answer/", {"answer": "refused"})
    assert (again.status_code, again.json()["code"]) == (409, "answered")
    run_relay()
    assert [one["data"]["answer"] for one in follow(api)[0] if one["type"] == "seats.answered"] == ["partial"]

    other = connect(*postvan)
    assert other.get("seat-asks/").json()["results"] == []
    assert other.get(address).status_code == 404
    assert [one for one in follow(other)[0] if one["type"].startswith("seats")] == []
