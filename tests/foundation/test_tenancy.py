"""One organisation at a time."""

import pytest
from django.db import connection, transaction

from foundation.models import LiveTopic
from foundation.tenancy import (
    NoTenantError,
    TenantMismatchError,
    current_organization_id,
    organization_id_or_none,
    system,
    tenant,
)


def make_row() -> None:
    LiveTopic.objects.create(topic="x", n=1)


def make_row_and_fail(topic: str) -> None:
    with tenant(1):
        LiveTopic.objects.create(topic=topic, n=1)
        raise ZeroDivisionError


def visible() -> int:
    return LiveTopic.objects.count()


def test_outside_a_tenant_there_is_no_organisation_and_no_row(db):
    with tenant(1):
        make_row()
    assert organization_id_or_none() is None
    assert visible() == 0
    with pytest.raises(NoTenantError):
        current_organization_id()
    with pytest.raises(NoTenantError):
        make_row()


def test_a_row_belongs_to_the_organisation_it_was_made_for(db):
    with tenant(1):
        make_row()
        assert visible() == 1
    with tenant(2):
        assert visible() == 0


def test_nothing_outlives_an_error(db):
    with pytest.raises(ZeroDivisionError):
        make_row_and_fail("x")
    with tenant(1):
        assert visible() == 0


def test_an_inner_tenant_is_a_savepoint_of_the_same_organisation(db):
    with tenant(1):
        make_row()
        with pytest.raises(ZeroDivisionError):
            make_row_and_fail("y")
        assert visible() == 1
        assert current_organization_id() == 1


def test_two_organisations_never_share_a_transaction(db):
    with tenant(1), pytest.raises(TenantMismatchError), tenant(2):
        pass


def test_system_work_may_serve_one_organisation_after_the_other(db):
    with system():
        for organization_id in (1, 2):
            with tenant(organization_id):
                make_row()
        assert visible() == 2


def test_system_work_inside_system_work_ends_with_the_outer_one(db):
    with tenant(1):
        make_row()
    with system():
        with system():
            assert visible() == 1
        assert visible() == 1
    assert visible() == 0


def test_the_tenant_s_own_sight_returns_after_a_look_at_the_whole(db):
    with tenant(1):
        make_row()
    with tenant(2):
        with system():
            assert visible() == 1
        assert visible() == 0


def test_settings_end_with_the_transaction(transactional_db):
    with tenant(1), system():
        pass
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('app.organization_id', true), current_setting('app.system', true)"
        )
        assert cursor.fetchone() in {("", ""), (None, None)}
