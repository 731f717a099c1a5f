"""Headcounts by sector and course in a period: by name from the record, and as declared without names."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from flask import Response, abort, render_template, request

from compliance.domain.headcount import Declared, Headcount, cut, financial_year, headcounts
from compliance.services import declared as service
from compliance.store.declared import declared_counts, trained
from compliance.views.blueprint import blueprint
from compliance.views.headcount.words import NO_POST, course_titles, sector_words
from compliance.views.lines import csv_response
from foundation import clock
from foundation.dates import Period
from foundation.db import Session, db
from foundation.errors import NotFound
from people import auth
from people.domain import Account
from people.forms.typed_day import TypedDay, typed_day

HEADERS = (
    "sector",
    "course",
    "course_title",
    "completions",
    "people",
    "first_time",
    "again",
    "declared_people",
    "starting_people",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One sector and course, in words."""

    sector: str
    course: str
    of: Headcount


@dataclass(frozen=True, slots=True)
class Asked:
    """The days of the page, and whose people it reaches."""

    first: TypedDay
    last: TypedDay
    organisation_ids: Collection[int] | None

    @property
    def days(self) -> Period | None:
        """The period, where both days are right."""
        if self.first.value is None or self.last.value is None:
            return None
        return Period(self.first.value, self.last.value)

    @property
    def where(self) -> dict[str, str]:
        """The same filters, for links."""
        days = self.days
        return {} if days is None else {"first": days.first.isoformat(), "last": days.last.isoformat()}

    @property
    def errors(self) -> list[tuple[str, str | None]]:
        """The lines of the error summary."""
        return [(day.error, day.first_wrong) for day in (self.first, self.last) if day.error]


def reader() -> Account:
    """Who reads headcounts: whoever sees everybody, and partner leads of their own."""
    account = auth.reader()
    if not (account.sees_everybody or account.is_partner_lead):
        abort(403)
    return account


def asked() -> Asked:
    """Read the days: the financial year until today where none are given."""
    usual = financial_year(clock.today())
    first = typed_day("first", "From", request.args, usual.first)
    last = typed_day("last", "To", request.args, usual.last)
    if first.value and last.value and last.value < first.value:
        last = TypedDay(
            "last",
            last.day,
            last.month,
            last.year,
            error="To must be the same as or after From",
            wrong=("day", "month", "year"),
        )
    return Asked(first, last, service.reach_of(reader()))


@blueprint.get("/figures/sectors")
@auth.signed_in
def sectors() -> str | tuple[str, int]:
    """How many people of each sector were trained in which course."""
    session, filters = db.session(), asked()
    days = filters.days
    told = declared_counts(session, filters.organisation_ids)
    page = render_template(
        "compliance/headcount/sectors.html",
        first=filters.first,
        last=filters.last,
        errors=filters.errors,
        days=days,
        lines=_lines(session, filters, told, days) if days else [],
        cut=cut(told, days) if days else [],
        declares=service.may_declare(auth.reader()),
        where=filters.where,
        no_post=NO_POST,
    )
    return page if days else (page, 422)


@blueprint.get("/figures/sectors.csv")
@auth.signed_in
def sectors_csv() -> Response:
    """The same headcounts as a file."""
    session, filters = db.session(), asked()
    days = filters.days
    if days is None:
        raise NotFound("There is no such period.")
    lines = _lines(session, filters, declared_counts(session, filters.organisation_ids), days)
    name = f"headcounts-{days.first.isoformat()}-to-{days.last.isoformat()}"
    return csv_response(_rows(lines), HEADERS, name)


def _lines(session: Session, filters: Asked, told: Sequence[Declared], days: Period) -> list[Line]:
    titles = course_titles(session)
    found = headcounts(trained(session, days, filters.organisation_ids), told, days)
    return [Line(sector_words(one.sector), titles.get(one.course, one.course), one) for one in found]


def _rows(lines: Sequence[Line]) -> Iterator[Sequence[str]]:
    for line in lines:
        of = line.of
        numbers = (
            of.trained.completions,
            of.trained.people,
            of.trained.first_time,
            of.trained.again,
            of.declared,
            of.starting,
        )
        yield (of.sector or "", of.course, line.course, *(str(number) for number in numbers))
