"""One person, one team and the people of a role as reports ask for them: what the pages of these people show."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from compliance.domain.asked import counted_towards, terms_on
from compliance.domain.groups import RolesOn
from compliance.domain.requirement import RuleBook
from compliance.services.figures import Question
from compliance.services.lists import Lists
from compliance.services.sources import posts_on
from compliance.services.team import Standing, TeamLists
from compliance.store.facts import people_facts
from foundation.errors import NotFound
from people.services import record
from people.services.finding.search import find_ref
from people.services.scope import team_size
from people.store import Team
from reports.domain.sources.chasing import Owing
from reports.domain.sources.names import Own, Reached, TeamAnswer, TeamDuty, TeamFigure
from reports.services.owning import own_duties
from reports.services.sources.reminding import reminded_of
from reports.services.sources.workshops_ahead import WorkshopsAhead

NO_NAME = "Name not recorded"


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
        roles = _roles(self.session, lists.book, ids, day)
        ahead = WorkshopsAhead.read(self.session, lists.book, ids, day, at)
        owing = [Owing(row.person.person_id, row.requirement, row.span) for row in rows]
        told = reminded_of(self.session, owing, day)
        return TeamAnswer(
            record.details(self.session, manager_id).name or NO_NAME,
            team_size(self.session, manager_id, day, below=below),
            chosen.soon,
            tuple(
                TeamDuty(
                    row.name or NO_NAME,
                    row.person.post.job_title if row.person.post else "",
                    roles.get(one.person_id, ()),
                    row.requirement,
                    row.title,
                    row.span,
                    ahead.booked(one.person_id, row.requirement),
                    told[one.key].last_on if one.key in told else None,
                )
                for row, one in zip(rows, owing, strict=True)
            ),
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


def _figure(one: Standing) -> TeamFigure:
    figure = one.figure
    return TeamFigure(figure.requirement, figure.title, figure.counts, figure.judgement, figure.plan_ref)
