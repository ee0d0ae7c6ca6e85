"""The desktop's socket (`/live/`): signs in by the session cookie, follows topics, passes heartbeats on.

Client to server, JSON: `{"follow": [topic…], "last": {topic: number}}`, `{"unfollow": [topic…]}`,
`{"heartbeat": {}}`, where `{"microphone": false}` says that it is gone.
Server to client: nudges `{"t", "n", "kind", "body"}`, hints without `n`,
`{"t", "head"}` when the client is behind (or came without a number; `"reset": true` when it is ahead),
`{"refused": [topic…]}`, `{"alive": true}` after a heartbeat. Close codes: 4400 not understood,
4401 signed out, 1013 try again later.
"""

import json
import time
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from channels.consumer import AsyncConsumer, get_handler_name
from channels.exceptions import StopConsumer
from django.conf import settings
from django.db import Error

from desk.live_access import Desktop, allowed_for_desktop, desktop_of_session
from desk.live_watch import live_watch
from desk.presence_beats import beats, tell_microphone
from foundation.live_hub import Peer, live_process, peer_for, raw_writes
from foundation.live_hub.frames import json_frame
from foundation.live_hub.threads import in_thread

NOT_UNDERSTOOD, SIGNED_OUT, TRY_AGAIN = 4400, 4401, 1013
MOST_TOPICS = 100
LONGEST_TOPIC = 80
BEAT_SECONDS = 5.0  # presence is told no more often, however many heartbeats come


class NotUnderstoodError(ValueError):
    """The client sent something that is no message of ours."""


class LiveConsumer(AsyncConsumer):
    """One desktop's socket. Broadcasts reach it through the hub, not through a channel layer."""

    desktop: Desktop
    peer: Peer

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Handle the socket's messages in turn. Plainer than Channels' own loop: no second task for each
        socket, no thread hop for each message (`in_thread` looks after the connections)."""
        self.scope, self.base_send = scope, send
        self._signed_in, self._beat_at = False, -BEAT_SECONDS
        self._microphone: bool | None = None
        del scope
        try:
            while True:
                message = await receive()
                await getattr(self, get_handler_name(message))(message)
        except StopConsumer:
            return
        finally:
            self._part()

    async def websocket_connect(self, message: dict[str, Any]) -> None:
        """Let signed-in members of this site's own pages in; refuse others with 403."""
        desktop = await self._sign_in()
        if desktop is None:
            await self.send({"type": "websocket.close"})
            raise StopConsumer
        self.desktop = desktop
        await self.send({"type": "websocket.accept"})
        self.peer = peer_for(desktop.organization_id, self.scope, self.base_send)
        self._signed_in = True
        raw_writes.forget_handshake(self.base_send, self.scope)
        live_watch().add(self)

    async def websocket_receive(self, message: dict[str, Any]) -> None:
        """Do what the client asks; close with a code when that is nothing we know."""
        try:
            asked = _asked(message.get("text"))
            if "unfollow" in asked:
                live_process().unfollow(self.peer, _topics(asked["unfollow"]))
            if "follow" in asked:
                await self._follow(_topics(asked["follow"]), _cursors(asked.get("last", {})))
            if "heartbeat" in asked:
                await self._beat(_microphone(asked["heartbeat"]))
        except NotUnderstoodError as error:
            await self._close(NOT_UNDERSTOOD, str(error))
        except Error:
            await self._close(TRY_AGAIN, "The database is away.")

    async def websocket_disconnect(self, message: dict[str, Any]) -> None:
        """The client is gone."""
        raise StopConsumer

    def topics(self) -> set[str]:
        """What this desktop follows."""
        return set(self.peer.topics)

    async def sign_out(self) -> None:
        """The session, the membership or the partner's contract has ended."""
        await self._close(SIGNED_OUT, "Signed out.")

    async def lose(self, topics: set[str]) -> None:
        """These records are outside the desktop's scope now."""
        live_process().unfollow(self.peer, topics)
        self.peer.write(json_frame({"refused": sorted(topics)}))

    async def _sign_in(self) -> Desktop | None:
        headers = dict(self.scope["headers"])
        session_key = _session_key(headers.get(b"cookie", b""))
        if not session_key or not _same_origin(headers):
            return None
        try:
            return await in_thread(desktop_of_session, session_key)
        except Error:
            return None

    async def _follow(self, topics: list[str], cursors: dict[str, int]) -> None:
        if len(self.peer.topics | set(topics)) > MOST_TOPICS:
            raise NotUnderstoodError(f"A desktop follows at most {MOST_TOPICS} topics.")
        allowed = await in_thread(allowed_for_desktop, self.desktop, topics)
        heads = await live_process().follow(self.peer, allowed)
        for topic, head in heads.items():
            cursor = cursors.get(topic)
            if cursor is None or head > cursor:
                self.peer.write(json_frame({"t": topic, "head": head}))
            elif head < cursor:
                self.peer.write(json_frame({"t": topic, "head": head, "reset": True}))
        if refused := sorted(set(topics) - allowed):
            self.peer.write(json_frame({"refused": refused}))

    async def _beat(self, microphone: bool | None) -> None:
        now = time.monotonic()
        if microphone is not None and microphone != self._microphone:
            self._microphone = microphone
            await in_thread(tell_microphone, self.desktop, microphone)
        if now - self._beat_at >= BEAT_SECONDS:
            self._beat_at = now
            await beats().beat(self.desktop)
        self.peer.write(json_frame({"alive": True}))

    async def _close(self, code: int, reason: str) -> None:
        self._part()
        try:
            await self.send({"type": "websocket.close", "code": code, "reason": reason})
        except OSError:  # it was faster
            return

    def _part(self) -> None:
        if self._signed_in:
            self._signed_in = False
            live_watch().remove(self)
            live_process().part(self.peer)


def _session_key(cookies: bytes) -> str:
    try:
        found = SimpleCookie(cookies.decode("latin-1")).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return ""
    return found.value if found else ""


def _same_origin(headers: dict[bytes, bytes]) -> bool:
    """Browsers name the page's origin: only our own pages may use the cookie. Other clients have no cookie
    that somebody could borrow, and name no origin."""
    origin = headers.get(b"origin", b"").decode("latin-1")
    if not origin or origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    return urlsplit(origin).netloc == headers.get(b"host", b"").decode("latin-1")


def _asked(text: str | None) -> dict[str, Any]:
    try:
        asked = json.loads(text or "")
    except (ValueError, RecursionError) as error:
        raise NotUnderstoodError("Send one JSON object.") from error
    if not isinstance(asked, dict) or not asked.keys() & {"follow", "unfollow", "heartbeat"}:
        raise NotUnderstoodError("Send follow, unfollow or heartbeat.")
    return asked


def _microphone(given: Any) -> bool | None:
    """What a heartbeat says of the microphone; None when it says nothing."""
    said = given.get("microphone") if isinstance(given, dict) else None
    if said is not None and not isinstance(said, bool):
        raise NotUnderstoodError("A microphone is there (true) or gone (false).")
    return said


def _topics(given: Any) -> list[str]:
    if not isinstance(given, list) or not all(isinstance(topic, str) for topic in given):
        raise NotUnderstoodError("Topics are a list of names.")
    if len(given) > MOST_TOPICS or any(len(topic) > LONGEST_TOPIC for topic in given):
        raise NotUnderstoodError(f"At most {MOST_TOPICS} topics of {LONGEST_TOPIC} characters.")
    return given


def _cursors(given: Any) -> dict[str, int]:
    if not isinstance(given, dict) or not all(type(number) is int for number in given.values()):
        raise NotUnderstoodError("`last` gives a number for each topic.")
    return given
