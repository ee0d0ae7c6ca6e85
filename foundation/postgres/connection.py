"""psycopg2's connection and cursor, with statements that wait for the next one to travel along."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg2.extensions import TRANSACTION_STATUS_INERROR, connection, cursor

_AND = b";\n"
# One message holds all its statements in memory, here and in the server.
_MOST_WAITING = 200


class Connection(connection):
    """A session, and what is to be sent with its next statement."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.waiting: list[bytes] = []


class Cursor(cursor):
    """Sends what waits in front of each statement: one round trip, and the result is the statement's own."""

    connection: Connection

    def execute(self, query: Any, vars: Any = None) -> None:  # noqa: A002
        """As psycopg2's."""
        waiting = self.connection.waiting
        if waiting and self.connection.info.transaction_status == TRANSACTION_STATUS_INERROR:
            waiting.clear()  # written for a transaction that failed
        if not waiting:
            return super().execute(query, vars)
        if self.name is not None:  # a declared cursor is one statement
            self._send_waiting()
            return super().execute(query, vars)
        together = _AND.join([*waiting, self.mogrify(query, vars)])
        waiting.clear()
        return super().execute(together)

    def executemany(self, query: Any, vars_list: Any) -> None:
        """As psycopg2's."""
        self._send_waiting()
        return super().executemany(query, vars_list)

    def callproc(self, procname: Any, parameters: Any = None) -> None:
        """As psycopg2's."""
        self._send_waiting()
        return super().callproc(procname, parameters)

    def copy_expert(self, sql: Any, file: Any, size: int = 8192) -> None:
        """As psycopg2's."""
        self._send_waiting()
        return super().copy_expert(sql, file, size)

    def copy_from(self, *args: Any, **options: Any) -> None:
        """As psycopg2's."""
        self._send_waiting()
        return super().copy_from(*args, **options)

    def copy_to(self, *args: Any, **options: Any) -> None:
        """As psycopg2's."""
        self._send_waiting()
        return super().copy_to(*args, **options)

    def wait_for_next(self, query: str, params: Sequence[Any] | dict[str, Any]) -> None:
        """Keep a statement until the next one is sent."""
        self.connection.waiting.append(self.mogrify(query, params))
        if len(self.connection.waiting) >= _MOST_WAITING:
            self._send_waiting()

    def _send_waiting(self) -> None:
        if self.connection.waiting:
            together = _AND.join(self.connection.waiting)
            self.connection.waiting.clear()
            with self.connection.cursor() as plain:
                plain.execute(together)
