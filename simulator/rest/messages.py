"""Messages: send one, look at them."""

from typing import Any

from aiohttp import web

from simulator.clock import rfc2822
from simulator.messages import LONGEST, Message, Unsubscribed
from simulator.rest.errors import RestError, not_found
from simulator.rest.requests import E164, account_of, answer, form, page, world_of
from simulator.rest.shapes import ROOT


def shape(message: Message) -> dict[str, Any]:
    """A message resource."""
    return {
        "sid": message.sid,
        "account_sid": message.account.sid,
        "date_created": rfc2822(message.created_at),
        "date_updated": rfc2822(message.created_at),
        "date_sent": rfc2822(message.created_at),
        "messaging_service_sid": None,
        "from": message.from_,
        "to": message.to,
        "body": message.body,
        "status": message.status,
        "direction": message.direction,
        "num_segments": str(message.segments),
        "num_media": "0",
        "error_code": None,
        "error_message": None,
        "price": None,
        "price_unit": "USD",
        "api_version": "2010-04-01",
        "uri": f"{ROOT}/{message.account.sid}/Messages/{message.sid}.json",
        "subresource_uris": {},
    }


async def create(request: web.Request) -> web.Response:
    """Write to a telephone; 21610 when it has said stop to the number."""
    account, data = account_of(request), await form(request)
    to, from_, body = data.required("To"), data.required("From"), data.text("Body")
    if not E164.fullmatch(to):
        raise RestError(400, 21211, f"The 'To' number {to} is not a valid phone number.")
    if not account.owns(from_):
        raise RestError(400, 21606, f"The 'From' phone number provided ({from_}) is not yours.")
    if not body:
        raise RestError(400, 21602, "Message body is required.")
    if len(body) > LONGEST:
        raise RestError(400, 21617, f"The message body exceeds {LONGEST} characters.")
    try:
        sent = world_of(request).messages.send(
            account, from_, to, body, callback=data.url("StatusCallback", 21609)
        )
    except Unsubscribed as error:
        raise RestError(400, 21610, "Attempt to send to unsubscribed recipient") from error
    return answer(shape(sent), 201)


async def list_all(request: web.Request) -> web.Response:
    """The account's messages, newest first; `To` and `From` narrow."""
    account = account_of(request)
    rows = [shape(one) for one in reversed(world_of(request).messages.all) if one.account.sid == account.sid]
    for name in ("To", "From"):
        if name in request.query:
            rows = [row for row in rows if row[name.lower()] == request.query[name]]
    return page(request, "messages", rows)


async def fetch(request: web.Request) -> web.Response:
    """One message."""
    found = world_of(request).messages.find(account_of(request), request.match_info["message"])
    return answer(shape(found or not_found(request.path)))
