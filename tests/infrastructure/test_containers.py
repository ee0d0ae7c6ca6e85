"""docker-compose.yml and the Dockerfile agree with the code; no engine runs containers here."""

from __future__ import annotations

import re
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from string import Template
from typing import Any
from xml.etree import ElementTree

import pytest
import requests
import yaml
from django.db import OperationalError
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from contactcenter.stack import nginx, plan
from ivr.steps import refuse
from partners.problems import Problem
from partners.refusals import CONTENT_TYPE, as_problem, body_of

TOO_LARGE = Problem(413, "too_large", "A request may have 2 MB at most.")
ROOT = Path(__file__).resolve().parent.parent.parent
TEMPLATE = ROOT / "contactcenter" / "proxy" / "site.conf.template"
ENGINES = {"postgres", "valkey"}


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, Any]]:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]


def test_every_kind_of_process_has_a_service(services: dict[str, dict[str, Any]]) -> None:
    assert set(services) == {*plan.KINDS, *ENGINES, "migrate", "proxy"}


def test_everything_but_the_migration_is_restarted(services: dict[str, dict[str, Any]]) -> None:
    restarts = {name: service["restart"] for name, service in services.items()}
    assert restarts.pop("migrate") == "on-failure"
    assert set(restarts.values()) == {"unless-stopped"}


def test_only_the_migration_knows_the_owner(services: dict[str, dict[str, Any]]) -> None:
    knowing = {name for name, service in services.items() if "OWNER_DATABASE_URL" in service["environment"]}
    assert knowing == {"migrate"}


def test_every_process_waits_for_the_migration_and_the_engines(services: dict[str, dict[str, Any]]) -> None:
    for kind in plan.KINDS:
        assert services[kind]["depends_on"] == {
            "postgres": {"condition": "service_healthy"},
            "valkey": {"condition": "service_healthy"},
            "migrate": {"condition": "service_completed_successfully"},
        }


def test_whatever_answers_has_a_health_check(services: dict[str, dict[str, Any]]) -> None:
    silent = {"migrate", "relay", "beat"}
    assert {name for name, service in services.items() if "healthcheck" not in service} == silent


def test_containers_and_demo_run_the_same_programs(services: dict[str, dict[str, Any]]) -> None:
    site = plan.Site(sockets=Path("/s"), data=Path("/d"))
    for kind in plan.KINDS:
        ours = plan.command(kind, kind, site)
        assert services[kind]["command"][0] == "python"
        assert services[kind]["command"][1:4] == ours[1:4]


@pytest.mark.parametrize("kind", ["worker-realtime", "worker-background"])
def test_each_worker_takes_the_same_lane_as_in_the_demo(services: dict[str, Any], kind: str) -> None:
    def lane(command: list[str]) -> str:
        return command[command.index("-Q") + 1]

    ours = plan.command(kind, kind, plan.Site(sockets=Path("/s"), data=Path("/d")))
    assert lane(services[kind]["command"]) == lane(ours)


def test_every_kind_of_process_may_run_several_times(services: dict[str, dict[str, Any]]) -> None:
    """`docker compose up --scale KIND=n`: nothing in a service may be there only once."""
    for kind in plan.KINDS:
        assert not {"container_name", "hostname", "ports", "deploy"} & set(services[kind]), kind
    for kind in ("worker-realtime", "worker-background"):
        name = services[kind]["command"][services[kind]["command"].index("-n") + 1]
        assert name.endswith("@%h")
        assert f"-d {name.removesuffix('%h')}$$HOSTNAME " in services[kind]["healthcheck"]["test"][1]


def test_the_proxy_finds_copies_that_came_after_it(services: dict[str, dict[str, Any]]) -> None:
    for kind in ("web", "live"):
        servers = services["proxy"]["environment"][f"{kind.upper()}_SERVERS"]
        assert f"server {kind}:8000 resolve;" in servers
        assert "resolver 127.0.0.11 " in servers
        assert f"zone {kind} " in servers


def test_the_example_names_every_variable_that_must_be_set() -> None:
    compose = (ROOT / "docker-compose.yml").read_text()
    example = (ROOT / ".env.example").read_text()
    wanted = set(re.findall(r"\$\{(\w+):\?", compose))
    assert wanted
    assert wanted <= set(re.findall(r"^(\w+)=", example, re.MULTILINE))


def test_the_dockerfile_builds_the_targets_the_services_name(services: dict[str, dict[str, Any]]) -> None:
    stages = re.findall(r"^FROM \S+ AS (\w+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    named = {service["build"]["target"] for service in services.values() if "build" in service}
    assert named <= set(stages)
    assert "USER bothhands" in (ROOT / "Dockerfile").read_text()


def _nginx_accepts(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*nginx.command(folder), "-t"], capture_output=True, text=True, check=False)


def test_the_proxy_gives_the_site_template_all_it_asks_for(
    services: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    given = services["proxy"]["environment"]
    assert set(re.findall(r"\$\{(\w+)\}", TEMPLATE.read_text())) == set(given)
    site = Template(TEMPLATE.read_text()).safe_substitute(given)
    # Their names are known between the containers only.
    site = site.replace("server web:", "server 127.0.0.1:").replace("server live:", "server 127.0.0.1:")
    (tmp_path / "nginx.conf").write_text(f"events {{}}\nhttp {{\naccess_log off;\n{site}}}\n")
    done = _nginx_accepts(tmp_path)
    assert done.returncode == 0, done.stderr


def test_what_people_search_for_stands_in_no_log() -> None:
    [written] = re.findall(r"log_format (.*?);", TEMPLATE.read_text(), re.DOTALL)
    named = set(re.findall(r"\$(\w+)", written))
    assert not named & {"request", "request_uri", "args", "query_string", "http_referer", "is_args"}
    assert re.findall(r"access_log (.*?);", TEMPLATE.read_text()) == ["${ACCESS_LOG} without_query", "off"]


@pytest.mark.parametrize("simulator_port", [None, 20_123])
def test_nginx_accepts_what_the_demo_writes(tmp_path: Path, simulator_port: int | None) -> None:
    nginx.write_configuration(
        tmp_path,
        listen="127.0.0.1:20124",
        web_sockets=[Path("/tmp/web-1.sock"), Path("/tmp/web-2.sock")],
        live_sockets=[Path("/tmp/live.sock")],
        static_root=tmp_path / "collected",
        simulator_port=simulator_port,
    )
    done = _nginx_accepts(tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def lonely_proxy(tmp_path: Path) -> Iterator[str]:
    """nginx as the demo runs it, while no web process lives; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        listen = f"127.0.0.1:{free.getsockname()[1]}"
    nginx.write_configuration(
        tmp_path,
        listen=listen,
        web_sockets=[tmp_path / "web.sock"],
        live_sockets=[tmp_path / "live.sock"],
        static_root=tmp_path / "collected",
        simulator_port=None,
    )
    with subprocess.Popen(nginx.command(tmp_path), stderr=subprocess.DEVNULL) as process:
        yield f"http://{listen}"
        process.terminate()


def _answer_of(url: str, body: bytes = b"") -> requests.Response:
    session = requests.Session()
    session.mount("http://", HTTPAdapter(max_retries=Retry(connect=50, backoff_factor=0.02)))
    return session.post(url, body, timeout=10)


def test_while_no_web_process_lives_a_caller_is_asked_to_wait_and_comes_back(lonely_proxy: str) -> None:
    assert _answer_of(f"{lonely_proxy}/twilio/voice/").status_code == 502  # the carrier takes the fallback
    answer = _answer_of(f"{lonely_proxy}/twilio/fallback/")
    assert (answer.status_code, answer.headers["Content-Type"].partition(";")[0]) == (200, "text/xml")
    ours, static = (ElementTree.fromstring(xml) for xml in (refuse.fall_back().xml(), answer.text))
    assert [verb.tag for verb in static] == [verb.tag for verb in ours]
    assert static.findtext("Say") == refuse.APOLOGY == ours.findtext("Say")
    assert str(ours.findtext("Redirect")).endswith(str(static.findtext("Redirect")))


def test_what_the_proxy_refuses_a_partner_it_says_as_the_api_does(lonely_proxy: str) -> None:
    for body, problem in ((b"", as_problem(OperationalError())), (b"x" * 3_000_000, TOO_LARGE)):
        answer = _answer_of(f"{lonely_proxy}/api/v1/customers/1/notes/", body)
        assert answer.headers["Content-Type"].partition(";")[0] == CONTENT_TYPE
        assert (answer.status_code, answer.json()) == (problem.status_code, body_of(problem))
        assert answer.headers.get("Retry-After") == problem.headers.get("Retry-After")
