"""What the same answers cost in SQL written by hand over the same tables, through the bare driver.

Marks are written `:name` and turned into those of each driver by `floor`. Days are given as ISO text on both databases.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from compliance.domain.figures import COUNT_NAMES
from foundation.dates import last_month_end
from tests.bench.databases import Bare

_SUMS = ", ".join(f"SUM({name})" for name in COUNT_NAMES)
_COUNTS = ", ".join(COUNT_NAMES)

ROLLED_UP = f"""
SELECT unit_id, requirement_id, {_SUMS} FROM (
  SELECT unit_id, requirement_id, {_COUNTS} FROM figure_month WHERE unit_id IN (:units)
     AND requirement_id IN (:requirements) AND day = :m
  UNION ALL
  SELECT unit_id, requirement_id, {_COUNTS} FROM figure_change WHERE unit_id IN (:units)
     AND requirement_id IN (:requirements) AND day > :m AND day <= :d
) t GROUP BY unit_id, requirement_id"""

# Named one by one, the requirements let every look-up go straight to its days in the primary key.
ROLLED_UP = ROLLED_UP.replace(":requirements", "SELECT 0 UNION ALL SELECT id FROM requirement")
WHOLE = ROLLED_UP.replace(":units", "0")
BY_ORGANISATION = ROLLED_UP.replace(":units", "SELECT id FROM unit WHERE depth = 0")
BY_DIRECTORATE = ROLLED_UP.replace(":units", "SELECT id FROM unit WHERE depth = 1")

EVERY_UNIT = """
SELECT u.unit_id, u.requirement_id, s.status, s.covered, COUNT(*)
  FROM unit_span u JOIN status_span s ON s.person_id = u.person_id AND s.requirement_id = u.requirement_id
 WHERE u.last_day >= :d AND u.first_day <= :d AND s.last_day >= :d AND s.first_day <= :d
 GROUP BY u.unit_id, u.requirement_id, s.status, s.covered"""

SERVICE = """
SELECT DISTINCT p.person_ref, n.first_name, n.last_name, s.requirement_id, s.status, s.due_on, s.valid_until
  FROM unit top JOIN unit o ON o."left" BETWEEN top."left" AND top."right"
  JOIN unit_span u ON u.unit_id = o.id AND u.last_day >= :d AND u.first_day <= :d
  JOIN status_span s ON s.person_id = u.person_id AND s.requirement_id = u.requirement_id
   AND s.last_day >= :d AND s.first_day <= :d
  JOIN person p ON p.id = u.person_id
  JOIN person_detail n ON n.person_id = p.id AND n.retracted_at IS NULL
 WHERE top.path = :path ORDER BY p.person_ref, s.requirement_id"""

_TEAM = """
  FROM person m JOIN post_spell t ON t.manager_ref = m.person_ref AND t.retracted_at IS NULL
   AND t.last_day >= :d AND t.first_day <= :d
  JOIN status_span s ON s.person_id = t.person_id AND s.last_day >= :d AND s.first_day <= :d
"""
TEAM_LIST = f"""
SELECT p.person_ref, n.first_name, n.last_name, t.job_title, s.requirement_id, s.status, s.due_on, s.valid_until
{_TEAM} JOIN person p ON p.id = t.person_id JOIN person_detail n ON n.person_id = p.id AND n.retracted_at IS NULL
 WHERE m.person_ref = :manager ORDER BY n.last_name, n.first_name, p.person_ref LIMIT 50"""
TEAM_COUNTS = f"""
SELECT s.requirement_id, s.status, s.covered, COUNT(*) {_TEAM}
 WHERE m.person_ref = :manager GROUP BY s.requirement_id, s.status, s.covered"""

PERSON = """
SELECT requirement_id, first_day, last_day, status, due_on, course_id, completed_on, valid_until
  FROM status_span WHERE person_id = :person ORDER BY requirement_id, first_day"""

_HELD = """
  FROM post_spell s JOIN role_link l ON l.role = '*' OR (';' || s.roles || ';') LIKE ('%;' || l.role || ';%') {unit}
 WHERE s.retracted_at IS NULL AND s.last_day >= :d AND s.first_day <= :d"""
_RAW = """
SELECT {key}h.requirement_id, COUNT(*), SUM(CASE WHEN EXISTS (
    SELECT 1 FROM accepted_course a JOIN course_line k ON k.course_id = a.course_id
      JOIN completion c ON c.person_id = h.person_id AND c.course_id = a.course_id AND c.retracted_at IS NULL
     WHERE a.requirement_id = h.requirement_id AND c.completed_on <= :d AND {end} >= :d) THEN 1 ELSE 0 END)
  FROM (SELECT DISTINCT {key}s.person_id, l.requirement_id {held}) h GROUP BY {key}h.requirement_id"""
_UPPER = """
  JOIN unit o ON o.id = s.unit_id
  JOIN unit b ON b."left" <= o."left" AND b."right" >= o."right" AND b.depth = {depth}"""


def raw(is_sqlite: bool, depth: int | None = None) -> str:
    """Required and covered people from the raw facts in one statement: the whole, or by upper units of a depth.

    It leaves out first due days, absences, exemptions, evidence and renewal rules: the product does more than this.
    """
    end = "date(c.completed_on, '+' || k.validity_months || ' months')"
    if not is_sqlite:
        end = "c.completed_on + make_interval(months => k.validity_months)"
    if depth is None:
        return _RAW.format(key="", end=end, held=_HELD.format(unit=""))
    held = _HELD.format(unit=_UPPER.format(depth=depth))
    outer = _RAW.format(key="b_id, ", end=end, held=held)
    return outer.replace("SELECT DISTINCT b_id,", "SELECT DISTINCT b.id AS b_id,")


def floor(bare: Bare, statement: str, values: Mapping[str, Any]) -> Callable[[], list[Any]]:
    """The statement ready to run."""
    if bare.is_sqlite:
        return lambda: bare.rows(statement, values)
    marked = re.sub(r"(?<!:):(\w+)", r"%(\1)s", statement.replace("%", "%%"))
    return lambda: bare.rows(marked, values)


def as_at(day: date) -> dict[str, str]:
    """The values of a day: itself, and the month end from which the roll-up reckons it."""
    return {"d": day.isoformat(), "m": last_month_end(day).isoformat()}
