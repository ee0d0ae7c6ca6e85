"""The first company of an installation comes from one command."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Member, Organization, User
from foundation.tenancy import system, tenant

pytestmark = pytest.mark.django_db


def _create(monkeypatch: pytest.MonkeyPatch, password: str = "seven wet umbrellas", **options: Any) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
    given = {"slug": "acme", "admin": "ada", "password_stdin": True, **options}
    call_command("create_company", "Acme", stdout=io.StringIO(), **given)


def test_the_administrator_can_sign_in_and_supervises(monkeypatch: pytest.MonkeyPatch) -> None:
    _create(monkeypatch, admin_name="Ada Reed")
    with system():
        organization = Organization.objects.get(slug="acme")
    user = User.objects.get(username="ada")
    assert user.check_password("seven wet umbrellas")
    with tenant(organization.id):
        member = Member.objects.get(user=user)
    assert (member.display_name, member.supervises) == ("Ada Reed", True)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"password": "short"}, "too short"),
        ({"slug": "not a slug"}, "slug"),
        ({"time_zone": "Mars/Olympus"}, "no time zone"),
        ({"admin": "a b!"}, "valid username"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(
    monkeypatch: pytest.MonkeyPatch, wrong: dict[str, str], said: str
) -> None:
    with pytest.raises(CommandError, match=said):
        _create(monkeypatch, **wrong)
    assert not User.objects.exists()
    with system():
        assert not Organization.objects.exists()


def test_a_taken_name_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    _create(monkeypatch)
    with pytest.raises(CommandError, match="ada is taken"):
        _create(monkeypatch, slug="other")
    with pytest.raises(CommandError, match="acme"):
        _create(monkeypatch, admin="grace")
