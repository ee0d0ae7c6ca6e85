"""Which processes a stack has and how each is started. docs/production.md explains what each does."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

_PYTHON = [sys.executable, "-m"]
_CELERY = [*_PYTHON, "celery", "-A", "contactcenter"]
# Gossip and mingling serve only Celery's own monitoring.
_QUIET = ["--without-gossip", "--without-mingle", "-l", "INFO"]
KINDS = ("web", "live", "worker-realtime", "worker-background", "relay", "beat")


@dataclass(frozen=True)
class Site:
    """Where a stack's processes put their sockets and files."""

    sockets: Path
    data: Path


def command(kind: str, name: str, site: Site) -> list[str]:
    """Return the command line of one process; `name` tells copies of a kind apart."""
    match kind:
        case "web":
            return [
                *(*_PYTHON, "gunicorn", "contactcenter.wsgi", "--bind", f"unix:{socket(name, site)}"),
                *("--worker-class", "gthread", "--workers", "1", "--threads", "8", "--keep-alive", "30"),
                *("--forwarded-allow-ips", "*", "--graceful-timeout", "5", "--no-control-socket"),
            ]
        case "live":
            return [
                *(*_PYTHON, "uvicorn", "contactcenter.asgi:application", "--uds", str(socket(name, site))),
                *("--ws", "websockets-sansio", "--ws-per-message-deflate", "false", "--no-access-log"),
                *("--forwarded-allow-ips", "*", "--timeout-graceful-shutdown", "2", "--lifespan", "auto"),
            ]
        case "worker-realtime":
            return [
                *_CELERY,
                "worker",
                "-Q",
                "realtime",
                "-P",
                "threads",
                "-c",
                "4",
                "-n",
                f"{name}@%h",
                *_QUIET,
            ]
        case "worker-background":
            return [*_CELERY, "worker", "-Q", "background", "-c", "2", "-n", f"{name}@%h", *_QUIET]
        case "relay":
            return [sys.executable, "manage.py", "relay", "--skip-checks"]
        case "beat":
            return [
                *_CELERY,
                "beat",
                "--schedule",
                str(site.data / f"{name}.schedule"),
                "--pidfile=",
                "-l",
                "INFO",
            ]
    raise ValueError(f"no such kind of process: {kind}")


def socket(name: str, site: Site) -> Path:
    """Return the socket a web or live process listens on."""
    return site.sockets / f"{name}.sock"


def simulator_command(port: int, configuration: Path, base_url: str) -> list[str]:
    """Return how to run the simulator; it calls the product's webhooks under `base_url`."""
    return [
        *(*_PYTHON, "simulator", "--host", "127.0.0.1", "--port", str(port)),
        *("--config", str(configuration), "--prefix-url", f"{base_url}/"),
    ]


def names(copies: dict[str, int]) -> list[tuple[str, str]]:
    """Return (kind, name) of every process; a lone one is named as its kind."""
    planned = []
    for kind in KINDS:
        count = copies.get(kind, 1)
        planned += [(kind, kind if count == 1 else f"{kind}-{number}") for number in range(1, count + 1)]
    return planned
