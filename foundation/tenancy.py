"""The second wall between companies: every transaction names the one organisation it may see.

Row-level security in PostgreSQL (`foundation.schema`) compares each row's organisation with the setting
made here; a query outside `tenant()` sees no rows. The first wall is each package's `access.py`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection, transaction

from foundation import live
from foundation.postgres.base import send_with_next

_organization_id: ContextVar[int | None] = ContextVar("organization_id", default=None)
_in_system: ContextVar[bool] = ContextVar("in_system", default=False)


class NoTenantError(RuntimeError):
    """A tenant's row was touched outside `tenant()`."""


class TenantMismatchError(RuntimeError):
    """One transaction tried to serve two organisations."""


def current_organization_id() -> int:
    """The organisation this transaction serves. Raises NoTenantError outside `tenant()`."""
    organization_id = _organization_id.get()
    if organization_id is None:
        raise NoTenantError("No organisation is set: wrap this work in tenancy.tenant(organization_id).")
    return organization_id


def organization_id_or_none() -> int | None:
    """The organisation this transaction serves, or None."""
    return _organization_id.get()


@contextmanager
def tenant(organization_id: int, *, statement_milliseconds: int | None = None) -> Iterator[None]:
    """One transaction that sees and writes the rows of one organisation.

    Nesting for the same organisation is a savepoint; for another raises TenantMismatchError.
    `statement_milliseconds` is the longest one statement of it may take, waiting for locks included.
    Live nudges collected inside are numbered last, just before the outermost commit.
    """
    outer = _organization_id.get()
    if outer is not None:
        if outer != organization_id:
            raise TenantMismatchError(f"Serving organisation {outer}, asked for {organization_id}.")
        with transaction.atomic():
            yield
        return
    nested = connection.in_atomic_block
    with transaction.atomic():
        _enter(organization_id, statement_milliseconds)
        token = _organization_id.set(organization_id)
        try:
            with live.collecting() as nudges:
                yield
                nudges.number_and_publish_after_commit(organization_id)
        finally:
            _organization_id.reset(token)
        if nested:
            _set("app.organization_id", "")


@contextmanager
def system() -> Iterator[None]:
    """One transaction that sees the work lists of all organisations, and no customer's record.

    Only tables declared with `work_list=True` open to it: events, deliveries, timers, waiting tokens,
    and the few rows that say which organisation a login, phone number or API client belongs to.
    """
    if _in_system.get():
        with transaction.atomic():
            yield
        return
    nested = connection.in_atomic_block
    with transaction.atomic():
        _set("app.system", "on")
        token = _in_system.set(True)
        try:
            yield
        finally:
            _in_system.reset(token)
        if nested:
            _set("app.system", "")


def _enter(organization_id: int, statement_milliseconds: int | None) -> None:
    if statement_milliseconds is None:
        _set("app.organization_id", str(organization_id))
        return
    send_with_next(
        "SELECT set_config('app.organization_id', %s, true), set_config('statement_timeout', %s, true)",
        [str(organization_id), str(statement_milliseconds)],
    )


def _set(name: str, value: str) -> None:
    send_with_next("SELECT set_config(%s, %s, true)", [name, value])
