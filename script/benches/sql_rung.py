"""The rung routing is measured against: one SQL statement under pgbench pairs, reserves, updates."""

from __future__ import annotations

import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import psycopg2

from contactcenter.embedded.postgres import installed
from script.benches.figures import percentile

AGENTS = 1_000
CLIENTS = 4
BATCH = 50

_TABLES = """
DROP TABLE IF EXISTS rung_contact, rung_agent, rung_offer;
CREATE TABLE rung_contact (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, state int, key bigint);
CREATE TABLE rung_agent (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, state int, idle_since timestamptz);
CREATE TABLE rung_offer (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, contact_id bigint, agent_id bigint, at timestamptz);
INSERT INTO rung_contact (state, key) SELECT 0, n FROM generate_series(1, {waiting}) AS n;
INSERT INTO rung_agent (state, idle_since) SELECT 0, now() FROM generate_series(1, {agents});
CREATE INDEX ON rung_contact (key) WHERE state = 0;
CREATE INDEX ON rung_agent (idle_since) WHERE state = 0;
ANALYZE rung_contact; ANALYZE rung_agent;
"""
# The agent is ready again at once, so that the rung never runs dry.
_ONE = """
WITH c AS (
  SELECT id FROM rung_contact WHERE state = 0 ORDER BY key LIMIT {batch} FOR UPDATE SKIP LOCKED
), a AS (
  SELECT id FROM rung_agent WHERE state = 0 ORDER BY idle_since LIMIT {batch} FOR UPDATE SKIP LOCKED
), p AS (
  SELECT c.id AS contact_id, a.id AS agent_id
  FROM (SELECT id, row_number() OVER () AS n FROM c) c
  JOIN (SELECT id, row_number() OVER () AS n FROM a) a USING (n)
), o AS (
  INSERT INTO rung_offer (contact_id, agent_id, at) SELECT contact_id, agent_id, clock_timestamp() FROM p
), uc AS (
  UPDATE rung_contact SET state = 1 FROM p WHERE rung_contact.id = p.contact_id
)
UPDATE rung_agent SET idle_since = clock_timestamp() FROM p WHERE rung_agent.id = p.agent_id;
"""


@dataclass(frozen=True)
class Rung:
    """Assignments per second, and the 95th percentile of one statement in seconds."""

    rate: float
    p95: float


def climb(url: str, *, waiting: int, assignments: int, batch: int = 1, clients: int = CLIENTS) -> Rung:
    """Run the rung on tables of its own in that database; `url` is their owner's."""
    _execute(url, _TABLES.format(waiting=waiting, agents=AGENTS))
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "assign.sql"
        script.write_text(_ONE.format(batch=batch))
        each = max(assignments // (clients * batch), 1)
        told = subprocess.run(
            [
                str(installed() / "bin" / "pgbench"),
                *("-n", "-M", "prepared", "-c", str(clients), "-t", str(each), "-f", str(script)),
                *("-l", f"--log-prefix={folder}/log", url),
            ],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        took = [int(line.split()[2]) for log in Path(folder).glob("log*") for line in log.open()]
    found = re.search(r"tps = ([\d.]+)", told)
    assert found is not None, told
    return Rung(rate=float(found[1]) * batch, p95=percentile(took, 0.95) / 1_000_000)


def _execute(url: str, statements: str) -> None:
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(statements)
    connection.close()
