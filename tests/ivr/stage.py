"""The whole path of a call on real sockets: carrier, product, relay, routing, and agents' browsers."""

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

import aiohttp
from aiohttp import web
from django.db import connection

from accounts.models import Member
from foundation import deliveries, relay
from foundation.tenancy import tenant
from ivr.actions import set_up_account, set_up_number, voice_token
from ivr.models import CallSession, PhoneNumber
from routing import owner
from routing.actions import accept_offer
from routing.models import Offer, Queue
from routing.pools import add_step, pool_of_partner
from routing.presence import heartbeat, set_presence
from simulator.app import build_app
from simulator.client import PhoneCall, SimulatorClient
from simulator.rest.requests import WORLD
from simulator.settings import Settings
from tests.ivr.line import CALLER, NUMBER, TOKEN, new_sid
from tests.people import Cast


def in_thread(work: Callable[[], None]) -> threading.Thread:
    """Run `work` beside the test, with a database connection of its own."""

    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


class Browser:
    """An agent's browser as a telephone: registers, and answers what rings unless told otherwise."""

    def __init__(self, stage: "Stage", member: Member, answers: str = "accept") -> None:
        self.stage, self.member, self.answers = stage, member, answers
        self.calls: list[str] = []
        self.registered = threading.Event()
        self._open()

    def _open(self) -> None:
        with tenant(self.stage.organization_id):
            self.token, self.identity, _ = voice_token(self.member)
        self.registered.clear()
        self.task = asyncio.run_coroutine_threadsafe(self._live(), self.stage.loop)
        assert self.registered.wait(10)

    async def _live(self) -> None:
        async with aiohttp.ClientSession() as session:
            self.socket = await session.ws_connect(self.stage.carrier_url + "/carrier/sdk/ws")
            await self.socket.send_json({"type": "hello", "token": self.token, "key": new_sid("")})
            await self.socket.send_json({"type": "register"})
            async for message in self.socket:
                await self._hear(message.json())

    async def _hear(self, message: dict[str, Any]) -> None:
        if message["type"] == "registered":
            self.registered.set()
        elif message["type"] == "incoming":
            self.calls.append(message["sid"])
            await self.socket.send_json({"type": self.answers, "sid": message["sid"]})

    def send(self, message: dict[str, Any]) -> None:
        """Let the page do something."""
        asyncio.run_coroutine_threadsafe(self.socket.send_json(message), self.stage.loop).result(10)

    def close(self) -> None:
        """Close the tab."""
        asyncio.run_coroutine_threadsafe(self.socket.close(), self.stage.loop).result(10)
        self.task.result(10)

    def reload(self) -> None:
        """Close the tab and open it again."""
        self.close()
        self._open()


class Stage:
    """Everything a call passes, started and stopped by a test."""

    def __init__(self, cast: Cast, base_url: str, settings: Any) -> None:
        self.cast = cast
        self.organization_id = cast.organization.id
        self.browsers: list[Browser] = []
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        self._start_carrier(base_url)
        settings.TWILIO_API_URL, settings.PUBLIC_BASE_URL = self.carrier_url, base_url
        self.stopped = threading.Event()
        self.threads = [in_thread(self._relay), in_thread(lambda: owner.run(self.stopped))]

    def _start_carrier(self, base_url: str) -> None:
        async def start() -> int:
            app = build_app(settings=Settings(speech_rate=0, time_scale=0.05, ring_buffer=0), base_url="")
            self.app, self.runner = app, web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
            await self.runner.setup()
            await web.TCPSite(self.runner, "127.0.0.1", 0).start()
            return int(self.runner.addresses[0][1])

        port = asyncio.run_coroutine_threadsafe(start(), self.loop).result(10)
        self.carrier_url = f"http://127.0.0.1:{port}"
        self.account_sid, key_sid, app_sid = new_sid("AC"), new_sid("SK"), new_sid("AP")
        self._load(base_url, key_sid, app_sid)
        self.phones = SimulatorClient(self.carrier_url)
        with tenant(self.organization_id):
            service = self._queue("service", "Service")
            digital = self._queue("digital", "Digital edition")
            add_step(digital, pool_of_partner(self.cast.partner))
            account = set_up_account(
                self.account_sid,
                auth_token=TOKEN,
                api_key_sid=key_sid,
                api_key_secret="s" * 32,
                twiml_app_sid=app_sid,
            )
            self.number: PhoneNumber = set_up_number(
                account,
                NUMBER,
                name="Subscribers",
                queue=service,
                queues_by_reason={"switch_to_digital": digital},
            )

    def _queue(self, slug: str, name: str) -> Queue:
        return Queue.objects.create(slug=slug, name=name)

    def _load(self, base_url: str, key_sid: str, app_sid: str) -> None:
        self.app[WORLD].directory.load(
            {
                "accounts": [
                    {
                        "sid": self.account_sid,
                        "auth_token": TOKEN,
                        "api_key_sid": key_sid,
                        "api_key_secret": "s" * 32,
                        "applications": [{"sid": app_sid, "voice_url": f"{base_url}/twilio/voice/"}],
                        "numbers": [
                            {
                                "number": NUMBER,
                                "voice_url": f"{base_url}/twilio/voice/",
                                "voice_fallback_url": f"{base_url}/twilio/fallback/",
                                "status_callback": f"{base_url}/twilio/status/",
                            }
                        ],
                    }
                ]
            }
        )

    def _relay(self) -> None:
        def send(delivery_ids: list[int], organization_id: int, lane: str) -> None:
            deliveries.run_deliveries(delivery_ids, organization_id)

        relay.run(send, lambda lane: 200, self.stopped)

    def close(self) -> None:
        """Hang everybody up, let what is under way come to its end, stop everything."""
        for browser in self.browsers:
            if not browser.socket.closed:
                browser.close()
        self.phones.reset()
        self.stopped.set()
        for thread in self.threads:
            thread.join(10)
        asyncio.run_coroutine_threadsafe(self.runner.cleanup(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.until(self._is_quiet)

    def _is_quiet(self) -> bool:
        """Whether the web server's threads have left the database, which is emptied next."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"
            )
            return not cursor.fetchone()[0]

    # What people do

    def dial(self, caller: str = CALLER) -> PhoneCall:
        """Somebody calls the company."""
        return self.phones.call(from_=caller, to=NUMBER)

    def at_work(self, member: Member, answers: str = "accept") -> Browser:
        """An agent opens the desk and is ready."""
        browser = Browser(self, member, answers)
        self.browsers.append(browser)
        with tenant(self.organization_id):
            set_presence(member, state="ready")
        return browser

    def accept(self, member: Member) -> int:
        """Wait for this agent's offer and accept it; the interaction's id."""
        offer = self.until(lambda: self._open_offer(member))
        with tenant(self.organization_id):
            return accept_offer(offer.id, member=member).work_item.interaction_id

    def _open_offer(self, member: Member) -> Offer | None:
        heartbeat(member)
        return Offer.objects.filter(member=member, state=Offer.State.OFFERED).first()

    def session(self, call: PhoneCall) -> CallSession:
        """The call as the product knows it."""
        with tenant(self.organization_id):
            rows = CallSession.objects.select_related("interaction__customer")
            return rows.get(call_sid=call.sid)

    def until(self, look: Callable[[], Any], seconds: float = 15.0) -> Any:
        """Look, inside the tenant, until there is something to see."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with tenant(self.organization_id):
                found = look()
            if found:
                return found
            time.sleep(0.02)
        raise TimeoutError("it did not happen")

    def until_state(self, call: PhoneCall, state: str) -> CallSession:
        """Wait until the product sees the call in this state."""
        found: CallSession = self.until(
            lambda: CallSession.objects.filter(call_sid=call.sid, state=state).first()
        )
        return found
