"""DuckDB, in memory, over the same rows: the floor for trends and for the rebuild."""

import csv
import tempfile
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from tests.bench.databases import Bare

_TABLES = {
    "spell": (
        "SELECT person_id, unit_id, roles, first_day, last_day FROM post_spell WHERE retracted_at IS NULL",
        "person_id INTEGER, unit_id INTEGER, roles VARCHAR, first_day DATE, last_day DATE",
    ),
    "completion": (
        "SELECT person_id, course_id, completed_on FROM completion WHERE retracted_at IS NULL",
        "person_id INTEGER, course_id INTEGER, completed_on DATE",
    ),
    "link": (
        "SELECT requirement_id, role, days FROM role_link",
        "requirement_id INTEGER, role VARCHAR, days INTEGER",
    ),
    "accepted": (
        """SELECT a.requirement_id, a.course_id, c.code, k.validity_months FROM accepted_course a
             JOIN course c ON c.id = a.course_id JOIN course_line k ON k.course_id = a.course_id""",
        "requirement_id INTEGER, course_id INTEGER, code VARCHAR, months INTEGER",
    ),
    "span": (
        "SELECT person_id, requirement_id, first_day, last_day, status, covered FROM status_span",
        "person_id INTEGER, requirement_id INTEGER, first_day DATE, last_day DATE, status VARCHAR, covered BOOLEAN",
    ),
}

FAR = "DATE '9999-12-31'"

# Counting rules 2 to 6 for a rule book without absences, exemptions, evidence or renewal rules. A statement a step.
REBUILD = f"""
CREATE OR REPLACE TEMP TABLE hold AS
SELECT DISTINCT s.person_id p, l.requirement_id r, s.first_day f, s.last_day t, l.days FROM spell s
  JOIN link l ON l.role = '*' OR list_contains(string_split(s.roles, ';'), l.role);
CREATE OR REPLACE TEMP TABLE period AS
SELECT p, r, run, min(f) f, max(t) t, any_value(due) due FROM (
  SELECT *, min(f) OVER (PARTITION BY p, r, run) + days due FROM (
    SELECT *, sum(CASE WHEN before IS NULL OR before <> {FAR} AND f > before + 1 THEN 1 ELSE 0 END) OVER w part,
              sum(CASE WHEN before IS NULL OR before <> {FAR} AND f > before + 31 THEN 1 ELSE 0 END) OVER w run
      FROM (SELECT *, max(t) OVER (PARTITION BY p, r ORDER BY f, t
                                   ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) before FROM hold)
    WINDOW w AS (PARTITION BY p, r ORDER BY f, t ROWS UNBOUNDED PRECEDING)))
 GROUP BY p, r, run, part;
CREATE OR REPLACE TEMP TABLE cover AS
SELECT c.person_id p, a.requirement_id r, c.completed_on s, (c.completed_on + to_months(a.months))::DATE e, a.code
  FROM completion c JOIN accepted a ON a.course_id = c.course_id;
CREATE OR REPLACE TEMP TABLE piece AS
SELECT q.p, q.r, q.run, q.due, cut f, coalesce(lead(cut) OVER (PARTITION BY q.p, q.r, q.f ORDER BY cut) - 1, q.t) t
  FROM (SELECT p, r, f, f cut FROM period
        UNION SELECT p, r, f, due + 1 FROM period WHERE due < t
        UNION SELECT d.p, d.r, d.f, unnest([s, e + 1, e - 60]) cut
          FROM period d JOIN cover c ON c.p = d.p AND c.r = d.r) x
  JOIN period q USING (p, r, f) WHERE cut BETWEEN q.f AND q.t;
CREATE OR REPLACE TEMP TABLE judged AS
SELECT x.*, best.e AS until, best.s done, best.code,
       CASE WHEN best.e >= f THEN CASE WHEN best.e - f <= 60 THEN 'expiring' ELSE 'compliant' END
            WHEN f <= due THEN 'not_yet_due' WHEN best.e IS NOT NULL THEN 'expired' ELSE 'outstanding' END status
  FROM (SELECT k.p, k.r, k.run, k.due, k.f, k.t, arg_max(c, (c.e, c.s)) best
          FROM piece k LEFT JOIN cover c ON c.p = k.p AND c.r = k.r AND c.s <= k.f
         GROUP BY k.p, k.r, k.run, k.due, k.f, k.t) x;
CREATE OR REPLACE TEMP TABLE made AS
SELECT p, r, min(f) f, max(t) t, status, due, code, done, until, run FROM (
  SELECT *, sum(CASE WHEN same THEN 0 ELSE 1 END) OVER (PARTITION BY p, r ORDER BY f ROWS UNBOUNDED PRECEDING) n FROM (
    SELECT p, r, f, t, status, due, run,
           CASE WHEN status = 'not_yet_due' THEN NULL ELSE until END until,
           CASE WHEN status = 'not_yet_due' THEN NULL ELSE done END done,
           CASE WHEN status = 'not_yet_due' THEN NULL ELSE code END code,
           coalesce((status, run, until, done, code) IS NOT DISTINCT FROM lag((status, run, until, done, code)) OVER w
                    AND lag(t) OVER w + 1 = f, false) same
      FROM judged WINDOW w AS (PARTITION BY p, r ORDER BY f)))
 GROUP BY p, r, n, status, due, code, done, until, run;
"""

TREND = """
SELECT d.day, s.requirement_id, s.status, count(*), sum(s.covered::INTEGER)
  FROM day d JOIN span s ON s.first_day <= d.day AND s.last_day >= d.day GROUP BY ALL"""


class Duck:
    """The facts and spans of one database, loaded in memory."""

    def __init__(self, bare: Bare, tables: Iterable[str]) -> None:
        self.connection = duckdb.connect(":memory:", config={"threads": 2})
        with tempfile.TemporaryDirectory(prefix="tracker-bench-") as folder:
            for name in tables:
                statement, columns = _TABLES[name]
                path = Path(folder) / f"{name}.csv"
                with path.open("w", newline="", encoding="utf-8") as file:
                    csv.writer(file).writerows(bare.rows(statement))
                self.connection.execute(f"CREATE TABLE {name} ({columns})")
                self.connection.execute(f"COPY {name} FROM '{path}' (HEADER false)")

    def trend(self, days: Sequence[date]) -> list[Any]:
        """The figures of the whole on each day, from the spans."""
        self.connection.execute(
            "CREATE OR REPLACE TEMP TABLE day AS SELECT unnest(?::DATE[]) AS day", [list(days)]
        )
        return self.connection.execute(TREND).fetchall()

    def rebuild(self) -> dict[str, int]:
        """Make every span from the facts; the number of spans by status."""
        self.connection.execute(REBUILD)
        return dict(self.connection.execute("SELECT status, count(*) FROM made GROUP BY status").fetchall())

    def close(self) -> None:
        """Give the memory back."""
        self.connection.close()
