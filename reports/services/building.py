"""Making a report of the catalogue for a reader: of the day asked for, within what the reader may see."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from foundation.dates import LONDON
from foundation.errors import NotFound
from people.domain import Account, Permission
from people.services.scope import sees_references
from reports.domain.asking import Ask, Definition, Readers
from reports.domain.description import Report, without_references
from reports.services.catalogue import CATALOGUE, find
from reports.services.sources.record import Record

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
) -> Report:
    """A report in full. Raises NotFound for a key that is not in the catalogue, or where there is nobody such `of`."""
    definition = find(key)
    if definition is None:
        raise NotFound(f'There is no report "{key}". Run: flask reports list')
    return definition.build(
        Ask(as_at, made_at.astimezone(LONDON), made_by, council, of, below), Record(session, organisation_ids)
    )


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
) -> Report:
    """A report as one account may read it: a partner lead's is of the people of their own organisation.

    Raises NotFound where there is no such report for this account.
    """
    definition = find(key)
    if definition is None or not may_read(account, definition):
        raise NotFound("There is no such report.")
    inside = account.organisation_ids if account.is_partner_lead and not account.sees_everybody else None
    return as_read_by(account, build(session, key, as_at, made_at, made_by, council, inside, of, below))


def as_read_by(account: Account, report: Report) -> Report:
    """The report without what this account does not read on lists: payroll numbers (docs/security.md)."""
    return report if sees_references(account) else without_references(report)
