"""Agents at their desks, in one thread: each a live socket, a telephone and the console's requests."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import threading
from collections.abc import Coroutine
from typing import Any

import aiohttp

from accounts.models import Member
from tests.scaling.company import Company

_AGAIN_SECONDS = 0.3
_BEAT_SECONDS = 5.0
_TRIES = 100


class Desk:
    """One agent's browser, following the console's rules: act on what the nudges say, fetch after a gap.

    `misses` is how many offers it lets expire, `tidy` whether it writes down how a contact went.
    """

    def __init__(
        self, company: Company, member: Member, session_key: str, *, misses: int, tidy: bool
    ) -> None:
        self._base = company.stack.base_url
        port, csrf = company.stack.port, secrets.token_hex(16)
        self._headers = {
            "Cookie": f"bothhands_session_{port}={session_key}; bothhands_csrf_{port}={csrf}",
            "X-CSRFToken": csrf,
            "HX-Request": "true",
        }
        self.member, self.topic = member, f"member:{member.id}"
        self._misses, self._tidy = misses, tidy
        self.seen: list[tuple[int, str]] = []
        self.refused: list[tuple[str, int]] = []
        self._last = 0
        self._interaction_id: int | None = None
        self._fetching = asyncio.Lock()
        self._errands: set[asyncio.Task[Any]] = set()

    async def work(self) -> None:
        """Until cancelled."""
        jar = aiohttp.DummyCookieJar()
        timeout = aiohttp.ClientTimeout(total=60)
        async with aiohttp.ClientSession(
            headers=self._headers, cookie_jar=jar, timeout=timeout
        ) as self._http:
            try:
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(self._be_a_telephone())
                    tasks.create_task(self._follow())
            finally:
                for errand in self._errands:
                    errand.cancel()

    async def hang_up(self) -> None:
        """End the call at hand."""
        await self._insist(f"/contacts/{self._interaction_id}/hang-up/")

    async def transfer(self, queue: str) -> None:
        """Pass the call at hand on."""
        await self._insist(f"/contacts/{self._interaction_id}/transfer/", queue=queue, note="Please")

    async def _insist(self, path: str, **data: str) -> None:
        """Press again while the call is not quite there."""
        for _ in range(_TRIES):
            if await self._post(path, **data) in {200, 204}:
                return
            await asyncio.sleep(_AGAIN_SECONDS)
        raise AssertionError(f"{path} never worked: {self.refused}")

    # The telephone

    async def _be_a_telephone(self) -> None:
        token = await self._token()
        while True:
            with contextlib.suppress(aiohttp.ClientError):
                async with self._http.ws_connect(f"{self._base}/carrier/sdk/ws") as socket:
                    await socket.send_json({"type": "hello", "token": token, "key": secrets.token_hex(16)})
                    await socket.send_json({"type": "register"})
                    async for message in socket:
                        await self._hear_telephone(socket, message.json())
            await asyncio.sleep(_AGAIN_SECONDS)

    async def _token(self) -> str:
        async with self._http.post(f"{self._base}/voice-token/") as answer:
            return str((await answer.json())["token"])

    async def _hear_telephone(self, socket: aiohttp.ClientWebSocketResponse, said: dict[str, Any]) -> None:
        if said["type"] == "registered":
            self._send("/presence/", state="ready")
        elif said["type"] == "incoming":
            await socket.send_json({"type": "accept", "sid": said["sid"]})

    # The live socket

    async def _follow(self) -> None:
        while True:
            with contextlib.suppress(aiohttp.ClientError):
                async with self._http.ws_connect(f"{self._base}/live/") as socket:
                    await socket.send_json({"follow": [self.topic], "last": {self.topic: self._last}})
                    beat = asyncio.create_task(_beat(socket))
                    try:
                        async for message in socket:
                            await self._hear(message.json())
                    finally:
                        beat.cancel()
            await asyncio.sleep(_AGAIN_SECONDS)

    async def _hear(self, frame: dict[str, Any]) -> None:
        if "head" in frame and frame["head"] > self._last:
            await self._fetch()
        elif "n" in frame and frame["n"] == self._last + 1:
            self._apply(frame)
        elif "n" in frame and frame["n"] > self._last:
            await self._fetch()

    async def _fetch(self) -> None:
        async with self._fetching:
            for _ in range(_TRIES):
                query = {"t": self.topic, "after": str(self._last)}
                with contextlib.suppress(aiohttp.ClientError):
                    async with self._http.get(f"{self._base}/live-since/", params=query) as answer:
                        if answer.status == 200:
                            for entry in (await answer.json())["entries"]:
                                self._apply(entry)
                            return
                await asyncio.sleep(_AGAIN_SECONDS)
        raise AssertionError("what was missed cannot be fetched")

    def _apply(self, entry: dict[str, Any]) -> None:
        self._last = entry["n"]
        self.seen.append((entry["n"], entry["kind"]))
        if entry["kind"] == "offer.made":
            self._run(self._answer(entry["body"]))
        elif entry["kind"] == "presence.changed":
            self._on_state(entry["body"]["state"])

    # What the agent does

    async def _answer(self, offer: dict[str, Any]) -> None:
        if self._misses:
            self._misses -= 1
        elif await self._post(f"/offers/{offer['offer_id']}/accept/") == 200:
            self._interaction_id = offer["interaction_id"]

    def _on_state(self, state: str) -> None:
        if state == "wrap_up" and self._tidy:
            self._send(f"/contacts/{self._interaction_id}/wrap-up/", disposition="solved")
        elif state in {"not_responding", "offline"}:
            self._send("/presence/", state="ready")

    def _send(self, path: str, **data: str) -> None:
        self._run(self._post(path, **data))

    def _run(self, errand: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.ensure_future(errand)
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)

    async def _post(self, path: str, **data: str) -> int:
        """The answer's status; a button is pressed again when the server was away."""
        for _ in range(_TRIES):
            with contextlib.suppress(aiohttp.ClientError):
                async with self._http.post(f"{self._base}{path}", data=data) as answer:
                    if answer.status >= 400:
                        self.refused.append((path, answer.status))
                    if answer.status < 500:
                        return answer.status
            await asyncio.sleep(_AGAIN_SECONDS)
        raise AssertionError(f"{path} cannot be reached")


async def _beat(socket: aiohttp.ClientWebSocketResponse) -> None:
    with contextlib.suppress(aiohttp.ClientError):
        while True:
            await socket.send_json({"heartbeat": {}})
            await asyncio.sleep(_BEAT_SECONDS)


class Floor:
    """All desks, and how other threads reach them."""

    def __init__(self, company: Company) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.desks = {
            f"client:member_{member.id}": Desk(company, member, key, misses=index == 0, tidy=index % 2 == 0)
            for index, (member, key) in enumerate(company.agents)
        }
        self._work = [self._begin(desk.work()) for desk in self.desks.values()]

    def ask(self, errand: Coroutine[Any, Any, Any]) -> Any:
        """Let a desk do something and wait until it is done."""
        return self._begin(errand).result(60)

    def close(self) -> None:
        """Everybody goes home."""
        for work in self._work:
            work.cancel()
        self.ask(asyncio.sleep(0.1))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _begin(self, errand: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(errand, self._loop)
