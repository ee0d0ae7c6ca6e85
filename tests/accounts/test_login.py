"""The front door."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import Member, User
from foundation.tenancy import tenant
from tests.people import Cast

LOGIN = {"username": "publisher-ana", "password": "harbour-violet-42"}


@pytest.fixture
def ana(committed_cast: Cast) -> User:
    user = User.objects.get(username=LOGIN["username"])
    user.set_password(LOGIN["password"])
    user.save()
    return user


def test_a_member_signs_in_and_out(ana: User, client: Client) -> None:
    assert client.post("/login/", LOGIN).status_code == 302
    assert client.session["_auth_user_id"] == str(ana.id)
    assert client.get("/logout/").status_code == 405
    client.post("/logout/")
    assert "_auth_user_id" not in client.session


def test_a_wrong_password_is_refused_without_saying_which_part_was_wrong(ana: User, client: Client) -> None:
    page = client.post("/login/", LOGIN | {"password": "wrong"})
    assert "User name or password is not right." in page.content.decode()
    assert "_auth_user_id" not in client.session


def test_a_login_without_membership_is_told_so(ana: User, committed_cast: Cast, client: Client) -> None:
    with tenant(committed_cast.organization.id):
        Member.objects.filter(user=ana).update(is_active=False)
    page = client.post("/login/", LOGIN)
    assert "belongs to no company" in page.content.decode()
    assert "_auth_user_id" not in client.session


def test_only_a_demo_shows_its_logins(db: None, client: Client, settings: Settings, tmp_path: Path) -> None:
    assert "Demo people" not in client.get("/login/").content.decode()
    demo = tmp_path / "demo.json"
    demo.write_text(json.dumps({"users": {"agent": {"username": "ana", "password": "sea-stone"}}}))
    settings.DEMO_FILE = str(demo)
    page = client.get("/login/").content.decode()
    assert "Demo people" in page
    assert "sea-stone" in page


def test_a_name_or_password_of_any_length_is_only_refused(db: None, client: Client) -> None:
    for name, password in (("x" * 500, "wrong"), ("a\x00b", "wrong"), ("x", "y" * 100_000)):
        assert client.post("/login/", {"username": name, "password": password}).status_code == 200


def test_who_is_signed_in_stays_so_while_redis_is_away(ana: User, client: Client, settings: Settings) -> None:
    client.force_login(ana)
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}}
    assert client.get("/").status_code == 200
