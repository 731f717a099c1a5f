"""One person, one team and the people of a role as reports ask for them: what the pages of these people show."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from compliance.domain.asked import counted_towards, terms_on
from compliance.domain.groups import RolesOn
from compliance.domain.requirement import RuleBook
from compliance.services.figures import Question
from compliance.services.lists import Behind, Lists
from compliance.services.sources import posts_on
from compliance.services.team import Standing, TeamLists
from compliance.store.facts import people_facts
from courses.domain.workshops import BookingState
from courses.store import bookings, workshops
from foundation.errors import NotFound
from foundation.formats import long_date
from people.services import record
from people.services.finding.search import find_ref
from people.services.scope import team_size
from people.store import Team
from reports.domain.sources.names import Own, Reached, TeamAnswer, TeamDuty, TeamFigure
from reports.services.owning import own_duties

NO_NAME = "Name not recorded"
_BOOKED = {
    BookingState.BOOKED: "{day}",
    BookingState.OFFERED: "{day}: offered, not answered yet",
    BookingState.WAITING: "{day}: on the waiting list",
}
_Coming = dict[int, list[tuple[str, str]]]
"""By person id, the courses of their workshops to come, the nearest first, each with words."""


@dataclass(frozen=True)
class NameRecord:
    """The answers of one report. `organisation_ids` narrows to some organisations."""

    session: Session
    organisation_ids: frozenset[int] | None = None

    def person(self, of: str, day: date, at: datetime) -> Own:
        """What is asked of one person: the lines of the page "My training"."""
        person_id = self._found(of)
        duties = own_duties(self.session, person_id, day, at)
        return Own(record.details(self.session, person_id).name or NO_NAME, tuple(duties))

    def team(self, of: str, day: date, at: datetime, *, below: bool) -> TeamAnswer:
        """The team of one manager: the lines and figures of the page "My team"."""
        manager_id = self._found(of)
        lists = TeamLists(self.session, day)
        chosen = lists.chosen(Team(manager_id, day, below))
        rows = list(lists.every(chosen))
        ids = {row.person.person_id for row in rows}
        roles, coming = _roles(self.session, lists.book, ids, day), _coming(self.session, ids, at)
        accepted = {code: _courses_of(lists.book, code, day) for code in {row.requirement for row in rows}}
        return TeamAnswer(
            record.details(self.session, manager_id).name or NO_NAME,
            team_size(self.session, manager_id, day, below=below),
            chosen.soon,
            tuple(_team_duty(row, roles, coming, accepted[row.requirement]) for row in rows),
            tuple(_figure(one) for one in lists.standings(chosen)),
        )

    def reached(self, day: date, role: str, requirement: str, since: date) -> Reached:
        """How many of the people of a role did what counts towards a requirement, ever and since a day."""
        lists = Lists(self.session)
        terms = terms_on(lists.book, requirement, day)
        if terms is None:
            return Reached(0, 0)
        asked = lists.filters(Question(requirement=requirement, organisation_ids=self.organisation_ids))
        ids = lists.in_role(day, asked, role).person_ids or ()
        ever = lately = 0
        for _, facts in people_facts(self.session, ids):
            days = [
                one.completed_on
                for one in counted_towards(terms, facts.completions)
                if one.completed_on <= day
            ]
            ever += bool(days)
            lately += any(done > since for done in days)
        return Reached(ever, lately)

    def _found(self, of: str) -> int:
        """Who has a staff number. A reader of some organisations has no report of one person or team here."""
        person_id = find_ref(self.session, of) if self.organisation_ids is None else None
        if person_id is None:
            raise NotFound("There is nobody with this staff number.")
        return person_id


def _roles(
    session: Session, book: RuleBook, person_ids: Collection[int], day: date
) -> dict[int, tuple[str, ...]]:
    """The roles that each of these people holds on a day, in words."""
    on_day = RolesOn(book, day)
    found = {}
    for person_id, facts in people_facts(session, sorted(person_ids)):
        held = {role for post in posts_on(facts, day) for role in on_day.held(post)}
        found[person_id] = tuple(sorted(book.role_titles.get(role) or role for role in held))
    return found


def _coming(session: Session, person_ids: Collection[int], at: datetime) -> _Coming:
    """The workshops to come with which these people have to do."""
    standing = {
        person_id: [one for one in every if one.stands]
        for person_id, every in bookings.of_people(session, sorted(person_ids)).items()
    }
    of_them = workshops.by_ids(session, {one.workshop_id for every in standing.values() for one in every})
    found: _Coming = {}
    for person_id, every in standing.items():
        ahead = [
            (sitting.starts_at, one.id, sitting.course, _BOOKED[one.state].format(day=long_date(sitting.day)))
            for one in every
            if (sitting := of_them[one.workshop_id].sitting).ends_at > at and not sitting.is_cancelled
        ]
        found[person_id] = [(course, words) for _, _, course, words in sorted(ahead)]
    return found


def _courses_of(book: RuleBook, code: str, day: date) -> frozenset[str]:
    """The courses that a requirement accepts on a day, and those that have to be done before them."""
    terms = terms_on(book, code, day)
    accepted = terms.acceptances if terms else ()
    return frozenset(code for one in accepted for code in (one.course, *one.prerequisites))


def _team_duty(
    row: Behind, roles: dict[int, tuple[str, ...]], coming: _Coming, accepted: frozenset[str]
) -> TeamDuty:
    person = row.person
    ahead: Sequence[tuple[str, str]] = coming.get(person.person_id, ())
    return TeamDuty(
        row.name or NO_NAME,
        person.post.job_title if person.post else "",
        roles.get(person.person_id, ()),
        row.requirement,
        row.title,
        row.span,
        next((words for course, words in ahead if course in accepted), ""),
    )


def _figure(one: Standing) -> TeamFigure:
    figure = one.figure
    return TeamFigure(figure.requirement, figure.title, figure.counts, figure.judgement, figure.plan_ref)
