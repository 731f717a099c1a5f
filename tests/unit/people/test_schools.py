"""What may be said of a school, and what of it a day knows."""

from datetime import date

import pytest

from people.domain import SchoolDetails
from people.services.schools import lines_of, problems_of
from people.wording import PHASE_WORDS

TODAY, YESTERDAY, TOMORROW = date(2026, 6, 2), date(2026, 6, 1), date(2026, 6, 3)
WHOLE = SchoolDetails("primary", "900123", 61, YESTERDAY, TODAY, 0)


def test_a_school_may_be_described_in_full_or_by_its_phase_alone() -> None:
    assert list(problems_of(WHOLE, TODAY)) == []
    assert list(problems_of(SchoolDetails("pupil_referral_unit"), TODAY)) == []


@pytest.mark.parametrize(
    "said, column, words",
    [
        (SchoolDetails("middle"), "phase", "Choose the phase"),
        (SchoolDetails("primary", "90012"), "urn", "6 digits"),
        (SchoolDetails("primary", "90012a"), "urn", "6 digits"),
        (SchoolDetails("primary", "\uff1900123"), "urn", "6 digits"),
        (SchoolDetails("primary", headcount=-1, headcount_on=TODAY), "headcount", "from 0 to 10,000"),
        (SchoolDetails("primary", headcount=10_001, headcount_on=TODAY), "headcount", "from 0 to 10,000"),
        (SchoolDetails("primary", headcount=5, headcount_on=TOMORROW), "headcount_on", "in the past"),
        (SchoolDetails("primary", headcount=5), "headcount_on", "Give the day"),
        (SchoolDetails("primary", headcount_on=TODAY), "headcount", "Give the headcount"),
        (SchoolDetails("primary", audit_on=TOMORROW, audit_gaps=0), "audit_on", "in the past"),
        (SchoolDetails("primary", audit_on=TODAY), "audit_gaps", "0 for none"),
        (SchoolDetails("primary", audit_gaps=1), "audit_on", "Give the date"),
        (SchoolDetails("primary", audit_on=TODAY, audit_gaps=-1), "audit_gaps", "from 0 to 1,000"),
    ],
)
def test_what_cannot_be_is_said_at_the_value_to_mend(said: SchoolDetails, column: str, words: str) -> None:
    (problem,) = problems_of(said, TODAY)
    assert problem[0] == column
    assert words in problem[1]


def test_a_headcount_and_an_audit_of_a_later_day_say_nothing_of_a_day() -> None:
    assert WHOLE.by(TODAY) == WHOLE
    assert WHOLE.by(YESTERDAY) == SchoolDetails("primary", "900123", 61, YESTERDAY)
    assert WHOLE.by(date(2026, 5, 31)) == SchoolDetails("primary", "900123")


def test_every_phase_has_words_and_a_value_that_is_not_known_is_empty() -> None:
    assert [dict(lines_of(SchoolDetails(phase)))["Phase"] for phase in PHASE_WORDS] == list(
        PHASE_WORDS.values()
    )
    assert {value for _, value in lines_of(None)} == {""}
    assert dict(lines_of(WHOLE))["Prevent gaps still open"] == "0"
