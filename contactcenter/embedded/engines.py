"""Both engines as one thing that the demo, the tests and the measurements start and stop."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from contactcenter.embedded import places
from contactcenter.embedded.postgres import APP_ROLE, OWNER_ROLE, EmbeddedPostgres
from contactcenter.embedded.valkey import EmbeddedValkey


@dataclass(frozen=True)
class EngineUrls:
    """Where the engines answer: the tables' owner, the app's role without rights of its own, Valkey."""

    owner_database_url: str
    database_url: str
    redis_url: str


class Engines:
    """PostgreSQL and Valkey under one data folder; usable as a context manager.

    Start from the main thread. The caller keeps two starters off one folder (the demo holds a lock).
    `avoid_port` is one that the caller means to listen on later.
    """

    def __init__(self, data_dir: Path, *, durable: bool = True, avoid_port: int = 0) -> None:
        self._data_dir = data_dir.resolve()
        self._data_dir.mkdir(parents=True, exist_ok=True)
        self._durable, self._avoid_port = durable, avoid_port
        self._sockets = places.SocketFolder(self._data_dir / "sockets.location")
        self.postgres: EmbeddedPostgres | None = None
        self.valkey: EmbeddedValkey | None = None

    def start(self) -> EngineUrls:
        """Start both engines; raises EngineError with one clear line."""
        try:
            postgres, valkey = self.start_postgres(), self.start_valkey()
        except BaseException:
            self.stop()
            raise
        return EngineUrls(postgres.url(OWNER_ROLE), postgres.url(APP_ROLE), valkey.url)

    def start_postgres(self) -> EmbeddedPostgres:
        """Start PostgreSQL alone."""
        self.postgres = EmbeddedPostgres(self._data_dir, self._sockets.renew(), durable=self._durable)
        self.postgres.start()
        return self.postgres

    def start_valkey(self) -> EmbeddedValkey:
        """Start Valkey alone."""
        self.valkey = EmbeddedValkey(self._data_dir, avoid_port=self._avoid_port)
        self.valkey.start()
        return self.valkey

    def stop(self) -> None:
        """Stop what was started and remove the sockets."""
        for engine in (self.valkey, self.postgres):
            if engine is not None:
                engine.stop()
        self._sockets.remove()

    def destroy(self) -> None:
        """Stop, and remove the cluster, also where it lies outside the data folder."""
        self.stop()
        places.forget_cluster(self._data_dir)

    def __enter__(self) -> EngineUrls:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
