"""The bad rows of a completions file (promises 9.3), each with its message."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.models import CompletionRow
from foundation.db import transaction
from foundation.facts import retract
from foundation.stamp import Stamp
from tests.integration.databases import Template
from tests.integration.imports.desk import Desk, person


@dataclass(frozen=True)
class Case:
    """Cells that differ from a good row, and what is said of it."""

    name: str
    column: str
    message: str
    cells: dict[str, str] = field(default_factory=dict)


SET_ASIDE = [
    Case("C01 nobody", "person_ref", 'Nobody has person_ref "999".', {"person_ref": "999"}),
    Case(
        "C01 nobody by email",
        "email",
        'Nobody has the email address "x@c.uk".',
        {"person_ref": "", "email": "x@c.uk"},
    ),
    Case(
        "C03 number and email of two people",
        "email",
        "Number and email address belong to different people.",
        {"email": "p2@council.example"},
    ),
    Case(
        "C04 an unknown course",
        "course_code",
        'Course "PREV-2" is not known. Did you mean "PREV-02"?',
        {"course_code": "PREV-2"},
    ),
    Case("C05 no day", "completed_on", "The value is missing.", {"completed_on": ""}),
    Case("C06 tomorrow", "completed_on", "2 April 2026 is in the future.", {"completed_on": "2026-04-02"}),
    Case(
        "more than 60 years ago",
        "completed_on",
        "31 March 1966 is more than 60 years ago.",
        {"completed_on": "1966-03-31"},
    ),
    Case("C34 no person", "person_ref", "Fill in person_ref or email.", {"person_ref": "", "email": ""}),
    Case(
        "C35 columns in another order",
        "completed_on",
        '"Ann Smith" is not a date. Are the columns in the right order?',
        {"completed_on": "Ann Smith"},
    ),
    Case(
        "revoked too early", "revoked_on", "revoked_on is before completed_on.", {"revoked_on": "2026-02-28"}
    ),
    Case(
        "other evidence",
        "evidence",
        "is not one of: trusted, verified, awaiting, rejected",
        {"evidence": "seen"},
    ),
    Case("zeros lost", "person_ref", '"123" is not known but "00123" is.', {"person_ref": "123"}),
]

TOLD = [
    Case("C02 a leaver", "person_ref", "Recorded; the person left on 31 December 2025.", {"person_ref": "2"}),
    Case(
        "C07 before joining",
        "completed_on",
        "Completed before the person's start on 1 January 2020: prior learning.",
        {"completed_on": "2019-05-01"},
    ),
    Case(
        "C08 before the course",
        "completed_on",
        "The course started on 1 April 2015.",
        {"completed_on": "2014-05-01"},
    ),
    Case("C09 long ago", "completed_on", "is more than 20 years ago.", {"completed_on": "2004-05-01"}),
    Case(
        "C28 before a post to come",
        "completed_on",
        "Completed before the person's start on 1 June 2026",
        {"person_ref": "3"},
    ),
]

ACCEPTED = [
    Case("60 years ago to the day", "", "1966-04-01", {"completed_on": "1966-04-01"}),
    Case("C04 a code in small letters with spaces", "", "2026-03-01", {"course_code": " prev-02 "}),
    Case("C06 today", "", "2026-04-01", {"completed_on": "2026-04-01"}),
    Case("C18 a moment in UTC", "", "2025-07-01", {"completed_on": "2025-06-30T23:30:00Z"}),
    Case("C18 a moment with offset", "", "2025-10-25", {"completed_on": "2025-10-25T00:30:00+01:00"}),
    Case("C19 a moment that was twice", "", "2025-10-26", {"completed_on": "2025-10-26T01:30"}),
    Case("C20 a moment that never was", "", "2026-03-29", {"completed_on": "2026-03-29T01:30"}),
]


@pytest.fixture
def address(sqlite_template: Template, tmp_path: Path) -> str:
    """SQLite alone: what is said of a row does not depend on the database."""
    return sqlite_template.copy(tmp_path)


@pytest.fixture
def known(desk: Desk) -> Desk:
    desk.course("PREV-02", first_day=date(2015, 4, 1))
    desk.course("WRAP")
    later = person("3", post_start="2026-06-01")
    desk.people([person("1"), person("2", post_end="2025-12-31"), later, person("00123")])
    return desk


def row(case: Case) -> dict[str, str]:
    good = {"person_ref": "1", "email": "", "course_code": "PREV-02", "completed_on": "2026-03-01"}
    return {**good, "provider": "", "reference": "", "evidence": "", "revoked_on": "", **case.cells}


GOOD = {"person_ref": "1", "email": "p1@council.example", "course_code": "WRAP", "completed_on": "2026-03-01"}


@pytest.mark.parametrize("case", SET_ASIDE, ids=lambda case: case.name)
def test_a_bad_completion_is_set_aside_with_its_message(known: Desk, case: Case) -> None:
    account = known.completions([GOOD, row(case)])
    assert [(problem.line, problem.column) for problem in account.set_aside] == [(3, case.column)]
    assert case.message in account.set_aside[0].message
    assert account.counts["completion_added"] == 1


@pytest.mark.parametrize("case", TOLD, ids=lambda case: case.name)
def test_a_doubtful_completion_is_recorded_and_told(known: Desk, case: Case) -> None:
    account = known.completions([row(case)])
    assert account.set_aside == []
    assert account.counts["completion_added"] == 1
    told = [notice.message for notice in account.notices if (notice.line, notice.column) == (2, case.column)]
    assert any(case.message in message for message in told), account.notices


@pytest.mark.parametrize("case", ACCEPTED, ids=lambda case: case.name)
def test_an_unusual_completion_is_recorded_on_its_london_day(
    known: Desk, session: Session, case: Case
) -> None:
    account = known.completions([row(case)])
    assert account.set_aside == []
    assert [day.isoformat() for day in session.scalars(select(CompletionRow.completed_on))] == [case.message]


def test_the_same_completion_twice_counts_once(known: Desk) -> None:
    account = known.completions([GOOD, GOOD])
    assert account.counts["completion_added"] == 1
    assert any("Rows 2 and 3 are the same" in notice.message for notice in account.notices)


@pytest.mark.parametrize("words", [("", "trusted"), ("trusted", ""), ("", "", "trusted")])
def test_empty_evidence_agrees_with_trusted_as_it_means_that(known: Desk, words: tuple[str, ...]) -> None:
    account = known.completions([{**GOOD, "evidence": word} for word in words])
    assert (account.counts["completion_added"], account.set_aside_rows) == (1, 0)


@pytest.mark.parametrize("word", ["verified", "awaiting", "rejected"])
def test_empty_evidence_disagrees_with_any_other(known: Desk, word: str) -> None:
    account = known.completions([{**GOOD, "evidence": ""}, {**GOOD, "evidence": word}])
    assert (account.counts["completion_added"], account.set_aside_rows) == (0, 2)


def test_rows_of_one_completion_that_disagree_are_set_aside(known: Desk) -> None:
    account = known.completions([{**GOOD, "reference": "A"}, {**GOOD, "reference": "B"}])
    assert account.set_aside_rows == 2
    assert "Rows 2 and 3 are about the same thing and disagree." in account.set_aside[0].message
    assert account.changes == []


def test_a_corrected_source_is_shown_as_a_correction(known: Desk) -> None:
    known.completions([{**GOOD, "reference": "A"}])
    account = known.completions([{**GOOD, "reference": "B"}])
    assert [change.as_row() for change in account.changes] == [
        {
            "what": "completion_corrected",
            "subject": "1 / WRAP / 2026-03-01",
            "before": "trusted, A",
            "after": "trusted, B",
        }
    ]


def test_a_withdrawn_completion_is_not_restored_by_a_file(known: Desk, session: Session) -> None:
    known.completions([GOOD])
    with transaction(session):
        ids = list(session.scalars(select(CompletionRow.id)))
        retract(
            session, CompletionRow, ids, Stamp("account:x", datetime(2026, 4, 1, tzinfo=UTC)), "wrong person"
        )
    account = known.completions([GOOD])
    assert account.changes == []
    assert (
        account.set_aside[0].message == 'This completion was withdrawn ("wrong person"). It was not restored.'
    )


def test_many_rows_of_one_person_are_counted_once_a_day(known: Desk) -> None:
    account = known.completions([GOOD] * 2000)
    assert account.counts["completion_added"] == 1
