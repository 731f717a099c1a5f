"""What the pages and files of a team are made of: cards of figures with their forecast, lines of people, and words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from compliance import wording
from compliance.domain.figures import Counts, Judgement
from compliance.domain.spans import Span, Status
from compliance.services.lists import Behind
from compliance.services.team import Named, Standing
from compliance.store.team_choice import Group
from compliance.views.lines import day_cell, pressing_due_on
from foundation.dates import FAR_DAY
from foundation.formats import count_noun, long_date

GROUP_WORDS: Mapping[Group, str] = {
    Group.OVERDUE: "Overdue",
    Group.SOON: "Running out in the next 60 days",
    Group.WAITING: "Waiting for a check",
    Group.NOT_YET_DUE: "Not yet due",
    Group.NOT_COUNTED: "Not counted",
    Group.UP_TO_DATE: "Up to date",
}
EVERYTHING = "Everything"


@dataclass(frozen=True, slots=True)
class TeamLine:
    """A person and a requirement on the page. `situation`: what there is to know of it, in words."""

    public_id: str
    name: str
    job_title: str
    requirement: str
    status: Status
    situation: str
    due_on: date | None
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class NamedLine:
    """Somebody named beside a figure, and why."""

    public_id: str
    name: str
    words: str


@dataclass(frozen=True, slots=True)
class TeamCard:
    """How the team stands for one requirement: the figure, what is to come, and on whom it depends."""

    name: str
    requirement: str
    counts: Counts
    judgement: Judgement | None
    left_out: str
    outlook: str
    who_words: str
    who: list[NamedLine]
    more: int
    remedy: str


def team_line(row: Behind) -> TeamLine:
    """A line of the list as the page shows it."""
    return TeamLine(
        public_id=row.person.public_id,
        name=row.name or "Name not recorded",
        job_title=row.person.post.job_title if row.person.post else "",
        requirement=row.title,
        status=row.status,
        situation=situation(row.span),
        due_on=pressing_due_on(row.span),
        valid_until=valid_until(row.span),
    )


def valid_until(span: Span) -> date | None:
    """The last day of the proof, also where it has passed; none of evidence that waits and may never count."""
    return span.valid_until if span.covered else span.lapsed_on


def situation(span: Span) -> str:
    """What a manager may know of it: days, and never why somebody is away or exempt."""
    match span.status:
        case Status.EXPIRED:
            return f"Ran out on {long_date(span.valid_until)}" if span.valid_until else "No longer counts"
        case Status.OUTSTANDING:
            return f"Was due by {long_date(span.due_on)}" if span.due_on else "Was due"
        case Status.NOT_YET_DUE:
            return f"First due by {long_date(span.due_on)}" if span.due_on else "Not due yet"
        case Status.AWAITING_CHECK:
            return f"Done on {long_date(span.completed_on)}" if span.completed_on else "Sent in"
        case Status.ABSENT:
            return f"Away from work{_until(span)}"
        case Status.EXEMPT:
            return f"Exempt{_until(span)}"
        case _:
            return _runs_out(span)


def _until(span: Span) -> str:
    ends = span.reason_last_day is not None and span.reason_last_day != FAR_DAY
    return f" until {long_date(span.reason_last_day)}" if ends and span.reason_last_day else ""


def _runs_out(span: Span) -> str:
    if span.valid_until is None or span.valid_until == FAR_DAY:
        return "Does not run out"
    return f"Runs out on {long_date(span.valid_until)}"


def team_card(standing: Standing) -> TeamCard:
    """A duty as a card of the page."""
    figure = standing.figure
    outlook, who_words, remedy = _outlook(standing)
    return TeamCard(
        name=figure.title,
        requirement=figure.requirement,
        counts=figure.counts,
        judgement=figure.judgement,
        left_out=_left_out(figure.counts),
        outlook=outlook,
        who_words=who_words,
        who=[_named_line(standing, who) for who in standing.who],
        more=standing.more,
        remedy=remedy,
    )


def _left_out(counts: Counts) -> str:
    parts = (
        (counts.not_yet_due, "not yet due"),
        (counts.absent, "away from work"),
        (counts.exempt, "exempt"),
    )
    return ", ".join(f"{number} {words}" for number, words in parts if number)


def _outlook(standing: Standing) -> tuple[str, str, str]:
    """What is to come, what those who are named beside it are, and what would help."""
    judgement, drop = standing.figure.judgement, standing.drop
    if standing.is_below and judgement is not None:
        people = count_noun(judgement.people_to_target, "more person", "more people")
        return f"Below the target now: {people} would reach it.", "Start with", ""
    if drop is not None:
        target = f"{drop.judgement.target}%"
        words = f"If nobody renews, the team drops below the target of {target} on {long_date(drop.day)}."
        return words, "Who decides it", _remedy(standing)
    if judgement is not None:
        return f"If nobody renews, the team still meets the target until {long_date(standing.until)}.", "", ""
    return "", "", ""


def _remedy(standing: Standing) -> str:
    assert standing.drop is not None
    needed, deciding = standing.drop.judgement.people_to_target, len(standing.who) + standing.more
    if needed > deciding:
        # The target rises, or people who are up to date leave: renewing alone does not help.
        people = count_noun(needed, "more person", "more people")
        return f"To stay at the target, {people} must be up to date by then."
    if deciding == 1:
        return "Done by then, the team stays at the target."
    some = (
        "all of them do"
        if needed == deciding
        else "1 of them does"
        if needed == 1
        else f"{needed} of them do"
    )
    return f"If {some} it in time, the team stays at the target."


def _named_line(standing: Standing, who: Named) -> NamedLine:
    day = long_date(who.day) if who.day and who.day != FAR_DAY else ""
    if not standing.is_below:
        words = f"by {day}"
    elif who.status is Status.AWAITING_CHECK:
        words = "waiting for a check"
    elif who.status is Status.EXPIRED:
        words = f"ran out on {day}" if day else "no longer counts"
    else:
        words = f"was due by {day}" if day else "was due"
    return NamedLine(who.public_id, who.name, words)


TEAM_HEADERS = (
    "name",
    "job_title",
    "organisation",
    "unit",
    "requirement",
    "requirement_title",
    "status",
    "status_words",
    "situation",
    "counted",
    "due_on",
    "course",
    "completed_on",
    "valid_until",
)


def team_rows(rows: Iterable[Behind]) -> Iterator[Sequence[Any]]:
    """The lines of the list for a file, days as days. A manager does not read payroll numbers."""
    for row in rows:
        post, line, span = row.person.post, team_line(row), row.span
        until = line.valid_until
        yield (
            line.name,
            line.job_title,
            post.organisation if post else "",
            post.unit if post else "",
            row.requirement,
            line.requirement,
            line.status.value,
            wording.status_words(line.status),
            line.situation,
            "yes" if line.status.is_counted else "no",
            line.due_on,
            (span.course or "") if span.covered else "",
            span.completed_on if span.covered else None,
            None if until == FAR_DAY else until,
        )


def as_text(rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[str]]:
    """The same for CSV: days year first, so that they sort."""
    for row in rows:
        yield [day_cell(cell) if cell is None or isinstance(cell, date) else cell for cell in row]
