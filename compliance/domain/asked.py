"""What a requirement asks of one person on a day: which courses would do, what waits for a check, when to renew. Pure.

The status says how somebody stands (counting rule 6); this says what they can do about it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from compliance.domain.cover import Cover, covers, first_counted, proof_on
from compliance.domain.requirement import Acceptance, Basis, Renewal, RuleBook, Terms, Use
from compliance.domain.spans import Span, Status
from courses.domain import ACCEPTED_EVIDENCE, HOPED_FOR_EVIDENCE, Completion, Course, Evidence, course_on
from foundation.dates import FAR_DAY, add_days, add_months, day_after

LONGEST_COURSE = 10_000
"""Where a course without a length stands among the others: last."""


class Part(Enum):
    """The part of a person's page on which a requirement stands, in the order of the page."""

    TO_DO = "to_do"
    WAITING = "waiting"
    UP_TO_DATE = "up_to_date"
    NOT_COUNTED = "not_counted"


_PARTS = {
    Status.AWAITING_CHECK: Part.WAITING,
    Status.COMPLIANT: Part.UP_TO_DATE,
    Status.EXEMPT: Part.NOT_COUNTED,
    Status.ABSENT: Part.NOT_COUNTED,
    Status.NOT_REQUIRED: Part.NOT_COUNTED,
}


def part_of(status: Status, *, waiting: bool) -> Part:
    """Where a requirement stands. What was done and waits for a check is no longer to be done, due or not."""
    found = _PARTS.get(status, Part.TO_DO)
    return Part.WAITING if found is Part.TO_DO and waiting else found


def pressing_day(part: Part, span: Span, waiting_since: date | None) -> date:
    """The day that matters, by which the requirements of one part are in order."""
    if part is Part.WAITING:
        return waiting_since or span.first_day
    if part is Part.NOT_COUNTED:
        return span.reason_last_day or FAR_DAY
    if span.status in (Status.NOT_YET_DUE, Status.OUTSTANDING):
        return span.due_on or FAR_DAY
    return span.valid_until or (span.first_day if span.status is Status.EXPIRED else FAR_DAY)


@dataclass(frozen=True, slots=True)
class Option:
    """A course that can be taken now and would count. `before`: any one of these has to be completed first."""

    course: Course
    only_renews: bool
    before: tuple[Course, ...] = ()


def terms_on(book: RuleBook, code: str, day: date) -> Terms | None:
    """The rules of a requirement on a day; None when it is not in force."""
    return next((terms for terms in book.terms(code) if day in terms.period), None)


def options(book: RuleBook, terms: Terms, completions: Sequence[Completion], day: date) -> list[Option]:
    """The courses that can be taken on the day and will count for this person (counting rule 5), the best first.

    Those that need nothing first come before those that do, those with an address before those to be asked for, and
    the shorter before the longer. A course that only renews leads among them for somebody who has something to renew,
    and is left out for everybody else.
    """
    counted = first_counted(_accepted(terms, completions)) <= day
    done = {completion.course for completion in completions if completion.evidence in ACCEPTED_EVIDENCE}
    found = [
        Option(
            course_on(book.course_lines, acceptance.course, day),
            acceptance.use == Use.RENEWAL,
            _missing(book, acceptance, done, day),
        )
        for acceptance in terms.acceptances
        if acceptance.taken_from <= day <= acceptance.taken_to
        and day <= acceptance.honoured_to
        and (counted or acceptance.use != Use.RENEWAL)
    ]
    found.sort(
        key=lambda option: (
            bool(option.before),
            not option.course.url,
            option.only_renews != counted,
            option.course.duration_minutes or LONGEST_COURSE,
            option.course.title,
        )
    )
    return found


def _missing(book: RuleBook, acceptance: Acceptance, done: set[str], day: date) -> tuple[Course, ...]:
    """The prerequisites of a course, where none of them has been completed: those that can still be taken."""
    if not acceptance.prerequisites or done & set(acceptance.prerequisites):
        return ()
    every = [course_on(book.course_lines, code, day) for code in acceptance.prerequisites]
    return tuple(course for course in every if course.first_day <= day <= course.last_day) or tuple(every)


def waiting_for(terms: Terms, completions: Sequence[Completion], day: date) -> Completion | None:
    """The completion that, once its evidence is accepted, gives cover on the day, or cover that lasts longer.

    None where nothing waits, or where what waits would change nothing. Where it serves only as a prerequisite or as
    what is renewed, it is still the one that waits.
    """
    held = [completion for completion in completions if completion.evidence == Evidence.AWAITING]
    if not held:
        return None
    renewal = terms.requirement.renewal
    now = proof_on(_accepted(terms, completions), day)
    then = proof_on(covers(completions, terms.acceptances, renewal, HOPED_FOR_EVIDENCE), day)
    if then is None or (now is not None and then.end <= now.end):
        return None
    proof = [
        completion
        for completion in held
        if completion.course == then.course and completion.completed_on == then.completed_on
    ]
    return (proof or held)[-1]


def _accepted(terms: Terms, completions: Iterable[Completion]) -> list[Cover]:
    return covers(completions, terms.acceptances, terms.requirement.renewal, ACCEPTED_EVIDENCE)


def renewable_from(renewal: Renewal, valid_until: date) -> date | None:
    """The first day on which doing it again leads past `valid_until` without losing anything (counting rule 5).

    None where the rule knows no window: cover is then reckoned from the day of the course, whenever that is.

    >>> renewable_from(Renewal("anniversary", window_days=90), date(2026, 6, 20))
    datetime.date(2026, 3, 22)
    >>> renewable_from(Renewal("calendar", month=3, day=31, minimum_months=6), date(2026, 3, 31))
    datetime.date(2025, 10, 1)
    """
    if valid_until == FAR_DAY or renewal.basis == Basis.COMPLETION:
        return None
    if renewal.basis == Basis.ANNIVERSARY:
        return add_days(valid_until, -renewal.window_days)
    first = add_months(valid_until, -renewal.minimum_months)
    while add_months(first, renewal.minimum_months) <= valid_until:
        first = day_after(first)
    return first


@dataclass(frozen=True, slots=True)
class Counted:
    """A completion that counts, or counted, towards a requirement, and the last day on which it does."""

    course: str
    completed_on: date
    valid_until: date


def counted_towards(terms: Terms, completions: Sequence[Completion]) -> list[Counted]:
    """Every completion that counts towards a requirement under these rules, with its own last day of cover."""
    return [
        Counted(cover.course, cover.completed_on, cover.end)
        for cover in _accepted(terms, completions)
        if cover.start <= cover.end
    ]
