"""Making a report of the catalogue for a reader: of the day asked for, within what the reader may see."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from foundation.dates import LONDON
from foundation.errors import DomainError, NotFound
from people.domain import Account, Permission
from people.services.scope import sees_references
from reports.domain.asking import Ask, Definition, Readers
from reports.domain.description import Report, Says, without
from reports.domain.part import Part
from reports.services.catalogue import CATALOGUE, find
from reports.services.sources.record import Record

_NOT_OF_PARTS = "{title} cannot be made for one organisation or unit."
_BY_PERMISSION = {
    Readers.RECORD: frozenset({Permission.LEARNING, Permission.AUDITOR}),
    Readers.TRAIL: frozenset({Permission.AUDITOR}),
}


def offered(account: Account) -> list[Definition]:
    """The reports that an account may ask for, in the order of the catalogue."""
    return [one for one in CATALOGUE if may_read(account, one)]


def may_read(account: Account, definition: Definition) -> bool:
    """Whether an account may ask for a report (docs/security.md)."""
    if definition.readers is Readers.PEOPLE:
        return account.sees_everybody or account.is_partner_lead
    if definition.readers is Readers.FIGURES:
        return bool(account.permissions)
    if definition.readers in _BY_PERMISSION:
        return bool(account.permissions & _BY_PERMISSION[definition.readers])
    return account.sees_everybody


def titles() -> dict[str, str]:
    """What the reports of the catalogue are called, by key."""
    return {one.key: one.title for one in CATALOGUE}


def is_publishable(key: str) -> bool:
    """Whether a version for the public can be made of a report."""
    definition = find(key)
    return definition is not None and definition.is_publishable


def build(
    session: Session,
    key: str,
    as_at: date,
    made_at: datetime,
    made_by: str,
    council: str,
    organisation_ids: frozenset[int] | None = None,
    of: str = "",
    below: bool = False,
    part: Part | None = None,
) -> Report:
    """A report in full, or of one part of the council.

    Raises NotFound for a key that is not in the catalogue, or where there is no such `of` or part, and DomainError
    where the report is not made of parts.
    """
    definition = find(key)
    if definition is None:
        raise NotFound(f'There is no report "{key}". Run: flask reports list')
    if part is not None and not definition.takes_part:
        raise DomainError(of_the_whole(definition))
    report = definition.build(
        Ask(as_at, made_at.astimezone(LONDON), made_by, council, of, below),
        Record(session, organisation_ids, part),
    )
    if part is None:
        return report
    return replace(
        report, head=replace(report.head, title=f"{report.head.title}: {part.words}"), is_part=True
    )


def of_the_whole(definition: Definition, among: Iterable[Definition] = CATALOGUE) -> str:
    """Why a report is not made of one part of the council, and which of those to choose among are."""
    return f"{_NOT_OF_PARTS.format(title=definition.title)} These reports can: {_of_parts(among)}."


def choose_another(definition: Definition, among: Iterable[Definition]) -> str:
    """The same on a form that offers these reports, and all units."""
    instead = f"Choose “All units”, or one of these reports: {_of_parts(among)}"
    return f"{_NOT_OF_PARTS.format(title=definition.title)} {instead}"


def _of_parts(among: Iterable[Definition]) -> str:
    return ", ".join(one.title for one in among if one.takes_part)


def is_narrowed(account: Account) -> bool:
    """Whether the reports of an account are of some organisations alone: those that a partner lead leads."""
    return account.is_partner_lead and not account.sees_everybody


def build_for(
    session: Session,
    account: Account,
    key: str,
    as_at: date,
    made_at: datetime,
    made_by: str,
    council: str,
    of: str = "",
    below: bool = False,
    part: Part | None = None,
) -> Report:
    """A report as one account may read it: a partner lead's is of the people of their own organisation.

    Raises NotFound where there is no such report for this account.
    """
    definition = find(key)
    if definition is None or not may_read(account, definition):
        raise NotFound("There is no such report.")
    inside = account.organisation_ids if is_narrowed(account) else None
    return as_read_by(account, build(session, key, as_at, made_at, made_by, council, inside, of, below, part))


def as_read_by(account: Account, report: Report) -> Report:
    """The report without what this account does not read (docs/security.md).

    Payroll numbers are for those who see them on lists. What a school told of itself is not for partner leads, who do
    not see the page of a school either.
    """
    hidden = set() if sees_references(account) else {Says.REFERENCE}
    if is_narrowed(account):
        hidden.add(Says.SENSITIVE)
    return without(report, hidden)
