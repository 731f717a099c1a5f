"""Schools and members stand in several reports of one day: whoever knows all finds no number from 1 to 4."""

from typing import cast

from hypothesis import example, given, settings

from compliance.domain.figures import Counts
from reports.catalogue.figures import annual, directorates, members, schools
from reports.domain.asking import Definition, Sources
from reports.domain.description import Report, Table
from reports.domain.suppression import publishable
from tests.unit.reports.council import COHORT, SCHOOLS, Council
from tests.unit.reports.test_annual import ASK, COUNCILS, DAY, Reader

QUAY, MILL, *OTHERS = SCHOOLS


def public(council: Council, *builds: Definition) -> list[Report]:
    return [publishable(one.build(ASK, cast(Sources, council))) for one in builds]


def found(council: Council, reports: list[Report]) -> list[str]:
    reader = Reader(council, reports[0])
    for another in reports[1:]:
        reader.read(another)
    return reader.found()


def council_of(numbers: dict[str, tuple[int, int]]) -> Council:
    """Organisations with how many are counted and in date, for one requirement."""
    cells = {
        ("R1", name, "Teaching" if name in SCHOOLS else "", ""): Counts(
            compliant=in_date, expired=counted - in_date
        )
        for name, (counted, in_date) in numbers.items()
    }
    return Council(cells, {}, DAY)


CHARITY = council_of({"Trust": (6, 3), QUAY: (12, 6), MILL: (20, 10), "Council": (400, 200)})
"""A charity of few people, that a school of few is held back with in `directorates`."""
TWO_OF_FIVE = council_of(
    {"Trust": (20, 0), QUAY: (20, 1), MILL: (20, 4), "Council": (400, 200)}
    | dict.fromkeys(OTHERS, (400, 200))
)
"""Two schools held back with five people in date between them, and somebody in each."""
SCHOOLS_ALONE = council_of(dict.fromkeys(OTHERS, (400, 200)) | {QUAY: (6, 3), MILL: (20, 10)})

MEMBERS = Council(
    {
        ("R1", "Council", "Care", ""): Counts(compliant=3, expired=10),
        ("R1", "Council", "Members", COHORT): Counts(compliant=20, expired=10),
        ("R1", "Council", "Parks", ""): Counts(compliant=200, expired=100),
    },
    {},
    DAY,
)
"""A directorate of few people, that the councillors are held back with: everybody knows that they sit there."""


def columns(report: Report) -> set[str]:
    return {column.key for table in report.tables for column in table.columns}


@settings(max_examples=25)
@given(COUNCILS)
@example(CHARITY)
@example(TWO_OF_FIVE)
@example(SCHOOLS_ALONE)
@example(MEMBERS)
def test_the_publications_of_a_day_give_no_number_from_one_to_four_back(council: Council) -> None:
    every = (directorates.DEFINITION, members.DEFINITION, schools.DEFINITION)
    assert found(council, public(council, *every)) == []


def test_with_the_numbers_of_members_the_reader_finds_the_few_beside_them() -> None:
    groups = members.table_of(ASK, cast(Sources, MEMBERS))
    (places,) = public(MEMBERS, directorates.DEFINITION)
    section = type(places.sections[0])("Groups", (), (groups,))
    known = Report("members", places.head, (section,))
    assert "Council Care in_date: 3 to 3" in found(MEMBERS, [places, publishable(known)])


def test_members_are_published_where_no_place_is_held_back() -> None:
    cells = {
        ("R1", "Council", "Members", COHORT): Counts(compliant=20, expired=10),
        ("R1", "Council", "Parks", ""): Counts(compliant=200, expired=100),
    }
    assert [table.key for table in public(Council(cells, {}, DAY), members.DEFINITION)[0].tables] == [
        "members"
    ]
    assert public(MEMBERS, members.DEFINITION)[0].tables == ()


def test_with_the_numbers_of_schools_the_reader_finds_the_charity() -> None:
    every = schools.build(ASK, cast(Sources, CHARITY))
    assert any(
        one.startswith("Trust in_date: 3")
        for one in found(CHARITY, [*public(CHARITY, directorates.DEFINITION), every])
    )


def test_with_who_is_covered_the_reader_finds_few_people_in_a_school() -> None:
    every = schools.build(ASK, cast(Sources, TWO_OF_FIVE))
    covered = every.tables[0].place("covered")
    tables = [
        Table(
            one.key,
            one.title,
            (one.columns[0], one.columns[covered]),
            [(row[0], row[covered]) for row in one.rows],
        )
        for one in every.tables
    ]
    section = type(every.sections[0])("Schools", (), tuple(tables))
    known = Report(every.key, every.head, (section,))
    assert any(
        one.startswith(f"{QUAY} in_date")
        for one in found(TWO_OF_FIVE, [*public(TWO_OF_FIVE, directorates.DEFINITION), known])
    )


def test_beside_other_organisations_schools_are_published_without_numbers() -> None:
    (report,) = public(CHARITY, schools.DEFINITION)
    table = report.tables[0]
    assert [column.key for column in table.columns] == ["school", "phase", "urn", "covered"]
    assert [(row[0], row[3]) for row in table.rows] == [
        (name, "Yes" if name in (QUAY, MILL) else "No") for name in SCHOOLS
    ]
    assert "2 of 5" in report.sections[0].paragraphs[0]


def test_neither_which_nor_how_many_are_covered_is_published_where_it_tells_of_few() -> None:
    (report,) = public(TWO_OF_FIVE, schools.DEFINITION)
    assert "schools-r1" not in {table.key for table in report.tables}
    assert "5 of 5" not in str(report)
    (whole,) = public(TWO_OF_FIVE, annual.DEFINITION)
    coverage = next(table for table in whole.tables if table.key == "coverage")
    assert "covered" not in {column.key for column in coverage.columns}


def test_where_only_schools_have_to_meet_it_their_numbers_are_published() -> None:
    (report,) = public(SCHOOLS_ALONE, schools.DEFINITION)
    assert {"counted", "in_date", "percent"} <= columns(report)


@settings(max_examples=25)
@given(COUNCILS)
def test_no_count_of_what_a_school_is_is_ever_published(council: Council) -> None:
    """Neither a headcount, which few could be worked out from, nor leads and gaps, which are few by nature."""
    (report,) = public(council, schools.DEFINITION)
    assert columns(report) <= {"school", "phase", "urn", "counted", "in_date", "percent", "covered"}
