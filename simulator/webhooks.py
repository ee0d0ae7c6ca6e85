"""Requests to the customer's addresses: signed, retried as the address asks, logged, and weathered."""

import asyncio
import itertools
import logging
import time
import uuid
from collections import deque
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urldefrag, urlencode, urljoin

import aiohttp
from yarl import URL

from simulator.accounts import Account
from simulator.clock import now
from simulator.settings import Settings
from simulator.sids import new_sid
from simulator.signature import sign
from simulator.weather import Weather

logger = logging.getLogger(__name__)

MAX_BODY = 64 * 1024
MAX_REDIRECTS = 10
LOG_LENGTH = 20_000


class WebhookFailed(Exception):
    """The customer's server gave no usable answer; `code` is Twilio's error number."""

    def __init__(self, code: int, url: str, detail: str) -> None:
        super().__init__(f"{code} at {url}: {detail}")
        self.code = code
        self.url = url
        self.detail = detail


@dataclass(frozen=True)
class Overrides:
    """Time-outs in seconds and retries, from the `#ct=…&rc=…` fragment of an address."""

    connect: float = 5.0
    read: float = 15.0
    total: float = 15.0
    retries: int = 1
    policy: frozenset[str] = frozenset({"ct"})

    @classmethod
    def of(cls, url: str) -> "Overrides":
        """The overrides an address asks for, each within Twilio's limits; nonsense is ignored."""
        given = {key: values[-1] for key, values in parse_qs(urldefrag(url).fragment).items()}

        def number(key: str, low: int, high: int, default: int) -> int:
            text = given.get(key, "")
            return min(max(int(text), low), high) if text.isdigit() else default

        return cls(
            connect=number("ct", 100, 10_000, 5_000) / 1000,
            read=number("rt", 100, 15_000, 15_000) / 1000,
            total=number("tt", 100, 15_000, 15_000) / 1000,
            retries=number("rc", 0, 5, 1),
            policy=frozenset(given.get("rp", "ct").split(",")),
        )

    def retry_on(self, status: int | None, error: str) -> bool:
        """Whether an outcome asks for another attempt under the retry policy."""
        happened = {error} if error else set()
        if status and status >= 400:
            happened.add("4xx" if status < 500 else "5xx")
        return bool(happened) and ("all" in self.policy or bool(happened & self.policy))


@dataclass
class Outgoing:
    """One webhook to be sent. `kind` is voice, status, conference, recording, media or message."""

    account: Account
    url: str
    params: Mapping[str, str]
    kind: str
    method: str = "POST"
    event: str = ""
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = field(default_factory=lambda: str(uuid.uuid4()))


@dataclass(frozen=True)
class Answer:
    """What came back: never an exception for a bad status, which the asker judges."""

    status: int
    content_type: str
    body: bytes
    url: str


class Webhooks:
    """All requests out: `fetch` waits for an answer, `notify` sends aside, in order per stream."""

    def __init__(self, settings: Settings, weather: Weather) -> None:
        self.settings = settings
        self.weather = weather
        self.log: deque[dict[str, Any]] = deque(maxlen=LOG_LENGTH)
        self._numbers = itertools.count(1)
        self._client: aiohttp.ClientSession | None = None
        self._tails: dict[str, asyncio.Task[None]] = {}
        self._held: list[Outgoing] = []
        self._tasks: set[asyncio.Task[Any]] = set()

    async def close(self) -> None:
        """Stop what is under way and close connections."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._client:
            await self._client.close()

    async def settled(self) -> None:
        """Return when no notification is on its way."""
        while self._tasks:
            await asyncio.wait(list(self._tasks))

    @property
    def idle(self) -> bool:
        """Whether nothing is on its way."""
        return not self._tasks

    # Asking and waiting

    async def fetch(self, outgoing: Outgoing) -> Answer:
        """The answer with status 200; WebhookFailed for every other outcome."""
        answer = await self._weathered(outgoing)
        if answer is None:
            raise WebhookFailed(11205, outgoing.url, "no connection or no answer in time")
        if answer.status != 200:
            raise WebhookFailed(11200, outgoing.url, f"status {answer.status}")
        if len(answer.body) > MAX_BODY and "audio" not in answer.content_type:
            raise WebhookFailed(11750, outgoing.url, "body over 64 kB")
        return answer

    async def ask(self, outgoing: Outgoing) -> Answer | None:
        """The answer, whatever its status; None when there was none."""
        return await self._weathered(outgoing)

    def aside(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Do in the background what is settled only when it has ended."""
        self._spawn(coroutine)

    def notify(self, outgoing: Outgoing, stream: str) -> None:
        """Send in the background; requests of one stream keep their order in clean weather."""
        rule = self.weather.take("reorder", kind=outgoing.kind, event=outgoing.event, path=outgoing.url)
        if rule:
            self._hold(outgoing, rule.ms)
            return
        previous = self._tails.get(stream)
        task = self._spawn(self._after(previous, outgoing))
        self._tails[stream] = task
        task.add_done_callback(lambda done: self._forget(stream, done))

    def _forget(self, stream: str, task: "asyncio.Task[None]") -> None:
        if self._tails.get(stream) is task:
            del self._tails[stream]

    async def _after(self, previous: "asyncio.Task[None] | None", outgoing: Outgoing) -> None:
        if previous is not None:
            await asyncio.wait([previous])
        await self._weathered(outgoing)

    def _hold(self, outgoing: Outgoing, milliseconds: int) -> None:
        self._held.append(outgoing)
        if len(self._held) == 1:
            self._spawn(self._release(milliseconds / 1000))

    async def _release(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        held, self._held = self._held, []
        for outgoing in reversed(held):
            await self._weathered(outgoing)

    def _spawn(self, coroutine: Any) -> "asyncio.Task[Any]":
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    # Weather

    async def _weathered(self, outgoing: Outgoing) -> Answer | None:
        def happens(effect: str) -> Any:
            return self.weather.take(effect, kind=outgoing.kind, event=outgoing.event, path=outgoing.url)

        if happens("drop"):
            self._record(outgoing, None, "dropped by weather", 0.0, 0, ["drop"])
            return None
        delay = happens("delay")
        if delay:
            await asyncio.sleep(delay.ms / 1000)
        effects = ["delay"] if delay else []
        forged = bool(happens("bad_signature"))
        if happens("duplicate"):
            self._spawn(self._attempts(outgoing, [*effects, "duplicate"], forged))
        return await self._attempts(outgoing, effects, forged)

    # Sending

    async def _attempts(self, outgoing: Outgoing, effects: list[str], forged: bool) -> Answer | None:
        overrides = Overrides.of(outgoing.url)
        answer: Answer | None = None
        for attempt in range(1 + overrides.retries):
            started = time.monotonic()
            answer, error = await self._once(outgoing, overrides, forged)
            status = answer.status if answer else None
            self._record(outgoing, answer, error, time.monotonic() - started, attempt, effects)
            if not overrides.retry_on(status, error):
                break
        return answer

    async def _once(
        self, outgoing: Outgoing, overrides: Overrides, forged: bool
    ) -> tuple[Answer | None, str]:
        try:
            async with asyncio.timeout(overrides.total):
                return await self._follow(outgoing, overrides, forged), ""
        except aiohttp.ConnectionTimeoutError:
            return None, "ct"
        except TimeoutError:
            return None, "rt"
        except (aiohttp.ClientError, OSError, ValueError) as error:
            logger.info("webhook to %s failed: %r", outgoing.url, error)
            return None, "ct"

    async def _follow(self, outgoing: Outgoing, overrides: Overrides, forged: bool) -> Answer:
        url, method, params = urldefrag(outgoing.url).url, outgoing.method.upper(), dict(outgoing.params)
        for _ in range(MAX_REDIRECTS):
            answer, location = await self._send(outgoing, url, method, params, overrides, forged)
            if not location:
                return answer
            url, method, params = urljoin(url, location), "GET", {}
        return answer

    async def _send(
        self,
        outgoing: Outgoing,
        url: str,
        method: str,
        params: dict[str, str],
        overrides: Overrides,
        forged: bool,
    ) -> tuple[Answer, str]:
        body: bytes | None = urlencode(params).encode()
        if method == "GET":
            body = None
            if params:
                url += ("&" if "?" in url else "?") + urlencode(params)
        signed = params.items() if method == "POST" else ()
        headers = {
            "X-Twilio-Signature": sign("wrong" if forged else outgoing.account.auth_token, url, signed),
            "I-Twilio-Idempotency-Token": outgoing.token,
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
        }
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
        if outgoing.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in outgoing.cookies.items())
        timeout = aiohttp.ClientTimeout(
            total=overrides.total, sock_connect=overrides.connect, sock_read=overrides.read
        )
        request = self._session().request(
            method, URL(url, encoded=True), data=body, headers=headers, timeout=timeout, allow_redirects=False
        )
        async with request as response:
            outgoing.cookies.update(_cookies(response.cookies))
            content = await response.read()
            location = response.headers.get("Location", "") if 300 <= response.status < 400 else ""
            return Answer(response.status, response.content_type, content, url), location

    def _session(self) -> aiohttp.ClientSession:
        if self._client is None:
            # Cookies are kept per call, not per carrier; connections are many because calls are many.
            self._client = aiohttp.ClientSession(
                cookie_jar=aiohttp.DummyCookieJar(), connector=aiohttp.TCPConnector(limit=256)
            )
        return self._client

    def _record(
        self,
        outgoing: Outgoing,
        answer: Answer | None,
        error: str,
        seconds: float,
        attempt: int,
        effects: list[str],
    ) -> None:
        self.log.append(
            {
                "id": next(self._numbers),
                "sid": new_sid("NO"),
                "at": now().isoformat(),
                "kind": outgoing.kind,
                "event": outgoing.event,
                "call_sid": outgoing.params.get("CallSid", ""),
                "conference_sid": outgoing.params.get("ConferenceSid", ""),
                "method": outgoing.method,
                "url": outgoing.url,
                "params": dict(outgoing.params),
                "idempotency_token": outgoing.token,
                "attempt": attempt,
                "weather": effects,
                "status": answer.status if answer else None,
                "error": error,
                "latency_ms": round(seconds * 1000, 1),
                "body": answer.body[:MAX_BODY].decode("utf-8", "replace")
                if answer and _readable(answer)
                else "",
            }
        )


def _readable(answer: Answer) -> bool:
    return not answer.content_type.startswith("audio/")


def _cookies(cookies: SimpleCookie) -> dict[str, str]:
    return {name: morsel.value for name, morsel in cookies.items()}
