"""What benches stand on: engines of their own, the product's processes on them, and people who sign in."""

from __future__ import annotations

import contextlib
import os
import resource
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil

from contactcenter.embedded import Engines, EngineUrls
from contactcenter.embedded.spawn import spawn, stop
from contactcenter.embedded.valkey import EmbeddedValkey, free_port

ROOT = Path(__file__).resolve().parent.parent.parent
_START_SECONDS = 30.0


class Ground:
    """Engines as durable as production's and processes on them; a context manager that sets Django up."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="bothhands-bench-"))
        self._engines = Engines(self.folder / "data")
        self._processes: list[subprocess.Popen[bytes]] = []
        self.urls: EngineUrls

    def __enter__(self) -> Ground:
        try:
            return self._start()
        except BaseException:
            self.__exit__()
            raise

    def _start(self) -> Ground:
        raise_file_limit()
        self.urls = self._engines.start()
        os.environ.update(
            {
                "SECRET_KEY": secrets.token_hex(32),
                "DATABASE_URL": self.urls.database_url,
                "OWNER_DATABASE_URL": self.urls.owner_database_url,
                "REDIS_URL": self.urls.redis_url,
                "DJANGO_SETTINGS_MODULE": "contactcenter.settings",
                "LOG_LEVEL": "WARNING",
            }
        )
        self._prepare_database()
        import django

        django.setup()
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            stop(process, seconds=3)
        self._engines.stop()
        self._engines.destroy()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def valkey(self) -> EmbeddedValkey:
        """The Valkey server, to be killed and started."""
        assert self._engines.valkey is not None
        return self._engines.valkey

    def _prepare_database(self) -> None:
        subprocess.run(
            [sys.executable, "manage.py", "prepare_database", "--verbosity", "0"],
            cwd=ROOT,
            env=os.environ | {"BOTHHANDS_AS_OWNER": "1"},
            check=True,
            stdout=subprocess.DEVNULL,
        )

    def run(self, name: str, command: list[str]) -> subprocess.Popen[bytes]:
        """Start a process that ends with the bench."""
        process = spawn(command, log=self.folder / f"{name}.log", cwd=ROOT, env=os.environ)
        self._processes.append(process)
        return process

    def run_live(
        self, port: int | None = None, application: str = "contactcenter.asgi:application"
    ) -> tuple[int, subprocess.Popen[bytes]]:
        """Start a live process as production does; its port (below the kernel's client ports) and itself."""
        port = port or free_port()
        command = [
            *(sys.executable, "-m", "uvicorn", application, "--host", "127.0.0.1"),
            *("--port", str(port), "--ws", "websockets-sansio", "--ws-per-message-deflate", "false"),
            *("--log-level", "warning", "--backlog", "4096"),
        ]
        process = self.run(f"live-{port}", command)
        await_http(f"http://127.0.0.1:{port}/")
        return port, process

    def run_web(
        self,
        application: str = "contactcenter.wsgi",
        threads: int = 4,
        port: int | None = None,
        workers: int = 1,
    ) -> int:
        """Start threaded WSGI workers as production does; their port."""
        port = port or free_port()
        command = [
            *(sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}"),
            *("--worker-class", "gthread", "--workers", str(workers), "--threads", str(threads)),
            *("--keep-alive", "30", "--no-control-socket"),
        ]
        self.run(f"web-{port}", command)
        await_http(f"http://127.0.0.1:{port}/healthz")
        return port


def await_http(url: str) -> None:
    """Wait until something answers there, with whatever status."""
    until = time.monotonic() + _START_SECONDS
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def raise_file_limit() -> int:
    """Allow this process and its children as many open files as the system lets us; how many."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most


def memory_mb(process: subprocess.Popen[bytes]) -> float:
    """Resident memory of a process, in MB (10⁶ bytes)."""
    return float(psutil.Process(process.pid).memory_info().rss) / 1e6


def sign_in(count: int) -> tuple[int, list[str]]:
    """Make a company with that many agents; its id and a session cookie for each of them."""
    from django.contrib.auth.hashers import make_password

    from accounts.actions import create_organization
    from accounts.models import Member, User
    from foundation.tenancy import tenant

    organization = create_organization(name="Bench", slug=f"bench-{secrets.token_hex(4)}")
    password = make_password(None)
    users = User.objects.bulk_create(
        User(username=f"{organization.slug}-{number}", password=password) for number in range(count)
    )
    with tenant(organization.id):
        Member.objects.bulk_create(
            Member(user=user, role=Member.Role.AGENT, display_name=f"Agent {number}")
            for number, user in enumerate(users)
        )
    return organization.id, list(_sessions(users))


def _sessions(users: list) -> Iterator[str]:  # type: ignore[type-arg]
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    for user in users:
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        yield f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


@contextlib.contextmanager
def quiet_collector() -> Iterator[None]:
    """No garbage collection in the measuring process meanwhile."""
    import gc

    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
