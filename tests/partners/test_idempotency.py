"""A POST that is sent again is answered again, not done again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from customers.models import TimelineEntry
from foundation import clock
from foundation.tenancy import tenant
from partners import tasks
from partners.models import IdempotencyKey
from tests.partners.conftest import Api, Company


def notes(company: Company) -> int:
    with tenant(company.id):
        return TimelineEntry.objects.filter(customer=company.shared, kind="note").count()


def test_the_same_key_and_body_get_the_first_answer(api: Api, meridian: Company) -> None:
    path, key = f"customers/{meridian.shared.id}/notes/", {"Idempotency-Key": "one"}
    first = api.send(
        "POST", path, data=b'{"text": "once"}', headers={**key, "Content-Type": "application/json"}
    )
    again = api.post(path, {"text": "once"}, headers=key)
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert again.headers["Idempotency-Replayed"] == "true"
    assert notes(meridian) == 1


def test_the_same_key_with_another_body_is_refused(api: Api, meridian: Company) -> None:
    path, key = f"customers/{meridian.shared.id}/notes/", {"Idempotency-Key": "one"}
    api.post(path, {"text": "once"}, headers=key)
    other = api.post(path, {"text": "twice"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert notes(meridian) == 1


def test_a_post_without_a_key_is_refused(api: Api, meridian: Company) -> None:
    path = f"customers/{meridian.shared.id}/notes/"
    for key, code in {
        None: "idempotency_key_required",
        "": "idempotency_key_required",
        "x" * 256: "bad_idempotency_key",
        "a b": "bad_idempotency_key",
    }.items():
        answer = api.post(path, {"text": "x"}, headers={"Idempotency-Key": key})
        assert (answer.status_code, answer.json()["code"]) == (400, code)
        assert answer.json()["errors"][0]["field"] == "Idempotency-Key"
    assert notes(meridian) == 0


def test_ten_at_once_with_one_key_do_it_once_and_get_one_answer(api: Api, meridian: Company) -> None:
    path, key = f"customers/{meridian.shared.id}/notes/", {"Idempotency-Key": "crowd"}
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: api.post(path, {"text": "once"}, headers=key), range(10)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert notes(meridian) == 1


def test_a_refused_request_may_be_sent_again_with_its_key(api: Api, meridian: Company) -> None:
    path, key = f"customers/{meridian.shared.id}/notes/", {"Idempotency-Key": "retry"}
    assert api.post(path, {"text": ""}, headers=key).status_code == 400
    assert api.post(path, {"text": "now right"}, headers=key).status_code == 201


def test_a_repeat_of_a_change_is_answered_although_its_if_match_is_stale_by_now(
    api: Api, meridian: Company
) -> None:
    path = f"promises/{meridian.promise_id}/"
    headers = {"Idempotency-Key": "ack", "If-Match": api.get(path).headers["ETag"]}
    first = api.post(f"{path}acknowledge/", headers=headers)
    again = api.post(f"{path}acknowledge/", headers=headers)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.headers["ETag"] == again.headers["ETag"]


def test_two_who_saw_the_same_version_cannot_both_change_it(api: Api, meridian: Company) -> None:
    path = f"promises/{meridian.promise_id}/"
    seen = {"If-Match": api.get(path).headers["ETag"]}
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: api.post(f"{path}acknowledge/", headers=seen), range(6)))
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412, 412, 412]


def test_keys_of_two_clients_do_not_meet(api: Api, meridian: Company, orbit: Company, connect) -> None:  # type: ignore[no-untyped-def]
    theirs = connect(orbit.client, orbit.secret)
    key = {"Idempotency-Key": "same"}
    mine = api.post(f"customers/{meridian.shared.id}/notes/", {"text": "mine"}, headers=key)
    other = theirs.post(f"customers/{orbit.shared.id}/notes/", {"text": "theirs"}, headers=key)
    assert (mine.status_code, other.status_code) == (201, 201)
    assert other.json()["body"] == "theirs"


def test_a_key_is_free_again_after_a_day_and_swept(api: Api, meridian: Company) -> None:
    path, key = f"customers/{meridian.shared.id}/notes/", {"Idempotency-Key": "daily"}
    api.post(path, {"text": "monday"}, headers=key)
    with tenant(meridian.id):
        IdempotencyKey.objects.update(created_at=clock.now() - timedelta(hours=25))
    assert api.post(path, {"text": "tuesday"}, headers=key).status_code == 201
    with tenant(meridian.id):
        IdempotencyKey.objects.update(created_at=clock.now() - timedelta(hours=25))
    tasks.sweep()
    with tenant(meridian.id):
        assert not IdempotencyKey.objects.exists()
