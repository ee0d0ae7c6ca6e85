"""The carrier as a process, and its file of accounts."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from simulator.accounts import Directory
from simulator.client import SimulatorClient
from tests.simulator.stage import ACCOUNT, COMPANY, free_port

ROOT = Path(__file__).resolve().parents[2]


def config(**account):
    number = {"number": COMPANY, "name": "Main line", "voice_url": "/voice"}
    return {"accounts": [{"sid": ACCOUNT, "auth_token": "t", "numbers": [number]} | account]}


def test_the_command_says_when_it_listens_and_reads_a_file_written_later(tmp_path):
    path, port = tmp_path / "carrier.json", free_port()
    command = [sys.executable, "-m", "simulator", "--port", str(port), "--config", str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert (
                process.stdout.readline().strip() == f"Carrier simulator listening on http://127.0.0.1:{port}"
            )
            health = requests.get(f"http://127.0.0.1:{port}/carrier/healthz", timeout=5)
            assert health.json() == {"status": "ok", "accounts": 0}
            path.write_text(json.dumps(config()))
            assert requests.get(health.url, timeout=5).json()["accounts"] == 1
            assert SimulatorClient(f"http://127.0.0.1:{port}").calls() == []
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_addresses_without_a_host_are_the_products(tmp_path):
    path = tmp_path / "carrier.json"
    path.write_text(json.dumps(config()))
    directory = Directory(path, "http://127.0.0.1:8000")
    assert directory.accounts[0].numbers[0].voice_url == "http://127.0.0.1:8000/voice"


@pytest.mark.parametrize("broken", ["{", "[]", '{"accounts": [{"sid": "AC1"}]}'])
def test_a_half_written_file_changes_nothing(tmp_path, broken):
    path = tmp_path / "carrier.json"
    path.write_text(json.dumps(config()))
    directory = Directory(path)
    assert directory.owner_of(COMPANY)
    path.write_text(broken)
    assert directory.owner_of(COMPANY)
    path.write_text(json.dumps(config(name="Changed again")))
    assert directory.accounts[0].name == "Changed again"


def test_other_web_pages_cannot_use_the_carrier(stage):
    url = f"{stage.url}/carrier/control/calls"
    assert requests.get(url, headers={"Origin": "https://elsewhere.example"}, timeout=5).status_code == 403
    assert requests.get(url, headers={"Origin": stage.url}, timeout=5).status_code == 200


def test_a_hundred_callers_at_once_are_all_served(stage):
    stage.client.set_speed(wait_interval=3000)
    stage.answers(
        voice='<Gather numDigits="1" action="/choice" timeout="3000"><Say>Press 1.</Say></Gather>',
        choice='<Enqueue waitUrl="/wait" action="/after">q</Enqueue>',
        wait="<Say>Please hold.</Say>",
    )
    calls = [stage.client.call(from_=f"+4477009{n:05}", to=COMPANY) for n in range(100)]
    for call in calls:
        call.press("1")
    for call in calls:
        call.wait_state("in-queue")
    for call in calls:
        call.hang_up()
    stage.client.settle()
    after = [seen.params for seen in stage.product.at("/after")]
    assert len(after) == 100
    assert {params["QueueResult"] for params in after} == {"hangup"}
    assert len(stage.product.at("/status")) == 100
