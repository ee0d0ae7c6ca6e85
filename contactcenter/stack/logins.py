"""demo.json: who may sign in to the demo, and the addresses that belong to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from contactcenter.stack.places import DataFolder, write_private

FILE = "demo.json"
_WHAT = {
    "agent": "takes calls",
    "agent2": "takes calls",
    "supervisor": "watches the floor",
    "partner_agent": "takes calls at the partner",
    "admin": "sets things up",
    "outsider": "works at the other company",
}


def complete_logins(data: DataFolder, base_url: str) -> dict[str, Any]:
    """Add this start's addresses to what the seed wrote and return all of it."""
    logins = data.read_json(FILE)
    logins["base_url"] = base_url
    logins["live_url"] = "ws" + base_url.removeprefix("http") + "/live/"
    write_private(data.path / FILE, json.dumps(logins, indent=2) + "\n")
    return logins


def table(logins: Mapping[str, Any], phone_page_url: str) -> str:
    """Return the lines that tell a person where to go and how to sign in."""
    users: Mapping[str, Mapping[str, str]] = logins.get("users", {})
    if not users:
        return "Nobody can sign in yet: source env.sh of the data folder and run manage.py create_company."
    rows = [("who", "user name", "password", "")]
    rows += [(role, user["username"], user["password"], _WHAT.get(role, "")) for role, user in users.items()]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, [*widths, 0], strict=True)) for row in rows
    ]
    number = logins.get("twilio", {}).get("number", "")
    if phone_page_url:
        lines.append(f"\nTelephone: {logins['base_url']}{phone_page_url}  Call {number}")
    return "\n".join(line.rstrip() for line in lines)
