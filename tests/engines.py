"""Real engines for one test run: one PostgreSQL for all workers, one Valkey and one database for each.

The cluster and the migrated template database stay in var/tests between runs; when another run holds that
folder, a temporary one is used.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import psycopg2
from psycopg2 import sql

from contactcenter.embedded import Engines
from contactcenter.embedded.postgres import APP_ROLE, OWNER_ROLE
from contactcenter.embedded.valkey import EmbeddedValkey
from contactcenter.stack.fingerprints import of_migrations
from tests.emptying import empty

ROOT = Path(__file__).resolve().parent.parent
_SHARED = "BOTHHANDS_TEST_DATABASES"  # how workers learn where the controller's PostgreSQL is
_TEMPLATE_LOCK = 4_711


class TestEngines:
    """What one pytest process runs on; `valkey` may be killed and started by a test that needs it."""

    __test__ = False

    def __init__(self) -> None:
        self._folder_lock: IO[str] | None = None
        self._temporary: Path | None = None
        self._postgres: Engines | None = None
        self.worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        self.folder = self._take_folder()
        self._address = os.environ.get(_SHARED) or self._start_postgres()
        self.database = f"test_{self.worker}"
        self.valkey = EmbeddedValkey(self.folder / self.worker)
        self.valkey.start()

    def environment(self) -> dict[str, str]:
        """Return the variables Django's settings are read from."""
        collected = self.folder / "static"  # nothing is collected: files are served from where they are
        collected.mkdir(exist_ok=True)
        return {
            _SHARED: self._address,
            "SECRET_KEY": "only-for-tests-" + "0" * 40,
            "DATABASE_URL": self.app_url(self.database),
            "OWNER_DATABASE_URL": self.owner_url(self.database),
            "REDIS_URL": self.valkey.url,
            "STATIC_ROOT": str(collected),
            "BOTHHANDS_TESTING": "1",
        }

    def url(self, role: str, database: str) -> str:
        """Return the address of a database for any role."""
        return self._address.format(role=role, database=database)

    def app_url(self, database: str) -> str:
        """Return the address of a database for the role the product runs as."""
        return self.url(APP_ROLE, database)

    def owner_url(self, database: str) -> str:
        """Return the address of a database for the role that owns its tables."""
        return self.url(OWNER_ROLE, database)

    def clone_template(self, database: str) -> None:
        """Make (anew) a database with all migrations applied."""
        with self._maintenance() as cursor:
            template = self._ensure_template(cursor)
            name = sql.Identifier(database)
            cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
            cursor.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(name, sql.Identifier(template)))

    def empty_database(self) -> None:
        """Delete all rows of this process's database."""
        empty(self.url("postgres", self.database))

    def create_empty(self, database: str) -> None:
        """Make (anew) a database without anything in it."""
        with self._maintenance() as cursor:
            name = sql.Identifier(database)
            cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
            cursor.execute(sql.SQL("CREATE DATABASE {}").format(name))

    def stop(self) -> None:
        """Stop what this process started; calling it again is harmless."""
        self.valkey.stop()
        if self._postgres is not None:
            self._postgres.stop()
            if self._temporary is not None:
                self._postgres.destroy()
            self._postgres = None
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)
        if self._folder_lock is not None:
            self._folder_lock.close()
            self._folder_lock = None

    def _take_folder(self) -> Path:
        kept = ROOT / "var" / "tests"
        with contextlib.suppress(OSError):
            kept.mkdir(parents=True, exist_ok=True)
            lock = (kept / f"{self.worker}.lock").open("w")
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._folder_lock = lock
            return kept
        self._temporary = Path(tempfile.mkdtemp(prefix="bothhands-test-"))
        return self._temporary

    def _start_postgres(self) -> str:
        self._postgres = Engines(self.folder, durable=False)
        return self._postgres.start_postgres().url("{role}", "{database}")

    @contextlib.contextmanager
    def _maintenance(self) -> Iterator[psycopg2.extensions.cursor]:
        """Connect where databases are made, one worker at a time."""
        connection = psycopg2.connect(self.owner_url("postgres"))
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_lock(%s)", [_TEMPLATE_LOCK])
                yield cursor
        finally:
            connection.close()

    def _ensure_template(self, cursor: psycopg2.extensions.cursor) -> str:
        template = f"template_{of_migrations()}"
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'template\\_%%'")
        known = {name for (name,) in cursor.fetchall()}
        if template not in known:
            for old in known:
                cursor.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(old)))
            half = f"half_{template}"
            self._migrate(half, cursor)
            rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
            cursor.execute(rename.format(sql.Identifier(half), sql.Identifier(template)))
        return template

    def _migrate(self, database: str, cursor: psycopg2.extensions.cursor) -> None:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))
        cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
        done = subprocess.run(
            [sys.executable, "manage.py", "prepare_database", "--verbosity", "0"],
            cwd=ROOT,
            env=os.environ
            | self.environment()
            | {
                "DATABASE_URL": self.app_url(database),
                "OWNER_DATABASE_URL": self.owner_url(database),
                "BOTHHANDS_AS_OWNER": "1",
                "DJANGO_SETTINGS_MODULE": "contactcenter.settings",
            },
            check=False,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(f"The migrations failed:\n{done.stdout}{done.stderr}")
