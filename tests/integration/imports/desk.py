"""A desk at which files are loaded: through the use cases, and through the commands as a script would call them."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from click.testing import Result
from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from compliance.models import RequirementRow
from compliance.services import imports as exemption_files
from courses.models import CourseLineRow, CourseRow
from courses.services import imports as completion_files
from foundation.db import Base, db, transaction
from foundation.facts import known, recorded
from foundation.stamp import Stamp
from people.imports.account import Account
from people.models import PersonRow, PostSpellRow, UnitRow
from people.services import imports

AS_AT = date(2026, 4, 1)
STAMP = Stamp("command:test", datetime(2026, 4, 1, 9, 0, tzinfo=UTC))

Rows = Sequence[Mapping[str, object]]


def person(ref: object, **more: object) -> dict[str, object]:
    """One good row of a people file."""
    return {
        "person_ref": ref,
        "first_name": "Asha",
        "last_name": f"Example {ref}",
        "email": f"p{ref}@council.example",
        "organisation": "Example Council",
        "sector": "council",
        "unit": "Homes > Repairs",
        "post_ref": f"P-{ref}",
        "job_title": "Officer",
        "manager_ref": "",
        "post_start": "2020-01-01",
        "post_end": "",
        **more,
    }


def as_csv(rows: Rows) -> bytes:
    """Rows as a CSV file; the headings are all keys that occur."""
    headings = list(dict.fromkeys(key for row in rows for key in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, headings, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


@dataclass
class Desk:
    """Loads files through the use cases."""

    session: Session
    stamp: Stamp = STAMP

    def preview(self, rows: Rows, as_at: date = AS_AT, **options: Any) -> Account:
        file = imports.read_people(as_csv(rows), "people.csv", as_at)
        return imports.preview_people(self.session, file, imports.PeopleOptions(**options))

    def people(self, rows: Rows, as_at: date = AS_AT, **options: Any) -> Account:
        file = imports.read_people(as_csv(rows), "people.csv", as_at)
        with transaction(self.session):
            return imports.import_people(self.session, self.stamp, file, imports.PeopleOptions(**options))

    @staticmethod
    def write_inside(session: Session, rows: Rows) -> Account:
        """Apply a people file inside a transaction that the caller holds."""
        file = imports.read_people(as_csv(rows), "people.csv", AS_AT)
        return imports.import_people(session, STAMP, file, imports.PeopleOptions())

    def absences(self, rows: Rows) -> Account:
        file = imports.read_absences(as_csv(rows), "absences.csv", AS_AT)
        with transaction(self.session):
            return imports.import_absences(self.session, self.stamp, file)

    def completions(self, rows: Rows, **more: Any) -> Account:
        file = completion_files.read_completions(as_csv(rows), "completions.csv", AS_AT, **more)
        with transaction(self.session):
            return completion_files.import_completions(self.session, self.stamp, file)

    def exemptions(self, rows: Rows) -> Account:
        file = exemption_files.read_exemptions(as_csv(rows), "exemptions.csv")
        with transaction(self.session):
            return exemption_files.import_exemptions(self.session, self.stamp, file)

    def undo(self, batch: int | None) -> int:
        assert batch is not None
        with transaction(self.session):
            return imports.undo(self.session, self.stamp, batch)[1]

    def undo_completions(self, batch: int | None) -> int:
        assert batch is not None
        with transaction(self.session):
            return completion_files.undo(self.session, self.stamp, batch)[1]

    def undo_exemptions(self, batch: int | None) -> int:
        assert batch is not None
        with transaction(self.session):
            return exemption_files.undo(self.session, self.stamp, batch)[1]

    def course(self, code: str, title: str = "A course", first_day: date = date(2010, 1, 1)) -> None:
        """Put a course into the rule book."""
        with transaction(self.session):
            self.session.execute(insert(CourseRow), [{"code": code}])
            course_id = self.session.scalars(select(CourseRow.id).where(CourseRow.code == code)).one()
            line = {
                "course_id": course_id,
                "title": title,
                "provider": "",
                "mode": "e_learning",
                "duration_minutes": None,
                "validity_months": None,
                "prerequisites": "",
                "url": "",
                "first_day": first_day,
            }
            self.session.execute(insert(CourseLineRow), [line | recorded(self.stamp)])

    def requirement(self, code: str) -> None:
        """Put the bare code of a requirement into the rule book."""
        with transaction(self.session):
            self.session.execute(insert(RequirementRow), [{"code": code}])

    def posts(self) -> list[tuple[str, str, str, str, str]]:
        """The posts on record: person, post, unit, first day, last day."""
        query = (
            select(
                PersonRow.person_ref,
                PostSpellRow.post_ref,
                UnitRow.path,
                PostSpellRow.first_day,
                PostSpellRow.last_day,
            )
            .join(PersonRow, PersonRow.id == PostSpellRow.person_id)
            .join(UnitRow, UnitRow.id == PostSpellRow.unit_id)
            .where(known(PostSpellRow, None))
            .order_by(PersonRow.person_ref, PostSpellRow.post_ref, PostSpellRow.first_day)
        )
        found = [
            (ref, post, path, first.isoformat(), last.isoformat())
            for ref, post, path, first, last in self.session.execute(query)
        ]
        self.session.rollback()
        return found


def everything(session: Session, *, facts_only: bool = False) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables; with `facts_only`, what the current facts say, without ids and bookkeeping."""
    session.rollback()
    skipped = {"id", "public_id"} if facts_only else set()
    found = {}
    for table in Base.metadata.sorted_tables:
        columns = table.columns
        query = select(*columns)
        if facts_only:
            if "retracted_at" not in columns:
                continue
            query = query.where(columns["retracted_at"].is_(None))
            wanted = [
                c
                for c in columns
                if c.name not in skipped and not c.name.startswith(("recorded_", "retracted_"))
            ]
            query = query.with_only_columns(*wanted)
        found[table.name] = sorted((tuple(row) for row in session.execute(query)), key=repr)
    session.rollback()
    return found


@dataclass
class Shell:
    """Calls commands as a script would."""

    app: Flask
    folder: Path

    def file(self, name: str, content: bytes) -> str:
        path = self.folder / name
        path.write_bytes(content)
        return str(path)

    def run(self, *arguments: str) -> Result:
        db.session.remove()
        result = self.app.test_cli_runner().invoke(args=list(arguments))
        db.session.remove()
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    def json(self, *arguments: str) -> dict[str, Any]:
        answer = json.loads(self.run(*arguments, "--format", "json").stdout)
        assert isinstance(answer, dict)
        return answer
