"""An import of new customers with three identities each, against the same rows put into bare tables."""

from __future__ import annotations

import secrets
import time

import psutil

from script.benches.figures import Figure
from script.benches.ground import Ground

about = "import of customers with three identities each, rows a second"
_GOAL = 5_000
_BASELINE = """
CREATE TEMP TABLE IF NOT EXISTS bare_customer (
  id bigserial PRIMARY KEY, name varchar(200), created_at timestamptz);
CREATE TEMP TABLE IF NOT EXISTS bare_identity (
  id bigserial PRIMARY KEY, customer_id bigint, kind varchar(20), value varchar(254));
CREATE INDEX IF NOT EXISTS bare_value ON bare_identity (kind, value);
"""


def measure(*, quick: bool = False) -> list[Figure]:
    """Rows a second from the start of the import to its end, the reading of the file counted apart."""
    count = 20_000 if quick else 200_000
    with Ground():
        from accounts.actions import add_member, create_organization
        from accounts.models import User
        from foundation.tenancy import tenant

        organization = create_organization(name="Bench", slug=f"bench-{secrets.token_hex(4)}")
        with tenant(organization.id):
            user = User.objects.create_user(username=organization.slug)
            member = add_member(user, role="supervisor", display_name="Sam")
        ours_cpu, database_cpu = time.process_time(), _database_seconds()
        reading, writing = _import(organization.id, member, count, start=0)
        ours_cpu, database_cpu = time.process_time() - ours_cpu, _database_seconds() - database_cpu
        again = _import(organization.id, member, count, start=0)[1]
        bare = _bare(count)
    ours = count / writing
    return [
        Figure(
            "record import",
            ours,
            count / bare,
            ours / (count / bare),
            _GOAL,
            ok=ours >= _GOAL,
            unit="rows/s",
            note=f"goal on two free cores; reading {count / reading:,.0f}, again {count / again:,.0f};"
            f" µs of processor a row: worker {1e6 * ours_cpu / count:.0f},"
            f" database {1e6 * database_cpu / count:.0f}, side by side",
        )
    ]


def _database_seconds() -> float:
    """Processor time that this connection's server process has used so far."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        times = psutil.Process(cursor.fetchone()[0]).cpu_times()
    return float(times.user + times.system)


def _import(organization_id: int, member: object, count: int, *, start: int) -> tuple[float, float]:
    from customers.imports import actions
    from customers.imports.models import Import
    from customers.imports.queries import progress_of
    from customers.imports.reading import PART_BYTES
    from customers.imports.running import run_import
    from foundation.tenancy import tenant

    content = _file(count, start)
    with tenant(organization_id):
        file = actions.start_upload(file_name="bench.csv", size_bytes=len(content), member=member)
        for number in range(-(-len(content) // PART_BYTES)):
            part = content[number * PART_BYTES : (number + 1) * PART_BYTES]
            actions.store_part(file.id, number=number, content=part)
        actions.finish_upload(file.id, actor=member.actor)
    began = time.monotonic()
    with tenant(organization_id):
        actions.read_file(file.id)
    reading = time.monotonic() - began
    with tenant(organization_id):
        file = Import.objects.get(id=file.id)
        assert not actions.map_columns(file.id, mapping=file.mapping, match_by="any", on_match="update")
        actions.start_import(file.id, actor=member.actor)
    began = time.monotonic()
    run_import(file.id, organization_id, seconds=3_600)
    writing = time.monotonic() - began
    with tenant(organization_id):
        progress = progress_of(file.id)
        assert (progress.done, progress.refused) == (count, 0), progress
    return reading, writing


def _file(count: int, start: int) -> bytes:
    lines = ["Given name,Family name,Subscriber number,Phone,E-mail,Address,Language"]
    lines += [
        f"Given{n},Family{n % 977},S{n:08},0{2079460000 + n * 7 % 5_000_000},p{n}@example.org,{n} High St,en"
        for n in range(start, start + count)
    ]
    return "\n".join(lines).encode()


def _bare(count: int) -> float:
    """The same rows in two plain tables: one transaction a thousand, no wall, no keys, no events."""
    from django.db import connection, transaction

    with connection.cursor() as cursor:
        cursor.execute(_BASELINE)
        began = time.monotonic()
        for first in range(0, count, 1000):
            ids = list(range(first + 1, first + 1001))
            names = [f"Given{n} Family{n % 977}" for n in ids]
            values = [f"{kind}{n}" for n in ids for kind in ("S", "+44", "person")]
            with transaction.atomic():
                cursor.execute(
                    "INSERT INTO bare_customer SELECT id, name, now() FROM unnest(%s, %s) AS u (id, name)",
                    [ids, names],
                )
                cursor.execute(
                    "INSERT INTO bare_identity (customer_id, kind, value)"
                    " SELECT id, 'kind', value FROM unnest(%s, %s) AS u (id, value)",
                    [[n for n in ids for _ in range(3)], values],
                )
        return time.monotonic() - began
