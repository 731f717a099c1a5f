"""The people behind a figure, with its filters, so that they add up to it: a page and a file."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from flask import Response, render_template, request

from compliance.domain.groups import NO_ROLE
from compliance.services.figures import Question
from compliance.services.lists import Behind, Lists, Only, every_as_known
from compliance.services.sectors import within_sector
from compliance.store.lists import Filters
from compliance.store.rules import load_rules
from compliance.views.blueprint import blueprint
from compliance.views.figures import NO_ROLE_CHOICE
from compliance.views.figures_pages.choices import sector_options, sector_words
from compliance.views.figures_pages.known import TypedMoment, typed_moment
from compliance.views.figures_pages.words import NO_ROLE_WORDS
from compliance.views.lines import PEOPLE_HEADERS, csv_response, people_rows, person_line
from compliance.views.reach import Reach, lists_reach
from compliance.views.shown import kept, requirement_options, show_options, show_words, statuses_of
from foundation import clock
from foundation.dates import Period
from foundation.db import Session, db
from foundation.errors import NotFound
from foundation.pagination import PAGE_SIZE, Page
from foundation.plain import plain
from people import auth
from people.domain import Account
from people.forms.typed_day import TypedDay, typed_day
from people.services.scope import sees_references
from people.store import Team, Tree, Unit, tree


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of the page, and whose names they may reach."""

    session: Session
    account: Account
    reach: Reach
    lists: Lists
    units: Tree
    day: TypedDay
    known: TypedMoment
    requirement: str
    sector: str
    role: str
    unit: Unit | None
    show: str
    ends: Period | None

    @property
    def where(self) -> dict[str, str]:
        """The same filters, for links."""
        return kept(
            as_at=self.day.value.isoformat() if self.day.value else None,
            known_at=self.known.address,
            requirement=self.requirement,
            sector=self.sector,
            role=self.role,
            unit=self.unit.public_id if self.unit else None,
            show=self.show,
            ends_from=self.ends.first.isoformat() if self.ends else None,
            ends_to=self.ends.last.isoformat() if self.ends else None,
        )

    @property
    def problems(self) -> list[tuple[str, str | None]]:
        """What is wrong with the dates, and the boxes to mend."""
        return [(each.error, each.first_wrong) for each in (self.day, self.known) if each.error]

    def question(self) -> Question | None:
        """What narrows both the list and the figure; None where unit and sector leave nobody."""
        question = replace(self.reach.question(self.requirement, self.unit), known_at=self.known.value)
        if not self.sector:
            return question
        return within_sector(self.session, question, self.sector, self.units.units)

    def filters(self, day: date, question: Question) -> Filters:
        """What narrows the list; whoever sees names only as a manager sees those of the team."""
        filters = self.lists.filters(question, statuses_of(self.show), ends=self.ends)
        if self.role:
            filters = self.lists.in_role(day, filters, self.role_code or NO_ROLE)
        if is_everyones(self.account) or self.account.person_id is None:
            return filters
        return replace(filters, team=Team(self.account.person_id, clock.today(), below=True))

    @property
    def role_code(self) -> str | None:
        """The role asked about; NO_ROLE for those who hold none; None: whichever."""
        if not self.role:
            return None
        return NO_ROLE if self.role == NO_ROLE_CHOICE else self.role

    def role_options(self) -> list[tuple[str, str]]:
        """What the choice of roles offers."""
        titles = sorted(self.lists.book.role_titles.items(), key=lambda role: role[1].casefold())
        return [("", "All roles"), *titles, (NO_ROLE_CHOICE, NO_ROLE_WORDS)]

    def every(self, day: date) -> Iterable[Behind]:
        """Everybody in the list, by reference."""
        question = self.question()
        if question is None:
            return ()
        if question.known_at is None:
            return self.lists.every(day, self.filters(day, question))
        if self.requirement and self.requirement not in load_rules(self.session, self.known.value).book.codes:
            return ()  # there was no such requirement at that moment
        only = Only(statuses_of(self.show), self.role_code, self.ends)
        return every_as_known(self.session, day, question, only=only)

    def page(self, day: date) -> tuple[list[Behind], Page]:
        """One page of the list, by name."""
        wanted, question = request.args.get("page"), self.question()
        if question is not None and question.known_at is None:
            return self.lists.page(day, self.filters(day, question), wanted)
        rows = sorted(self.every(day), key=_by_name)
        page = Page.of(wanted, len(rows), PAGE_SIZE)
        return rows[page.offset : page.offset + page.size], page


def _by_name(row: Behind) -> tuple[str, str, str, str]:
    person = row.person
    return plain(person.last_name), plain(person.first_name), person.person_ref, row.requirement


def is_everyones(account: Account) -> bool:
    """Whether the list reaches beyond a team: to everybody, or to a partner's own people."""
    return account.sees_everybody or account.is_partner_lead


def asked(session: Session) -> Asked:
    """Read the filters. Roles, sectors and earlier states of the record are for those who see more than a team."""
    account, units = auth.reader(), tree(session)
    reach = lists_reach(account, units.units)
    lists = Lists(session, units)
    sector, role = request.args.get("sector", ""), request.args.get("role", "")
    sector_words(sector)
    if role and role != NO_ROLE_CHOICE and role not in lists.book.role_titles:
        raise NotFound("There is no such role.")
    known = typed_moment("known_at", request.args, clock.now())
    if not is_everyones(account) and (sector or role or known.value):
        raise NotFound("There is no such choice.")
    requirement = request.args.get("requirement", "")
    if role and not requirement and lists.book.codes:
        # Who counts in a role is a question about one requirement, as in the figures.
        requirement = lists.book.codes[0]
    return Asked(
        session=session,
        account=account,
        reach=reach,
        lists=lists,
        units=units,
        day=typed_day("as_at", "Date", request.args, clock.today()),
        known=known,
        requirement=requirement,
        sector=sector,
        role=role,
        unit=reach.unit(request.args.get("unit", "")),
        show=request.args.get("show", ""),
        ends=_ends(request.args.get("ends_from", ""), request.args.get("ends_to", "")),
    )


def _ends(first: str, last: str) -> Period | None:
    """The days in which cover ends, as a link from the trend gives them. Raises NotFound for what are no days."""
    if not first and not last:
        return None
    try:
        return Period(date.fromisoformat(first), date.fromisoformat(last))
    except ValueError:
        raise NotFound("There are no such days.") from None


@blueprint.get("/people")
@auth.signed_in
def people() -> str | tuple[str, int]:
    """Who is behind a figure, by name."""
    found = asked(db.session())
    day = None if found.problems else found.day.value
    rows, page = found.page(day) if day else ([], None)
    text = render_template(
        "compliance/people.html",
        as_at=day,
        day=found.day,
        known=found.known,
        problems=found.problems,
        is_ahead=day is not None and day > clock.today(),
        requirement=found.requirement,
        requirement_options=requirement_options(found.lists.book, day or clock.today()),
        unit=found.unit.public_id if found.unit else "",
        unit_options=found.reach.unit_options(found.unit),
        show=found.show,
        show_options=show_options(),
        everyones=is_everyones(found.account),
        sector=found.sector,
        sector_options=sector_options(),
        role=found.role,
        role_options=found.role_options(),
        ends=found.ends,
        heading_words=show_words(found.show),
        rows=[person_line(found.lists.book, day, row) for row in rows] if day else [],
        page=page,
        where=found.where,
        figures_where=kept(
            as_at=day.isoformat() if day else None, known_at=found.known.address, sector=found.sector
        ),
    )
    return text if day else (text, 422)


@blueprint.get("/people.csv")
@auth.signed_in
def people_csv() -> Response:
    """The same people as a file."""
    found = asked(db.session())
    if found.day.value is None or found.problems:
        raise NotFound("There is no such day.")
    with_reference = sees_references(found.account)
    headers = ("person_ref", *PEOPLE_HEADERS) if with_reference else PEOPLE_HEADERS
    rows = people_rows(found.every(found.day.value), with_reference)
    known = f"-known-{found.known.address.replace(':', '')}" if found.known.address else ""
    return csv_response(rows, headers, f"people-{found.day.value.isoformat()}{known}")
