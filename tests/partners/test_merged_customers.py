"""A partner's system is led from a merged record to the one it is part of, if it knew it."""

from __future__ import annotations

from collections.abc import Callable

from accounts.models import Contract
from customers import actions
from foundation.tenancy import tenant
from partners.models import ApiClient
from tests.partners.conftest import INHOUSE, Api, Company, run_relay
from tests.partners.test_feed import follow


def merged(company: Company, *, winner_is_shared: bool = False) -> int:
    """Their shared customer and the one they never saw become one; the merge's id."""
    pair = (company.shared.id, company.hidden.id)
    with tenant(company.id):
        winner, loser = pair if winner_is_shared else pair[::-1]
        return actions.merge_customers(winner, loser, actor=INHOUSE).id


def test_the_old_address_answers_with_the_new_one(api: Api, meridian: Company) -> None:
    old, new = meridian.shared.id, meridian.hidden.id
    merged(meridian)
    moved = api.get(f"customers/{old}/facts/?a=1")
    assert (moved.status_code, moved.json()["merged_into"]) == (301, new)
    assert moved.headers["Location"].endswith(f"/api/v1/customers/{new}/facts/?a=1")
    assert api.get(f"customers/{new}/").status_code == 200
    with tenant(meridian.id):
        for contract in Contract.objects.filter(partner=meridian.partner):
            contract.writable_fields = ["region"]
            contract.save()
    late = api.send("PATCH", f"customers/{old}/", json={"region": "Kent"}, headers={"If-Match": '"1"'})
    assert (late.status_code, late.json()["code"]) == (409, "customer_merged")
    for part in ("orders", "subscriptions"):
        assert api.get(f"customers/{old}/{part}/").headers["Location"].endswith(f"/customers/{new}/{part}/")
    refused = api.post(f"customers/{old}/notes/", {"text": "late"})
    assert (refused.status_code, refused.json()["code"]) == (409, "customer_merged")
    listed = api.get("promises/", params={"customer": old, "owed_by_us": "true"}).json()["results"]
    assert [(row["id"], row["customer_id"]) for row in listed] == [(meridian.promise_id, new)]


def test_the_feed_tells_of_merging_and_of_parting(api: Api, meridian: Company) -> None:
    run_relay()
    _, cursor = follow(api)
    merge_id = merged(meridian)
    run_relay()
    told, cursor = follow(api, after=cursor)
    (merge,) = [event for event in told if event["type"] == "customer.merged"]
    assert merge["customer_id"] == meridian.hidden.id
    assert merge["data"] == {"merged_customer_id": meridian.shared.id}
    with tenant(meridian.id):
        actions.unmerge_customers(merge_id, actor=INHOUSE)
    run_relay()
    told, _ = follow(api, after=cursor)
    (parting,) = [event for event in told if event["type"] == "customer.unmerged"]
    assert parting["customer_id"] == meridian.shared.id
    assert api.get(f"customers/{meridian.hidden.id}/").status_code == 404
    assert api.get(f"customers/{meridian.shared.id}/").status_code == 200


def test_what_happened_before_on_the_merged_record_is_still_in_the_feed(api: Api, meridian: Company) -> None:
    merged(meridian)
    run_relay()
    told, _ = follow(api)
    made = [event["data"]["promise_id"] for event in told if event["type"] == "promise.made"]
    assert meridian.promise_id in made


def test_who_knew_only_the_winner_hears_nothing_of_the_loser(api: Api, meridian: Company) -> None:
    merged(meridian, winner_is_shared=True)
    run_relay()
    told, _ = follow(api)
    assert "customer.merged" not in {event["type"] for event in told}
    assert api.get(f"customers/{meridian.hidden.id}/").status_code == 404
    assert str(meridian.hidden.id) not in {str(event["customer_id"]) for event in told}


def test_another_partner_sees_neither_half(
    meridian: Company, postvan: tuple[ApiClient, str], connect: Callable[..., Api]
) -> None:
    merged(meridian)
    other = connect(*postvan)
    for customer in (meridian.shared, meridian.hidden):
        assert other.get(f"customers/{customer.id}/").status_code == 404


def test_a_partner_says_what_its_own_system_calls_the_customer(api: Api, meridian: Company) -> None:
    path = f"customers/{meridian.shared.id}/identities/"
    made = api.post(path, {"kind": "partner_reference", "value": "DP-10 442"})
    assert (made.status_code, made.json()["value"]) == (201, "DP-10 442")
    told = api.get(f"customers/{meridian.shared.id}/").json()["identities"]
    phone = next(one for one in told if one["kind"] == "phone")
    assert {"confidence", "source", "hand", "known_since", "extension"} <= set(phone)
    refused = api.post(path, {"kind": "phone", "value": "020 7946 0018"})
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["field"] == "/kind"
