"""Everything this carrier knows, in one place, and the few things that need all of it."""

import asyncio
import logging
import xml.etree.ElementTree as ET
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any

from simulator.accounts import Account, Directory
from simulator.calls import Call, Line
from simulator.clock import now
from simulator.conferences import Conference, Conferences, Participant
from simulator.handsets import Handsets
from simulator.messages import Message, Messages
from simulator.queues import Member, Queues
from simulator.recordings import Recordings
from simulator.sdk.devices import Devices
from simulator.settings import Settings
from simulator.star import StarKey
from simulator.twiml import runner
from simulator.twiml.scope import HangUp, LeaveQueue, Scope, Source
from simulator.weather import Weather
from simulator.webhooks import WebhookFailed, Webhooks

logger = logging.getLogger(__name__)

KEEP_CALLS = 5_000
ALERTS = 1_000
# Long enough for whatever the last notification set off to begin.
SETTLE_SECONDS = 0.03
RESET_SECONDS = 20


class World:
    """The carrier's state. Lives in one event loop; nothing of it is kept on disk."""

    default_music = runner.MUSIC

    def __init__(self, directory: Directory, settings: Settings | None = None) -> None:
        self.directory = directory
        self.settings = settings or Settings()
        self.weather = Weather()
        self.webhooks = Webhooks(self.settings, self.weather)
        self.base_url = "http://127.0.0.1"
        self.calls: dict[str, Call] = {}
        self.conferences = Conferences(self)
        self.queues = Queues(self)
        self.recordings = Recordings(self)
        self.handsets = Handsets(self)
        self.messages = Messages(self)
        self.devices = Devices(self)
        self.alerts: deque[dict[str, Any]] = deque(maxlen=ALERTS)
        self.sounds: dict[str, bool] = {}
        self.watchers: set[Callable[[Call], None]] = set()
        self.readers: set[Callable[[Message], None]] = set()
        self._tasks: set[asyncio.Task[Any]] = set()

    # Housekeeping

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Run in the background; a crash is logged and never silent."""
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception():
            logger.error("a program crashed", exc_info=task.exception())

    async def close(self) -> None:
        """Stop everything."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.webhooks.close()

    async def settled(self) -> None:
        """Return when no notification has been on its way for a moment."""
        quiet = False
        while not quiet:
            await self.webhooks.settled()
            await asyncio.sleep(SETTLE_SECONDS)
            quiet = self.webhooks.idle

    async def reset(self) -> None:
        """Hang everybody up and forget all of it: calls, rooms, queues, weather, logs."""
        for call in list(self.calls.values()):
            call.end()
        await asyncio.sleep(0)
        self.weather.rules.clear()
        async with asyncio.timeout(RESET_SECONDS):
            await self.webhooks.settled()
        self.calls.clear()
        self.conferences.by_sid.clear()
        self.queues.by_sid.clear()
        self.recordings.by_sid.clear()
        self.handsets.policies.clear()
        self.messages.all.clear()
        self.messages.stopped.clear()
        self.alerts.clear()
        self.sounds.clear()
        self.webhooks.log.clear()

    def forget_old_calls(self) -> None:
        """Keep memory bounded: the oldest ended calls go first."""
        surplus = len(self.calls) - KEEP_CALLS
        if surplus > 0:
            for sid in [sid for sid, call in self.calls.items() if call.over][:surplus]:
                del self.calls[sid]

    def call_changed(self, call: Call) -> None:
        """Tell whoever watches calls."""
        for watcher in list(self.watchers):
            watcher(call)

    def alert(self, call: Call | None, code: int, url: str, text: str) -> None:
        """What Twilio's debugger would show."""
        logger.info("alert %s %s: %s", code, url, text)
        self.alerts.append(
            {
                "at": now().isoformat(),
                "code": code,
                "url": url,
                "text": text,
                "call_sid": call.sid if call else "",
            }
        )

    # Finding

    def find_call(self, account: Account, sid: str) -> Call | None:
        """A call by sid, within the account."""
        call = self.calls.get(sid)
        return call if call and call.account.sid == account.sid else None

    def line_for(self, address: str) -> Line:
        """The kind of telephone behind an address: a browser for `client:x`, else a handset."""
        return self.devices if address.startswith("client:") else self.handsets

    # Programs

    def run_twiml(self, call: Call, source: Source) -> None:
        """Start a call's program."""
        self.forget_old_calls()
        call.run(lambda: runner.run(self, call, source))

    def redirect(self, call: Call, source: Source) -> None:
        """Send a call to another document, out of whatever it is in."""
        call.replace_program(lambda: runner.run(self, call, source))

    def star_key(self, call: Call) -> StarKey:
        """Listen for the star key on a connected call."""
        star = StarKey()
        call.listen(star)
        return star

    async def whisper(self, call: Call, url: str, method: str) -> None:
        """Let an answered leg hear a document before it is connected; a <Hangup> in it ends the leg."""
        try:
            await runner.once(self, call, Source(url, method), runner.QUEUE_VERBS)
        except (HangUp, LeaveQueue):
            call.end()
        except WebhookFailed as failure:
            self.alert(call, failure.code, failure.url, failure.detail)

    def play_wait(self, scope: Scope, member: Member, element: ET.Element) -> "asyncio.Task[None]":
        """The wait document of a queue, over and over, until the member is out."""
        url = scope.address(element.get("waitUrl")) if element.get("waitUrl") else runner.MUSIC
        source = Source(url, element.get("waitUrlMethod", "POST"))
        return self.spawn(self._wait_in_queue(member, source))

    async def _wait_in_queue(self, member: Member, source: Source) -> None:
        queue, call = member.queue, member.call

        def standing() -> dict[str, str]:
            return {
                "QueueSid": queue.sid,
                "QueuePosition": str(queue.position(member)),
                "QueueTime": str(member.wait_seconds),
                "AvgQueueTime": str(queue.average_wait),
                "CurrentQueueSize": str(len(queue.members)),
            }

        try:
            await runner.repeat(self, call, source, runner.QUEUE_VERBS, standing)
        except LeaveQueue:
            member.settle("leave")
        except HangUp:
            call.end()
        except WebhookFailed as failure:
            self.alert(call, failure.code, failure.url, failure.detail)
            member.settle("error")

    def announce(self, room: Conference, listeners: list[Participant], url: str, method: str) -> None:
        """Let participants hear a document once; the conference's callback is told how it went."""
        self.spawn(self._announce(room, listeners, Source(url, method.upper())))

    async def _announce(self, room: Conference, listeners: list[Participant], source: Source) -> None:
        try:
            for listener in listeners:
                await runner.once(self, listener.call, source, runner.HOLD_VERBS)
        except WebhookFailed as failure:
            self.alert(None, failure.code, failure.url, failure.detail)
            room.tell("announcement-fail", None, AnnounceUrl=source.url, Reason=failure.detail)
        else:
            room.tell("announcement-end", None, AnnounceUrl=source.url)

    def play_music(self, participant: Participant, url: str, method: str) -> "asyncio.Task[None]":
        """The wait or hold document of a conference participant, over and over, until stopped."""
        return self.spawn(self._play_in_conference(participant, Source(url, method.upper())))

    async def _play_in_conference(self, participant: Participant, source: Source) -> None:
        conference, call = participant.conference, participant.call

        def standing() -> dict[str, str]:
            return {"ConferenceSid": conference.sid, "FriendlyName": conference.friendly_name}

        try:
            await runner.repeat(self, call, source, runner.HOLD_VERBS, standing)
        except WebhookFailed as failure:
            self.alert(call, failure.code, failure.url, failure.detail)
            await runner.repeat(self, call, Source(runner.MUSIC), runner.HOLD_VERBS)
