"""The engines out of the wheels: rights, unusual paths, killed predecessors, full disks."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import psycopg2
import pytest
import redis

from contactcenter.embedded import EngineError, Engines, EngineUrls


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


def _role_row(url: str) -> tuple[str, bool, bool]:
    connection = psycopg2.connect(url)
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
            )
            row: tuple[str, bool, bool] = cursor.fetchone()
            return row
    finally:
        connection.close()


def test_neither_the_app_nor_the_owner_can_step_over_row_level_security(data_dir: Path) -> None:
    engines = Engines(data_dir, durable=False)
    try:
        urls = engines.start()
        assert _role_row(urls.database_url) == ("bothhands_app", False, False)
        assert _role_row(urls.owner_database_url) == ("bothhands_owner", False, False)
    finally:
        engines.destroy()


def test_the_app_cannot_make_tables(data_dir: Path) -> None:
    engines = Engines(data_dir, durable=False)
    try:
        connection = psycopg2.connect(engines.start().database_url)
        with connection.cursor() as cursor, pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("CREATE TABLE mine (id int)")
        connection.close()
    finally:
        engines.destroy()


def test_a_very_long_data_path_with_spaces_works(tmp_path: Path) -> None:
    engines = Engines(tmp_path / ("long " * 30) / "data", durable=False)
    try:
        assert _role_row(engines.start().database_url)
    finally:
        engines.destroy()


def test_valkey_wants_the_password(data_dir: Path) -> None:
    engines = Engines(data_dir, durable=False)
    try:
        url = engines.start_valkey().url
        assert redis.Redis.from_url(url).ping()
        with pytest.raises(redis.AuthenticationError):
            redis.Redis.from_url("redis://" + url.rpartition("@")[2]).ping()
    finally:
        engines.destroy()


def _start_elsewhere_and_die(data_dir: Path) -> EngineUrls:
    """Start the engines in a process that kills itself, and return what it said."""
    program = (
        "import os, pathlib, sys; from contactcenter.embedded import Engines; "
        "u = Engines(pathlib.Path(sys.argv[1]), durable=False).start(); "
        "print(u.owner_database_url, u.database_url, u.redis_url, flush=True); os.kill(os.getpid(), 9)"
    )
    died = subprocess.run(
        [sys.executable, "-c", program, str(data_dir)], capture_output=True, text=True, check=False
    )
    assert died.returncode == -signal.SIGKILL
    return EngineUrls(*died.stdout.split())


def test_the_engines_start_again_after_their_starter_was_killed(data_dir: Path) -> None:
    before = _start_elsewhere_and_die(data_dir)
    engines = Engines(data_dir, durable=False)
    try:
        after = engines.start()
        assert _role_row(after.database_url)
        assert after.database_url != before.database_url
        with pytest.raises(redis.RedisError):
            redis.Redis.from_url(before.redis_url).ping()
    finally:
        engines.destroy()


def test_what_was_committed_survives_a_killed_server(data_dir: Path) -> None:
    engines = Engines(data_dir)
    try:
        url = engines.start_postgres().url("bothhands_owner")
        connection = psycopg2.connect(url)
        with connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE kept AS SELECT 7 AS n")
        engines.postgres.kill()  # type: ignore[union-attr]
        engines.postgres.start()  # type: ignore[union-attr]
        connection = psycopg2.connect(url)
        with connection.cursor() as cursor:
            cursor.execute("SELECT n FROM kept")
            assert cursor.fetchall() == [(7,)]
        connection.close()
    finally:
        engines.destroy()


def test_a_broken_off_initdb_is_begun_anew(data_dir: Path) -> None:
    data_dir.mkdir()
    engines = Engines(data_dir, durable=False)
    (data_dir / "postgres.half").mkdir()
    (data_dir / "postgres.half" / "PG_VERSION").write_text("18\n")
    try:
        assert _role_row(engines.start().database_url)
    finally:
        engines.destroy()


def test_a_full_disk_is_said_in_one_line(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(10**12, 10**12 - 10**6, 10**6))
    with pytest.raises(EngineError, match=r"is full: 1 MB left, at least \d+ MB needed") as raised:
        Engines(data_dir, durable=False).start()
    assert "\n" not in str(raised.value)


def test_stopping_leaves_no_sockets_behind(data_dir: Path) -> None:
    engines = Engines(data_dir, durable=False)
    engines.start()
    sockets = Path((data_dir / "sockets.location").read_text().strip())
    assert sockets.is_dir()
    engines.destroy()
    assert not sockets.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's cluster belongs to another user")
def test_no_existing_folder_is_opened_for_the_server_s_user(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    engines = Engines(closed / "data", durable=False)
    try:
        engines.start_postgres()
        assert closed.stat().st_mode & 0o777 == 0o700
        outside = Path((closed / "data" / "postgres.location").read_text().strip())
        assert outside.is_dir()
    finally:
        engines.destroy()
    assert not outside.exists()
