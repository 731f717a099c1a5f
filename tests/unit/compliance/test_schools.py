"""The leads of a school, added up for a requirement."""

from datetime import date

from compliance.domain.schools import UNKNOWN, Leads, SchoolRecord, Standing
from compliance.domain.spans import Status
from foundation.dates import FAR_DAY

SOON, LATER = date(2026, 7, 1), date(2027, 7, 1)


def record(*statuses: tuple[Status, date | None]) -> SchoolRecord:
    return SchoolRecord(None, tuple({"WRAP": Standing(*one)} for one in statuses))


def test_the_first_cover_to_end_is_of_those_in_date_alone() -> None:
    """Who is away is not counted, and what has ended already is no cover."""
    of_school = record(
        (Status.COMPLIANT, LATER),
        (Status.EXPIRING, SOON),
        (Status.EXPIRED, date(2026, 1, 1)),
        (Status.ABSENT, date(2026, 6, 30)),
    )
    assert of_school.leads("WRAP") == Leads(4, 4, 2, SOON)


def test_cover_without_an_end_has_no_day() -> None:
    assert record((Status.COMPLIANT, FAR_DAY)).leads("WRAP") == Leads(1, 1, 1, None)
    assert record((Status.COMPLIANT, FAR_DAY), (Status.COMPLIANT, LATER)).leads("WRAP").until == LATER


def test_a_lead_of_whom_it_is_not_asked_holds_the_role_all_the_same() -> None:
    of_school = SchoolRecord(None, ({}, {"WRAP": Standing(Status.OUTSTANDING, None)}))
    assert of_school.leads("WRAP") == Leads(2, 1, 0, None)
    assert of_school.leads("OTHER") == Leads(2, 0, 0, None)
    assert of_school.asked(["OTHER", "WRAP"]) == ["WRAP"]
    assert UNKNOWN.leads("WRAP") == Leads()
