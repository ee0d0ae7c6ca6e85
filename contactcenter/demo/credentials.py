"""Passwords, API clients and the files that tell them: random for every installation, kept between runs."""

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from accounts.models import User
from contactcenter.demo.company import Company
from contactcenter.demo.names import PASSWORD_WORDS
from partners.actions.clients import create_api_client, rotate_api_client_secret
from partners.models import ApiClient


def read_file(path: Path) -> dict[str, Any]:
    """What an earlier run wrote; empty when there is none or it cannot be read."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_file(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON that only its owner may read, whole or not at all."""
    half = path.with_name(f"{path.name}.half")
    half.unlink(missing_ok=True)
    handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=2, ensure_ascii=False)
        file.write("\n")
    half.replace(path)


def readable_password() -> str:
    """Four words and two digits, such as amber-quiet-harbour-sage-42: some 33 bits, and easy to type."""
    words = "-".join(secrets.choice(PASSWORD_WORDS) for _ in range(4))
    return f"{words}-{secrets.randbelow(90) + 10}"


def give_logins(company: Company, before: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Make sure that the demo's people can sign in; their passwords of an earlier run stay."""
    logins = {}
    for person in company.plan.people:
        if not person.login:
            continue
        user = User.objects.get(id=company.member(person.username).user_id)
        password = str(before.get(person.login, {}).get("password", "")) or readable_password()
        if not user.check_password(password):
            user.set_password(password)
            user.save(update_fields=["password"])
        logins[person.login] = {"username": user.username, "password": password}
    return logins


def give_client(company: Company, before: Mapping[str, Any], base_url: str) -> dict[str, str]:
    """Make sure that the partner's own system can sign in; its secret of an earlier run stays."""
    client_id, secret = str(before.get("client_id", "")), str(before.get("client_secret", ""))
    known = ApiClient.objects.filter(partner=company.partner, is_active=True).order_by("id").first()
    if known is None:
        client, secret = create_api_client(company.partner, name=f"{company.partner.name} system")
        client_id = client.client_id
    elif known.client_id != client_id or not secret:
        known, secret = rotate_api_client_secret(known.client_id)
        client_id = known.client_id
    return {
        "client_id": client_id,
        "client_secret": secret,
        "token_url": f"{base_url}/api/v1/oauth/token/",
        "api_url": f"{base_url}/api/v1/",
    }
