"""The product as a test drives it: files in through the use cases of the commands, answers out as they print them.

Every act is stamped one minute after the one before, so that "known at" can be asked about any moment between two.
"""

import csv
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from hypothesis import settings
from sqlalchemy import make_url, select
from sqlalchemy.orm import Session

from compliance import timelines
from compliance.cli.questions import behind_json, figure_json, people_json
from compliance.services import imports as exemption_files
from compliance.services.figures import By, Question, figures_on
from compliance.services.lists import Lists, every_as_known
from compliance.services.programme import load_programme
from courses.services import imports as completion_files
from foundation.dates import FAR_DAY
from foundation.db import db, transaction
from foundation.errors import DomainError
from foundation.stamp import Stamp
from people.imports.account import Account
from people.models import PersonRow, RoleGrantRow
from people.services import imports as people_files
from people.services import roles
from people.services.roles import NewRole
from tests.integration.databases import empty
from tests.oracle.profiles import examples
from tests.oracle.world import EVERYONE, RoleLink, World

TODAY = date(2026, 6, 1)
"""The day on which every file is loaded, whatever the clock says."""
START = datetime(2026, 6, 1, 8, tzinfo=UTC)
LONG_AGO = date(2000, 1, 1)
"""Before every fact of every world: rules that count from here count always."""
Answer = dict[str, Any]
GRANTS = "grants"
Files = dict[str, bytes]
"""Files by the name of their kind: people, absences, completions, exemptions, programme; and the roles by hand."""


@dataclass
class Product:
    """A service on a database of its own, which `reset` makes empty again."""

    app: Flask
    address: str
    template: str
    """The address of the migrated database of which this one is a copy."""
    acts: int = 0

    @property
    def session(self) -> Session:
        return db.session()

    @property
    def now(self) -> datetime:
        """The moment of the last act."""
        return START + timedelta(minutes=self.acts)

    def examples(self, sqlite: int, postgresql: int, thorough: int) -> settings:
        """How many examples of a property are tried on this database; every question is dearer on a server."""
        return examples(sqlite if self.is_file else postgresql, thorough)

    @property
    def is_file(self) -> bool:
        """Whether the database is a file, that is SQLite."""
        return self.address.startswith("sqlite")

    def reset(self) -> None:
        """An empty, migrated database: a copy of the template takes the place of a file, a server's is emptied.

        Moments go on: two acts never have the same one.
        """
        db.session.remove()
        db.engine.dispose()
        if not self.is_file:
            empty(self.address)
            return
        path = make_url(self.address).database or ""
        for leftover in (f"{path}-wal", f"{path}-shm"):
            Path(leftover).unlink(missing_ok=True)
        shutil.copy(make_url(self.template).database or "", path)

    # Files in

    def stamp(self) -> Stamp:
        """The stamp of the next act."""
        self.acts += 1
        return Stamp("command:tester", self.now)

    def load(self, kind: str, content: bytes, **options: Any) -> Account | None:
        """Apply one file as its command would. Gives the account of an import, None for a programme."""
        stamp, today = self.stamp(), options.pop("as_at", TODAY)
        with transaction(self.session) as session:
            if kind == "people":
                people = people_files.read_people(content, "people.csv", today)
                return people_files.import_people(
                    session, stamp, people, people_files.PeopleOptions(**options)
                )
            if kind == "absences":
                absences = people_files.read_absences(content, "absences.csv", today)
                return people_files.import_absences(session, stamp, absences)
            if kind == "completions":
                completions = completion_files.read_completions(content, "completions.csv", today)
                return completion_files.import_completions(session, stamp, completions)
            if kind == "exemptions":
                exemptions = exemption_files.read_exemptions(content, "exemptions.csv")
                return exemption_files.import_exemptions(session, stamp, exemptions)
            if kind == GRANTS:
                give_roles(session, stamp, content)
                return None
            load_programme(
                session, stamp, content.decode(), "programme.toml", options.get("effective", today)
            )
            return None

    def load_all(self, files: Files, order: Sequence[str], **options: Any) -> None:
        """Apply whole files one after the other; none of their rows may be set aside."""
        for kind in [kind for kind in order if kind in files]:
            account = self.load(kind, files[kind], **options.get(kind, {}))
            assert account is None or not account.set_aside, [str(problem) for problem in account.set_aside]

    def give_role(self, person_ref: str, role: str, first_day: date, last_day: date | None) -> None:
        """Give a role by hand as the page does, and as its command."""
        stamp = self.stamp()
        with transaction(self.session) as session:
            roles.give_role(session, stamp, *_new_role(session, person_ref, role, first_day, last_day), TODAY)

    def end_role(self, which: int, last_day: date | None) -> None:
        """End one of the roles by hand that stand, chosen by a number, on a day, or take it back."""
        stamp = self.stamp()
        with transaction(self.session) as session:
            query = select(RoleGrantRow.id, RoleGrantRow.person_id).where(RoleGrantRow.retracted_at.is_(None))
            standing = session.execute(query.order_by(RoleGrantRow.id)).all()
            if standing:
                fact_id, person_id = standing[which % len(standing)]
                roles.end_role(session, stamp, person_id, fact_id, last_day, "tests")

    def undo(self, kind: str, batch: int) -> None:
        """Take a batch of that kind back."""
        service = {"completions": completion_files, "exemptions": exemption_files}.get(kind, people_files)
        stamp = self.stamp()
        with transaction(self.session) as session:
            service.undo(session, stamp, batch)

    def rebuild(self) -> None:
        """Make all timelines anew."""
        with transaction(self.session) as session:
            timelines.rebuild(session)

    # Answers out

    def figures(
        self,
        days: Sequence[date],
        by: str | None = None,
        unit: str | None = None,
        requirement: str | None = None,
        known_at: datetime | None = None,
    ) -> list[Answer]:
        """For each day, what `show` prints: the rows and the people-based figure."""
        question = Question(requirement, By(by) if by else None, unit, known_at=known_at)
        answer = figures_on(self.session, days, question)
        return [
            {
                "as_at": day.isoformat(),
                "rows": [figure_json(row, question.by) for row in answer.rows if row.day == day],
                "people": people_json(answer.people[day]),
            }
            for day in days
        ]

    def counted_again(
        self, day: date, known_at: datetime | None = None, by: str = "organisation"
    ) -> dict[str, int]:
        """By requirement, how often people are counted in more than one part: the bridge of rule 8."""
        question = Question(by=By(by), known_at=known_at)
        return figures_on(self.session, [day], question).counted_again

    def people(
        self,
        day: date,
        unit: str | None = None,
        requirement: str | None = None,
        known_at: datetime | None = None,
    ) -> list[Answer]:
        """The rows of `people`, by requirement and person, without the sentence that says why."""
        question = Question(requirement, unit=unit, known_at=known_at)
        if known_at is None:
            lists = Lists(self.session)
            found = lists.every(day, lists.filters(question))
        else:
            found = every_as_known(self.session, day, question)
        rows = [as_printed(behind_json(row)) for row in found]
        return sorted(rows, key=lambda row: (row["requirement"], row["person_ref"]))

    def differences(self) -> list[str]:
        """What `rebuild --check` finds."""
        return list(timelines.differences(self.session))


def give_roles(session: Session, stamp: Stamp, content: bytes) -> None:
    """Give every role by hand that a list names, as the page does it one by one."""
    for row in csv.DictReader(content.decode().splitlines()):
        last_day = date.fromisoformat(row["last_day"]) if row["last_day"] else None
        found = _new_role(
            session, row["person_ref"], row["role"], date.fromisoformat(row["first_day"]), last_day
        )
        roles.give_role(session, stamp, *found, TODAY)


def _new_role(
    session: Session, person_ref: str, role: str, first_day: date, last_day: date | None
) -> tuple[int, NewRole]:
    person_id = session.scalars(select(PersonRow.id).where(PersonRow.person_ref == person_ref)).one_or_none()
    if person_id is None:
        raise DomainError(f"There is nobody called {person_ref}.")
    review_on = TODAY + timedelta(days=100)
    new = NewRole(role, first_day, last_day or FAR_DAY, "Head of Service", review_on, "Named for this work")
    return person_id, new


def as_printed(row: Answer) -> Answer:
    """A row as JSON has it: days as text. The reason must be a sentence; its words are proved elsewhere."""
    why = row.pop("why")
    assert why.endswith(".")
    assert why == " ".join(why.split())
    assert "None" not in why
    found: Answer = json.loads(json.dumps(row, default=lambda value: value.isoformat()))
    return found


def sayable(world: World) -> World:
    """The world without what a rule book refuses to say twice: rules that differ in nothing but their days."""
    rules = {replace(rule, first_day=None, last_day=None): rule for rule in world.role_rules}
    return replace(world, role_rules=tuple(rules.values()))


def asking_everybody(world: World) -> World:
    """The same world with requirements for everybody on every day, so that there is much to count."""
    lines = tuple(
        replace(line, roles=(RoleLink(EVERYONE),), units=(), sectors=(), first_day=None, last_day=None)
        for line in world.requirements
    )
    return replace(world, requirements=lines)


def read_files(folder: Path) -> Files:
    """The files that `write_files` wrote, by kind; those without a row are left out."""
    found = {path.stem: path.read_bytes() for path in sorted(folder.iterdir())}
    return {kind: content for kind, content in found.items() if content.count(b"\n") > 1}
