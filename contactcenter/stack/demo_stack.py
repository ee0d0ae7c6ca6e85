"""One stack: what `script/demo` runs, and what browser tests and measurements start for themselves."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from contactcenter.embedded import Engines
from contactcenter.embedded.places import SocketFolder, forget_cluster
from contactcenter.embedded.postgres import APP_ROLE, OWNER_ROLE, EmbeddedPostgres
from contactcenter.embedded.valkey import EmbeddedValkey, free_port
from contactcenter.stack import fingerprints, nginx, plan
from contactcenter.stack.children import Child, stop_all
from contactcenter.stack.environment import Addresses, as_shell, process_environment
from contactcenter.stack.errors import StackError
from contactcenter.stack.health import await_healthy
from contactcenter.stack.logins import complete_logins
from contactcenter.stack.outside import outside_database
from contactcenter.stack.places import DataFolder, require_free_port, write_private

ROOT = Path(__file__).resolve().parent.parent.parent
_STOP_SECONDS = 10.0
_HEALTHY_SECONDS = 180.0
_DEATHS_BEFORE_GIVING_UP = 3


class DemoStack:
    """The whole product under `data_dir`, answering on `port` (0: a free one). Start from the main thread.

    `environ` is what the person set: DATABASE_URL, REDIS_URL, TWILIO_API_URL, … take the place of the
    embedded parts. `copies` runs several processes of a kind, `extra` adds variables to all of them,
    `seed=False` leaves the database without the demo company.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        environ: Mapping[str, str] | None = None,
        copies: Mapping[str, int] | None = None,
        extra: Mapping[str, str] | None = None,
        seed: bool = True,
        reset: bool = False,
        durable: bool = True,
        say: Callable[[str], None] = lambda _line: None,
    ) -> None:
        self.data = DataFolder(data_dir)
        self.host, self.port = host, port or free_port()
        self._environ = dict(os.environ if environ is None else environ)
        self._copies, self._extra = dict(copies or {}), dict(extra or {})
        self._seed, self._reset, self._durable, self._say = seed, reset, durable, say
        self._sockets = SocketFolder(self.data.path / "stack.location")
        self._environment: dict[str, str] = {}
        self._addresses: Addresses | None = None
        self.engines: Engines | None = None
        self.children: dict[str, Child] = {}
        self.logins: dict[str, Any] = {}

    @property
    def base_url(self) -> str:
        """What outsiders call us, without a trailing slash."""
        here = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104
        own = f"http://[{here}]:{self.port}" if ":" in here else f"http://{here}:{self.port}"
        return self._environ.get("PUBLIC_BASE_URL", own).rstrip("/")

    @property
    def own_url(self) -> str:
        """Where this machine reaches us, whatever outsiders call us."""
        return f"http://127.0.0.1:{self.port}" if ":" not in self.host else f"http://[::1]:{self.port}"

    @property
    def addresses(self) -> Addresses:
        """The engines' addresses; known once they are started."""
        assert self._addresses is not None
        return self._addresses

    @property
    def environment(self) -> dict[str, str]:
        """The variables of every process; known once the engines are started."""
        return dict(self._environment)

    def start(self) -> None:
        """Start everything and wait until all of it is well; raises StackError or EngineError."""
        if self._reset and self.data.looks_foreign():
            raise StackError(f"{self.data.path} holds files that are not a demo's; --reset leaves it alone.")
        self.data.take(self.base_url)
        try:
            self.data.end_leftovers()
            if self._reset:
                self.data.reset()
            require_free_port(self.host, self.port)
            for what, step in self._steps():
                began = time.monotonic()
                done = step()
                self._say(f"  {what}{f' ({done})' if done else ''}: {time.monotonic() - began:.1f} s")
        except BaseException:
            self.stop()
            raise

    def watch(self) -> None:
        """Look whether everything runs and start again what does not; call it several times a second."""
        for name, engine in self._engine_parts():
            if not engine.alive():
                self._say(f"{name} ended; starting it again. Its log: {engine.log}")
                engine.start()
        before = {child.process for child in self.children.values()}
        for child in self.children.values():
            child.watch(self._say)
        if {child.process for child in self.children.values()} != before:
            self.data.remember(self.children.values())

    def stop(self) -> None:
        """Stop every process, then the engines; harmless when some never started."""
        stop_all(self.children.values(), seconds=_STOP_SECONDS)
        self.children = {}
        if self.engines is not None:
            self.engines.stop()
        self._sockets.remove()
        self.data.release()

    def destroy(self) -> None:
        """Stop, and remove the database wherever it lies."""
        self.stop()
        forget_cluster(self.data.path)

    def manage(self, *arguments: str, owner: bool = False) -> None:
        """Run a management command in the stack's environment; raises StackError with its last line."""
        # What is written here can be written again, so no commit needs to wait for the disk.
        fast = {"PGOPTIONS": f"{self._environment.get('PGOPTIONS', '')} -c synchronous_commit=off"}
        owning = {"OWNER_DATABASE_URL": self.addresses.owner_database_url, "BOTHHANDS_AS_OWNER": "1"}
        log = self.data.path / "logs" / "manage.log"
        with log.open("a+") as output:
            done = subprocess.run(  # noqa: S603
                [sys.executable, "manage.py", *arguments],
                cwd=ROOT,
                env=self._environment | fast | (owning if owner else {}),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            )
        if done.returncode:
            last = [line for line in log.read_text(errors="replace").splitlines() if line.strip()][-1:]
            raise StackError(f"manage.py {arguments[0]} failed: {''.join(last)} (all of it: {log})")

    def _steps(self) -> list[tuple[str, Callable[[], str | None]]]:
        return [
            ("engines", self._start_engines),
            ("database", self._prepare_database),
            ("demo company", self._seed_company),
            ("static files", self._collect_static),
            ("processes", self._start_children),
            ("health", self._await_health),
        ]

    def _start_engines(self) -> str:
        engines = self.engines = Engines(self.data.path, durable=self._durable, avoid_port=self.port)
        given = self._environ.get("DATABASE_URL")
        if given:
            owner, app = outside_database(given, self._environ.get("OWNER_DATABASE_URL", ""), self.data)
        else:
            postgres = engines.start_postgres()
            owner, app = postgres.url(OWNER_ROLE), postgres.url(APP_ROLE)
        redis_url = self._environ.get("REDIS_URL") or engines.start_valkey().url
        simulator_port = None if self._environ.get("TWILIO_API_URL") else free_port(but=self.port)
        self._addresses = Addresses(self.base_url, owner, app, redis_url, simulator_port)
        self._environment = self._extra | process_environment(
            self._environ | self._extra,
            self._addresses,
            secret_key=self.data.secret("secret_key"),
            static_root=self.data.path / "static",
            host=self.host,
            port=self.port,
            root=ROOT,
        )
        write_private(self.data.path / "env.sh", as_shell(self._environment, self._environ))
        outside = [name for name in ("DATABASE_URL", "REDIS_URL") if self._environ.get(name)]
        return f"{' and '.join(outside)} from outside" if outside else ""

    def _prepare_database(self) -> str:
        database = fingerprints.of_database(self.addresses.owner_database_url)
        made_from = fingerprints.of_migrations(database, self.addresses.database_url.partition("?")[0])
        if self.data.stamped("database", made_from):
            return "up to date"
        is_older = (self.data.path / "database.stamp").exists()
        self.manage("prepare_database", owner=True)
        if is_older:
            self.manage("rebuild_search", "--missing")
        self.data.stamp("database", made_from)
        return "migrated"

    def _seed_company(self) -> str:
        if not self._seed or not fingerprints.seed_sources():
            return "left out"
        database = fingerprints.of_database(self.addresses.owner_database_url)
        made_from = fingerprints.of_seed(database, self.base_url, fingerprints.of_migrations())
        if self.data.stamped("seed", made_from) and (self.data.path / "demo.json").exists():
            return "there already"
        self.manage("seed_demo", "--data", str(self.data.path), "--skip-checks")
        self.data.stamp("seed", made_from)
        return "written"

    def _collect_static(self) -> str:
        made_from = fingerprints.of_static()
        if self.data.stamped("static", made_from) and (self.data.path / "static").is_dir():
            return "up to date"
        self.manage("collectstatic", "--noinput", "--verbosity", "0")
        self.data.stamp("static", made_from)
        return "collected"

    def _start_children(self) -> None:
        site = plan.Site(sockets=self._sockets.renew(), data=self.data.path)
        planned = plan.names(self._copies)
        commands = {name: plan.command(kind, name, site) for kind, name in planned}
        simulator = self.addresses.simulator_port
        if simulator is not None:
            commands["simulator"] = plan.simulator_command(
                simulator, self.data.path / "simulator.json", self.base_url
            )
        nginx.write_configuration(
            site.sockets,
            listen=f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}",
            web_sockets=[plan.socket(name, site) for kind, name in planned if kind == "web"],
            live_sockets=[plan.socket(name, site) for kind, name in planned if kind == "live"],
            static_root=self.data.path / "static",
            simulator_port=simulator,
        )
        commands["nginx"] = nginx.command(site.sockets)
        for name, argv in commands.items():
            log = self.data.path / "logs" / f"{name}.log"
            self.children[name] = Child(name, argv, self._environment, ROOT, log)
            self.children[name].start()
        self.data.remember(self.children.values())

    def _await_health(self) -> None:
        simulator = self.addresses.simulator_port
        await_healthy(self.own_url, simulator, self._check_children, seconds=_HEALTHY_SECONDS)
        self.logins = complete_logins(self.data, self.base_url)

    def _check_children(self) -> None:
        """Watch, and give up on a process that keeps dying before the stack was ever well."""
        self.watch()
        for child in self.children.values():
            if child.deaths >= _DEATHS_BEFORE_GIVING_UP:
                raise StackError(
                    f"{child.name} does not start. The end of {child.log}:\n{child.last_words()}"
                )

    def _engine_parts(self) -> list[tuple[str, EmbeddedPostgres | EmbeddedValkey]]:
        if self.engines is None:
            return []
        parts = (("PostgreSQL", self.engines.postgres), ("Valkey", self.engines.valkey))
        return [(name, part) for name, part in parts if part is not None]
