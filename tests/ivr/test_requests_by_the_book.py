"""Every REST request we make is one that Twilio's published OpenAPI allows.

The description is not ours to ship: `TWILIO_OPENAPI` names it, or it lies in a folder beside the checkout.
"""

import json
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
from openapi_core import OpenAPI
from openapi_core.testing import MockRequest

from foundation.tenancy import tenant
from foundation.twilio_gateway import Carrier
from ivr.actions import hang_up_call, hold_call, mute_call, resume_call
from tests.ivr.line import Line
from tests.ivr.test_a_call import connected_call

NAME = "twilio_api_v2010.json"
BESIDE = Path(__file__).resolve().parents[3]
LISTS = {"StatusCallbackEvent", "ConferenceStatusCallbackEvent"}


def description() -> Path | None:
    named = os.environ.get("TWILIO_OPENAPI")
    if named:
        return Path(named)
    return next(iter(BESIDE.glob(f"*/twilio/{NAME}")), None)


@pytest.fixture(scope="module")
def book() -> tuple[OpenAPI, dict[str, Any]]:
    found = description()
    if found is None:
        pytest.skip(f"{NAME} is neither beside the checkout nor named by TWILIO_OPENAPI")
    spec = json.loads(found.read_text())
    kept = {path: spec["paths"][path] for path in spec["paths"] if _used(path)}
    for operations in kept.values():
        body = operations.get("post", {}).get("requestBody")
        for media in (body or {"content": {}})["content"].values():
            media["encoding"] = {name: {"style": "form", "explode": True} for name in LISTS}
    return OpenAPI.from_dict(spec | {"paths": kept}), kept


def _used(path: str) -> bool:
    return path.endswith(
        ("/Calls/{Sid}.json", "/Participants.json", "/Participants/{CallSid}.json", "/Conferences/{Sid}.json")
    )


def _form_of(kept: dict[str, Any], request: SimpleNamespace) -> dict[str, Any]:
    """The properties the description knows for this request's body."""
    path = next(path for path in kept if _fits(path, request.path))
    media = next(iter(kept[path]["post"]["requestBody"]["content"].values()))
    properties: dict[str, Any] = media["schema"]["properties"]
    return properties


def _fits(pattern: str, path: str) -> bool:
    ours, theirs = path.split("?")[0].split("/"), pattern.split("/")
    return len(ours) == len(theirs) and all(
        their.startswith("{") or our == their for our, their in zip(ours, theirs, strict=True)
    )


def test_every_request_is_by_the_book(line: Line, book: tuple[OpenAPI, dict[str, Any]]) -> None:
    openapi, kept = book
    call = connected_call(line)
    for command in (hold_call, resume_call, mute_call, hang_up_call):
        with tenant(line.organization_id):
            command(call.session.interaction_id, member=line.cast.ana)
        line.pump()
    carrier = Carrier(line.number.account)
    carrier.remove_participant(call.session.conference_sid, call.sid)
    carrier.fetch_call(call.sid)
    seen = {(request.method, request.path.split("/")[-1][:2]) for request in line.carrier.requests}
    assert len(line.carrier.requests) >= 8, seen
    for request in line.carrier.requests:
        if request.method == "POST":
            assert set(request.form) <= set(_form_of(kept, request)), request.path
            assert request.form, "an empty form says nothing"
        openapi.validate_request(
            MockRequest(
                "https://api.twilio.com",
                request.method.lower(),
                request.path.split("?")[0],
                headers={"Authorization": request.authorization},
                data=urlencode(_lowered(request.form), doseq=True).encode(),
                content_type="application/x-www-form-urlencoded",
            )
        )


def _lowered(form: dict[str, list[str]]) -> dict[str, list[str]]:
    """The library writes True where the description says true; Twilio takes both."""
    return {
        key: [text.lower() if text in {"True", "False"} else text for text in values]
        for key, values in form.items()
    }
