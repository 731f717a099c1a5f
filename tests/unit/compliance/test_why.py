"""The sentence behind a status names the day on which the status rests."""

from datetime import date

from compliance.domain.requirement import AcceptedCourse, Requirement, RoleLink, RuleBook
from compliance.domain.spans import Span, Status
from compliance.domain.timeline import PersonFacts, Timelines
from compliance.domain.why import why
from compliance.views.lines import pressing_due_on
from compliance.views.team_lines import valid_until
from courses.domain import Completion, Course, Evidence
from foundation.dates import FAR_DAY
from people.domain import Absence, Place, Spell

STARTED, ON = date(2020, 1, 1), date(2026, 6, 1)
DUE = date(2020, 3, 31)
BOOK = RuleBook(
    requirements=(Requirement("AWARE", first_day=STARTED),),
    links=(RoleLink("AWARE", "*", 90, first_day=STARTED),),
    accepted=(AcceptedCourse("AWARE", "BASIC", first_day=STARTED),),
    courses=(Course("BASIC", "Basic awareness", validity_months=24, first_day=STARTED),),
)


def _on(*completions: Completion, absences: tuple[Absence, ...] = ()) -> Span:
    """How somebody in a post since 2020 stands on 1 June 2026."""
    spell = Spell(STARTED, FAR_DAY, Place(1, "", "Council", "council"))
    facts = PersonFacts(spells=[spell], absences=absences, completions=completions)
    span = Timelines(BOOK).of(facts)["AWARE"].on(ON)
    assert span is not None
    return span


def _why(span: Span) -> str:
    return why(span, {}, {"BASIC": "Basic awareness"})


WAITING = Completion("BASIC", date(2026, 5, 20), Evidence.AWAITING)


def test_what_waits_for_a_check_after_nothing_else_was_due_on_the_first_due_day() -> None:
    span = _on(WAITING)
    assert span.status is Status.AWAITING_CHECK
    assert _why(span) == (
        "Required of everyone since 1 January 2020; Basic awareness, completed on 20 May 2026, is waiting for a check "
        "and was due by 31 March 2020."
    )
    assert (pressing_due_on(span), valid_until(span)) == (DUE, None)


def test_what_waits_for_a_check_after_an_earlier_course_rests_on_the_day_on_which_that_ran_out() -> None:
    span = _on(Completion("BASIC", date(2024, 4, 2)), WAITING)
    assert span.status is Status.AWAITING_CHECK
    assert _why(span) == (
        "Required of everyone since 1 January 2020; what counted before ran out on 2 April 2026; Basic awareness, "
        "completed on 20 May 2026, is waiting for a check."
    )
    assert (pressing_due_on(span), valid_until(span)) == (None, date(2026, 4, 2))
    assert span.due_on == DUE  # counting rule 4 says so, whatever counted since


def test_of_several_earlier_courses_the_one_that_ran_out_last_is_named() -> None:
    earlier = (Completion("BASIC", date(2020, 2, 1)), Completion("BASIC", date(2023, 3, 1)))
    assert _on(*earlier, WAITING).lapsed_on == date(2025, 3, 1)


def test_a_return_to_work_after_the_earlier_course_ran_out_is_what_the_status_rests_on() -> None:
    away = Absence(date(2025, 12, 1), date(2026, 4, 20))
    span = _on(Completion("BASIC", date(2024, 4, 2)), WAITING, absences=(away,))
    assert span.status is Status.AWAITING_CHECK
    assert _why(span).endswith(
        "is waiting for a check and was due by 20 May 2026, because an absence ended on 20 April 2026."
    )
    assert (pressing_due_on(span), valid_until(span)) == (date(2026, 5, 20), None)


def test_what_ran_out_before_it_was_due_again_leaves_the_due_day_standing() -> None:
    span = _on(Completion("BASIC", date(2017, 1, 1)), WAITING)
    assert (span.lapsed_on, pressing_due_on(span)) == (None, DUE)
