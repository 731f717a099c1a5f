"""Exports of other systems are read as they are (docs/imports.md, "Files of other systems")."""

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.imports import maps as completion_maps
from courses.models import CompletionRow, CourseRow
from courses.services import imports as completion_files
from foundation.db import transaction
from foundation.errors import DomainError
from foundation.facts import known
from people.imports import maps as people_maps
from people.imports.incoming import column_maps
from people.models import PersonRow
from people.services import imports
from tests.integration.imports.desk import AS_AT, STAMP, Desk, person

TOTARA_COURSE = """username,courseshortname,courseidnumber,completiondate,grade
1,PREV-AW,,20/03/2026,100
p2@council.example,Prevent awareness course,,21/03/2026,
1,PREV-AW,,31/06/2025,
"""
TOTARA_CERTIFICATION = """username,certificationshortname,certificationidnumber,completiondate,duedate
1,prev-aw,,20/03/2026,20/03/2028
2,PREV-AW,,21/03/2026,20/03/2028
2,NO-SUCH,,21/03/2026,20/03/2028
"""
MOODLE = """full name,Email,Course,Timestarted,Timecompleted,Completion status
Asha Example,p1@council.example,Prevent awareness course,,"Friday, 20 March 2026, 10:05 AM",Complete
Asha Example,p2@council.example,PREV-AW,,2026-03-21,Completed
Asha Example,p2@council.example,PREV-AW,,-,In progress
Asha Example,p1@council.example,PREV-AW,,,Not yet started
Asha Example,p1@council.example,PREV-AW,,,Complete
"""
LEARNING_POOL = """User Identifier,Learning Experience External ID,Learning Experience Completion Date,Enrolment Date
1,PREV-AW,20/03/2026,01/03/2026
p2@council.example,PREV-AW,21/03/2026,
999,PREV-AW,21/03/2026,
"""
IOMAD = """username,userid,coursename,courseid,timeenrolled,timestarted,timecompleted
1,17,PREV-AW,3,2026-03-01,2026-03-02,2026-03-20
p2@council.example,18,Prevent awareness course,3,2026-03-01,2026-03-02,2026-03-21
p9@council.example,19,PREV-AW,3,2026-03-01,2026-03-02,2026-03-21
1,17,PREV-AW,3,2026-03-22,2026-03-22,
"""


@pytest.fixture
def two_people(desk: Desk) -> Desk:
    desk.course("PREV-AW", "Prevent awareness course")
    desk.people([person("1"), person("2")])
    return desk


@pytest.mark.parametrize("named", [True, False], ids=["named", "recognised"])
@pytest.mark.parametrize(
    "system, content, source",
    [
        ("totara", TOTARA_COURSE, "Totara"),
        ("totara", TOTARA_CERTIFICATION, "Totara"),
        ("moodle", MOODLE, "Moodle"),
        ("learning_pool", LEARNING_POOL, "Learning Pool"),
        ("iomad", IOMAD, "IOMAD"),
    ],
)
def test_a_completion_report_is_read_as_it_is(
    two_people: Desk, session: Session, system: str, content: str, source: str, *, named: bool
) -> None:
    file = completion_files.read_completions(
        content.encode(), "export.csv", AS_AT, map_name=system if named else None
    )
    with transaction(session):
        account = completion_files.import_completions(session, STAMP, file)
    query = (
        select(PersonRow.person_ref, CourseRow.code, CompletionRow.completed_on, CompletionRow.source)
        .join(PersonRow, PersonRow.id == CompletionRow.person_id)
        .join(CourseRow, CourseRow.id == CompletionRow.course_id)
        .where(known(CompletionRow, None))
        .order_by(PersonRow.person_ref)
    )
    found = [(ref, code, day.isoformat(), where) for ref, code, day, where in session.execute(query)]
    assert found == [("1", "PREV-AW", "2026-03-20", source), ("2", "PREV-AW", "2026-03-21", source)]
    assert account.set_aside_rows == 1
    session.rollback()


def test_what_was_only_begun_is_counted_and_left_out(two_people: Desk) -> None:
    account = two_people.completions(
        [
            {
                "Email": "p1@council.example",
                "Course": "PREV-AW",
                "Timecompleted": "-",
                "Completion status": status,
            }
            for status in ("In progress", "Failed")
        ]
    )
    assert account.changes == []
    assert account.set_aside == []
    assert any(
        notice.message
        == "2 rows are not completed (in progress, not started or failed): counted, and left out."
        for notice in account.notices
    )


def test_messages_name_the_columns_of_the_other_system(two_people: Desk) -> None:
    account = two_people.completions(
        [{"username": "999", "courseshortname": "PREV-AW", "completiondate": "1/2/26"}]
    )
    assert str(account.set_aside[0]).startswith("completions.csv:2: completiondate: Use a four-digit year")


def test_messages_name_the_heading_that_stands_in_the_file(two_people: Desk) -> None:
    account = two_people.completions(
        [{"username": "7", "certificationshortname": "NO-SUCH", "completiondate": "01/02/2026"}]
    )
    assert {problem.column for problem in account.set_aside} >= {"certificationshortname"}


def test_a_position_report_is_read_as_it_is(desk: Desk, session: Session) -> None:
    report = (
        "School/NSI,Institution,Location,Person Reference no,Known As,Surname,Position,Position Reference no,Category,"
        "Basis,Type,Reporting Manager Person Reference no,Reporting Manager Name\n"
        "Place,Example Council,Libraries,000123,Asha,Example,Library officer,POS1,Permanent,Full,Staff,000007,B Boss\n"
        "Place,Example Council,Town Hall,000124,Ben,Example,Councillor,POS2,Councillor,,,,\n"
    )
    file = imports.read_people(report.encode(), "positions.csv", AS_AT)
    with transaction(session):
        account = imports.import_people(session, STAMP, file, imports.PeopleOptions())
    assert [post[:3] for post in desk.posts()] == [
        ("000123", "POS1", "Libraries"),
        ("000124", "POS2", "Town Hall"),
    ]
    assert [change.as_row()["after"] for change in account.changes if change.what == "person_added"] == [
        "Asha Example, employee",
        "Ben Example, member",
    ]


def test_an_unknown_map_is_refused_with_the_known_ones() -> None:
    with pytest.raises(DomainError, match=r"There is no column map unheard-of. Known: itrent"):
        imports.read_people(b"a,b\n", "people.csv", AS_AT, "unheard-of")


def test_every_file_in_a_folder_of_maps_is_found() -> None:
    for package in (people_maps, completion_maps):
        folder = Path(str(package.__file__)).parent
        files = {path.stem for path in folder.glob("*.py")} - {"__init__"}
        assert set(column_maps(package)) == files
