"""Statements nobody waits for travel with the next one, and count as if they had been sent at once."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest
from django.db import IntegrityError, InternalError, ProgrammingError, connection, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from foundation.postgres.base import send_with_next

pytestmark = pytest.mark.django_db(transaction=True)
_WRITE = "INSERT INTO notes (note) VALUES (%s)"


@pytest.fixture(autouse=True)
def notes() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE notes (note text UNIQUE)")
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE notes")


def read() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT note FROM notes")
        return {note for (note,) in cursor.fetchall()}


@transaction.atomic
def write(*notes: str) -> None:
    for note in notes:
        send_with_next(_WRITE, [note])


@transaction.atomic
def write_and_fail(note: str) -> None:
    write(note)
    raise ZeroDivisionError


@transaction.atomic
def write_and_read(*notes: str, then: str = "") -> None:
    for note in notes:
        send_with_next(_WRITE, [note])
    try:
        read()
    finally:
        if then:
            send_with_next(_WRITE, [then])


def test_what_is_read_afterwards_sees_what_was_written_in_one_round_trip() -> None:
    with transaction.atomic(), CaptureQueriesContext(connection) as sent:
        send_with_next(_WRITE, ["100 % of it"])
        send_with_next(_WRITE, ["it's; two"])
        assert read() == {"100 % of it", "it's; two"}
    assert len([query for query in sent.captured_queries if "notes" in query["sql"]]) == 1


def test_the_last_statements_go_with_the_commit() -> None:
    with transaction.atomic():
        send_with_next(_WRITE, ["last"])
    assert read() == {"last"}


def test_outside_a_transaction_nothing_waits() -> None:
    send_with_next(_WRITE, ["now"])
    assert connection.connection.waiting == []
    assert read() == {"now"}


def test_what_was_written_in_a_transaction_that_failed_is_never_sent() -> None:
    with pytest.raises(ZeroDivisionError):
        write_and_fail("never")
    assert read() == set()


def test_a_savepoint_takes_back_what_was_written_since_and_nothing_before() -> None:
    with transaction.atomic():
        send_with_next(_WRITE, ["before"])
        with pytest.raises(ZeroDivisionError):
            write_and_fail("within")
        send_with_next(_WRITE, ["after"])
    assert read() == {"before", "after"}


def test_an_error_is_raised_by_the_statement_it_travels_with_and_is_undone_with_its_savepoint() -> None:
    with transaction.atomic():
        send_with_next(_WRITE, ["once"])
        with pytest.raises(IntegrityError):
            write_and_read("once")
        send_with_next(_WRITE, ["afterwards"])
    assert read() == {"once", "afterwards"}


def test_what_is_written_after_an_error_goes_with_what_failed() -> None:
    with transaction.atomic():
        with pytest.raises(IntegrityError):
            write_and_read("twice", "twice", then="too late")
        send_with_next(_WRITE, ["afterwards"])
    assert read() == {"afterwards"}


def test_an_error_in_the_last_statement_fails_the_transaction() -> None:
    with pytest.raises(IntegrityError):
        write("twice", "twice")
    assert read() == set()


def test_many_rows_at_once_and_a_servers_cursor_see_what_waits() -> None:
    with transaction.atomic():
        send_with_next(_WRITE, ["first"])
        with connection.cursor() as cursor:
            cursor.executemany(_WRITE, [["second"], ["third"]])
        send_with_next(_WRITE, ["fourth"])
        with connection.chunked_cursor() as cursor:
            cursor.execute("SELECT note FROM notes")
            assert {note for (note,) in cursor.fetchall()} == {"first", "second", "third", "fourth"}


def test_a_savepoint_taken_back_takes_back_what_would_have_failed() -> None:
    with transaction.atomic():
        send_with_next(_WRITE, ["kept"])
        with contextlib.suppress(ZeroDivisionError), transaction.atomic():
            send_with_next(_WRITE, ["kept"])
            raise ZeroDivisionError
        send_with_next(_WRITE, ["afterwards"])
    assert read() == {"kept", "afterwards"}


@transaction.atomic
def swallow_an_error(told: list[str]) -> None:
    transaction.on_commit(lambda: told.append("saved"))
    with contextlib.suppress(IntegrityError):
        for _ in range(2):
            send_with_next(_WRITE, ["twice"])
        read()


def test_a_transaction_whose_error_was_swallowed_does_not_pass_for_saved() -> None:
    told: list[str] = []
    with pytest.raises(InternalError):
        swallow_an_error(told)
    assert (read(), told) == (set(), [])
    write("the connection goes on")
    assert read() == {"the connection goes on"}


@transaction.atomic
def write_after_a_failure_without_savepoint() -> None:
    with contextlib.suppress(ZeroDivisionError), transaction.atomic(savepoint=False):
        raise ZeroDivisionError
    send_with_next(_WRITE, ["lost"])


def test_nothing_is_kept_for_a_transaction_that_can_only_be_rolled_back() -> None:
    with pytest.raises(TransactionManagementError):
        write_after_a_failure_without_savepoint()


def test_a_value_that_cannot_be_written_is_djangos_error_and_spoils_nothing() -> None:
    with transaction.atomic():
        with pytest.raises(ProgrammingError):
            send_with_next(_WRITE, [object()])
        with pytest.raises(ValueError, match="NUL"):
            send_with_next(_WRITE, ["\x00"])
        send_with_next(_WRITE, ["good"])
    assert read() == {"good"}


def test_however_many_statements_there_are_no_message_holds_them_all() -> None:
    with transaction.atomic():
        for number in range(450):
            send_with_next(_WRITE, [str(number)])
        assert len(connection.connection.waiting) < 200
    assert len(read()) == 450
