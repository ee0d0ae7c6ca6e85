"""Every URL of the house, opened as everybody whom it is not for."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver

from accounts.models import Member
from contactcenter.url_classes import URL_CLASSES
from customers.models import RecordRead
from foundation.tenancy import tenant
from tests.sockets import signed_in
from tests.walls.conftest import OURS, House, Words
from tests.walls.doors import BODIES, Door, all_doors, names_in

METHODS = ("GET", "POST")
WRONG_METHOD = 405
MEMBERS_ONLY = {"member", "agent", "supervisor"}
TAKES_WORK = {"agent", "partner_agent"}


def knock(client: Client, door: Door, parts: dict[str, int | str], method: str, **headers: str) -> Any:
    """One request, with what the door takes."""
    body = BODIES.get(door.name, {}) if method == "POST" else {}
    return client.generic(
        method,
        door.url(parts),
        data="&".join(f"{key}={value}" for key, value in body.items()),
        content_type="application/x-www-form-urlencoded",
        headers=headers,
    )


def walk(client: Client, parts: dict[str, int | str], **headers: str) -> Iterator[tuple[Door, str, Any]]:
    """Every door with every method."""
    for door in all_doors():
        for method in METHODS:
            if door.name != "accounts:logout":  # the walk would end there
                yield door, method, knock(client, door, parts, method, **headers)


# What was measured may hold any digits, a phone number's too.
_FIGURE = re.compile(r"\d\.\d{6,}")


def assert_tells_nothing(answer: HttpResponse, door: Door, *, words: Words = OURS) -> None:
    said = _FIGURE.sub("", answer.content.decode(errors="replace")) + str(dict(answer.headers))
    assert [word for word in words.secrets() if word in said] == [], door.name


def is_refused(door: Door, answer: Any, *statuses: int) -> bool:
    """Whether the door says no, or (the page of a contact that is not theirs) leads to their own desk."""
    leads_home = door.name == "desk:contact" and answer.headers.get("Location") == "/"
    return leads_home or answer.status_code in {*statuses, WRONG_METHOD}


def person(house: House, who: str) -> Member:
    return house.admin if who == "admin" else getattr(house.cast, who)


def may_enter(door: Door, member: Member) -> bool:
    """Whether the class of the door lets this role in, to look at their own."""
    if door.url_class == "agent":
        return member.role in TAKES_WORK
    if door.url_class == "supervisor":
        return member.role not in TAKES_WORK
    return door.url_class == "member"


def test_every_url_has_a_class_and_every_class_a_url() -> None:
    names = [name for name, _ in names_in(get_resolver().url_patterns)]
    assert sorted(names) == sorted(URL_CLASSES)


def test_every_door_opens_by_some_method_to_somebody(publisher: House) -> None:
    shut = set()
    everybody = [signed_in(member) for member in (publisher.cast.ana, publisher.cast.sam)]
    for door in all_doors():
        answers = [knock(client, door, publisher.parts, method) for client in everybody for method in METHODS]
        if {answer.status_code for answer in answers} <= {403, 405} and door.url_class in MEMBERS_ONLY:
            shut.add(door.name)
    assert shut == set()


def test_nobody_signed_in_is_sent_to_the_login_and_changes_nothing(publisher: House) -> None:
    before = publisher.rows()
    for door, method, answer in walk(Client(), publisher.parts):
        assert_tells_nothing(answer, door)
        if door.name == "live_since":
            assert answer.status_code in {401, WRONG_METHOD}
        elif door.url_class in MEMBERS_ONLY:
            at_login = answer.status_code == 302 and answer["Location"].startswith("/login/")
            assert at_login or answer.status_code == WRONG_METHOD, (method, door.name, answer.status_code)
        elif door.url_class == "signed":
            assert answer.status_code in {403, WRONG_METHOD}, (method, door.name, answer.status_code)
        elif door.url_class == "partner_api":
            assert answer.status_code == 401, (method, door.name, answer.status_code)
        elif door.url_class == "public":
            assert answer.status_code < 500, (method, door.name, answer.status_code)
    assert publisher.rows() == before


@pytest.mark.parametrize("who", ["ana", "paula", "sam", "admin"])
def test_the_other_companys_people_find_nothing_under_our_numbers(
    publisher: House, stranger: House, who: str
) -> None:
    member, heard_own = person(stranger, who), False
    before = publisher.rows()
    for door, method, answer in walk(signed_in(member), publisher.parts):
        assert_tells_nothing(answer, door)
        heard_own = heard_own or any(
            word in answer.content.decode(errors="replace") for word in stranger.words.secrets()
        )
        where = (method, door.name, answer.status_code)
        if door.url_class == "signed":
            assert answer.status_code in {403, WRONG_METHOD}, where
        elif door.url_class == "partner_api":
            assert answer.status_code == 401, where
        elif door.url_class in MEMBERS_ONLY and not may_enter(door, member):
            assert answer.status_code in {403, WRONG_METHOD}, where
        elif door.url_class in MEMBERS_ONLY and door.takes_id:
            assert is_refused(door, answer, 404), where
        else:
            assert answer.status_code < 500 or door.url_class == "ops", where
    assert heard_own, "their own rows are on their own pages, so ours would have been told too"
    assert publisher.rows() == before


@pytest.mark.parametrize(
    ("who", "shut"),
    [("ana", {"supervisor"}), ("paula", {"supervisor"}), ("sam", {"agent"}), ("admin", {"agent"})],
)
def test_a_role_finds_the_doors_of_other_roles_shut(publisher: House, who: str, shut: set[str]) -> None:
    client = signed_in(person(publisher, who))
    before = publisher.rows()
    refused = 0
    for door in all_doors():
        for method in METHODS if door.url_class in shut else ():
            answer = knock(client, door, publisher.parts, method)
            assert answer.status_code in {403, WRONG_METHOD}, (method, door.name, answer.status_code)
            assert_tells_nothing(answer, door)
            refused += answer.status_code == 403
    assert refused >= 4
    assert publisher.rows() == before


def test_a_partners_agent_does_not_find_customers_that_are_not_shared(publisher: House) -> None:
    client = signed_in(publisher.cast.paula)
    before = publisher.rows()
    theirs = [
        door
        for door in all_doors()
        if may_enter(door, publisher.cast.paula) and door.parts & {"customer_id", "interaction_id"}
    ]
    for door, method in itertools.product(theirs, METHODS):
        answer = knock(client, door, publisher.hidden, method)
        assert is_refused(door, answer, 404), (method, door.name, answer.status_code)
        assert_tells_nothing(answer, door)
    changed = {table for table, rows in publisher.rows().items() if rows != before[table]}
    assert not changed & {"customers_timelineentry", "customers_interaction"}
    with tenant(publisher.id):  # looks at what is shared are noted, the work list's among them
        assert not RecordRead.objects.filter(customer_id=publisher.hidden["customer_id"]).exists()


def test_a_partners_agent_has_nothing_to_do_with_messages_for_the_office(publisher: House) -> None:
    client = signed_in(publisher.cast.paula)
    door = next(door for door in all_doors() if door.name == "desk:marquee_ack")
    assert knock(client, door, publisher.hidden, "POST").status_code == 404
    assert knock(client, door, publisher.parts, "POST").status_code == 200


def test_an_agents_contact_is_not_another_agents(publisher: House) -> None:
    client = signed_in(publisher.cast.mark)
    before = publisher.rows()
    for door in all_doors():
        if door.url_class == "agent" and "interaction_id" in door.parts:
            for method in METHODS:
                answer = knock(client, door, publisher.parts, method)
                assert is_refused(door, answer, 403), (method, door.name, answer.status_code)
                assert_tells_nothing(answer, door)
    assert publisher.rows() == before


def test_the_page_of_another_agents_contact_shows_only_ones_own(publisher: House) -> None:
    contact = publisher.parts["interaction_id"]
    for member in (publisher.cast.mark, publisher.cast.paula):
        page = signed_in(member).get(f"/contacts/{contact}/", headers={"HX-Request": "true"})
        assert page.status_code == 200
        assert "Gooseberry hedge" not in page.content.decode()


def test_an_agents_offer_is_not_another_agents(publisher: House) -> None:
    client = signed_in(publisher.cast.ana)
    before = publisher.rows()
    for door in all_doors():
        if "offer_id" in door.parts:
            answer = knock(client, door, publisher.parts, "POST")
            assert answer.status_code == 409, (door.name, answer.status_code)
            assert_tells_nothing(answer, door)
    assert publisher.rows() == before


def test_a_wrong_token_opens_no_door_of_the_api(publisher: House) -> None:
    before = publisher.rows()
    for door, method, answer in walk(Client(), publisher.parts, authorization="Bearer wrong"):
        if door.url_class == "partner_api":
            assert answer.status_code == 401, (method, door.name, answer.status_code)
            assert_tells_nothing(answer, door)
    assert publisher.rows() == before


def test_a_signed_in_person_is_no_partners_system(publisher: House) -> None:
    for door, method, answer in walk(signed_in(publisher.admin), publisher.parts):
        if door.url_class == "partner_api":
            assert answer.status_code == 401, (method, door.name, answer.status_code)


def test_somebody_of_no_company_may_do_nothing(publisher: House, django_user_model: Any) -> None:
    client = Client()
    client.force_login(
        django_user_model.objects.create_user(username="drifter"),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    before = publisher.rows()
    for door, method, answer in walk(client, publisher.parts):
        assert_tells_nothing(answer, door)
        if door.url_class in MEMBERS_ONLY:
            assert answer.status_code in {401, 403, WRONG_METHOD}, (method, door.name, answer.status_code)
    assert publisher.rows() == before


def test_a_person_who_left_the_company_is_out_at_once(publisher: House) -> None:
    client = signed_in(publisher.cast.ana)
    assert client.get("/").status_code == 200
    with tenant(publisher.id):
        assert Member.objects.filter(id=publisher.cast.ana.id).update(is_active=False)
    assert client.get("/").status_code == 403


def test_no_form_of_the_desk_is_taken_without_its_token(publisher: House) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(publisher.cast.ana.user, backend="django.contrib.auth.backends.ModelBackend")
    before = publisher.rows()
    for door in all_doors():
        if door.url_class in MEMBERS_ONLY:
            answer = knock(client, door, publisher.parts, "POST")
            assert answer.status_code in {403, WRONG_METHOD}, (door.name, answer.status_code)
    assert publisher.rows() == before


def test_numbers_beyond_the_database_do_not_exist(publisher: House) -> None:
    far = {part: 10**17 if isinstance(value, int) else value for part, value in publisher.parts.items()}
    for member in (publisher.cast.ana, publisher.cast.sam):
        for door, method, answer in walk(signed_in(member), far):
            if door.takes_id:
                assert is_refused(door, answer, 401, 403, 404), (method, door.name)
