"""Posting to addresses that strangers gave us, without reaching into our own network.

The name is resolved once, every address it has must be public, and the connection goes to the address that
was checked: a name that answers differently the second time gains nothing. Redirects are not followed,
proxies from the environment are not used, and the whole exchange has one deadline.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings

from partners.rules import UnfitAddress, WebhookAddress, is_public_address, parse_webhook_url

CONNECT_SECONDS = 3.0
TOTAL_SECONDS = 5.0
_MAX_RESPONSE_BYTES = 16 * 1024

_tls = ssl.create_default_context()


class NotDelivered(Exception):
    """The address could not be reached, or did not answer in time; the text says why."""


@dataclass(frozen=True)
class Answer:
    """What the other side said."""

    status: int


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Post once. Raises UnfitAddress when we will not call it, NotDelivered when it did not answer."""
    address = parse_webhook_url(url, trusted_hosts=settings.WEBHOOK_ALLOW_PRIVATE_HOSTS)
    connection = _Pinned(address, checked_ip(address))
    watchdog = threading.Timer(TOTAL_SECONDS, connection.abort)
    watchdog.daemon = True
    watchdog.start()
    try:
        connection.request("POST", address.path, body, {**headers, "Host": address.host_header})
        response = connection.getresponse()
        response.read(_MAX_RESPONSE_BYTES)
        return Answer(status=response.status)
    except (OSError, http.client.HTTPException, ValueError) as error:
        if connection.aborted:
            raise NotDelivered(f"No answer within {TOTAL_SECONDS:.0f} seconds.") from error
        raise NotDelivered(f"{type(error).__name__}: {error}"[:280]) from error
    finally:
        watchdog.cancel()
        connection.close()


def checked_ip(address: WebhookAddress) -> str:
    """An IP address of the host that may be called. Raises UnfitAddress or NotDelivered."""
    try:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotDelivered(f"The name {address.host} could not be resolved.") from error
    ips = [str(entry[4][0]) for entry in found]
    if not address.trusted and not all(is_public_address(ip) for ip in ips):
        raise UnfitAddress("The address leads into a private network.")
    return ips[0]


def refuse_private_url(url: str) -> None:
    """Check a URL when it is registered; a name that cannot be resolved now is left to the sender."""
    address = parse_webhook_url(url, trusted_hosts=settings.WEBHOOK_ALLOW_PRIVATE_HOSTS)
    try:
        checked_ip(address)
    except NotDelivered:
        return


class _Pinned(http.client.HTTPConnection):
    """A connection to one checked IP address that still speaks, and proves, the host's name."""

    def __init__(self, address: WebhookAddress, ip: str) -> None:
        super().__init__(address.host, address.port, timeout=TOTAL_SECONDS)
        self._ip = ip
        self._server_name = address.host if address.scheme == "https" else None
        self.aborted = False

    def connect(self) -> None:
        """Connect to the checked address."""
        family = socket.AF_INET6 if ipaddress.ip_address(self._ip).version == 6 else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_STREAM)
        self.sock = sock
        sock.settimeout(CONNECT_SECONDS)
        sock.connect((self._ip, self.port))
        sock.settimeout(TOTAL_SECONDS)
        if self._server_name is not None:
            self.sock = _tls.wrap_socket(sock, server_hostname=self._server_name)

    def abort(self) -> None:
        """End the exchange from the watchdog's thread: a slow drip of bytes never times out by itself."""
        self.aborted = True
        sock = self.sock
        if sock is not None:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                return
