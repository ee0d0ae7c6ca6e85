"""The socket between a browser's `Twilio.Device` and the carrier."""

import asyncio
import contextlib
import json
import time
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web

from simulator.rest.requests import world_of
from simulator.sdk.devices import Device
from simulator.sdk.token import Grant, TokenRefused, verify
from simulator.world import World

SCRIPT = Path(__file__).parent / "device.js"
HEARTBEAT_SECONDS = 20.0
# A browser that lost its socket may come back to its calls for this long.
GRACE_SECONDS = 5.0
ERRORS = {
    "no_application": (31002, "ConnectionDeclined", "The token allows no outgoing calls."),
    "too_many": (31204, "JWTInvalid", "The socket must begin with a token."),
}


async def script(request: web.Request) -> web.StreamResponse:
    """The stand-in for Twilio's script."""
    return web.FileResponse(SCRIPT, headers={"Cache-Control": "no-cache", "Content-Type": "text/javascript"})


def _error(code: int, name: str, text: str, sid: str = "") -> dict[str, Any]:
    return {"type": "error", "code": code, "name": name, "message": text, "sid": sid}


class Conversation:
    """One socket of one device."""

    def __init__(self, world: World, socket: web.WebSocketResponse) -> None:
        self.world = world
        self.socket = socket
        self.outbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.device: Device | None = None
        self._expiry: asyncio.TimerHandle | None = None
        self.polite = False

    async def run(self) -> None:
        """Speak until the socket closes."""
        writer = asyncio.create_task(self._write())
        try:
            async for message in self.socket:
                if message.type is WSMsgType.TEXT:
                    self._read(message.data)
        finally:
            self._leave()
            writer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await writer

    async def _write(self) -> None:
        while True:
            message = await self.outbox.get()
            with contextlib.suppress(ConnectionError):
                await self.socket.send_json(message)

    def _read(self, text: str) -> None:
        try:
            message = json.loads(text)
        except ValueError:
            return
        if not isinstance(message, dict):
            return
        kind = str(message.get("type", ""))
        if kind == "hello":
            self._hello(message)
        elif self.device is None:
            self.outbox.put_nowait(_error(*ERRORS["too_many"]))
        else:
            self._obey(self.device, kind, message)

    # Signing in

    def _hello(self, message: dict[str, Any]) -> None:
        try:
            grant = verify(self.world.directory, str(message.get("token", "")))
        except TokenRefused as refused:
            self.outbox.put_nowait(_error(refused.code, refused.name, refused.detail))
            return
        key, devices = str(message.get("key", "")), self.world.devices
        device = devices.by_key.get(key)
        if device is None or device.address != (grant.account.sid, grant.identity):
            device = Device(key, grant, self.outbox.put_nowait)
            devices.by_key[key] = device
        device.send, device.connected = self.outbox.put_nowait, True
        self.device = device
        self._take(device, grant)
        self.outbox.put_nowait(
            {
                "type": "connected",
                "identity": grant.identity,
                "ttl": self._ttl(grant),
                "calls": sorted(device.calls),
            }
        )

    def _take(self, device: Device, grant: Grant) -> None:
        device.grant = grant
        if self._expiry:
            self._expiry.cancel()
        self._expiry = asyncio.get_running_loop().call_later(self._ttl(grant), self._expired, device)

    @staticmethod
    def _ttl(grant: Grant) -> float:
        return max(0.0, grant.expires_at - time.time())

    def _expired(self, device: Device) -> None:
        device.registered = False
        device.send(_error(20104, "AccessTokenExpired", "The token has expired."))

    def _new_token(self, device: Device, token: str) -> None:
        try:
            grant = verify(self.world.directory, token)
        except TokenRefused as refused:
            device.send(_error(refused.code, refused.name, refused.detail))
            return
        self._take(device, grant)
        device.send({"type": "token", "ttl": self._ttl(grant)})

    # What the browser asks

    def _obey(self, device: Device, kind: str, message: dict[str, Any]) -> None:
        devices = self.world.devices
        if kind == "register":
            self._register(device)
        elif kind == "unregister":
            device.registered = False
            device.send({"type": "unregistered"})
        elif kind == "token":
            self._new_token(device, str(message.get("token", "")))
        elif kind == "connect":
            self._connect(device, message)
        elif kind == "bye":
            self.polite = True
            devices.gone(device)
        else:
            self._about_a_call(device, kind, message)

    def _register(self, device: Device) -> None:
        if not device.grant.incoming:
            device.send(_error(31207, "JWTInvalid", "The token allows no incoming calls."))
            return
        device.registered = True
        device.send({"type": "registered"})

    def _connect(self, device: Device, message: dict[str, Any]) -> None:
        raw = message.get("params")
        params = {str(key): str(value) for key, value in raw.items()} if isinstance(raw, dict) else {}
        call = self.world.devices.connect(device, params)
        ticket = str(message.get("ticket", ""))
        if call is None:
            device.send(_error(*ERRORS["no_application"], sid=ticket))
            return
        device.send({"type": "dialled", "ticket": ticket, "sid": call.sid, "from": call.from_, "to": call.to})

    def _about_a_call(self, device: Device, kind: str, message: dict[str, Any]) -> None:
        devices, call = self.world.devices, self.world.calls.get(str(message.get("sid", "")))
        if call is None or call.account.sid != device.grant.account.sid:
            return
        if kind == "accept":
            devices.accept(device, call)
        elif kind == "reject":
            devices.reject(device, call)
        elif kind == "ignore":
            devices.ignore(device, call)
        elif devices.holders.get(call.sid) is not device:
            return
        elif kind == "hangup":
            devices.hang_up(device, call)
        elif kind == "digits":
            call.press("".join(key for key in str(message.get("digits", "")) if key in "0123456789*#"))

    # Going

    def _leave(self) -> None:
        if self._expiry:
            self._expiry.cancel()
        device = self.device
        if device is None or self.polite or device.send != self.outbox.put_nowait:
            return
        device.connected = False
        self.world.spawn(self._grace(device))

    async def _grace(self, device: Device) -> None:
        await asyncio.sleep(self.world.settings.seconds(GRACE_SECONDS) if device.calls else 0)
        if not device.connected:
            self.world.devices.gone(device)


async def endpoint(request: web.Request) -> web.StreamResponse:
    """GET /carrier/sdk/ws"""
    socket = web.WebSocketResponse(heartbeat=HEARTBEAT_SECONDS)
    await socket.prepare(request)
    await Conversation(world_of(request), socket).run()
    return socket


def routes() -> list[web.RouteDef]:
    """The script and its socket."""
    return [web.get("/carrier/sdk/device.js", script), web.get("/carrier/sdk/ws", endpoint)]
