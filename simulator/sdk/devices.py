"""Registered browsers: every device of an identity rings, the first to accept has the call."""

from typing import TYPE_CHECKING, Any

from simulator.callbacks import Callback
from simulator.calls import Call
from simulator.sdk.token import Grant
from simulator.twiml.scope import Source

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.world import World

RESERVED = frozenset(
    {"CallSid", "AccountSid", "From", "ApiVersion", "Direction", "CallStatus", "ApplicationSid"}
)


class Device:
    """One browser. `send` puts a message on its socket; a device between sockets has a deaf one."""

    def __init__(self, key: str, grant: Grant, send: "Callable[[dict[str, Any]], None]") -> None:
        self.key = key
        self.grant = grant
        self.send = send
        self.registered = False
        self.connected = True
        self.calls: set[str] = set()

    @property
    def address(self) -> tuple[str, str]:
        """Account and identity, which is what a leg rings."""
        return self.grant.account.sid, self.grant.identity


class Devices:
    """All browsers; a Line for addresses such as `client:agent_42`."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.by_key: dict[str, Device] = {}
        self.holders: dict[str, Device] = {}
        self._ringing: dict[str, list[Device]] = {}

    def registered(self, account_sid: str, identity: str) -> list[Device]:
        """The devices that ring for an identity."""
        return [
            device
            for device in self.by_key.values()
            if device.registered and device.connected and device.address == (account_sid, identity)
        ]

    # Line

    def ring(self, call: Call) -> bool:
        """Ring every registered device of the identity; False when there is none."""
        devices = self.registered(call.account.sid, call.to.removeprefix("client:"))
        self._ringing[call.sid] = list(devices)
        for device in devices:
            device.send({"type": "incoming", "sid": call.sid} | incoming_fields(call))
        return bool(devices)

    def silence(self, call: Call) -> None:
        """Stop ringing everywhere."""
        for device in self._ringing.pop(call.sid, []):
            device.send({"type": "cancel", "sid": call.sid})

    def answered(self, call: Call) -> None:
        """Tell the browser that dialled; one that was rung knows by having accepted."""
        holder = self.holders.get(call.sid)
        if holder and call.direction == "inbound":
            holder.send({"type": "answered", "sid": call.sid})

    def ended(self, call: Call) -> None:
        """Tell the device that has the call; stop the others."""
        self.silence(call)
        holder = self.holders.pop(call.sid, None)
        if holder:
            holder.calls.discard(call.sid)
            holder.send({"type": "disconnect", "sid": call.sid, "status": call.status})

    # What browsers do

    def accept(self, device: Device, call: Call) -> None:
        """Take a ringing call; too late is a cancel."""
        ringing = self._ringing.get(call.sid, [])
        if device not in ringing or not call.pick_up():
            device.send({"type": "cancel", "sid": call.sid})
            return
        self._ringing.pop(call.sid)
        self._hold(device, call)
        device.send({"type": "accepted", "sid": call.sid})
        for other in ringing:
            if other is not device:
                other.send({"type": "cancel", "sid": call.sid})

    def reject(self, device: Device, call: Call) -> None:
        """Decline for the identity: the caller gets busy."""
        if device in self._ringing.get(call.sid, []):
            self._ringing[call.sid].remove(device)
            call.refuse("busy")

    def ignore(self, device: Device, call: Call) -> None:
        """Stop ringing here only; without anybody left it rings on until its time is over."""
        if device in self._ringing.get(call.sid, []):
            self._ringing[call.sid].remove(device)

    def hang_up(self, device: Device, call: Call) -> None:
        """End a call this device has."""
        if self.holders.get(call.sid) is device:
            call.hang_up_by_caller()

    def connect(self, device: Device, params: dict[str, str]) -> Call | None:
        """A call from the browser to its TwiML application; None when the token allows none."""
        grant = device.grant
        application = grant.account.application(grant.application_sid)
        if application is None:
            return None
        call = Call(
            self.world,
            grant.account,
            self,
            from_=f"client:{grant.identity}",
            to=params.get("To", ""),
            direction="inbound",
            status="ringing",
            callback=Callback.of(
                application.status_callback, application.status_callback_method, "", "completed"
            ),
            fallback=(application.voice_fallback_url, application.voice_fallback_method),
            extra={key: value for key, value in params.items() if key not in RESERVED}
            | {"ApplicationSid": application.sid},
        )
        self._hold(device, call)
        self.world.run_twiml(call, Source(application.voice_url, application.voice_method))
        return call

    def gone(self, device: Device) -> None:
        """The browser is closed: its calls end, and nobody can ring it."""
        if self.by_key.get(device.key) is device:
            del self.by_key[device.key]
        device.registered = device.connected = False
        for sid in list(device.calls):
            call = self.world.calls.get(sid)
            if call:
                call.hang_up_by_caller()
        for devices in self._ringing.values():
            if device in devices:
                devices.remove(device)

    def _hold(self, device: Device, call: Call) -> None:
        self.holders[call.sid] = device
        device.calls.add(call.sid)


def incoming_fields(call: Call) -> dict[str, Any]:
    """What a ringing browser is told about a call."""
    return {
        "parameters": {
            "CallSid": call.sid,
            "AccountSid": call.account.sid,
            "From": call.from_,
            "To": call.to,
            "ApiVersion": "2010-04-01",
        },
        "custom": call.client_parameters,
    }
