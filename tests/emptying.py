"""Takes out of the tests' database what tests that commit left in it."""

from __future__ import annotations

import psycopg2

# Written by the migrations, and by no test.
_KEPT = ("django_migrations", "django_content_type", "auth_permission")
# Only tables that have ever been written to are touched: emptying all of them takes longer than most tests.
_EMPTY = """
DO $$
DECLARE
    written regclass;
BEGIN
    SET LOCAL session_replication_role = replica;
    FOR written IN
        SELECT oid::regclass FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
            AND pg_relation_size(oid) > 0 AND relname NOT IN {kept}
    LOOP
        EXECUTE format('DELETE FROM %s', written);
    END LOOP;
END
$$
"""


def empty(superuser_url: str) -> None:
    """Delete every row of every organisation. A superuser's address: row-level security binds all others."""
    connection = psycopg2.connect(superuser_url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(_EMPTY.format(kept=_KEPT))
    finally:
        connection.close()
