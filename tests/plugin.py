"""pytest plugin (loaded by `-p`): the engines run before Django reads its settings."""

from __future__ import annotations

import atexit
import os
from collections.abc import Generator

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests.engines import ROOT, TestEngines

# Files whose tests share something that takes long to start: the demo stack, a browser, the demo company.
TOGETHER = {
    "tests/partners/test_how_to.py": "stack",
    "tests/story/test_the_story.py": "stack",
    "tests/desk/test_screens_in_a_browser.py": "screens",
    "tests/desk/test_live_js.py": "live.js",
    "tests/simulator/test_phone_page.py": "phone page",
    "tests/simulator/test_device_script.py": "device script",
    "tests/demo/test_seed.py": "demo company",
}
ENGINES = pytest.StashKey[TestEngines]()

# What else starts processes and waits for them.
_LONG = ("tests/foundation/test_killed_processes.py", "tests/routing/test_owner.py")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config, args: list[str]
) -> Generator[None, object, object]:
    """Start the engines and name them in the environment; a wrapper, so as to come before Django's plugin."""
    if not {"--help", "-h", "--version", "-V"} & set(args):
        engines = TestEngines()
        early_config.stash[ENGINES] = engines
        os.environ.update(engines.environment())
        os.environ["ROUTING_SETUP_KEPT_SECONDS"] = "0"  # what a test sets up counts at once
        atexit.register(engines.stop)  # when the configuration breaks off below
    return (yield)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the engines."""
    engines = config.stash.get(ENGINES, None)
    if engines is not None:
        engines.stop()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no worker waits for the other in the end."""
    items.sort(key=_rank)


def _rank(item: pytest.Item) -> int:
    path = item.path.relative_to(ROOT).as_posix()
    return 0 if item.get_closest_marker("stack") else 1 if path in _LONG else 2 if path in TOGETHER else 3


class _Scheduling(LoadScopeScheduling):
    """Sends each test to whoever is free, but those that share something to one worker, in their order.

    xdist's own groups are written into the tests' ids, which pytest does not let it do any more.
    """

    def _split_scope(self, nodeid: str) -> str:
        return TOGETHER.get(nodeid.partition("::")[0], nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> _Scheduling:
    """Take the place of xdist's schedulers."""
    config.option.loadscopereorder = False
    return _Scheduling(config, log)
