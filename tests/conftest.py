"""Fixtures for all tests: the database of this worker, and Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.engines import TestEngines
from tests.plugin import ENGINES


@pytest.fixture(scope="session")
def engines(request: pytest.FixtureRequest) -> TestEngines:
    """The engines of this pytest process."""
    return request.config.stash[ENGINES]


@pytest.fixture(scope="session")
def django_db_setup(
    engines: TestEngines, django_test_environment: None, django_db_blocker: Any
) -> Iterator[None]:
    """A clone of the migrated template; connections to it have the rights the product has, no more."""
    engines.clone_template(engines.database)
    yield
    from django.db import connections

    with django_db_blocker.unblock():
        connections.close_all()
