"""Loading the rule book from a file: the preview tells, applying saves and tells the same."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import MetaData, event, func, insert, select
from sqlalchemy.orm import Session

from compliance import timelines
from compliance.models import ProgrammeNameRow, RequirementLineRow, RequirementRow, StatusSpanRow, TargetRow
from compliance.programme.reading import read_programme
from compliance.programme.writing import write_programme
from compliance.services.programme import Preview, load_programme, preview_programme
from compliance.store.rules import load_rule_book
from courses.domain import Evidence
from courses.models import CompletionRow, CourseRow
from foundation.audit import AuditEventRow
from foundation.dates import FAR_DAY
from foundation.db import transaction
from foundation.errors import DomainError
from foundation.facts import recorded
from foundation.stamp import Stamp
from people.models import (
    OrganisationRow,
    OrganisationSectorRow,
    PersonDetailRow,
    PersonRow,
    PostSpellRow,
    UnitRow,
)

PREVENT = Path(__file__).resolve().parents[3] / "compliance" / "programmes" / "prevent.toml"
APRIL = date(2026, 4, 1)
PROGRAMME = """
[programme]
name = "Prevent"

[[roles]]
code = "frontline"
title = "Front-line staff"

[[role_rules]]
role = "frontline"
job_title = "*officer*"

[[courses]]
code = "AW"
title = "Awareness"
validity_months = 24

[[requirements]]
code = "AWARE"
title = "Awareness"
first_day = 2024-04-01
roles = [{ role = "frontline", days = 90 }]
accepts = [{ course = "AW" }]
targets = [{ percent = 70, owner = "Prevent Coordinator" }]

[[requirements]]
code = "ALL"
title = "Everybody"
roles = [{ role = "*", days = 0 }]
accepts = [{ course = "AW" }]
"""


def stamp(minute: int = 0) -> Stamp:
    return Stamp("command:tester", datetime(2026, 3, 1, 12, minute, tzinfo=UTC))


def load(session: Session, text: str, effective: date = APRIL, minute: int = 0) -> Any:
    with transaction(session):
        return load_programme(session, stamp(minute), text, "p.toml", effective)


def changed(old: str, new: str) -> str:
    assert PROGRAMME.count(old) == 1
    return PROGRAMME.replace(old, new)


@dataclass
class Borough:
    """A council with one unit and people named by number, to whom a test gives titles and completions."""

    session: Session
    unit_id: int

    def person(self, ref: str, title: str, completed_on: date | None = None) -> int:
        with transaction(self.session) as session:
            times = recorded(stamp())
            person_id = session.execute(
                insert(PersonRow).values(person_ref=ref).returning(PersonRow.id)
            ).scalar_one()
            session.execute(
                insert(PersonDetailRow).values(
                    person_id=person_id, first_name=ref, last_name=ref, category="employee", **times
                )
            )
            session.execute(
                insert(PostSpellRow).values(
                    person_id=person_id,
                    post_ref=ref,
                    unit_id=self.unit_id,
                    job_title=title,
                    roles="",
                    first_day=date(2025, 1, 1),
                    last_day=FAR_DAY,
                    **times,
                )
            )
            if completed_on is not None:
                course_id = session.scalars(select(CourseRow.id).where(CourseRow.code == "AW")).one()
                session.execute(
                    insert(CompletionRow).values(
                        person_id=person_id,
                        course_id=course_id,
                        completed_on=completed_on,
                        provider="",
                        reference="",
                        source="test",
                        evidence=Evidence.TRUSTED.value,
                        **times,
                    )
                )
        return int(person_id)


@pytest.fixture
def borough(session: Session) -> Borough:
    with transaction(session):
        organisation = OrganisationRow(name="Borough")
        session.add(organisation)
        session.flush()
        session.add(
            OrganisationSectorRow(organisation_id=organisation.id, sector="council", **recorded(stamp()))
        )
        unit = UnitRow(
            organisation_id=organisation.id, parent_id=None, name="Borough", path="", depth=0, left=1, right=2
        )
        session.add(unit)
        session.flush()
        unit_id = unit.id
    return Borough(session, unit_id)


def everything(session: Session) -> dict[str, list[Any]]:
    """Every row of every table."""
    tables = MetaData()
    tables.reflect(session.connection())
    return {
        name: sorted(map(repr, session.execute(select(table)).all())) for name, table in tables.tables.items()
    }


def preview(session: Session, text: str, effective: date = APRIL) -> Preview:
    return preview_programme(session, text, "p.toml", effective)


def test_the_shipped_programme_is_loaded_whole_and_loading_it_again_changes_nothing(session: Session) -> None:
    text = PREVENT.read_text(encoding="utf-8")
    wanted = read_programme(text).book
    load(session, text)
    assert load_rule_book(session) == wanted
    assert load_rule_book(session).name == wanted.name
    before = everything(session)
    for later in (APRIL, date(2027, 1, 1), date(2040, 2, 29)):
        assert not load(session, text, later, minute=5)
    assert everything(session) == before


def test_what_is_exported_is_the_record_and_loads_without_a_change(session: Session) -> None:
    load(session, PROGRAMME)
    load(session, changed("validity_months = 24", "validity_months = 12"), minute=1)
    load(session, changed("percent = 70", "percent = 75"), date(2026, 7, 1), minute=2)
    book = load_rule_book(session)
    exported = write_programme(book)
    assert read_programme(exported).book == book
    assert not load(session, exported, date(2026, 5, 1), minute=3)


def test_a_change_keeps_the_past_and_what_was_known_before_it(session: Session) -> None:
    load(session, PROGRAMME)
    first = load_rule_book(session)
    text = changed('title = "Everybody"', 'title = "Everybody"\nexpiring_days = 90')
    load(session, text, minute=10)
    now = load_rule_book(session)
    earlier, later = now.lines_of("ALL")
    assert (earlier.expiring_days, earlier.last_day) == (60, date(2026, 3, 31))
    assert (later.expiring_days, later.first_day) == (90, APRIL)
    assert load_rule_book(session, stamp(9).at) == first
    assert load_rule_book(session, stamp(10).at) == now
    rows = session.scalars(select(RequirementLineRow).order_by(RequirementLineRow.id)).all()
    assert [(row.retracted_by, row.retracted_reason) for row in rows if row.retracted_at] == [
        ("command:tester", "rule book changed from 2026-04-01")
    ]


def test_a_preview_leaves_every_table_as_it_was(borough: Borough, session: Session) -> None:
    load(session, PROGRAMME)
    borough.person("P1", "Officer")
    before = everything(session)
    found = preview(session, changed("days = 90", "days = 30"))
    assert found.notes
    assert everything(session) == before


def test_the_preview_says_who_gains_loses_and_becomes_overdue_with_percentages(
    borough: Borough, session: Session
) -> None:
    load(session, PROGRAMME)
    borough.person("P1", "Housing officer", date(2025, 2, 1))
    borough.person("P2", "Clerk", date(2025, 6, 1))
    borough.person("P3", "Planning officer", date(2025, 12, 1))
    text = changed('"*officer*"', '"housing officer"').replace("validity_months = 24", "validity_months = 12")
    text += '[[role_rules]]\nrole = "frontline"\njob_title = "clerk"\n'
    aware, everybody = sorted(
        preview(session, text).effects, key=lambda effect: effect.requirement != "AWARE"
    )
    assert (aware.requirement, everybody.requirement) == ("AWARE", "ALL")
    found = preview(session, text)
    assert found.refs(aware.gain) == ["P2"]
    assert found.refs(aware.lose) == ["P3"]
    assert found.refs(aware.become_overdue) == ["P1"]
    assert (aware.before.percent, aware.after.percent) == ("100.0", "50.0")
    assert found.refs(everybody.become_overdue) == ["P1"]
    assert (everybody.before.percent, everybody.after.percent) == ("100.0", "66.6")
    assert aware.judged_after is not None
    assert not aware.judged_after.met


def test_applying_does_what_the_preview_said(borough: Borough, session: Session) -> None:
    load(session, PROGRAMME)
    borough.person("P1", "Officer", date(2025, 2, 1))
    borough.person("P2", "Officer")
    text = changed("validity_months = 24", "validity_months = 12")
    said = {effect.requirement: effect.after for effect in preview(session, text).effects}
    load(session, text, minute=1)
    for code, counts in said.items():
        rows = session.execute(
            select(StatusSpanRow.status, func.count().label("people"))
            .join(RequirementRow, RequirementRow.id == StatusSpanRow.requirement_id)
            .where(
                RequirementRow.code == code, StatusSpanRow.first_day <= APRIL, StatusSpanRow.last_day >= APRIL
            )
            .group_by(StatusSpanRow.status)
        )
        assert {row.status: row.people for row in rows} == {
            name: getattr(counts, name)
            for name in ("compliant", "expired", "outstanding", "expiring")
            if getattr(counts, name)
        }
    assert list(timelines.differences(session)) == []


def test_only_requirements_that_changed_are_shown(borough: Borough, session: Session) -> None:
    load(session, PROGRAMME)
    borough.person("P1", "Officer")
    assert [e.requirement for e in preview(session, changed("days = 90", "days = 30")).effects] == ["AWARE"]
    assert [e.requirement for e in preview(session, changed("percent = 70", "percent = 75")).effects] == [
        "AWARE"
    ]
    assert (
        preview(session, changed('title = "Awareness"\nvalidity', 'title = "Other"\nvalidity')).effects == ()
    )


def test_loading_leaves_an_audit_event_with_counts_and_nothing_when_nothing_changes(session: Session) -> None:
    load(session, PROGRAMME)
    load(session, PROGRAMME, minute=1)
    load(session, changed("percent = 70", "percent = 75"), minute=2)
    events = session.scalars(select(AuditEventRow).order_by(AuditEventRow.id)).all()
    assert [(event.event, event.actor, event.subject) for event in events] == [
        ("programme.loaded", "command:tester", "p.toml")
    ] * 2
    assert events[0].details["added"] == 10
    assert events[0].details["effective"] is None
    assert events[1].details == {
        "effective": "2026-04-01",
        "requirements": [],
        "added": 0,
        "changed": 1,
        "ended": 0,
    }


def test_a_new_name_replaces_the_old_one(session: Session) -> None:
    load(session, PROGRAMME)
    load(session, changed('name = "Prevent"', 'name = "Prevent 2026"'), minute=1)
    assert load_rule_book(session).name == "Prevent 2026"
    assert load_rule_book(session, stamp(0).at).name == "Prevent"
    assert session.scalar(select(func.count()).select_from(ProgrammeNameRow)) == 2


def test_a_change_that_was_overtaken_is_refused(session: Session) -> None:
    load(session, PROGRAMME)
    text = changed("percent = 70", "percent = 75")
    seen = preview(session, text).change
    load(session, changed("percent = 70", "percent = 80"), minute=1)
    with pytest.raises(DomainError, match="changed meanwhile"), transaction(session):
        load_programme(session, stamp(2), text, "p.toml", APRIL, expected=seen)
    assert {row.percent_hundredths for row in session.scalars(select(TargetRow)).all()} == {7000, 8000}


def test_a_file_with_problems_saves_nothing(session: Session) -> None:
    before = everything(session)
    with pytest.raises(DomainError):
        load(session, changed("percent = 70", "percent = 0"))
    assert everything(session) == before


def test_the_preview_notices_early_first_days_later_lines_and_unknown_places(
    borough: Borough, session: Session
) -> None:
    load(session, PROGRAMME)
    text = PROGRAMME + (
        '[[role_rules]]\nrole = "frontline"\nunit = "Moon"\nfirst_day = 2020-01-01\n'
        '[[role_rules]]\nrole = "frontline"\norganisation = "Mars"\nfirst_day = 2027-01-01\n'
    )
    notices = [str(notice) for notice in preview(session, text).notices]
    line = text.splitlines().index('unit = "Moon"')
    early, later, unit, organisation = notices
    # Lines are counted from 1, and the heading stands two lines above the unit.
    assert early.startswith(f'p.toml:{line - 1}: first_day: Rule for role "frontline" (unit "Moon") is new')
    assert "it counts from 1 April 2026, and earlier days stay as they were." in early
    assert later == (
        "p.toml: 1 change begins after 1 April 2026. The effect on people then is not shown here."
    )
    assert unit == 'p.toml: No organisation has a unit "Moon" yet. Check how it is written.'
    assert organisation == 'p.toml: There is no organisation "Mars" yet. Check how it is written.'


def test_reading_and_writing_the_rule_book_takes_a_handful_of_statements(session: Session) -> None:
    text = PREVENT.read_text(encoding="utf-8")
    statements: list[str] = []

    def note(*arguments: Any) -> None:
        statements.append(arguments[2])

    event.listen(session.get_bind(), "before_cursor_execute", note)
    load(session, text)
    assert len(statements) < 60
    statements.clear()
    load_rule_book(session)
    assert len(statements) <= 14  # one a kind of line, the name, both kinds of ids, the version, and BEGIN
    statements.clear()
    load_rule_book(session)
    assert len(statements) == 1  # the version says that nothing changed
    event.remove(session.get_bind(), "before_cursor_execute", note)


# ------------------------------------------------------------------------------------------------------------
# The commands


Run = Callable[..., Any]


@pytest.fixture
def run(app: Flask) -> Run:
    runner = app.test_cli_runner()

    def invoke(*arguments: str) -> Any:
        return runner.invoke(args=["compliance", *arguments])

    return invoke


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "p.toml"
    path.write_text(PROGRAMME, encoding="utf-8")
    return path


def test_the_command_previews_then_applies_and_tells_the_same(run: Run, file: Path, session: Session) -> None:
    shown = run("load-programme", str(file), "--format", "json")
    assert shown.exit_code == 0, shown.output
    assert load_rule_book(session).codes == ()
    session.rollback()
    done = run("load-programme", str(file), "--apply", "--format", "json")
    assert done.exit_code == 0, done.output
    told, did = json.loads(shown.stdout), json.loads(done.stdout)
    assert (told.pop("applied"), did.pop("applied")) == (False, True)
    assert told == did
    assert (did["added"], did["first_load"]) == (10, True)
    assert load_rule_book(session).codes == ("ALL", "AWARE")


def test_the_command_counts_changes_from_the_day_it_is_told(
    run: Run, file: Path, borough: Borough, session: Session
) -> None:
    assert run("load-programme", str(file), "--apply").exit_code == 0
    borough.person("P1", "Officer", date(2025, 2, 1))
    file.write_text(changed("validity_months = 24", "validity_months = 12"), encoding="utf-8")
    done = run("load-programme", str(file), "--effective", "2026-06-01", "--apply", "--format", "json")
    told = json.loads(done.stdout)
    assert told["effective"] == "2026-06-01"
    assert told["changes"] == [
        {
            "action": "changed",
            "about": "AW",
            "text": 'Course "AW": validity 12 months instead of 24 months, from 1 June 2026',
        }
    ]
    aware = next(row for row in told["requirements"] if row["requirement"] == "AWARE")
    assert (aware["become_overdue"], aware["gain"], aware["lose"]) == (["P1"], [], [])
    assert (aware["before"]["percent"], aware["after"]["percent"]) == ("100.0", "0.0")
    assert (aware["after"]["target"], aware["after"]["rag"]) == (70, "red")


def test_the_command_speaks_to_people_in_a_table(
    run: Run, file: Path, borough: Borough, session: Session
) -> None:
    run("load-programme", str(file), "--apply")
    borough.person("P1", "Officer", date(2025, 2, 1))
    file.write_text(changed("validity_months = 24", "validity_months = 12"), encoding="utf-8")
    shown = run("load-programme", str(file), "--effective", "2026-06-01")
    assert "p.toml from 1 June 2026: 0 added, 1 changed, 0 ended" in shown.stdout
    assert "AWARE: become overdue (1): P1" in shown.stdout
    assert "Nothing was saved. Add --apply to save these changes." in shown.stdout
    session.rollback()
    run("load-programme", str(file), "--effective", "2026-06-01", "--apply")
    again = run("load-programme", str(file), "--effective", "2026-06-01", "--apply")
    assert again.stdout == "p.toml is what the record says already. Nothing changes.\n"


def test_a_wrong_file_ends_with_one_line_a_problem_and_status_1(run: Run, file: Path) -> None:
    file.write_text(
        changed("percent = 70", "percent = 0").replace("validity_months = 24", "validity_months = 0")
    )
    ended = run("load-programme", str(file), "--apply")
    assert ended.exit_code == 1
    assert ended.stdout == ""
    lines = ended.stderr.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("p.toml:16: validity_months: 0 is out of range.")
    assert lines[1].startswith("p.toml:24: targets[1].percent: 0 cannot be a target.")


@pytest.mark.parametrize("arguments", [("nowhere.toml",), (), ("p.toml", "--effective", "1 May 2026")])
def test_wrong_usage_ends_with_status_2_and_no_traceback(
    run: Run, file: Path, arguments: tuple[str, ...]
) -> None:
    named = [str(file) if argument == "p.toml" else argument for argument in arguments]
    ended = run("load-programme", *named)
    assert ended.exit_code == 2
    assert "Traceback" not in ended.output


def test_export_gives_the_rule_book_back(run: Run, file: Path, tmp_path: Path, session: Session) -> None:
    assert run("export-programme").exit_code == 1
    run("load-programme", str(file), "--apply")
    shown = run("export-programme")
    assert shown.exit_code == 0
    assert read_programme(shown.stdout).book == read_programme(PROGRAMME).book
    target = tmp_path / "out.toml"
    assert run("export-programme", str(target)).exit_code == 0
    assert target.read_text(encoding="utf-8") == shown.stdout
    again = run("load-programme", str(target), "--format", "json")
    assert json.loads(again.stdout)["changes"] == []


def test_export_never_writes_over_a_file_that_is_there(run: Run, file: Path) -> None:
    run("load-programme", str(file), "--apply")
    ended = run("export-programme", str(file))
    assert ended.exit_code == 1
    assert "already there" in ended.stderr
    assert file.read_text(encoding="utf-8") == PROGRAMME
