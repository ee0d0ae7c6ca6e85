"""The partner's hand, over real HTTP: find the customer, read, write, acknowledge, fulfil."""

from __future__ import annotations

from customers.models import Fact, RecordRead
from foundation.tenancy import tenant
from tests.partners.conftest import Api, Company


def test_the_partner_finds_the_customer_by_phone_in_any_usual_form(api: Api, meridian: Company) -> None:
    found = api.get("customers/", params={"phone": "020 7123 4561"})
    assert found.status_code == 200, found.text
    assert [row["id"] for row in found.json()["results"]] == [meridian.shared.id]


def test_the_record_is_cut_to_the_contract(api: Api, meridian: Company) -> None:
    record = api.get(f"customers/{meridian.shared.id}/").json()
    assert record["display_name"] == "Jane Meridian"
    assert record["postal_address"] is None
    identities = {identity["kind"]: identity for identity in record["identities"]}
    assert identities["phone"]["value"] == "+442071234561"
    assert identities["email"]["masked"]
    assert "jane@" not in identities["email"]["value"]
    assert [row["product"] for row in record["subscriptions"]] == ["digital"]


def test_a_fact_written_by_the_partner_stands_on_the_record_with_its_hand(
    api: Api, meridian: Company
) -> None:
    written = api.post(f"customers/{meridian.shared.id}/facts/", {"key": "device", "value": "tablet"})
    assert written.status_code == 201, written.text
    assert written.json()["hand"] == "partner"
    facts = api.get(f"customers/{meridian.shared.id}/facts/").json()["results"]
    assert [(fact["key"], fact["value"], fact["partner_name"]) for fact in facts] == [
        ("device", "tablet", "Digipress")
    ]


def test_a_promise_is_acknowledged_and_kept_with_its_etag(api: Api, meridian: Company) -> None:
    path = f"promises/{meridian.promise_id}/"
    seen = api.get(path)
    acknowledged = api.post(f"{path}acknowledge/", headers={"If-Match": seen.headers["ETag"]})
    assert acknowledged.status_code == 200, acknowledged.text
    assert acknowledged.json()["acknowledged_by"] == "Digipress CRM"
    kept = api.post(
        f"{path}keep/", {"outcome": "Link sent"}, headers={"If-Match": acknowledged.headers["ETag"]}
    )
    assert kept.status_code == 200, kept.text
    assert (kept.json()["state"], kept.json()["outcome"]) == ("kept", "Link sent")
    assert api.get(path).headers["ETag"] == kept.headers["ETag"] != seen.headers["ETag"]


def test_the_timeline_tells_what_both_hands_did(api: Api, meridian: Company) -> None:
    note = api.post(f"customers/{meridian.shared.id}/notes/", {"text": "Prefers the app."})
    assert note.status_code == 201, note.text
    lines = api.get(f"customers/{meridian.shared.id}/timeline/").json()["results"]
    assert lines[0]["body"] == "Prefers the app."
    assert {line["hand"] for line in lines} >= {"partner", "inhouse"}


def test_a_case_is_opened_read_and_solved(api: Api, meridian: Company) -> None:
    opened = api.post("cases/", {"customer_id": meridian.shared.id, "title": "Cannot log in"})
    assert opened.status_code == 201, opened.text
    path = f"cases/{opened.json()['id']}/"
    solved = api.send("PATCH", path, json={"state": "solved"}, headers={"If-Match": opened.headers["ETag"]})
    assert solved.json()["state"] == "solved"
    listed = api.get("cases/", params={"customer": meridian.shared.id, "state": "open"}).json()
    assert [row["id"] for row in listed["results"]] == [meridian.case_id]


def test_a_promise_of_the_partners_is_listed_as_its_own(api: Api, meridian: Company) -> None:
    made = api.post(
        "promises/",
        {"customer_id": meridian.shared.id, "text": "Call back", "due_at": "2099-01-01T10:00:00Z"},
    )
    assert made.status_code == 422  # within a year only
    assert made.json()["errors"][0]["field"] == "/due_at"
    owed = api.get("promises/", params={"owed_by_us": "true", "state": "open"}).json()["results"]
    assert [row["id"] for row in owed] == [meridian.promise_id]


def test_every_read_is_audited_with_the_reason_given(api: Api, meridian: Company) -> None:
    api.get(f"customers/{meridian.shared.id}/", headers={"X-Reason": "ticket 4711"})
    with tenant(meridian.id):
        read = RecordRead.objects.get(customer=meridian.shared, what="record")
    assert (read.partner_id, read.reader, read.why) == (meridian.partner.id, "Digipress CRM", "ticket 4711")


def test_a_list_pages_forth_and_back_by_cursor(api: Api, meridian: Company) -> None:
    for number in range(5):
        api.post(f"customers/{meridian.shared.id}/notes/", {"text": f"note {number}"})
    whole = [row["id"] for row in api.get(f"customers/{meridian.shared.id}/timeline/").json()["results"]]
    paged: list[int] = []
    url: str | None = f"customers/{meridian.shared.id}/timeline/?limit=2"
    while url:
        page = api.get(url).json()
        paged += [row["id"] for row in page["results"]]
        last, url = page, page["next"]
    assert paged == whole
    assert api.get(last["previous"]).json()["results"]


def test_a_path_works_without_its_slash_too(api: Api, meridian: Company) -> None:
    assert api.get("customers").status_code == 200
    assert api.get("events/").status_code == 200
    assert api.post(f"customers/{meridian.shared.id}/notes", {"text": "no slash"}).status_code == 201
    with tenant(meridian.id):
        assert not Fact.objects.exists()
