"""pytest plugin (loaded by `-p`): the engines run before Django reads its settings."""

from __future__ import annotations

import atexit
import os
from collections.abc import Generator

import pytest

from tests.engines import TestEngines

ENGINES = pytest.StashKey[TestEngines]()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config, args: list[str]
) -> Generator[None, object, object]:
    """Start the engines and name them in the environment; a wrapper, so as to come before Django's plugin."""
    if not {"--help", "-h", "--version", "-V"} & set(args):
        engines = TestEngines()
        early_config.stash[ENGINES] = engines
        os.environ.update(engines.environment())
        atexit.register(engines.stop)  # when the configuration breaks off below
    return (yield)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the engines."""
    engines = config.stash.get(ENGINES, None)
    if engines is not None:
        engines.stop()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let one worker have all tests that share something started, and begin with what takes longest.

    Whatever is short comes last, so that no worker waits for the other in the end.
    """
    for item in items:
        shared = _shared(item)
        if shared:
            item.add_marker(pytest.mark.xdist_group(shared))
    items.sort(key=_rank)


def _shared(item: pytest.Item) -> str:
    """Name the stack, or the file's browser, that a test shares with others; empty when it shares none."""
    if "stack" in getattr(item, "fixturenames", ()):
        return "stack"
    return item.path.stem if item.get_closest_marker("browser") else ""


def _rank(item: pytest.Item) -> int:
    marks = [bool(item.get_closest_marker(name)) for name in ("stack", "browser")]
    return [(True, False), (True, True), (False, True), (False, False)].index(tuple(marks))
