"""A company on several processes of every kind, and what it tells a partner's web server."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import global_settings, settings

from contactcenter.stack import DemoStack, plan
from tests.conftest import person_environment
from tests.scaling.company import COPIES, Company, found, spare_preparations, stack_environment

CUSTOMERS = 12


@dataclass
class Receiver:
    """A partner's web server that notes the id of every message."""

    address: str
    ids: list[str] = field(default_factory=list)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    class Door(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            here.ids.append(self.headers["webhook-id"])
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            return

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door)
    here = Receiver(f"127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield here
    server.shutdown()
    server.server_close()


@pytest.fixture
def company(
    transactional_db: None, receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Company]:
    """A started company; whoever kills its processes lets `stack.watch()` start them again."""
    redis.Redis.from_url(settings.REDIS_URL).flushall()
    monkeypatch.setattr(settings, "WEBHOOK_ALLOW_PRIVATE_HOSTS", [receiver.address])
    # The web processes check the partner's secret as the product does.
    monkeypatch.setattr(settings, "PASSWORD_HASHERS", global_settings.PASSWORD_HASHERS)
    monkeypatch.setattr(plan, "command", _hasty(plan.command))
    stack = DemoStack(
        tmp_path / "stack",
        environ=stack_environment(person_environment()),
        copies=COPIES,
        extra={"WEBHOOK_ALLOW_PRIVATE_HOSTS": receiver.address, "LOG_LEVEL": "WARNING"},
        seed=False,
        durable=False,
    )
    spare_preparations(stack)
    company = found(stack, f"http://{receiver.address}/hooks", CUSTOMERS)
    try:
        stack.start()
        yield company
    finally:
        stack.destroy()


def _hasty(command: Any) -> Any:
    """The same commands with short leases (`tests.scaling.hasty`)."""

    def hastily(kind: str, name: str, site: plan.Site) -> list[str]:
        argv = command(kind, name, site)
        if kind == "relay":
            return [argv[0], "-m", "tests.scaling.hasty"]
        if "celery" in argv:
            return ["tests.scaling.hasty" if part == "contactcenter" else part for part in argv]
        return list(argv)

    return hastily
