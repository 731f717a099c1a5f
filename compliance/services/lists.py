"""The people behind a figure: one row a person and requirement, everyone who is not `not_required`.

The rows are read with the same day, scope and filters as the figure, so they add up to it (counting rule 10).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from compliance.domain.figures import NOBODY
from compliance.domain.groups import Post, RolesOn
from compliance.domain.requirement import EVERYONE, RuleBook
from compliance.domain.spans import Span, Status
from compliance.domain.timeline import Timelines
from compliance.domain.why import why
from compliance.services.figures import FigureRow, Question, figure_row, find_units
from compliance.services.sources import Scope, posts_on
from compliance.store import groups
from compliance.store import lists as store
from compliance.store.facts import facts_of, handfuls
from compliance.store.lists import Filters, Listed
from compliance.store.rules import load_rule_book, load_rules, requirement_ids
from foundation.dates import Period
from foundation.errors import NotFound, Problem
from foundation.facts import Progress, no_progress
from foundation.pagination import PAGE_SIZE, Page
from people import store as people
from people.domain import RoleGrant
from people.store import Tree


@dataclass(frozen=True, slots=True)
class Behind:
    """A person behind a figure, with the status and the facts behind it."""

    person: Listed
    requirement: str
    title: str
    why: str

    @property
    def name(self) -> str:
        return f"{self.person.first_name} {self.person.last_name}".strip()

    @property
    def span(self) -> Span:
        return self.person.span

    @property
    def status(self) -> Status:
        return self.person.span.status


_Grants = Mapping[int, Sequence[RoleGrant]]
"""Roles given by hand, by person id."""


class Lists:
    """Lists people under the rule book as it stands. Make one for each request.

    `tree` spares reading the units again where the page has them already.
    """

    def __init__(self, session: Session, tree: Tree | None = None) -> None:
        self._session = session
        self._tree = tree
        rules = load_rules(session)
        self.book: RuleBook = rules.book
        self._ids = rules.requirement_ids
        self._codes = rules.requirement_codes
        self._courses = rules.course_codes
        self._person_id: int | None = None
        self._of_person: dict[int, Sequence[RoleGrant]] = {}

    def filters(self, question: Question, statuses: Sequence[Status] = (), **more: object) -> Filters:
        """A question's names looked up. Raises NotFound for an unknown requirement, unit or organisation."""
        wanted = None
        if question.requirement is not None:
            wanted = self._ids.get(question.requirement)
            if wanted is None:
                raise NotFound(Problem(f'There is no requirement "{question.requirement}".'))
        narrow = question.unit or question.organisation or question.organisation_ids is not None
        roots = find_units((self._tree or people.tree(self._session)).units, question) if narrow else None
        found = Filters(wanted, roots, statuses=tuple(status.value for status in statuses))
        return replace(found, **more)  # type: ignore[arg-type]  # the caller names fields of Filters

    def in_role(self, day: date, filters: Filters, role: str) -> Filters:
        """The same, narrowed to those who count in a role (NO_ROLE: in none) for the requirement."""
        found = groups.people_in_role(
            self._session,
            day,
            RolesOn(self.book, day),
            role,
            self._codes,
            filters.roots,
            filters.requirement_id,
        )
        return replace(filters, person_ids=tuple(found))

    def page(
        self, day: date, filters: Filters, wanted: str | None = None, size: int = PAGE_SIZE
    ) -> tuple[list[Behind], Page]:
        """One page of the people behind a figure, by name; with how many there are in all."""
        page = Page.of(wanted, store.count(self._session, day, filters), size)
        rows = list(store.listed(self._session, day, filters, self._courses, offset=page.offset, limit=size))
        grants = self._grants(sorted({row.person_id for row in rows if row.span.role != EVERYONE}))
        return [self._behind(day, row, grants) for row in rows], page

    def every(self, day: date, filters: Filters) -> Iterator[Behind]:
        """Everybody behind a figure, by person reference and requirement; streamed."""
        grants = people.role_grants(self._session, None)
        for row in store.listed(self._session, day, filters, self._courses, by_reference=True):
            yield self._behind(day, row, grants)

    def figures(self, day: date, filters: Filters) -> list[FigureRow]:
        """The figures of just the people in a list: a manager's team."""
        counts = store.counts(self._session, day, filters)
        wanted = sorted((self._codes[requirement_id], found) for requirement_id, found in counts.items())
        return [figure_row(self.book, day, code, found) for code, found in wanted if found != NOBODY]

    def of_person(self, person_id: int, day: date | None = None) -> dict[str, list[Span]]:
        """All timelines of one person, or the spans of a day, by requirement code."""
        self._person_id = person_id
        found = store.timelines_of(self._session, person_id, self._courses, day)
        return {self._codes[requirement_id]: spans for requirement_id, spans in sorted(found.items())}

    def know_grants(self, person_id: int, grants: Sequence[RoleGrant]) -> None:
        """Take the roles that one person has by hand from a page that has read them already."""
        self._of_person[person_id] = grants

    def grants_of(self, person_id: int) -> Sequence[RoleGrant]:
        """The roles that one person has by hand, read once however often they are asked for."""
        if person_id not in self._of_person:
            self._of_person[person_id] = self._grants([person_id]).get(person_id, [])
        return self._of_person[person_id]

    def explain(self, span: Span) -> str:
        """The sentence that names the facts behind a span of the person asked about last (`of_person`)."""
        grants: Sequence[RoleGrant] = ()
        if span.role != EVERYONE and self._person_id is not None:
            grants = self.grants_of(self._person_id)
        return why(span, self.book.role_titles, self.book.course_titles, grants)

    def _grants(self, person_ids: Sequence[int]) -> _Grants:
        return people.role_grants_of(self._session, person_ids) if person_ids else {}

    def _behind(self, day: date, row: Listed, grants: _Grants) -> Behind:
        return behind(self.book, day, row, self._codes[row.requirement_id], grants.get(row.person_id, ()))


def behind(book: RuleBook, day: date, row: Listed, code: str, grants: Iterable[RoleGrant] = ()) -> Behind:
    """A listed person with the words that belong to the status; `grants` are the person's roles by hand."""
    requirement = book.requirement_on(code, day) or book.latest(code)
    title = requirement.title if requirement else code
    return Behind(row, code, title, why(row.span, book.role_titles, book.course_titles, grants))


@dataclass(frozen=True, slots=True)
class Only:
    """What narrows a list of what was known at a moment further; every part that is empty or None does not."""

    statuses: tuple[Status, ...] = ()
    role: str | None = None
    ends: Period | None = None

    def holds(self, span: Span) -> bool:
        """Whether the status and the end of cover are wanted."""
        return (not self.statuses or span.status in self.statuses) and (
            self.ends is None or (span.valid_until is not None and span.valid_until in self.ends)
        )


def every_as_known(
    session: Session,
    day: date,
    question: Question,
    progress: Progress = no_progress,
    only: Only = Only(),
) -> Iterator[Behind]:
    """The same rows as `Lists.every`, from the facts known at `question.known_at`."""
    assert question.known_at is not None
    book = load_rule_book(session, question.known_at)
    roles = RolesOn(book, day)
    if question.requirement is not None and question.requirement not in book.codes:
        raise NotFound(Problem(f'There is no requirement "{question.requirement}".'))
    units = people.units(session)
    by_id = {unit.id: unit for unit in units}
    scope = Scope(find_units(units, question))
    timelines = Timelines(book, None if question.requirement is None else [question.requirement])
    ids = requirement_ids(session)
    where = people.places(session, question.known_at)
    found: list[Behind] = []
    chunks = handfuls(session, scope.roots, Period(day, day), question.known_at)
    for done, some in enumerate(chunks):
        progress("As known then", done, len(chunks))
        names = people.names(session, some, question.known_at)
        for person_id, person in facts_of(session, some, where, question.known_at):
            posts = [post for post in posts_on(person, day) if scope.holds(by_id[post.place.unit_id])]
            for code, timeline in timelines.of(person).items():
                span = timeline.on(day)
                if span is None or not only.holds(span):
                    continue
                if only.role is not None and only.role not in roles.counting(code, posts):
                    continue
                held = [
                    by_id[unit.unit_id] for unit in timeline.units if unit.first_day <= day <= unit.last_day
                ]
                if scope.roots is None or any(scope.holds(unit) for unit in held):
                    post = next((_shown_post(post) for post in posts), None)
                    listed = store.Listed(person_id, *names[person_id], ids[code], span, post)
                    found.append(behind(book, day, listed, code, person.grants))
    progress("As known then", len(chunks), len(chunks))
    found.sort(key=lambda row: (row.person.person_ref, row.requirement))
    yield from found


def _shown_post(post: Post) -> store.Post:
    return store.Post(post.job_title, post.place.path, post.place.organisation)
