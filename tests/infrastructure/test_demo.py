"""`script/demo` as a person runs it: one line when ready, safe to run twice, nothing left behind."""

from __future__ import annotations

import json
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
import requests

from contactcenter.embedded.places import forget_cluster
from contactcenter.embedded.valkey import free_port
from tests.conftest import person_environment
from tests.engines import TestEngines

ROOT = Path(__file__).resolve().parent.parent.parent
pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]
_PATIENCE_SECONDS = 250.0


class Demo:
    """A started `script/demo` and what it printed."""

    def __init__(self, data: Path, port: int, *options: str, **environment: str) -> None:
        self.data, self.port = data, port
        self.lines: list[str] = []
        self._more = threading.Condition()
        self.process = subprocess.Popen(
            [
                sys.executable,
                str(ROOT / "script" / "demo"),
                "--port",
                str(port),
                "--data",
                str(data),
                *options,
            ],
            cwd="/",
            env=person_environment() | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._more:
                self.lines.append(line.rstrip())
                self._more.notify_all()

    def wait_for_line(self, fits: Callable[[str], bool]) -> str:
        def seen() -> str | None:
            return next(filter(fits, self.lines), None)

        with self._more:
            assert self._more.wait_for(seen, _PATIENCE_SECONDS), "\n".join(self.lines)
        found = seen()
        assert found is not None
        return found

    def wait_until_ready(self) -> None:
        self.wait_for_line(lambda line: line.startswith("Ready: "))

    def running(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def stop(self, number: int = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(60)


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Callable[..., Demo]]:
    begun: list[Demo] = []

    def start(name: str = "data", *options: str, port: int = 0, **environment: str) -> Demo:
        begun.append(Demo(tmp_path / name, port or free_port(), *options, **environment))
        return begun[-1]

    yield start
    for demo in begun:
        demo.stop()
        forget_cluster(demo.data)


def _gone(processes: list[psutil.Process]) -> bool:
    _, alive = psutil.wait_procs(processes, timeout=30)
    return all(process.status() == psutil.STATUS_ZOMBIE for process in alive)


def _until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def _programs(demo: Demo) -> set[str]:
    words = {Path(word).name for child in demo.running() for word in child.cmdline()[:3]}
    return words & {"simulator", "postgres", "valkey-server", "nginx"}


def _living(demo: Demo) -> list[psutil.Process]:
    return [child for child in demo.running() if child.status() != psutil.STATUS_ZOMBIE]


def test_a_day_in_the_life_of_two_demos(begin: Callable[..., Demo], engines: TestEngines) -> None:
    """Several facts about few starts, which are the slow part.

    One as a fresh machine's first user may start it, one without the demo company on engines and a carrier
    from outside.
    """
    bare = {"HOME": "/nowhere", "PATH": "/usr/bin:/bin", "LANG": "C", "PYTHONPATH": "/nowhere"}
    engines.create_empty("outside")
    outside = {
        "DATABASE_URL": engines.url("postgres", "outside"),
        "REDIS_URL": engines.valkey.url,
        "TWILIO_API_URL": "http://127.0.0.1:9",
    }
    one, two = begin("one", **bare), begin("two", "--empty", **outside)
    one.wait_until_ready()
    two.wait_until_ready()
    _assert_ready(one)
    _assert_apart(one, two)
    assert two.stop() == 0
    _assert_others_are_refused(one, begin)
    _assert_a_killed_process_comes_back(one)

    running = one.running()
    one.stop(signal.SIGKILL)
    assert _gone(running)
    again = begin("one", port=one.port, **bare)
    again.wait_until_ready()
    told = "\n".join(again.lines)
    assert "  database (up to date)" in told
    assert "  demo company (there already)" in told

    running = again.running()
    assert again.stop(signal.SIGINT) == 0
    assert _gone(running)
    with pytest.raises(requests.ConnectionError):
        requests.get(_address(again), timeout=5)


def _address(demo: Demo) -> str:
    return f"http://127.0.0.1:{demo.port}"


def _assert_ready(demo: Demo) -> None:
    assert demo.lines.count(f"Ready: {_address(demo)}") == 1
    assert requests.get(f"{_address(demo)}/healthz", timeout=10).json()["ok"]
    written = demo.data / "demo.json"
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    logins = json.loads(written.read_text())
    assert logins["base_url"] == _address(demo)
    assert logins["live_url"] == f"ws://127.0.0.1:{demo.port}/live/"


def _assert_apart(one: Demo, two: Demo) -> None:
    cookies = [requests.get(f"{_address(demo)}/login/", timeout=10).cookies.keys() for demo in (one, two)]
    assert cookies == [[f"bothhands_csrf_{one.port}"], [f"bothhands_csrf_{two.port}"]]
    assert {"simulator", "postgres"} <= _programs(one)
    assert not {"simulator", "postgres", "valkey-server"} & _programs(two)
    answer = requests.get(f"{_address(two)}/phone/", timeout=10)
    assert answer.status_code == 404
    assert "TWILIO_API_URL names another carrier" in answer.text


def _assert_others_are_refused(demo: Demo, begin: Callable[..., Demo]) -> None:
    second = begin(demo.data.name, port=free_port())
    other_data_same_port = begin("other", port=demo.port)
    assert second.process.wait(60) == 1
    assert f"in use by {_address(demo)}" in second.lines[-1]
    assert other_data_same_port.process.wait(60) == 1
    assert f"Port {demo.port} on 127.0.0.1 cannot be used" in other_data_same_port.lines[-1]


def _assert_a_killed_process_comes_back(demo: Demo) -> None:
    relay = next(child for child in demo.running() if child.cmdline()[-2:-1] == ["relay"])
    relay.kill()
    demo.wait_for_line(lambda line: line.startswith("relay ended (signal SIGKILL)"))
    _until(lambda: any(child.cmdline()[-2:-1] == ["relay"] for child in _living(demo)))


def test_a_reset_leaves_a_foreign_folder_alone(begin: Callable[..., Demo], tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "letters.txt").write_text("kept")
    demo = begin("data", "--reset")
    assert demo.process.wait(60) == 1
    assert "--reset leaves it alone" in demo.lines[-1]
    assert (tmp_path / "data" / "letters.txt").read_text() == "kept"


def test_a_taken_port_is_one_clear_line(begin: Callable[..., Demo]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        demo = begin(port=taken.getsockname()[1])
        assert demo.process.wait(60) == 1
    assert len([line for line in demo.lines if "cannot be used" in line]) == 1
    assert "Traceback" not in "\n".join(demo.lines)
