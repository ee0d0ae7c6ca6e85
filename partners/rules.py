"""Pure decisions: which addresses may be called, when to try again, when to give up."""

import ipaddress
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

# Twelve tries over three days: soon after a hiccup, seldom in a long outage.
RETRY_SECONDS = (5, 30, 120, 600, 1_800, 7_200, 18_000, 36_000, 50_400, 64_800, 72_000)
GIVE_UP_AFTER = timedelta(days=3)
KEEP_PREVIOUS_SECRET = timedelta(hours=24)
KEEP_IDEMPOTENCY_KEYS = timedelta(hours=24)
KEEP_DELIVERED_MESSAGES = timedelta(days=30)

# Addresses that embed an IPv4 address reach what that address reaches.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class UnfitAddress(ValueError):
    """A webhook address that cannot be used, and why, for people."""


@dataclass(frozen=True)
class WebhookAddress:
    """Where a webhook goes. `path` includes the query; `trusted` hosts may be private and without TLS."""

    scheme: str
    host: str
    port: int
    path: str
    trusted: bool

    @property
    def host_header(self) -> str:
        """The host as the Host header and the allow list write it, port included unless usual."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == _usual_port(self.scheme) else f"{name}:{self.port}"


def parse_webhook_url(url: str, *, trusted_hosts: Collection[str]) -> WebhookAddress:
    """Read a webhook URL; raises UnfitAddress with the reason.

    `trusted_hosts` are exact `host:port` texts that may be private and plain HTTP; `host:*` is every port.
    """
    if not url.isascii() or any(character <= " " or character in '\\"<>^`{|}\x7f' for character in url):
        raise UnfitAddress("The address has characters that do not belong in one.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise UnfitAddress("That is not an address.") from None
    if parts.scheme not in {"https", "http"} or not host:
        raise UnfitAddress("The address must begin with https:// and name a host.")
    if "@" in parts.netloc:
        raise UnfitAddress("The address must not carry a user name or password.")
    if parts.fragment:
        raise UnfitAddress("The address must not carry a fragment.")
    if port == 0 or host.startswith(".") or ".." in host:
        raise UnfitAddress("That is not an address.")
    port = port or _usual_port(parts.scheme)
    trusted = bool({_host_and_port(host, port), _host_and_port(host, "*")} & set(trusted_hosts))
    if parts.scheme != "https" and not trusted:
        raise UnfitAddress("The address must begin with https://.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return WebhookAddress(scheme=parts.scheme, host=host, port=port, path=path, trusted=trusted)


def _host_and_port(host: str, port: int | str) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _usual_port(scheme: str) -> int:
    return 443 if scheme == "https" else 80


def is_public_address(text: str) -> bool:
    """Whether an IP address belongs to the public internet and to one machine there."""
    try:
        address = ipaddress.ip_address(text.split("%", 1)[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public_address(str(inner))
        if address.teredo is not None:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def rest_after_failure(failing_for: timedelta) -> timedelta:
    """How long to leave a failing endpoint alone: a slow one must not keep the workers from all others."""
    return min(max(failing_for / 10, timedelta(seconds=5)), timedelta(seconds=60))


def retry_after(attempts: int, jitter: float) -> timedelta | None:
    """How long to wait after the `attempts`-th failed try; None to give up. `jitter` is 0 to 1, ±10 %."""
    if attempts > len(RETRY_SECONDS):
        return None
    return timedelta(seconds=RETRY_SECONDS[max(attempts, 1) - 1] * (0.9 + 0.2 * jitter))
