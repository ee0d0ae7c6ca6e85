"""Migration operations that put the tenant wall around a table."""

from collections.abc import Sequence

from django.db import migrations

_ORGANIZATION = "NULLIF(current_setting('app.organization_id', true), '')::bigint"
_SYSTEM = "current_setting('app.system', true) = 'on'"


def tenant_wall(
    *tables: str, work_list: bool = False, column: str = "organization_id"
) -> list[migrations.RunSQL]:
    """FORCE row-level security on each table: rows of the current organisation only.

    `work_list` opens the table to `tenancy.system()` too.
    """
    rule = f"{column} = {_ORGANIZATION}"
    if work_list:
        rule = f"({rule} OR {_SYSTEM})"
    return [
        migrations.RunSQL(
            sql=[
                f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
                f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
                f"CREATE POLICY tenant_wall ON {table} USING ({rule}) WITH CHECK ({rule})",
            ],
            reverse_sql=[
                f"DROP POLICY tenant_wall ON {table}",
                f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
                f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
            ],
        )
        for table in tables
    ]


def sql_functions(*statements: str, drop: Sequence[str] = ()) -> list[migrations.RunSQL]:
    """Create SQL functions or indexes that Django cannot express; `drop` undoes them."""
    return [migrations.RunSQL(sql=list(statements), reverse_sql=list(drop))]
