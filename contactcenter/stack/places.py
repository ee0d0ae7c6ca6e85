"""What a data folder holds, who may use it, and what a killed predecessor left running."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import shutil
import signal
import socket
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

import psutil

from contactcenter.embedded.places import forget_cluster
from contactcenter.stack.children import Child
from contactcenter.stack.errors import StackError

_MARK = ".bothhands-data"


class DataFolder:
    """The folder a stack keeps everything in; only one stack at a time holds it."""

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().resolve()
        self._lock: IO[str] | None = None

    def take(self, origin: str) -> None:
        """Make the folder and hold it; raises StackError naming the stack that holds it already."""
        try:
            # Others may pass (root's database server must) but neither list nor read the logs.
            self.path.mkdir(parents=True, exist_ok=True, mode=0o711)
            (self.path / "logs").mkdir(exist_ok=True, mode=0o700)
            lock = (self.path / "stack.lock").open("a+")
            (self.path / _MARK).touch()
        except OSError as error:
            raise StackError(f"The data folder {self.path} cannot be used: {error.strerror}.") from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.seek(0)
            holder = lock.read().strip() or "another process"
            lock.close()
            raise StackError(
                f"{self.path} is in use by {holder}. Stop it, or choose another folder with --data."
            ) from error
        lock.seek(0)
        lock.truncate()
        lock.write(f"{origin} (process {os.getpid()})")
        lock.flush()
        self._lock = lock

    def release(self) -> None:
        """Let others take the folder."""
        if self._lock is not None:
            self._lock.truncate(0)
            self._lock.close()
            self._lock = None

    def reset(self) -> None:
        """Remove everything in the folder; refuses a folder that is not a stack's. Call while holding it."""
        held = {"stack.lock", "logs", _MARK}
        forget_cluster(self.path)
        for entry in self.path.iterdir():
            if entry.name not in held:
                shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()

    def looks_foreign(self) -> bool:
        """Tell whether the folder holds files and none of them is ours."""
        return self.path.is_dir() and any(self.path.iterdir()) and not (self.path / _MARK).exists()

    def secret(self, name: str) -> str:
        """Return a secret that is made once and kept in the folder."""
        path = self.path / "secrets.json"
        known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        if name not in known:
            known[name] = secrets.token_urlsafe(48)
            write_private(path, json.dumps(known))
        return known[name]

    def read_json(self, name: str) -> dict[str, Any]:
        """Return a JSON file's content; empty when there is none."""
        try:
            content: dict[str, Any] = json.loads((self.path / name).read_text())
        except (OSError, ValueError):
            return {}
        return content

    def stamped(self, name: str, fingerprint: str) -> bool:
        """Tell whether `stamp` was called with the same fingerprint last."""
        try:
            return (self.path / f"{name}.stamp").read_text() == fingerprint
        except OSError:
            return False

    def stamp(self, name: str, fingerprint: str) -> None:
        """Remember that the step `name` is done for this fingerprint."""
        (self.path / f"{name}.stamp").write_text(fingerprint)

    def remember(self, children: Iterable[Child]) -> None:
        """Write down who runs, for `end_leftovers` after we were killed."""
        running = [
            {"pid": child.pid, "since": psutil.Process(child.pid).create_time()}
            for child in children
            if child.alive
        ]
        (self.path / "processes.json").write_text(json.dumps({"processes": running}))

    def end_leftovers(self) -> None:
        """Kill the process groups a killed predecessor left behind."""
        for entry in self.read_json("processes.json").get("processes", []):
            with contextlib.suppress(psutil.Error, ProcessLookupError, PermissionError):
                old = psutil.Process(entry["pid"])
                if abs(old.create_time() - entry["since"]) < 1 and os.getpgid(old.pid) == old.pid:
                    os.killpg(old.pid, signal.SIGKILL)
                    psutil.wait_procs([old], timeout=5)
        (self.path / "processes.json").unlink(missing_ok=True)


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    half = path.with_name(f"{path.name}.half")
    half.unlink(missing_ok=True)
    half.touch(mode=0o600)
    half.write_text(text)
    half.replace(path)


def require_free_port(host: str, port: int) -> None:
    """Raise StackError when nobody could listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise StackError(
                f"Port {port} on {host} cannot be used: {error.strerror}. Choose another with --port."
            ) from error
