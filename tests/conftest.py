"""Fixtures for all tests: the database of this worker, Chromium, and a whole started stack."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import override_settings
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser, Page

from contactcenter.stack import DemoStack, fingerprints
from tests.chromium import Chromium, find_chromium, launched
from tests.engines import TestEngines
from tests.plugin import ENGINES

# How long an example takes says how busy the machine is.
hypothesis_settings.register_profile(
    "house", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("house")


@pytest.fixture(scope="session")
def engines(request: pytest.FixtureRequest) -> TestEngines:
    """The engines of this pytest process."""
    return request.config.stash[ENGINES]


@pytest.fixture(scope="session")
def django_db_setup(
    engines: TestEngines, django_test_environment: None, django_db_blocker: Any
) -> Iterator[None]:
    """A clone of the migrated template; connections to it have the rights the product has, no more."""
    from django.db import connections
    from django.test import TransactionTestCase

    engines.clone_template(engines.database)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _: engines.empty_database())
        yield
    with django_db_blocker.unblock():
        connections.close_all()


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords(django_test_environment: None) -> Iterator[None]:
    """Secrets are hashed so slowly on purpose that many tests would do little else."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(scope="session")
def chromium_path() -> Chromium:
    """An installed Chrome or Chromium, else the one unpacked from node_modules; with its options."""
    return find_chromium()


@pytest.fixture
def browser(chromium_path: Chromium, monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    """A headless Chromium of this test's own: Playwright's loop must not outlive the test that needs it."""
    # That loop runs in this thread while the test uses the ORM from the same thread, one at a time.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with launched() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """One page of a fresh profile, as wide as an agent's screen."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def stack(engines: TestEngines, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoStack]:
    """The whole product with the demo company as `script/demo` starts it, on a database already migrated."""
    engines.clone_template("stack")
    database = {"DATABASE_URL": engines.app_url("stack"), "OWNER_DATABASE_URL": engines.owner_url("stack")}
    started = DemoStack(
        tmp_path_factory.mktemp("stack"), environ=person_environment() | database, durable=False
    )
    spare_migrations(started, database["OWNER_DATABASE_URL"], database["DATABASE_URL"])
    try:
        started.start()
        yield started
    finally:
        started.destroy()


def spare_migrations(stack: DemoStack, owner_url: str, app_url: str) -> None:
    """Tell a stack that its database is migrated."""
    stack.data.path.mkdir(parents=True, exist_ok=True)
    made_from = fingerprints.of_migrations(fingerprints.of_database(owner_url), app_url.partition("?")[0])
    stack.data.stamp("database", made_from)


def person_environment() -> dict[str, str]:
    """The environment without what the test run itself set."""
    ours = {
        *("DATABASE_URL", "OWNER_DATABASE_URL", "REDIS_URL"),
        *("SECRET_KEY", "STATIC_ROOT", "BOTHHANDS_TESTING"),
    }
    return {name: value for name, value in os.environ.items() if name not in ours}
