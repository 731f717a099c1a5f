"""What the record itself says about the criteria of the training programme, beside the form in which somebody judges.

Each number is that of a report or of a list, worked out there.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy.orm import Session

from compliance.domain.requirement import EVERYONE, RuleBook
from courses.services import evidence_queue
from courses.services.evidence_queue import Choice
from courses.store import evaluations, workshops
from foundation.dates import Period
from foundation.formats import count_noun, fraction, long_date
from reports.catalogue.figures import schools
from reports.domain.asking import Ask, By, Line, Sources
from reports.domain.assurance import year_of
from reports.services.sources.told import planned_from
from reports.store import assurance as store

LEADERS = ("member", "partnership", "leadership")
FACILITATORS = ("prevent_team",)
"""Roles of the rule book by their codes; those that a rule book does not have say nothing."""

Says = dict[str, list[str]]


def suggestions(session: Session, sources: Sources, ask: Ask) -> Says:
    """By criterion, sentences from the record of a day; a criterion of which it knows nothing is left out."""
    day = ask.as_at
    since = Period(date(year_of(day), 4, 1), day)
    by_role = list(sources.figures(day, By.ROLE))
    found = {
        "needs": _needs(sources.book, day),
        "plan": _plan(session, sources.book, day),
        "proof": [_proof(session, since)],
        "targets": _targets(sources.figures(day)),
        "leaders": _of_roles(sources.book, by_role, LEADERS),
        "partners": _partners(sources, ask, since),
        "facilitators": _of_roles(sources.book, by_role, FACILITATORS),
        "evaluation": _evaluation(session, since),
        "gaps": _gaps(session, sources.figures(day), day),
    }
    return {key: [one for one in says if one] for key, says in found.items() if any(says)}


def _needs(book: RuleBook, day: date) -> list[str]:
    roles = {line.code for line in book.roles if line.first_day <= day <= line.last_day}
    linked = {link.role for link in book.links if link.first_day <= day <= link.last_day}
    if not roles and not linked:
        return []
    if EVERYONE in linked:
        return ["A requirement applies to everybody.", _roles_with(roles, linked)]
    return [_roles_with(roles, linked)]


def _roles_with(roles: set[str], linked: set[str]) -> str:
    if not roles:
        return ""
    return f"{len(roles & linked)} of {len(roles)} roles in the rule book have a requirement of their own."


def _plan(session: Session, book: RuleBook, day: date) -> list[str]:
    accepted = {line.course for line in book.accepted if line.first_day <= day <= line.last_day}
    planned = planned_from(session, day)
    courses = count_noun(len(accepted), "course counts", "courses count")
    ahead = count_noun(len(planned), "workshop is", "workshops are")
    return [f"{courses} towards a requirement. {ahead} planned from {long_date(day)} on."]


def _proof(session: Session, since: Period) -> str:
    completions, proved = store.proved(session, since)
    if not completions:
        return ""
    return (
        f"Completions since {long_date(since.first)} with accepted evidence: {fraction(proved, completions)}."
    )


def _targets(lines: Iterable[Line]) -> list[str]:
    judged = [line.judgement for line in lines if line.judgement is not None]
    return [f"{sum(one.met for one in judged)} of {len(judged)} targets are met."] if judged else []


def _of_roles(book: RuleBook, by_role: Iterable[Line], roles: Sequence[str]) -> list[str]:
    """The figures of these roles, for the requirements that name them."""
    titles = {book.role_titles[role]: role for role in roles if role in book.role_titles}
    named = {(link.role, link.requirement) for link in book.links}
    return [
        f"{line.part}, {line.title}: {fraction(line.counts.in_date, line.counts.counted)}."
        for line in by_role
        if line.part in titles and (titles[line.part], line.requirement) in named
    ]


def _partners(sources: Sources, ask: Ask, since: Period) -> list[str]:
    """The sentences of the report on schools, and how many sectors somebody was trained in."""
    said = [
        f"{section.title}: {paragraph}"
        for section in schools.build(ask, sources).sections
        if section.tables
        for paragraph in section.paragraphs
    ]
    trained = {one.sector for one in sources.headcounts(since) if one.sector and one.trained.people}
    if trained:
        many = count_noun(len(trained), "sector", "sectors")
        said.append(f"People of {many} were trained since {long_date(since.first)}.")
    return said


def _evaluation(session: Session, since: Period) -> list[str]:
    held = [
        one for one in workshops.between(session, since.first, since.last) if not one.sitting.is_cancelled
    ]
    if not held:
        return []
    answered = evaluations.answers(session, [one.id for one in held])
    of = count_noun(len(held), "workshop", "workshops")
    return [f"People answered about {len(answered)} of {of} since {long_date(since.first)}."]


def _gaps(session: Session, lines: Iterable[Line], day: date) -> list[str]:
    below = [line for line in lines if line.judgement is not None and not line.judgement.met]
    waiting = evidence_queue.count(session, Choice(day))
    late = len(store.overdue(session, day, year_of(day)))
    return [
        f"{count_noun(len(below), 'figure is', 'figures are')} below target.",
        f"{count_noun(waiting, 'completion waits', 'completions wait')} for a check.",
        f"{count_noun(late, 'action in this list is', 'actions in this list are')} overdue." if late else "",
    ]
