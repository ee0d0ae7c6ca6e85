"""What a step was made from, so that a later start can skip it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import psycopg2

ROOT = Path(__file__).resolve().parent.parent.parent
_SEED_SOURCES = ("*/management/commands/seed_demo.py", "contactcenter/demo/**/*.*")


def of_files(files: Iterable[Path], *more: str) -> str:
    """Hash the contents of files under the project and some words."""
    digest = hashlib.sha256("\0".join(more).encode())
    for path in sorted(files):
        digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:24]


def of_migrations(*more: str) -> str:
    """Name the state of a database's tables by everything that makes them."""
    command = ROOT / "contactcenter" / "management" / "commands" / "prepare_database.py"
    statements = ROOT / "foundation" / "schema.py"
    return of_files([command, statements, *ROOT.glob("*/migrations/*.py")], *more)


def of_seed(*more: str) -> str:
    """Name the demo company's data by the code that writes it."""
    return of_files(seed_sources(), *more)


def seed_sources() -> list[Path]:
    """Return the files that write the demo company."""
    found = (path for pattern in _SEED_SOURCES for path in ROOT.glob(pattern))
    return [path for path in found if "__pycache__" not in path.parts and path.is_file()]


def of_static() -> str:
    """Name the collected static files by name, size and time of their sources."""
    sources = [path for path in (ROOT / "static").rglob("*") if path.is_file()]
    listing = [f"{path}:{path.stat().st_size}:{path.stat().st_mtime_ns}" for path in sorted(sources)]
    return of_files([ROOT / "requirements" / "base.txt"], *listing)


def of_database(url: str) -> str:
    """Tell one database from another, also after it was dropped and made anew under its name."""
    connection = psycopg2.connect(url)
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT system_identifier::text || '/' || oid FROM pg_control_system(), pg_database "
                "WHERE datname = current_database()"
            )
            row = cursor.fetchone()
            assert row is not None
            return str(row[0])
    finally:
        connection.close()
