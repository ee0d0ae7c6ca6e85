"""The variables every process of a stack gets: the person's own, and ours where they set none."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

_DEVICE_SCRIPT = "/carrier/sdk/device.js"

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Addresses:
    """Where a stack's engines, carrier and pages answer."""

    base_url: str
    owner_database_url: str
    database_url: str
    redis_url: str
    simulator_port: int | None


def process_environment(
    environ: Mapping[str, str],
    addresses: Addresses,
    *,
    secret_key: str,
    static_root: Path,
    host: str,
    port: int,
    root: Path,
) -> dict[str, str]:
    """Return the environment of the product's processes. The owner's address is not among it."""
    unwanted = {
        "OWNER_DATABASE_URL",
        "BOTHHANDS_AS_OWNER",
        "BOTHHANDS_TESTING",
        "DEBUG",
        "HASHED_STATIC_FILES",
    }
    kept = {name: value for name, value in environ.items() if name not in unwanted}
    ours = {
        "DATABASE_URL": addresses.database_url,
        "REDIS_URL": addresses.redis_url,
        "PUBLIC_BASE_URL": addresses.base_url,
        "STATIC_ROOT": str(static_root),
        "DJANGO_SETTINGS_MODULE": "contactcenter.settings",
        "PYTHONPATH": str(root),
        "PYTHONUNBUFFERED": "1",
    }
    defaults = {
        "SECRET_KEY": secret_key,
        # Browsers send a host's cookies to all its ports; names by port keep two demos apart.
        "SESSION_COOKIE_NAME": f"bothhands_session_{port}",
        "CSRF_COOKIE_NAME": f"bothhands_csrf_{port}",
        "ALLOWED_HOSTS": _allowed_hosts(addresses.base_url, host),
        # Whoever tries the demo receives its webhooks on the same machine.
        "WEBHOOK_ALLOW_PRIVATE_HOSTS": "127.0.0.1:*",
        # The front door offers the demo's people, but only to this machine's own browsers.
        "DEMO_FILE": str(static_root.parent / "demo.json") if host in _LOOPBACK else "",
        **_carrier(addresses.simulator_port),
    }
    return {**defaults, **kept, **ours}


def as_shell(environment: Mapping[str, str], environ: Mapping[str, str]) -> str:
    """Return lines for a shell that wants to run management commands on the same stack."""
    ours = {name: value for name, value in environment.items() if environ.get(name) != value}
    return "".join(f"export {name}={shlex.quote(value)}\n" for name, value in sorted(ours.items()))


def _allowed_hosts(base_url: str, host: str) -> str:
    """Answer to our own names only; who listens on all addresses may be called by any."""
    if host in ("0.0.0.0", "::"):  # noqa: S104
        return "*"
    named = urlsplit(base_url).hostname or host
    return ",".join(dict.fromkeys(["127.0.0.1", "localhost", "[::1]", host, named]))


def _carrier(simulator_port: int | None) -> dict[str, str]:
    if simulator_port is None:
        return {"PHONE_PAGE_URL": ""}
    return {
        "TWILIO_API_URL": f"http://127.0.0.1:{simulator_port}",
        "TWILIO_VOICE_SDK_URL": _DEVICE_SCRIPT,
        "PHONE_PAGE_URL": "/phone/",
    }
