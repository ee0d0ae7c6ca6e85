"""A real live process (uvicorn) on the tests' engines, and desktops that talk to it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from websockets.sync.client import ClientConnection, connect

from accounts.models import Member
from contactcenter.embedded.spawn import spawn, stop
from contactcenter.embedded.valkey import free_port
from tests.engines import ROOT

PATIENCE = 20.0


class LiveServer:
    """One live process; `kill` and `start` work as in an accident and its repair."""

    def __init__(self, log: Path) -> None:
        self.port = free_port()
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = spawn(
            [
                *(sys.executable, "-m", "uvicorn", "contactcenter.asgi:application"),
                *("--host", "127.0.0.1", "--port", str(self.port), "--ws", "websockets-sansio"),
                *(
                    "--ws-per-message-deflate",
                    "false",
                    "--log-level",
                    "warning",
                    "--timeout-graceful-shutdown",
                    "1",
                ),
            ],
            log=self._log,
            cwd=ROOT,
            env=os.environ,
        )
        until = time.monotonic() + PATIENCE
        while not self._answers():
            assert self._process.poll() is None, self._log.read_text()
            assert time.monotonic() < until, self._log.read_text()
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=1)
        except urllib.error.HTTPError as error:
            return error.code == 404
        except OSError:
            return False
        return True

    def kill(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        if self._process is not None:
            stop(self._process, seconds=5)


class Desktop:
    """A desktop's socket as a browser has it."""

    def __init__(self, server: LiveServer, cookie: str = "", origin: str | None = None) -> None:
        headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}"} if cookie else {}
        if origin:
            headers["Origin"] = origin
        self.socket: ClientConnection = connect(
            f"ws://127.0.0.1:{server.port}/live/", additional_headers=headers, compression=None
        )

    def send(self, **message: Any) -> None:
        self.socket.send(json.dumps(message))

    def receive(self) -> dict[str, Any]:
        received: dict[str, Any] = json.loads(self.socket.recv(timeout=PATIENCE))
        return received

    def until(self, **wanted: Any) -> dict[str, Any]:
        """The next message with these values."""
        while True:
            message = self.receive()
            if wanted.items() <= message.items():
                return message

    def follow(self, *topics: str, last: dict[str, int] | None = None) -> None:
        """Follow, and wait until the server has done so."""
        self.send(follow=list(topics), last=last or {})
        self.send(heartbeat={})
        self.until(alive=True)

    def __enter__(self) -> Desktop:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.socket.close()


def signed_in(member: Member) -> Client:
    """A browser's cookies after signing in."""
    client = Client()
    client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def cookie_of(client: Client) -> str:
    return client.cookies[settings.SESSION_COOKIE_NAME].value


@pytest.fixture(scope="session")
def socket_server(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    server = LiveServer(tmp_path_factory.mktemp("live") / "live.log")
    server.start()
    yield server
    server.stop()
