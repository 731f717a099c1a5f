"""Lines of the rule book as pages tell them: in plain words, without codes where there is a title."""

from collections.abc import Iterable

from compliance.domain.change import Line
from compliance.domain.requirement import (
    EVERYONE,
    AcceptedCourse,
    Basis,
    Kind,
    ReminderStep,
    ReminderTerms,
    Renewal,
    Requirement,
    RoleLink,
    RuleBook,
    StepKind,
    StepTo,
    Target,
    Use,
)
from compliance.programme.words import leaving_words, percent, step_words
from courses.domain import Course, Mode
from foundation.formats import count_noun, long_date
from people.domain import RoleLine, RoleRule
from people.wording import CATEGORY_WORDS, SECTOR_WORDS

MODE_WORDS = {
    Mode.E_LEARNING: "E-learning",
    Mode.WORKSHOP: "Workshop",
    Mode.WEBINAR: "Webinar",
    Mode.BRIEFING: "Briefing",
    Mode.EXTERNAL: "External course",
}
KIND_WORDS = {
    Kind.DUTY: "A duty: people are asked to do it",
    Kind.MEASURE: "A measure: only counted and reported",
}
MONTH_NAMES = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September", "October"),
    *("November", "December"),
)


def role_words(book: RuleBook, code: str) -> str:
    """What a role is called."""
    return "Everyone" if code == EVERYONE else book.role_titles.get(code) or code


def course_words(book: RuleBook, code: str) -> str:
    """What a course is called."""
    return book.course_titles.get(code) or code


def requirement_words(book: RuleBook, code: str) -> str:
    """What a requirement is called, most recently."""
    line = book.latest(code)
    return (line.title if line else "") or code


def duty_words(book: RuleBook, code: str) -> str:
    """The duty that a reminder step is about."""
    return "every duty" if code == EVERYONE else requirement_words(book, code)


def in_order(steps: Iterable[ReminderStep]) -> list[ReminderStep]:
    """Reminder steps in the order in which somebody who does nothing would see them go out.

    >>> [step.days for step in in_order([ReminderStep("a", "overdue", 1), ReminderStep("b", "before", 7),
    ...  ReminderStep("c", "before", 60)])]
    [60, 7, 1]
    """

    def place(step: ReminderStep) -> tuple[bool, int, int, str, str]:
        day = -step.days if step.kind == StepKind.BEFORE else step.days
        to = list(StepTo).index(StepTo(step.to))
        return step.kind != StepKind.WELCOME, day, to, step.requirement, step.code

    return sorted(steps, key=place)


def months_words(months: int | None) -> str:
    """How long a completion counts.

    >>> months_words(24), months_words(1), months_words(None)
    ('24 months', '1 month', 'For ever')
    """
    return "For ever" if months is None else count_noun(months, "month", "months")


def renewal_words(rule: Renewal) -> str:
    """How the end of cover is worked out (counting rule 5)."""
    if rule.basis == Basis.ANNIVERSARY:
        window = count_noun(rule.window_days, "day", "days")
        return f"From the old end, if renewed in the {window} up to it; else from the day completed"
    if rule.basis == Basis.CALENDAR:
        least = f", at least {count_noun(rule.minimum_months, 'month', 'months')} on"
        day = f"{rule.day} {MONTH_NAMES[rule.month - 1]}"
        return f"To {day} each year{least if rule.minimum_months else ''}"
    return "From the day completed"


LEADS = "and for whoever leads it"


def said(book: RuleBook, line: Line) -> str:
    """A line in one sentence or less, without its days."""
    match line:
        case RoleLine():
            by = f", decided by {line.approved_by}" if line.approved_by else ""
            return f"{line.title or line.code}{by}"
        case RoleRule():
            return conditions_words(line)
        case Course():
            leads = LEADS if line.counts_for_facilitators else ""
            return ", ".join(filter(None, (line.title, line.provider, f"counts {_validity(line)}", leads)))
        case Requirement():
            return f"{line.title or line.code}. {scope_words(line)}. {renewal_words(line.renewal)}"
        case RoleLink():
            return f"{role_words(book, line.role)}: {count_noun(line.days, 'day', 'days')} allowed"
        case AcceptedCourse():
            return "; ".join([course_words(book, line.course), *terms_words(line)])
        case Target():
            of = f" in {line.unit}" if line.unit else ""
            more = [f"plan reference {line.plan_ref}" if line.plan_ref else "", line.owner]
            return ", ".join([f"{percent(line.percent_hundredths)}%{of}", *filter(None, more)])
        case ReminderStep():
            return f"{line.code}: {step_words(line)}, about {duty_words(book, line.requirement)}"
        case ReminderTerms():
            words = leaving_words(line)
            return words[:1].upper() + words[1:]


def _validity(course: Course) -> str:
    return "for ever" if course.validity_months is None else f"for {months_words(course.validity_months)}"


def conditions_words(rule: RoleRule) -> str:
    """What a post must be for a role rule to fit it."""
    parts = [
        f'job title "{rule.job_title}"' if rule.job_title else "",
        f'unit "{rule.unit}"' if rule.unit else "",
        f"organisation {rule.organisation}" if rule.organisation else "",
        f"sector: {SECTOR_WORDS[rule.sector].lower()}" if rule.sector else "",  # type: ignore[index]  # a StrEnum's value is its member
        f"kind of person: {CATEGORY_WORDS[rule.category].lower()}" if rule.category else "",  # type: ignore[index]  # as above
    ]
    text = ", and ".join(filter(None, parts))
    return text[:1].upper() + text[1:]


def terms_words(line: AcceptedCourse) -> list[str]:
    """On what terms a course is accepted, where they are special."""
    found = []
    if line.use == Use.RENEWAL:
        found.append("for renewal only")
    if line.validity_months is not None:
        found.append(f"counts for {months_words(line.validity_months)}")
    if line.taken_from is not None:
        found.append(f"completed on or after {long_date(line.taken_from)}")
    if line.taken_to is not None:
        found.append(f"completed on or before {long_date(line.taken_to)}")
    if line.honoured_to is not None:
        found.append(f"counts until {long_date(line.honoured_to)}")
    return found


def scope_words(line: Requirement) -> str:
    """Where a requirement applies."""
    parts = []
    if line.sectors:
        parts.append(", ".join(SECTOR_WORDS[sector] for sector in line.sectors))  # type: ignore[index]  # a StrEnum's value is its member
    if line.units:
        parts.append("; ".join(line.units))
    return " in ".join(reversed(parts)) if parts else "Everywhere"
