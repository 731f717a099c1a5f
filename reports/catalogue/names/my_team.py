"""My team: how one manager's people stand, as the page "My team" has it. It never says why somebody is away."""

from collections import Counter
from dataclasses import replace

from compliance.domain.spans import Status
from compliance.wording import status_words
from foundation.formats import count_noun
from reports.domain.asking import Ask, Definition, Line, Of, Readers, Sources
from reports.domain.columns import net
from reports.domain.description import Cell, Column, Kind, Report, Says, Section, Table
from reports.domain.sources.names import TeamAnswer, TeamDuty, TeamFigure, days_overdue, due_of, end_of

_PERSON = Says.PERSON
_FIGURES = (
    Column("requirement", "Requirement", width=18),
    Column("required", "Required", Kind.NUMBER, 7),
    Column("counted", "Counted", Kind.NUMBER, 7),
    Column("in_date", "In date", Kind.NUMBER, 7),
    Column("soon", "Due within 60 days", Kind.NUMBER, 7),
    Column("overdue", "Overdue", Kind.NUMBER, 7),
    Column("outstanding", "Of those, not started", Kind.NUMBER, 8),
    Column("percent", "In date of counted", Kind.NUMBER, 8),
    Column("target", "Target", width=6),
    Column("people_to_target", "People to target", Kind.NUMBER, 7),
)
_PEOPLE = (
    Column("name", "Name", width=15, says=_PERSON),
    Column("job_title", "Job title", width=13, says=_PERSON),
    Column("roles", "Roles", width=13),
    Column("requirement", "Requirement", width=14),
    Column("status", "Status", width=12),
    Column("completed_on", "Last completed", Kind.DAY, 10),
    Column("valid_until", "Valid until", Kind.DAY, 10),
    Column("due_on", "Due by", Kind.DAY, 10),
    Column("overdue", "Days overdue", Kind.NUMBER, 7),
    Column("counted", "Counted now", width=11),
    Column("reminded_on", "Last reminder", Kind.DAY, 10),
    Column("booked", "Booked workshop", width=12),
)
_NOT_COUNTED = {
    Status.NOT_YET_DUE: "No: not yet due",
    Status.ABSENT: "No: away from work",
    Status.EXEMPT: "No: exempt",
}
CHOOSE = "Choose a manager."
NOBODY = "Nobody was chosen"
NOTE = (
    "“Due within 60 days”: training that runs out, or has to be done for the first time, in the next 60 days."
)


def build(ask: Ask, sources: Sources) -> Report:
    """The figures of the team, then a row a person and duty; of nobody before a manager is chosen."""
    if not ask.of:
        head = replace(ask.head(DEFINITION.title, sources, ()), population=NOBODY)
        return Report(DEFINITION.key, head, _sections((), (), CHOOSE, CHOOSE))
    team = sources.names.team(ask.of, ask.as_at, ask.made_at, below=ask.below)
    soon = Counter(one.requirement for one in team.duties if _is_soon(ask, team, one))
    figures = tuple(_figure(one, soon[one.requirement]) for one in team.figures)
    people = tuple(_row(ask, one) for one in team.duties)
    head = ask.head(DEFINITION.title, sources, [_line(ask, one) for one in team.figures])
    sections = _sections(
        figures, people, "Nothing is asked of anybody in the team.", "There is nobody to show in the team."
    )
    return Report(DEFINITION.key, replace(head, population=_population(ask, team)), sections)


def _sections(
    figures: tuple[tuple[Cell, ...], ...],
    people: tuple[tuple[Cell, ...], ...],
    no_figures: str,
    nobody: str,
) -> tuple[Section, ...]:
    return (
        Section(
            "How the team stands",
            tables=(
                Table("team", "Figures", _FIGURES, figures, note=NOTE if figures else "", empty=no_figures),
            ),
        ),
        Section("People", tables=(Table("people", "What each has to do", _PEOPLE, people, empty=nobody),)),
    )


def _population(ask: Ask, team: TeamAnswer) -> str:
    whose = (
        f"below {team.manager}, directly or further down" if ask.below else f"directly below {team.manager}"
    )
    return f"{count_noun(team.people, 'person', 'people')} {whose}"


def _is_soon(ask: Ask, team: TeamAnswer, one: TeamDuty) -> bool:
    """Whether it runs out or is first due between the day and the last day of what is soon."""
    status = one.span.status
    last = end_of(one.span) if status.is_compliant else due_of(one.span)
    return (
        (status.is_compliant or status is Status.NOT_YET_DUE)
        and last is not None
        and ask.as_at <= last <= team.soon
    )


def _figure(one: TeamFigure, soon: int) -> tuple[Cell, ...]:
    counts = one.counts
    return (
        one.title,
        counts.required,
        counts.counted,
        counts.in_date,
        soon,
        counts.expired + counts.outstanding,
        counts.outstanding,
        net(counts),
        "" if one.judgement is None else f"{one.judgement.target}%",
        None if one.judgement is None else one.judgement.people_to_target,
    )


def _line(ask: Ask, one: TeamFigure) -> Line:
    return Line(ask.as_at, one.requirement, one.title, one.counts, one.judgement, plan_ref=one.plan_ref)


def _row(ask: Ask, one: TeamDuty) -> tuple[Cell, ...]:
    span = one.span
    return (
        one.name,
        one.job_title,
        ", ".join(one.roles),
        one.title,
        status_words(span.status),
        span.completed_on,
        end_of(span),
        due_of(span),
        days_overdue(span, ask.as_at),
        _NOT_COUNTED.get(span.status, "Yes"),
        one.reminded_on,
        one.booked,
    )


DEFINITION = Definition(
    "my-team",
    "My team",
    "How one manager's people stand for each requirement, and what each of them has to do.",
    Readers.OWN,
    build,
    is_publishable=False,
    of=Of.TEAM,
    shows_figures=False,
    place=40,
)
