"""What a REST request says: its account, its form, and the callbacks named in it."""

import re
from collections.abc import Mapping
from typing import Any

from aiohttp import web
from multidict import MultiDict

from simulator.accounts import Account
from simulator.callbacks import Callback
from simulator.rest.errors import RestError, missing
from simulator.world import World

WORLD: web.AppKey[World] = web.AppKey("world", World)
ACCOUNT: web.RequestKey[Account] = web.RequestKey("account", Account)
E164 = re.compile(r"\+[1-9]\d{6,14}")
CLIENT = re.compile(r"client:[^\s]{1,256}")


class Form:
    """Posted parameters; names that are not known are tolerated."""

    def __init__(self, values: "MultiDict[str]") -> None:
        self.values = values

    def text(self, name: str, default: str = "") -> str:
        """The last value of a parameter."""
        values = self.values.getall(name, [])
        return values[-1] if values else default

    def given(self, name: str) -> bool:
        """Whether the parameter was sent at all."""
        return name in self.values

    def required(self, name: str) -> str:
        """The value, or a 400."""
        return self.text(name) or missing(name)

    def flag(self, name: str, default: bool = False) -> bool:
        """A boolean; 400 for anything but true and false."""
        if not self.given(name):
            return default
        value = self.text(name).lower()
        if value not in {"true", "false"}:
            raise RestError(400, 20001, f"Parameter '{name}' is not valid")
        return value == "true"

    def whole(self, name: str, default: int) -> int:
        """A whole number; 400 for anything else."""
        if not self.given(name):
            return default
        if not self.text(name).isdigit():
            raise RestError(400, 20001, f"Parameter '{name}' is not valid")
        return int(self.text(name))

    def url(self, name: str, code: int = 21205) -> str:
        """An absolute http(s) address or nothing; 400 for anything else."""
        value = self.text(name)
        if value and not re.match(r"https?://[^\s/]+", value):
            raise RestError(400, code, f"Url is not a valid URL: {value}")
        return value

    def callback(self, prefix: str, default: str) -> Callback | None:
        """The callback `<prefix>` with its Method and Event parameters."""
        # Each event is its own repeated parameter; one with spaces is understood too.
        events = " ".join(self.values.getall(f"{prefix}Event", []))
        return Callback.of(self.url(prefix, 21609), self.text(f"{prefix}Method"), events, default)


async def form(request: web.Request) -> Form:
    """The posted form of a request; 400 for a body in another format."""
    data = await request.post()
    return Form(MultiDict((key, value) for key, value in data.items() if isinstance(value, str)))


def world_of(request: web.Request) -> World:
    """The carrier's state."""
    return request.app[WORLD]


def account_of(request: web.Request) -> Account:
    """The account that signed in for this request."""
    return request[ACCOUNT]


def check_destination(to: str) -> None:
    """400 with 21211 unless `to` is an E.164 number or a client."""
    if not (E164.fullmatch(to) or CLIENT.fullmatch(to)):
        raise RestError(400, 21211, f"The phone number you are attempting to call, {to}, is not valid.")


def check_origin(account: Account, from_: str, to: str) -> None:
    """400 with 21210 unless the number shown to a telephone is the account's; browsers may be shown any."""
    if to.startswith("client:") or from_.startswith("client:") or account.owns(from_):
        return
    raise RestError(
        400,
        21210,
        f"The source phone number provided, {from_}, is not yet verified for your account. "
        "You may only make calls from phone numbers that you've verified or purchased from Twilio.",
    )


def answer(body: dict[str, Any], status: int = 200) -> web.Response:
    """A JSON answer."""
    return web.json_response(body, status=status)


def page(request: web.Request, key: str, items: list[dict[str, Any]]) -> web.Response:
    """One page of a list, with Twilio's paging fields."""
    query = request.query
    size = min(max(_number(query, "PageSize", 50), 1), 1000)
    index = _number(query, "Page", 0)
    path = request.path

    def uri(number: int) -> str:
        others = "".join(
            f"&{name}={value}"
            for name, value in query.items()
            if name not in {"Page", "PageSize", "PageToken"}
        )
        return f"{path}?PageSize={size}&Page={number}{others}"

    chosen = items[index * size : (index + 1) * size]
    more = (index + 1) * size < len(items)
    return answer(
        {
            key: chosen,
            "page": index,
            "page_size": size,
            "start": index * size,
            "end": index * size + max(len(chosen) - 1, 0),
            "uri": uri(index),
            "first_page_uri": uri(0),
            "next_page_uri": uri(index + 1) if more else None,
            "previous_page_uri": uri(index - 1) if index else None,
        }
    )


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, "")
    return int(text) if text.isdigit() else default
