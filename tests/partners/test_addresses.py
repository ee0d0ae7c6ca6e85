"""Webhook addresses come from strangers: none of them reaches into our network."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from partners import outbound
from partners.rules import UnfitAddress, is_public_address, parse_webhook_url
from tests.partners.conftest import Api, Receiver

PRIVATE = [
    "https://127.0.0.1/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0177.0.0.1/",
    "https://0/",
    "https://localhost/",
    "https://10.1.2.3/",
    "https://192.168.0.1/",
    "https://172.16.0.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://100.64.0.1/",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[fe80::1]/",
    "https://[fd00::1]/",
    "https://224.0.0.1/",
]
UNFIT = [
    "http://example.com/",
    "ftp://example.com/",
    "file:///etc/passwd",
    "https://user:pass@example.com/",
    "https://example.com@127.0.0.1/",
    "https://example.com/#fragment",
    "https:///path",
    "https://",
    "//example.com/",
    "javascript:alert(1)",
    "https://exa mple.com/",
    "https://example.com/\r\nX-Injected: 1",
    "https://example.com:0/",
    "https://example.com:99999/",
    "https://exämple.com/",
    "https://[::1",
    "https://example.com\\@127.0.0.1/",
    "",
]


@pytest.mark.parametrize("url", PRIVATE)
def test_a_private_address_is_refused_in_every_spelling(url: str) -> None:
    with pytest.raises(UnfitAddress, match="private"):
        outbound.post(url, b"{}", {})


@pytest.mark.parametrize("url", UNFIT)
def test_what_is_no_https_address_is_refused(url: str) -> None:
    with pytest.raises(UnfitAddress):
        parse_webhook_url(url, trusted_hosts=[])


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_public_addresses_are_known_as_such(address: str) -> None:
    assert is_public_address(address)


def _resolving(monkeypatch: pytest.MonkeyPatch, *ips: str) -> list[str]:
    asked: list[str] = []

    def resolve(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in ips]

    monkeypatch.setattr(outbound.socket, "getaddrinfo", resolve)
    return asked


def test_a_name_that_resolves_to_a_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    _resolving(monkeypatch, "127.0.0.1")
    with pytest.raises(UnfitAddress):
        outbound.post("https://innocent.example/", b"{}", {})


def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    _resolving(monkeypatch, "8.8.8.8", "10.0.0.1")
    with pytest.raises(UnfitAddress):
        outbound.post("https://innocent.example/", b"{}", {})


def test_a_name_is_resolved_once_and_the_checked_address_is_called(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = _resolving(monkeypatch, "203.0.114.9")
    called: list[Any] = []

    class Socket:
        def __init__(self, *_: Any) -> None:
            return

        def settimeout(self, _: float) -> None:
            return

        def close(self) -> None:
            return

        def connect(self, address: Any) -> None:
            called.append(address)
            raise ConnectionRefusedError("refused")

    monkeypatch.setattr(outbound.socket, "socket", Socket)
    with pytest.raises(outbound.NotDelivered):
        outbound.post("https://rebinding.example/", b"{}", {})
    assert asked == ["rebinding.example"]
    assert called == [("203.0.114.9", 443)]


def test_only_the_exact_host_and_port_is_trusted(receiver: Receiver) -> None:
    assert outbound.post(receiver.url, b"{}", {}).status == 200
    port = int(receiver.address.rsplit(":", 1)[1])
    for url in (f"http://127.0.0.1:{port + 1}/", f"http://localhost:{port}/", f"http://127.1:{port}/"):
        with pytest.raises(UnfitAddress):
            outbound.post(url, b"{}", {})


def test_proxies_of_the_environment_are_not_used(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert outbound.post(receiver.url, b"{}", {}).status == 200


REFUSED = ["https://127.0.0.1/", "https://2130706433/", "http://example.com/", "nonsense"]


def test_the_api_refuses_such_an_address_with_the_reason(api: Api) -> None:
    for url in REFUSED:
        answer = api.post("webhook-endpoints/", {"url": url})
        assert (answer.status_code, answer.json()["code"]) == (422, "bad_url")
        assert answer.json()["errors"][0]["field"] == "/url"


def test_an_installation_may_trust_every_port_of_one_host_and_no_other_host():
    assert parse_webhook_url("http://127.0.0.1:8999/hook", trusted_hosts=["127.0.0.1:*"]).trusted
    for url in ("http://127.0.0.2:8999/hook", "http://localhost:8999/hook", "http://10.0.0.1/hook"):
        with pytest.raises(UnfitAddress):
            parse_webhook_url(url, trusted_hosts=["127.0.0.1:*"])
