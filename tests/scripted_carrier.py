"""A carrier that answers what a test says and keeps what it was asked, over real HTTP."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs


class ScriptedCarrier:
    """A carrier that answers with what the test says, and keeps what it was asked."""

    def __init__(self) -> None:
        self.status, self.body = 200, "{}"
        self.requests: list[SimpleNamespace] = []
        self.connections: set[Any] = set()
        self.hang = threading.Event()
        # Makes the (status, body) of a request, where one answer for all is not enough.
        self.answering: Callable[[SimpleNamespace], tuple[int, str]] | None = None
        carrier = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                form = parse_qs(self.rfile.read(length).decode(), keep_blank_values=True)
                carrier.connections.add(self.client_address)
                carrier.requests.append(
                    SimpleNamespace(
                        method=self.command,
                        path=self.path,
                        form=form,
                        authorization=self.headers.get("Authorization", ""),
                    )
                )
                if carrier.answering is not None:
                    carrier.status, carrier.body = carrier.answering(carrier.requests[-1])
                if carrier.status == 0:
                    carrier.hang.wait(5)
                    self.close_connection = True
                    return
                body = carrier.body.encode()
                self.send_response(carrier.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_DELETE = answer  # noqa: N815

            def log_message(self, *args: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def fails(self, status: int, code: int) -> None:
        self.status, self.body = status, json.dumps({"code": code, "message": "no", "status": status})

    def stop(self) -> None:
        self.hang.set()
        self.server.shutdown()
        self.server.server_close()
