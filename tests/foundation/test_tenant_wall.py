"""The wall, table by table, as the role the product runs as."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, transaction

# Every table without an organisation, and why it may be without one.
NOT_OF_A_TENANT = {
    "accounts_user": "a login; what it may do where is its memberships",
    "accounts_user_groups": "Django's",
    "accounts_user_user_permissions": "Django's",
    "auth_group": "Django's",
    "auth_group_permissions": "Django's",
    "auth_permission": "Django's",
    "axes_accessattempt": "failed logins, before anybody is known",
    "axes_accessattemptexpiration": "the same",
    "axes_accessfailurelog": "the same",
    "axes_accesslog": "the same",
    "django_content_type": "Django's",
    "django_migrations": "Django's",
    "django_session": "cookies; the login they stand for is looked up",
    "oauth2_provider_accesstoken": "the client it belongs to names the organisation",
    "oauth2_provider_devicegrant": "unused grant",
    "oauth2_provider_grant": "unused grant",
    "oauth2_provider_idtoken": "unused grant",
    "oauth2_provider_refreshtoken": "unused grant",
}
_HERE, _ELSEWHERE = 71, 72
_VALUES = {
    "ARRAY": "{}",
    "bigint": "1",
    "boolean": "true",
    "bytea": "x",
    "character varying": "x",
    "date": "2026-01-31",
    "double precision": "1",
    "inet": "192.0.2.1",
    "integer": "1",
    "interval": "1 second",
    "jsonb": "{}",
    "numeric": "1",
    "smallint": "1",
    "text": "x",
    "time without time zone": "10:00",
    "timestamp with time zone": "2026-01-31 10:00+00",
    "uuid": "6d2e3a3e-8f2b-4a55-9a3e-1c7b0b7d0001",
}
# Where a check constraint wants more than any value of the type.
_FITTING = {
    "accounts_member": {"role": "agent", "partner_id": None},
    "customers_fulfilmentchange": {"order_id": 1},
    "customers_outsidereference": {"order_id": 1},
}


def organization_column(table: str) -> str:
    return "id" if table == "accounts_organization" else "organization_id"


def tenant_tables() -> list[str]:
    models = apps.get_models(include_auto_created=True)
    fields = {
        model._meta.db_table: {field.column for field in model._meta.concrete_fields} for model in models
    }
    named = [table for table, columns in fields.items() if "organization_id" in columns]
    return sorted([*named, "accounts_organization"])


def insert(table: str, organization_id: int) -> int:
    """A row with a fitting value in each column; keys to other tables are checked at commit only."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'public' AND "
            "table_name = %s AND is_nullable = 'NO' AND is_identity = 'NO' AND is_generated = 'NEVER'",
            [table],
        )
        row = {name: _VALUES[kind] for name, kind in cursor.fetchall()} | _FITTING.get(table, {})
        row[organization_column(table)] = organization_id
        names, places = ", ".join(f'"{name}"' for name in row), ", ".join(["%s"] * len(row))
        cursor.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", list(row.values()))
        return cursor.rowcount


def run(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.fetchone()[0]) if cursor.description else cursor.rowcount


def serve(organization_id: int | None, *, system: bool = False) -> None:
    run(f"SELECT length(set_config('app.organization_id', '{organization_id or ''}', true))")
    run(f"SELECT length(set_config('app.system', '{'on' if system else ''}', true))")


@pytest.mark.parametrize("table", tenant_tables())
def test_rows_are_seen_and_written_by_their_organisation_only(db, table):
    with transaction.atomic():
        serve(_HERE)
        assert insert(table, _HERE) == 1
        assert run(f"SELECT count(*) FROM {table}") == 1
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            insert(table, _ELSEWHERE)
        column = organization_column(table)
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            run(f"UPDATE {table} SET {column} = {_ELSEWHERE}")

        for stranger in (_ELSEWHERE, None):
            serve(stranger)
            assert run(f"SELECT count(*) FROM {table}") == 0
            assert run(f"DELETE FROM {table}") == 0
            with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
                insert(table, _HERE)
        serve(_HERE)
        assert run(f"SELECT count(*) FROM {table}") == 1
        transaction.set_rollback(True)


# What `tenancy.system()` opens: work lists, and what says whose a login, a number or a client is.
WORK_LISTS = {
    "accounts_member",
    "accounts_organization",
    "foundation_delivery",
    "foundation_event",
    "foundation_liveentry",
    "foundation_livetopic",
    "foundation_timer",
    "ivr_telephonyaccount",
    "partners_apiclient",
    "partners_idempotencykey",
    "partners_webhookmessage",
    "routing_changetoken",
    "routing_claim",
    "routing_seattoken",
    "routing_waitingtoken",
}


@pytest.mark.parametrize("table", tenant_tables())
def test_system_work_sees_no_customer_s_record(db, table):
    with transaction.atomic():
        serve(_HERE)
        insert(table, _HERE)
        serve(None, system=True)
        seen = run(f"SELECT count(*) FROM {table}") == 1
        transaction.set_rollback(True)
    assert not seen or table in WORK_LISTS


def test_every_table_is_behind_the_wall_or_says_why_not(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity FROM pg_class c "
                       "JOIN pg_namespace n ON n.oid = c.relnamespace "
                       "WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')")  # fmt: skip
        walled = dict(cursor.fetchall())
    assert {table for table, behind in walled.items() if behind} == set(tenant_tables())
    assert {table for table, behind in walled.items() if not behind} == set(NOT_OF_A_TENANT)


def test_no_view_or_function_of_ours_steps_over_the_wall(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_views WHERE schemaname = 'public'")
        assert cursor.fetchone()[0] == 0


def test_the_product_s_role_owns_nothing_and_is_bound_by_the_wall(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles "
            "WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False, False, False, False)
        cursor.execute("SELECT count(*) FROM pg_tables WHERE tableowner = current_user")
        assert cursor.fetchone()[0] == 0


FLOORS = {
    "foundation": 0,
    "accounts": 1,
    "customers": 2,
    "cases": 3,
    "knowledge": 4,
    "routing": 4,
    "ivr": 5,
    "partners": 5,
    "analytics": 6,
    "desk": 7,
    "contactcenter": 8,
}


def test_foreign_keys_point_down():
    upward = [
        f"{model._meta.label}.{field.name} → {field.related_model._meta.label}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if field.concrete and field.is_relation and model._meta.app_label in FLOORS
        if not _may_know(model._meta.app_label, field.related_model._meta.app_label)
    ]
    assert upward == []


def _may_know(upper: str, lower: str) -> bool:
    return upper == lower or lower not in FLOORS or FLOORS[lower] < FLOORS[upper]
