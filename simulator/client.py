"""A small client of the control interface, for tests and scripts."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import requests

POLL_SECONDS = 0.02


class SimulatorError(Exception):
    """The carrier refused; the message says why."""


@dataclass
class PhoneCall:
    """One leg, seen from the telephone's side."""

    client: "SimulatorClient"
    sid: str

    def look(self) -> dict[str, Any]:
        """Everything about the call now: state, transcript, gather, queue, conference, requests."""
        return self.client.get(f"calls/{self.sid}")

    @property
    def state(self) -> str:
        """ringing speaking listening recording dialling in-queue waiting connected on-hold ended."""
        return str(self.look()["state"])

    def transcript(self, *kinds: str) -> list[str]:
        """Texts of the transcript, all or of some kinds (say, play, keys, speech, state, beep, error)."""
        lines = self.look()["transcript"]
        return [line["text"] for line in lines if not kinds or line["kind"] in kinds]

    def heard(self) -> str:
        """All that was said to the caller, in one string."""
        return "\n".join(self.transcript("say"))

    def wait_until(self, test: Callable[[dict[str, Any]], Any], timeout: float = 10.0) -> dict[str, Any]:
        """Look until `test` is true of the call; TimeoutError shows the call as it was."""
        deadline = time.monotonic() + timeout
        while True:
            view = self.look()
            if test(view):
                return view
            if time.monotonic() > deadline:
                raise TimeoutError(f"still {view['state']} after {timeout} s: {_summary(view)}")
            time.sleep(POLL_SECONDS)

    def wait_state(self, *states: str, timeout: float = 10.0) -> dict[str, Any]:
        """Wait for one of the states."""
        return self.wait_until(lambda view: view["state"] in states, timeout)

    def wait_text(self, text: str, timeout: float = 10.0) -> dict[str, Any]:
        """Wait until `text` was said to the caller (letter case does not matter)."""
        wanted = text.lower()

        def said(view: dict[str, Any]) -> bool:
            return any(
                line["kind"] == "say" and wanted in line["text"].lower() for line in view["transcript"]
            )

        return self.wait_until(said, timeout)

    def wait_gather(self, timeout: float = 10.0) -> dict[str, Any]:
        """Wait until keys or words are listened for."""
        return self.wait_until(lambda view: view["gather"], timeout)

    def press(self, digits: str, timeout: float = 10.0) -> None:
        """Press keys as soon as somebody listens; SimulatorError when none of them was taken."""
        self.wait_until(lambda view: view["gather"] or view["recording"], timeout)
        if not self.client.post(f"calls/{self.sid}/digits", {"digits": digits})["accepted"]:
            raise SimulatorError(f"nobody listened for {digits}")

    def say(self, text: str, confidence: float | None = 0.9, timeout: float = 10.0) -> None:
        """Say something as soon as somebody listens; SimulatorError when words were not wanted."""
        self.wait_until(lambda view: view["gather"] or view["recording"], timeout)
        spoken = self.client.post(f"calls/{self.sid}/speech", {"text": text, "confidence": confidence})
        if not spoken["accepted"]:
            raise SimulatorError("nobody listened for words")

    def answer(self) -> None:
        """Pick up a ringing leg."""
        self.client.post(f"calls/{self.sid}/answer")

    def refuse(self) -> None:
        """Decline a ringing leg."""
        self.client.post(f"calls/{self.sid}/refuse")

    def hang_up(self) -> None:
        """Put the receiver down."""
        self.client.post(f"calls/{self.sid}/hangup")


def _summary(view: dict[str, Any]) -> str:
    lines = [f"{line['kind']}: {line['text']}" for line in view["transcript"]]
    sent = [
        f"{entry['method']} {entry['url']} -> {entry['status']} {entry['error']}"
        for entry in view["requests"]
    ]
    return "\n".join([*lines, *sent])


class SimulatorClient:
    """The control interface at `base_url`, e.g. http://127.0.0.1:8010."""

    def __init__(self, base_url: str, timeout: float = 30.0) -> None:
        self.base_url = base_url.rstrip("/")
        self.timeout = timeout
        self.http = requests.Session()

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        """GET a control path."""
        return self._read(self.http.get(self._url(path), params=query, timeout=self.timeout))

    def post(self, path: str, data: dict[str, Any] | None = None) -> dict[str, Any]:
        """POST JSON to a control path."""
        return self._read(self.http.post(self._url(path), json=data or {}, timeout=self.timeout))

    def _url(self, path: str) -> str:
        return f"{self.base_url}/carrier/control/{path}"

    @staticmethod
    def _read(response: requests.Response) -> dict[str, Any]:
        if response.status_code >= 400:
            raise SimulatorError(f"{response.status_code} {response.url}: {response.text[:500]}")
        body: dict[str, Any] = response.json()
        return body

    # Telephones

    def call(self, *, to: str, from_: str = "", from_name: str = "", account: str = "") -> PhoneCall:
        """Dial a company's number; an empty `from_` withholds the caller's number."""
        data = {"from": from_, "to": to, "from_name": from_name, "account": account}
        return PhoneCall(self, self.post("calls", data)["sid"])

    def text(self, body: str, *, to: str, from_: str) -> dict[str, Any]:
        """Write a text to a company's number."""
        return self.post("messages", {"from": from_, "to": to, "body": body})

    def messages(self, number: str = "") -> list[dict[str, Any]]:
        """All texts, the oldest first; those of one telephone."""
        rows: list[dict[str, Any]] = self.get("messages", number=number)["messages"]
        return rows

    def calls(self, **filters: str) -> list[dict[str, Any]]:
        """All calls, newest first; narrowed by from_, to, state or direction."""
        query = {name.rstrip("_"): value for name, value in filters.items()}
        rows: list[dict[str, Any]] = self.get("calls", **query)["calls"]
        return rows

    def wait_incoming(self, number: str, timeout: float = 10.0) -> PhoneCall:
        """Wait until a call rings at an outside number."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            for row in self.calls(to=number, state="ringing"):
                return PhoneCall(self, row["sid"])
            time.sleep(POLL_SECONDS)
        raise TimeoutError(f"nothing rings at {number}")

    def wait_until_over(self, sid: str, timeout: float = 10.0) -> dict[str, Any]:
        """Wait until a leg known by its sid has ended."""
        return PhoneCall(self, sid).wait_state("ended", timeout=timeout)

    def set_policy(self, number: str, outcome: str, after: float = 0) -> None:
        """Let a number answer, be busy, fail or not answer by itself."""
        self.post("policies", {"number": number, "outcome": outcome, "after": after})

    # The world

    def requests(self, **filters: Any) -> list[dict[str, Any]]:
        """Webhooks sent; narrowed by after, call_sid, conference_sid, kind or event."""
        rows: list[dict[str, Any]] = self.get("requests", **filters)["requests"]
        return rows

    def alerts(self) -> list[dict[str, Any]]:
        """What Twilio's debugger would show; empty when all TwiML was good."""
        rows: list[dict[str, Any]] = self.get("alerts")["alerts"]
        return rows

    def devices(self) -> list[dict[str, Any]]:
        """Browsers connected as telephones."""
        rows: list[dict[str, Any]] = self.get("devices")["devices"]
        return rows

    def set_weather(self, *rules: dict[str, Any]) -> None:
        """Replace the weather, e.g. {"effect": "duplicate", "kinds": ["status"]}; no rule is clean."""
        self.post("weather", {"rules": list(rules)})

    def set_speed(self, **settings: float) -> None:
        """Change speech_rate, time_scale, ring_buffer or wait_interval."""
        self.post("settings", settings)

    def settle(self) -> None:
        """Wait until no notification is on its way."""
        self.get("settled")

    def reset(self) -> None:
        """Hang everybody up and forget everything."""
        self.post("reset")

    def healthy(self) -> bool:
        """Whether the carrier answers."""
        try:
            return self.http.get(f"{self.base_url}/carrier/healthz", timeout=self.timeout).ok
        except requests.RequestException:
            return False
