"""Foundation knows no business noun: its tests use bare organisation numbers and events of their own."""

from collections.abc import Iterator

import pytest

from foundation import events
from foundation.tenancy import tenant

ORGANIZATION = 71


@pytest.fixture
def no_listeners(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody listens but those a test registers."""
    monkeypatch.setattr(events, "_listeners", {})
    monkeypatch.setattr(events, "_by_name", {})


@pytest.fixture
def organization(db: None) -> Iterator[int]:
    """Inside one organisation's transaction."""
    with tenant(ORGANIZATION):
        yield ORGANIZATION
