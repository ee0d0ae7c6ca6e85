"""Reads to the end what a view left of a request's body, before the answer goes out.

A refusal comes before the body is read: a missing token, a wrong method, a signature that does not fit.
With more than 64 KB left, the server closes a connection that the proxy has just kept for somebody else,
whose POST is then answered 502 in our place. The proxy has the whole body by then and takes 2 MB at most, so
nobody is waited for.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

MOST_BYTES = 4 * 1024 * 1024
_BLOCK = 64 * 1024
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def with_whole_bodies(application: Application) -> Application:
    """The same WSGI application, which leaves no body half read."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        answered = application(environ, start_response)
        if environ.get("CONTENT_LENGTH") or environ.get("HTTP_TRANSFER_ENCODING"):
            with suppress(OSError):  # the sender is gone, and the connection with it
                _read_rest(environ["wsgi.input"])
        return answered

    return answer


def _read_rest(body: Any) -> None:
    left = MOST_BYTES
    while left > 0 and (block := body.read(_BLOCK)):
        left -= len(block)
