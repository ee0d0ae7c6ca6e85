"""Make a database ready: extensions, the app's role with its rights, and all migrations.

Runs as the owner (`OWNER_DATABASE_URL`); the app connects with `DATABASE_URL`, as a role that owns nothing,
so that row-level security binds it. Running it again changes nothing.
"""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg2
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from psycopg2 import sql

EXTENSIONS = ("pg_trgm", "unaccent", "fuzzystrmatch", "btree_gin")
_ROWS = "SELECT, INSERT, UPDATE, DELETE"


class Command(BaseCommand):
    """`manage.py prepare_database`."""

    help = "Create the app's role and rights, the extensions, and run the migrations as the owner."
    requires_system_checks: list[str] = []  # it works on the database only, the pages may be broken

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare, migrate; raises CommandError with one line on what to do."""
        app = urlsplit(os.environ["DATABASE_URL"])
        role, password = unquote(app.username or ""), unquote(app.password or "")
        try:
            with psycopg2.connect(settings.OWNER_DATABASE_URL) as owner:
                self._prepare(owner, role, password)
        except psycopg2.Error as error:
            raise CommandError(f"The database refuses: {str(error).strip()}") from error
        finally:
            if "owner" in locals():
                owner.close()
        connection.close()
        connection.settings_dict.update(settings.OWNER_DATABASE)
        call_command("migrate", interactive=False, verbosity=options["verbosity"])
        connection.close()

    def _prepare(self, owner: Any, role: str, password: str) -> None:
        with owner.cursor() as cursor:
            for name in EXTENSIONS:
                cursor.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(name)))
            if role and role != owner.info.user:
                self._ensure_role(cursor, role, password)
                self._grant(cursor, role, owner.info.dbname)
            self._refuse_unbound(cursor, role or owner.info.user)

    def _ensure_role(self, cursor: Any, role: str, password: str) -> None:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone() is None:
            make = sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD {}")
            cursor.execute(make.format(sql.Identifier(role), sql.Literal(password or None)))
            self.stdout.write(f"Created the role {role}.")

    @staticmethod
    def _grant(cursor: Any, role: str, database: str) -> None:
        names = {
            "role": sql.Identifier(role),
            "database": sql.Identifier(database),
            "rights": sql.SQL(_ROWS),
        }
        for statement in (
            "GRANT CONNECT ON DATABASE {database} TO {role}",
            "GRANT USAGE ON SCHEMA public TO {role}",
            "GRANT {rights} ON ALL TABLES IN SCHEMA public TO {role}",
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
            "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {rights} ON TABLES TO {role}",
            "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role}",
        ):
            cursor.execute(sql.SQL(statement).format(**names))

    @staticmethod
    def _refuse_unbound(cursor: Any, role: str) -> None:
        """A superuser or BYPASSRLS role would see every organisation's rows."""
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = %s", [role])
        row = cursor.fetchone()
        if row is not None and row[0]:
            raise CommandError(
                f"The role {role} of DATABASE_URL ignores row-level security; name a plain role there and "
                "the owner in OWNER_DATABASE_URL."
            )
