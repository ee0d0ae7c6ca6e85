"""Addresses of the REST interface, and what every request to it passes: weather, sign-in, error answers."""

import asyncio
import base64
import binascii
import hmac
from collections.abc import Awaitable, Callable

from aiohttp import web

from simulator.accounts import Account
from simulator.rest import calls, conferences, messages, participants, queues, recordings
from simulator.rest.errors import RestError, not_found
from simulator.rest.requests import ACCOUNT, world_of

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

ROOT = "/2010-04-01/Accounts/{account}"
CALL = ROOT + "/Calls/{call}"
CONFERENCE = ROOT + "/Conferences/{conference}"
QUEUE = ROOT + "/Queues/{queue}"


def routes() -> list[web.RouteDef]:
    """All REST routes; more specific ones first."""
    return [
        web.post(ROOT + "/Calls.json", calls.create),
        web.get(ROOT + "/Calls.json", calls.list_all),
        web.post(CALL + "/Recordings.json", recordings.start_on_call),
        web.get(CALL + "/Recordings.json", recordings.list_all),
        web.post(CALL + "/Recordings/{recording}.json", recordings.update),
        web.get(CALL + "/Recordings/{recording}.json", recordings.fetch),
        web.delete(CALL + "/Recordings/{recording}.json", recordings.delete),
        web.post(CALL + ".json", calls.update),
        web.get(CALL + ".json", calls.fetch),
        web.delete(CALL + ".json", calls.delete),
        web.get(ROOT + "/Conferences.json", conferences.list_all),
        web.post(CONFERENCE + "/Participants.json", participants.create),
        web.get(CONFERENCE + "/Participants.json", participants.list_all),
        web.post(CONFERENCE + "/Participants/{participant}.json", participants.update),
        web.get(CONFERENCE + "/Participants/{participant}.json", participants.fetch),
        web.delete(CONFERENCE + "/Participants/{participant}.json", participants.delete),
        web.get(CONFERENCE + "/Recordings.json", recordings.list_all),
        web.post(CONFERENCE + "/Recordings/{recording}.json", recordings.update),
        web.get(CONFERENCE + "/Recordings/{recording}.json", recordings.fetch),
        web.delete(CONFERENCE + "/Recordings/{recording}.json", recordings.delete),
        web.post(CONFERENCE + ".json", conferences.update),
        web.get(CONFERENCE + ".json", conferences.fetch),
        web.post(ROOT + "/Queues.json", queues.create),
        web.get(ROOT + "/Queues.json", queues.list_all),
        web.get(QUEUE + "/Members.json", queues.members),
        web.get(QUEUE + "/Members/{member}.json", queues.member),
        web.post(QUEUE + "/Members/{member}.json", queues.dequeue),
        web.post(QUEUE + ".json", queues.update),
        web.get(QUEUE + ".json", queues.fetch),
        web.delete(QUEUE + ".json", queues.delete),
        web.post(ROOT + "/Messages.json", messages.create),
        web.get(ROOT + "/Messages.json", messages.list_all),
        web.get(ROOT + "/Messages/{message}.json", messages.fetch),
        web.get(ROOT + "/Recordings.json", recordings.list_all),
        web.get(ROOT + "/Recordings/{recording}.json", recordings.fetch),
        web.delete(ROOT + "/Recordings/{recording}.json", recordings.delete),
        web.get(ROOT + "/Recordings/{recording}.wav", recordings.media),
        web.get(ROOT + "/Recordings/{recording}", recordings.media),
        web.route("*", "/2010-04-01/{rest:.*}", _unknown),
    ]


async def _unknown(request: web.Request) -> web.Response:
    not_found(request.path)


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Weather, sign-in and Twilio's error answers for everything under /2010-04-01/."""
    if not request.path.startswith("/2010-04-01/"):
        return await handler(request)
    try:
        await _weather(request)
        request[ACCOUNT] = _sign_in(request)
        return await handler(request)
    except RestError as error:
        headers = {"WWW-Authenticate": 'Basic realm="Twilio API"'} if error.status == 401 else {}
        return web.json_response(error.body(), status=error.status, headers=headers)


async def _weather(request: web.Request) -> None:
    weather = world_of(request).weather
    delay = weather.take("rest_delay", kind="rest", event=request.method, path=request.path)
    if delay:
        await asyncio.sleep(delay.ms / 1000)
    trouble = weather.take("rest_status", kind="rest", event=request.method, path=request.path)
    if trouble:
        code, text = (
            (20429, "Too Many Requests") if trouble.status == 429 else (20500, "Service is unavailable")
        )
        raise RestError(trouble.status, code, text)


def _sign_in(request: web.Request) -> Account:
    user, password = _credentials(request.headers.get("Authorization", ""))
    directory = world_of(request).directory
    named = request.path.split("/")[3] if request.path.count("/") > 2 else ""
    account = directory.account(named.removesuffix(".json"))
    if account and user in ({account.sid} | set(account.api_keys)):
        secret = account.auth_token if user == account.sid else account.api_keys[user]
        if hmac.compare_digest(secret.encode(), password.encode()):
            return account
    raise RestError(401, 20003, "Authenticate")


def _credentials(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return user, password
