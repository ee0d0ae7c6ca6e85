"""The database as Django knows it, in fewer round trips. See docs/decisions/0008."""

import select
from collections.abc import Sequence
from typing import Any

from django.db import InternalError
from django.db import connection as default_connection
from django.db.backends.postgresql import base
from psycopg2.extensions import TRANSACTION_STATUS_INERROR

from foundation.postgres.connection import Connection, Cursor


class DatabaseWrapper(base.DatabaseWrapper):
    """A kept connection is looked at before it is asked, and statements may travel together.

    A connection that the server has closed has its farewell waiting to be read; with `CONN_HEALTH_CHECKS`
    Django asks `SELECT 1` at the start of each request: a fifth of a callback's time.
    """

    def get_connection_params(self) -> dict[str, Any]:
        """Django's, with our connection and cursor."""
        return {
            **super().get_connection_params(),
            "connection_factory": Connection,
            "cursor_factory": Cursor,
        }

    def is_usable(self) -> bool:
        """Whether the connection answers."""
        if self.connection is not None and not self.connection.closed and self._is_quiet():
            return True
        return bool(super().is_usable())

    def _is_quiet(self) -> bool:
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN | select.POLLRDHUP)
        return not poll.poll(0)

    def _commit(self) -> None:
        if self.connection is not None:
            if self.connection.waiting:
                with self.cursor() as cursor:
                    cursor.execute(self.connection.waiting.pop())  # and all before it
            elif self.connection.info.transaction_status == TRANSACTION_STATUS_INERROR:
                # PostgreSQL answers this COMMIT with a rollback and no error: it would pass for saved.
                raise InternalError("A statement of this transaction failed: nothing of it can be saved.")
        super()._commit()  # type: ignore[misc]

    def _rollback(self) -> None:
        if self.connection is not None:
            self.connection.waiting.clear()
        super()._rollback()  # type: ignore[misc]

    def _savepoint_rollback(self, sid: str) -> None:
        if self.connection is not None:
            self.connection.waiting.clear()  # SAVEPOINT took along what was written before it
        super()._savepoint_rollback(sid)  # type: ignore[misc]


def send_with_next(query: str, params: Sequence[Any] | dict[str, Any]) -> None:
    """Send a statement with the next one of this transaction, at the latest at its end; at once outside one.

    For writes whose outcome nobody awaits. Whatever reads afterwards sees them; an error of theirs is
    raised by the statement they travel with.
    """
    with default_connection.cursor() as cursor:
        if not default_connection.in_atomic_block:
            cursor.execute(query, params)
            return
        default_connection.validate_no_broken_transaction()
        with default_connection.wrap_database_errors:
            cursor.cursor.wait_for_next(query, params)
