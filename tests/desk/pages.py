"""Serves rendered screens to a browser over HTTP, with the product's static files and its security policy."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from django.contrib.staticfiles.finders import find

POLICY = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'"


class Pages:
    """Pages by path, changed while served; what was sent to the server stands in `received`."""

    def __init__(self, pages: dict[str, str]) -> None:
        self.pages = {f"/{name}": html for name, html in pages.items()}
        self.answers: dict[str, str] = {}
        self.received: list[tuple[str, str]] = []
        self.url = ""


@contextmanager
def served(pages: Pages) -> Iterator[Pages]:
    """Serve on a free port for as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.split("?")[0]
            if path.startswith("/static/"):
                self._file(path.removeprefix("/static/"))
            elif path in pages.pages or path in pages.answers:
                self._send(200, "text/html; charset=utf-8", (pages.pages | pages.answers)[path].encode())
            else:
                self._send(204, "text/html", b"")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            pages.received.append((self.path, body))
            self._send(204, "text/html", b"")

        def _file(self, name: str) -> None:
            found = find(name)
            if not isinstance(found, str):
                return self._send(404, "text/plain", b"")
            kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
            return self._send(200, kind, Path(found).read_bytes())

        def _send(self, status: int, kind: str, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Content-Security-Policy", POLICY)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            """Say nothing: tests read `received`."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    pages.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield pages
    finally:
        server.shutdown()
        server.server_close()
