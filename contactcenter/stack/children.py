"""The processes of a stack: started in groups of their own, restarted when they die, stopped together."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from contactcenter.embedded.spawn import spawn

_LOG_BYTES_KEPT = 10_000_000
_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 30.0
_STEADY_SECONDS = 60.0


@dataclass
class Child:
    """One supervised process."""

    name: str
    argv: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    log: Path
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    restart_at: float | None = None
    pause_seconds: float = _FIRST_PAUSE_SECONDS
    deaths: int = 0

    @property
    def alive(self) -> bool:
        """Whether the process runs now."""
        return self.process is not None and self.process.poll() is None

    @property
    def pid(self) -> int:
        """The process id (also its group's); the process must have been started."""
        assert self.process is not None
        return self.process.pid

    def start(self) -> None:
        """Start the process."""
        self._turn_log_over()
        self.process = spawn(self.argv, log=self.log, cwd=self.folder, env=self.environment)
        self.started_at, self.restart_at = time.monotonic(), None

    def signal(self, number: int) -> None:
        """Send a signal to the leader of the group."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)

    def end_group(self) -> None:
        """Kill what is left of the group, grandchildren included."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def watch(self, say: Callable[[str], None]) -> None:
        """Restart the process when it has died, after a pause that doubles while it keeps dying."""
        if self.alive or self.process is None:
            return
        now = time.monotonic()
        if self.restart_at is None:
            self.end_group()
            self.deaths += 1
            if now - self.started_at > _STEADY_SECONDS:
                self.pause_seconds = _FIRST_PAUSE_SECONDS
            say(
                f"{self.name} ended ({_how(self.process.returncode)}); starting it again. Its log: {self.log}"
            )
            self.restart_at = now + self.pause_seconds
            self.pause_seconds = min(self.pause_seconds * 2, _LONGEST_PAUSE_SECONDS)
        if now >= self.restart_at:
            self.start()

    def last_words(self, lines: int = 12) -> str:
        """Return the end of the log."""
        with contextlib.suppress(OSError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        return ""

    def _turn_log_over(self) -> None:
        with contextlib.suppress(OSError):
            if self.log.stat().st_size > _LOG_BYTES_KEPT:
                self.log.replace(self.log.with_suffix(".log.1"))


def _how(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def stop_all(children: Iterable[Child], *, seconds: float) -> None:
    """Ask all at once to end, wait at most `seconds` for all of them, kill the rest."""
    asked = [child for child in children if child.process is not None]
    for child in asked:
        child.signal(signal.SIGTERM)
    until = time.monotonic() + seconds
    for child in asked:
        assert child.process is not None
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.process.wait(max(0.0, until - time.monotonic()))
        child.end_group()
        child.process = None
