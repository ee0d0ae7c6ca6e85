"""Several processes of every kind on one database and one Valkey, killed under load: nothing is done twice,
nothing is lost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from customers.models import Fact
from foundation.tenancy import tenant
from simulator.client import SimulatorClient
from tests.engines import TestEngines
from tests.scaling import accounts_of_the_day as day
from tests.scaling.callers import Callers
from tests.scaling.company import COPIES, Company, PartnerSystem, caller_number
from tests.scaling.conftest import CUSTOMERS, Receiver
from tests.scaling.desks import Floor

# Twenty starts of processes may take long on a busy machine; on an idle one it is done within a minute.
pytestmark = [pytest.mark.stack, pytest.mark.alone, pytest.mark.timeout(420)]
PATIENCE = 180.0
WAYS = [
    *("talks", "talks", "is hung up on", "gives up", "is transferred", "talks", "talks", "leaves the menu"),
    *("talks", "gives up", "talks", "is transferred", "talks", "is hung up on", "talks", "gives up"),
    *("talks", "talks", "is hung up on", "talks", "is transferred", "gives up", "talks", "talks"),
]
FACTS = 8


@pytest.fixture
def phones(company: Company, monkeypatch: pytest.MonkeyPatch) -> SimulatorClient:
    """The carrier, in a hurry and in weather that repeats callbacks."""
    monkeypatch.setattr("simulator.client.POLL_SECONDS", 0.2)
    client = SimulatorClient(company.carrier_url, timeout=60)
    client.set_speed(speech_rate=0, ring_buffer=0)
    client.set_weather({"effect": "duplicate", "kinds": ["status", "conference"], "times": 100})
    return client


@pytest.fixture
def floor(company: Company, phones: SimulatorClient) -> Iterator[Floor]:
    opened = Floor(company)
    yield opened
    opened.close()


@pytest.fixture
def callers(company: Company, floor: Floor) -> Iterator[Callers]:
    calling = Callers(company, floor, WAYS)
    yield calling
    calling.close()


def keep_running(company: Company, until: Callable[[], object], explain: Callable[[], object]) -> None:
    """Restart what died until it is done."""
    deadline = time.monotonic() + PATIENCE
    while not until():
        assert time.monotonic() < deadline, explain()
        company.stack.watch()
        time.sleep(0.1)


def accidents(company: Company, engines: TestEngines) -> list[Callable[[], None]]:
    """What happens, one after the other, while people call."""

    def restart_valkey_empty() -> None:
        engines.valkey.kill()
        engines.valkey.start()

    return [
        lambda: company.kill(company.routing_owner()),
        lambda: company.kill("relay-1"),
        lambda: company.kill("web-1"),
        restart_valkey_empty,
        lambda: company.kill("live-1"),
        lambda: company.kill("worker-background"),
    ]


def write_facts(company: Company) -> list[str]:
    """The partner's system writes, each time twice at once; returns the ids of the feed, read meanwhile."""
    system = PartnerSystem(company)
    ids, cursor = system.read_feed()
    with ThreadPoolExecutor(2) as both:
        for index in range(FACTS):
            customer_id = system.customer_id(caller_number(index % CUSTOMERS))

            def write(_: int, customer_id: int = customer_id, index: int = index) -> tuple[int, object]:
                return system.write_fact(customer_id, f"account {index}", key=f"fact-{index}")

            first, second = both.map(write, range(2))
            assert first == second
            assert first[0] == 201
            more, cursor = system.read_feed(cursor)
            ids += more
    return [*ids, cursor]


def test_a_day_of_accidents_loses_and_doubles_nothing(
    company: Company,
    engines: TestEngines,
    phones: SimulatorClient,
    floor: Floor,
    callers: Callers,
    receiver: Receiver,
) -> None:
    assert {name.partition("-")[0] for name, child in company.stack.children.items() if child.alive} >= {
        kind.partition("-")[0] for kind in COPIES
    }
    planned = accidents(company, engines)
    with ThreadPoolExecutor(1) as partner:
        facts = partner.submit(write_facts, company)

        def over() -> bool:
            if planned and callers.finished >= 3 * (7 - len(planned)):
                planned.pop(0)()
            assert not callers.failures(), callers.failures()
            return callers.done and facts.done()

        keep_running(company, over, lambda: f"{callers.finished} of {len(WAYS)} calls are over")
        *feed, cursor = facts.result()
    assert not planned

    def unfinished() -> dict[str, int]:
        with tenant(company.organization_id):
            return day.unfinished()

    keep_running(company, lambda: not unfinished(), unfinished)
    system = PartnerSystem(company)
    feed += system.read_feed(cursor)[0]
    assert feed == system.read_feed()[0]
    phones.settle()
    # All that the carrier noticed are requests that a killed web process was at.
    assert {(alert["code"], alert["text"]) for alert in phones.alerts()} <= {(11200, "status 502")}
    with tenant(company.organization_id):
        day.assert_every_event_reached_every_handler_once()
        day.assert_the_feed_has_every_event_at_one_place()
        day.assert_every_call_has_one_story(len(WAYS))
        day.assert_nobody_was_offered_two_at_once()
        day.assert_the_figures_are_those_of_the_events()
        day.assert_partners_were_told_once(receiver.ids, feed)
        assert Fact.objects.filter(key__key="digital_account").count() == FACTS
        for desk in floor.desks.values():
            day.assert_a_desk_saw_every_nudge_once(desk.topic, desk.seen)
    assert not [refused for desk in floor.desks.values() for refused in desk.refused if refused[1] == 500]
