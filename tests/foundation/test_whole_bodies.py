"""What a view leaves of a body is read before the answer goes out."""

from __future__ import annotations

import io
from typing import Any

import pytest

from contactcenter.wsgi import application
from foundation.whole_bodies import MOST_BYTES, with_whole_bodies


def asked(body: io.BytesIO, **more: str) -> dict[str, Any]:
    length = str(len(body.getvalue()))
    return {"wsgi.input": body, "REQUEST_METHOD": "POST", "CONTENT_LENGTH": length, **more}


def test_a_refusal_leaves_nothing_on_the_connection_for_whoever_has_it_next(db: None) -> None:
    body, statuses = io.BytesIO(b"x" * 200_000), []
    environ = asked(
        body, PATH_INFO="/api/v1/customers/", SERVER_NAME="localhost", SERVER_PORT="80", HTTP_HOST="localhost"
    ) | {"wsgi.url_scheme": "http", "wsgi.errors": io.StringIO()}
    answered: Any = application(environ, lambda status, headers, *more: statuses.append(status))
    answered.close()
    assert statuses[0][:3] in {"401", "405"}
    assert body.read() == b""


def test_somebody_who_never_ends_is_not_read_for_ever() -> None:
    class Endless(io.BytesIO):
        read_in_all = 0

        def read(self, size: int | None = -1) -> bytes:
            self.read_in_all += size or 0
            return b"x" * (size or 0)

    body = Endless()
    answer = with_whole_bodies(lambda environ, start_response: [b"no"])
    assert list(answer(asked(body, HTTP_TRANSFER_ENCODING="chunked"), lambda *_: None)) == [b"no"]
    assert body.read_in_all == MOST_BYTES


@pytest.mark.parametrize("gone", [ConnectionResetError, BrokenPipeError])
def test_a_sender_that_is_gone_spoils_no_answer(gone: type[OSError]) -> None:
    class Gone(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise gone

    answer = with_whole_bodies(lambda environ, start_response: [b"no"])
    assert list(answer(asked(Gone(b"x")), lambda *_: None)) == [b"no"]
