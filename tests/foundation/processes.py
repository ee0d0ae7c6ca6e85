"""Real relays and workers that a test may kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from contactcenter.embedded.spawn import spawn, stop
from tests.engines import ROOT

_CELERY = [sys.executable, "-m", "celery", "-A", "tests.foundation.worker", "worker"]
COMMANDS = {
    "relay": [sys.executable, "-m", "tests.foundation.relay"],
    "worker": [
        *_CELERY,
        *("-Q", "realtime,background", "-P", "threads", "-c", "2", "-n", "{name}@test"),
        *("--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "WARNING"),
    ],
}


class Processes:
    """Some of each kind, named relay1, relay2, worker1…"""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, *names: str) -> None:
        for name in names:
            command = [part.format(name=name) for part in COMMANDS[name.rstrip("0123456789")]]
            log = self._folder / f"{name}.log"
            self._running[name] = spawn(command, log=log, cwd=ROOT, env=os.environ)

    def watch(self) -> None:
        """As every supervisor: a worker may give up when the broker goes in the wrong moment."""
        for name, process in list(self._running.items()):
            if process.poll() is not None:
                self.start(name)

    def kill(self, name: str) -> None:
        """As the kernel does when memory is short."""
        process = self._running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        for process in self._running.values():
            process.send_signal(signal.SIGTERM)
        for process in self._running.values():
            stop(process, seconds=3)
        self._running.clear()

    def logs(self) -> str:
        """The end of what they said, for a failing test."""
        return "\n".join(
            f"--- {log.name}\n" + "\n".join(log.read_text(errors="replace").splitlines()[-15:])
            for log in sorted(self._folder.glob("*.log"))
        )
