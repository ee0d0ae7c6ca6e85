"""A database the person named in DATABASE_URL, in place of the embedded one."""

from __future__ import annotations

import hashlib
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg2

from contactcenter.stack.errors import StackError
from contactcenter.stack.places import DataFolder


def outside_database(url: str, owner_url: str, data: DataFolder) -> tuple[str, str]:
    """Return (owner's address, app's address).

    A superuser would step over row-level security, so the app then gets a plain role of its own, which
    `prepare_database` makes; its password is kept in the data folder.
    """
    if owner_url:
        return owner_url, url
    if not _steps_over_row_security(url):
        return url, url
    role = "bothhands_app_" + hashlib.sha256(str(data.path).encode()).hexdigest()[:8]
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    netloc = f"{role}:{quote(data.secret('database_password'), safe='')}@{place}"
    return url, urlunsplit(parts._replace(netloc=netloc))


def _steps_over_row_security(url: str) -> bool:
    try:
        connection = psycopg2.connect(url, connect_timeout=5)
    except psycopg2.Error as error:
        raise StackError(f"DATABASE_URL cannot be reached: {str(error).strip().splitlines()[-1]}") from error
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
            row = cursor.fetchone()
            return bool(row and row[0])
    finally:
        connection.close()
