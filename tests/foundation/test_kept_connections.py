"""A connection kept from one request to the next is used without being asked, unless the server closed it."""

import psycopg2
import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from tests.engines import TestEngines


def new_request() -> None:
    """What Django does when a request begins."""
    connections["default"].close_if_unusable_or_obsolete()
    connections["default"].health_check_enabled = True
    connections["default"].health_check_done = False


def ask() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return int(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_the_server_closed_is_replaced_before_it_is_used(engines: TestEngines) -> None:
    ask()
    before = connection.connection.info.backend_pid
    with psycopg2.connect(engines.app_url(engines.database)) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [before])
    new_request()
    assert ask() == 1
    assert connection.connection.info.backend_pid != before


@pytest.mark.django_db(transaction=True)
def test_a_quiet_connection_is_used_as_it_is() -> None:
    ask()
    before = connection.connection.info.backend_pid
    new_request()
    with CaptureQueriesContext(connection) as asked:
        assert ask() == 1
    assert len(asked) == 1
    assert connection.connection.info.backend_pid == before
