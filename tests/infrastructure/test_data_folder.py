"""The folder a stack keeps everything in."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from pathlib import Path

import psutil
import pytest

from contactcenter.stack import StackError
from contactcenter.stack.children import Child
from contactcenter.stack.places import DataFolder


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path / "data")


def test_only_one_holds_it_and_the_other_reads_who(folder: DataFolder) -> None:
    folder.take("http://127.0.0.1:8000")
    with pytest.raises(StackError, match=rf"in use by http://127.0.0.1:8000 \(process {os.getpid()}\)"):
        DataFolder(folder.path).take("http://127.0.0.1:8001")
    folder.release()
    DataFolder(folder.path).take("http://127.0.0.1:8001")


def test_a_folder_that_cannot_be_made_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StackError, match="cannot be used: Not a directory"):
        DataFolder(tmp_path / "file" / "data").take("")


def test_secrets_are_made_once_and_for_the_owner_only(folder: DataFolder) -> None:
    folder.take("")
    first = folder.secret("secret_key")
    assert DataFolder(folder.path).secret("secret_key") == first != folder.secret("another")
    assert stat.S_IMODE((folder.path / "secrets.json").stat().st_mode) == 0o600


def test_a_reset_leaves_nothing_of_the_former_company(folder: DataFolder) -> None:
    folder.take("")
    folder.secret("secret_key")
    folder.stamp("seed", "1")
    (folder.path / "postgres").mkdir()
    folder.reset()
    assert not folder.stamped("seed", "1")
    assert not {"postgres", "secrets.json"} & {path.name for path in folder.path.iterdir()}


def test_the_logs_are_nobody_else_s_business(folder: DataFolder) -> None:
    folder.take("")
    assert stat.S_IMODE((folder.path / "logs").stat().st_mode) == 0o700


def test_a_stamp_fits_one_fingerprint(folder: DataFolder) -> None:
    folder.take("")
    assert not folder.stamped("static", "1")
    folder.stamp("static", "1")
    assert folder.stamped("static", "1")
    assert not folder.stamped("static", "2")


def test_what_a_killed_predecessor_left_is_ended(folder: DataFolder) -> None:
    folder.take("")
    left = subprocess.Popen(["sleep", "600"], start_new_session=True)
    folder.remember([Child("sleeper", [], {}, folder.path, folder.path / "log", process=left)])
    folder.end_leftovers()
    left.wait(5)
    assert not psutil.pid_exists(left.pid)


def test_another_process_with_a_remembered_number_is_left_alone(folder: DataFolder) -> None:
    folder.take("")
    left = subprocess.Popen(["sleep", "600"], start_new_session=True)
    try:
        remembered = {"pid": left.pid, "since": psutil.Process(left.pid).create_time() - 60}
        (folder.path / "processes.json").write_text(json.dumps({"processes": [remembered]}))
        folder.end_leftovers()
        assert left.poll() is None
    finally:
        left.kill()
        left.wait()
