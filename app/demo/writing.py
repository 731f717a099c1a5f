"""The five files, in the columns of the importers; the same facts always give the same bytes."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from app.demo.facts import Absence, Completion, Exemption, School, Spell

_PEOPLE = (
    "person_ref,first_name,last_name,email,category,organisation,sector,unit,post_ref,job_title,manager_ref,"
    "roles,post_start,post_end"
)
_ABSENCES = "person_ref,kind,first_day,last_day"
_COMPLETIONS = "person_ref,course_code,completed_on,provider,reference,evidence,revoked_on"
_EXEMPTIONS = "person_ref,requirement,reason,approved_by,first_day,last_day"
_SCHOOLS = "school,phase,urn,headcount,headcount_on,audit_on,audit_gaps"


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _write(path: Path, header: str, rows: Iterable[tuple[str, ...]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(f"{header}\n")
        csv.writer(file, lineterminator="\n").writerows(rows)
    return path


def write_people(path: Path, spells: Iterable[Spell]) -> Path:
    """One row a post spell."""
    return _write(
        path,
        _PEOPLE,
        (
            (
                spell.person.ref,
                spell.person.first_name,
                spell.person.last_name,
                spell.person.email,
                spell.person.category,
                spell.seat.workplace.organisation,
                spell.seat.workplace.sector,
                spell.unit,
                spell.post_ref,
                spell.seat.title,
                spell.manager_ref,
                ";".join(sorted(spell.seat.named)),
                _day(spell.first_day),
                _day(spell.last_day),
            )
            for spell in spells
        ),
    )


def write_absences(path: Path, rows: Iterable[Absence]) -> Path:
    """One row an absence; no column for a reason exists."""
    ordered = sorted(rows, key=lambda row: (row.person_ref, row.first_day))
    return _write(
        path, _ABSENCES, ((r.person_ref, r.kind, _day(r.first_day), _day(r.last_day)) for r in ordered)
    )


def write_completions(path: Path, rows: Iterable[Completion]) -> Path:
    """One row a completion: person, course and day are its key."""
    ordered = sorted(rows, key=lambda row: (row.person_ref, row.completed_on, row.course))
    return _write(
        path,
        _COMPLETIONS,
        (
            (
                row.person_ref,
                row.course,
                _day(row.completed_on),
                row.provider,
                row.reference,
                row.evidence,
                _day(row.revoked_on),
            )
            for row in ordered
        ),
    )


def write_exemptions(path: Path, rows: Iterable[Exemption]) -> Path:
    """One row an exemption."""
    ordered = sorted(rows, key=lambda row: (row.person_ref, row.first_day, row.requirement))
    return _write(
        path,
        _EXEMPTIONS,
        (
            (r.person_ref, r.requirement, r.reason, r.approved_by, _day(r.first_day), _day(r.last_day))
            for r in ordered
        ),
    )


def write_schools(path: Path, rows: Iterable[School]) -> Path:
    """One row a school."""
    return _write(
        path,
        _SCHOOLS,
        (
            (
                r.name,
                r.phase,
                r.urn,
                str(r.headcount),
                _day(r.headcount_on),
                _day(r.audit_on),
                "" if r.audit_gaps is None else str(r.audit_gaps),
            )
            for r in rows
        ),
    )
