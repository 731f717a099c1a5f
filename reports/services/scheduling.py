"""Schedules of reports: making, changing and ending them, and who may read what is sent."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from foundation import audit
from foundation.dates import add_months
from foundation.errors import DomainError, NotFound
from foundation.formats import long_date
from foundation.mail import withdraw_keyed
from foundation.stamp import Stamp
from people.domain import Account
from reports.domain.asking import Definition, Of
from reports.domain.part import NOT_PUBLISHED, of_unit
from reports.domain.schedule import (
    FILE_FORMATS,
    LONGEST_ADDRESS,
    MOST_RECIPIENTS,
    SAID_AHEAD_MONTHS,
    Schedule,
    Wanted,
    begun,
    first_after_change,
    left_out,
    waits_days,
)
from reports.services.building import may_read, of_the_whole
from reports.services.catalogue import CATALOGUE, find
from reports.store import schedules as store

NO_FILES = (
    "This service sends its mail by GOV.UK Notify, which takes no files with a message. "
    "Choose a link to sign in for."
)
GONE = "There is no such schedule. Somebody may have changed or ended it: look at the list of schedules."
ENDED, CHANGED = (
    "The schedule was ended.",
    "The schedule was changed, and this address is not in it any more.",
)
_WORD, _LABEL = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+", r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_ADDRESS = re.compile(rf"(?=[^@]{{1,64}}@){_WORD}(\.{_WORD})*@{_LABEL}(\.{_LABEL})+")


@dataclass(frozen=True, slots=True)
class Words:
    """Which texts of a form are wrong, and why."""

    report: str = ""
    form: str = ""
    recipients: str = ""
    first_day: str = ""
    part: str = ""

    @property
    def every(self) -> list[str]:
        """All that is wrong."""
        return [one for one in (self.report, self.part, self.form, self.recipients, self.first_day) if one]


def offered() -> list[Definition]:
    """The reports that can be sent on schedule: those of everybody that can be kept."""
    return [one for one in CATALOGUE if one.of is Of.ALL and not one.is_streamed]


def offered_to(account: Account) -> list[Definition]:
    """Those of them that this account may read."""
    return [one for one in offered() if may_read(account, one)]


def problems(wanted: Wanted, today: date, *, with_files: bool) -> Words:
    """What is wrong with a schedule that somebody asks for, each wrong address by name.

    `with_files`: whether our way to send mail takes files.
    """
    definition = next((one for one in offered() if one.key == wanted.report), None)
    return Words(
        report="" if definition else _no_such(wanted.report),
        form=_wrong_form(wanted, definition, with_files=with_files),
        recipients=_wrong_recipients(wanted.recipients),
        first_day=_wrong_day(wanted.first_day, today),
        part=""
        if wanted.unit_id is None or not definition or definition.takes_part
        else of_the_whole(definition, offered()),
    )


def _no_such(key: str) -> str:
    definition = find(key)
    if definition is not None and definition.of is Of.ALL:
        return f'The report "{key}" cannot be kept, so it cannot be sent on schedule'
    if definition is not None:
        return f'The report "{key}" is of one person, team or workshop: it cannot be sent on schedule'
    return f'There is no report "{key}". Run: flask reports list'


def _wrong_form(wanted: Wanted, definition: Definition | None, *, with_files: bool) -> str:
    if wanted.form is None:
        return ""
    if wanted.form not in FILE_FORMATS:
        return "A file must be a PDF, XLSX, ODS or CSV file"
    if definition is not None and not definition.is_publishable:
        why = "names people or posts, so it cannot be sent as a file"
        return f'"{definition.title}" {why}. Choose a link to sign in for'
    if wanted.unit_id is not None:
        return f"{NOT_PUBLISHED} Choose a link to sign in for"
    return "" if with_files else NO_FILES


def _wrong_recipients(recipients: Sequence[str]) -> str:
    if not recipients:
        return "Enter at least one email address"
    wrong = [one for one in recipients if not is_address(one)]
    if wrong:
        return f"These are not email addresses: {', '.join(_shown(one) for one in wrong)}"
    if len(recipients) > MOST_RECIPIENTS:
        return f"Enter {MOST_RECIPIENTS} email addresses or fewer. You entered {len(recipients)}"
    return ""


def _wrong_day(first_day: date, today: date) -> str:
    latest = add_months(today, SAID_AHEAD_MONTHS)
    return f"First day must be on or before {long_date(latest)}" if first_day > latest else ""


def is_address(text: str) -> bool:
    """Whether this is one plain email address, in small letters, with nothing that could end or add to a header.

    >>> [is_address(text) for text in ("o'neil@council.example", "sam", "a@b.example\\nbcc: c@d.example")]
    [True, False, False]
    """
    return _ADDRESS.fullmatch(text) is not None and "=?" not in text and len(text) <= LONGEST_ADDRESS


def _shown(text: str) -> str:
    """What was typed, as far as it can be shown on a line."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    return plain if len(plain) <= 60 else f"{plain[:57]}..."


def schedule(session: Session, stamp: Stamp, wanted: Wanted, today: date, *, with_files: bool) -> str:
    """Have a report sent from now on; the public id of the schedule. Call it in a transaction.

    Raises DomainError where something is wrong with it, or the same stands already.
    """
    _refuse(problems(wanted, today, with_files=with_files))
    _refuse_twice(session, wanted)
    first_day = begun(wanted.every, wanted.first_day, today, waits_days(wanted.report))
    made = replace(wanted, first_day=first_day)
    public_id = store.add_schedule(session, stamp, made)
    _record(session, stamp, "report.scheduled", public_id, made)
    return public_id


def change(
    session: Session, stamp: Stamp, public_id: str, wanted: Wanted, today: date, *, with_files: bool
) -> str:
    """Put another schedule in the place of one; its public id. Call it in a transaction.

    What was sent is not sent again: the new one begins after it. Whoever is not in it any more does not get what has
    not left yet. Raises NotFound where it does not stand any more, and DomainError where something is wrong.
    """
    standing = standing_as(session, public_id)
    _refuse(problems(wanted, today, with_files=with_files))
    _refuse_twice(session, wanted, instead_of=standing.id)
    store.retract_schedule(session, stamp, standing, "changed")
    first_day = wanted.first_day
    if first_day != standing.wanted.first_day:
        first_day = begun(wanted.every, first_day, today, waits_days(wanted.report))
    made = replace(wanted, first_day=first_after_change(first_day, standing.issued_to))
    new_id = store.add_schedule(session, stamp, made)
    gone = left_out(wanted.recipients, standing.wanted.recipients)
    withdraw_keyed(session, store.keys_of(session, standing, gone), CHANGED)
    _record(session, stamp, "report.schedule_changed", new_id, made, instead_of=public_id)
    return new_id


def end(session: Session, stamp: Stamp, public_id: str) -> None:
    """Send a report no more, not even what waits to leave. Call it in a transaction. Raises NotFound."""
    standing = standing_as(session, public_id)
    store.retract_schedule(session, stamp, standing, "ended")
    withdraw_keyed(session, store.keys_of(session, standing), ENDED)
    _record(session, stamp, "report.unscheduled", public_id, standing.wanted)


def standing_as(session: Session, public_id: str) -> Schedule:
    """A schedule that stands. Raises NotFound."""
    found = store.find_schedule(session, public_id)
    if found is None:
        raise NotFound(GONE)
    return found


def who_may_read(session: Session, report: str, emails: Collection[str], today: date) -> set[str]:
    """Of these addresses those of accounts that may open a kept report of this kind today."""
    definition = find(report)
    if definition is None:
        return set()
    accounts = store.readers(session, emails, today)
    return {email for email, account in accounts.items() if may_read(account, definition)}


def _is_same(one: Wanted, other: Wanted) -> bool:
    """Whether somebody would get the same twice."""
    alike = one.report == other.report and one.unit_id == other.unit_id
    alike = alike and (one.every, one.form) == (other.every, other.form)
    return alike and set(one.recipients) == set(other.recipients)


def _refuse_twice(session: Session, wanted: Wanted, instead_of: int | None = None) -> None:
    """Raises DomainError where the same stands already; `instead_of`: the schedule whose place this one takes."""
    if any(_is_same(one.wanted, wanted) for one in store.schedules(session) if one.id != instead_of):
        raise DomainError(
            "This report is sent to these addresses in this way already. Change that schedule instead."
        )


def _refuse(wrong: Words) -> None:
    if wrong.every:
        raise DomainError(*(f"{one.rstrip('.')}." for one in wrong.every))


def _record(
    session: Session, stamp: Stamp, event: str, public_id: str, wanted: Wanted, **details: str
) -> None:
    """In the trail: what is sent to how many. Whose addresses they are stands in the schedule alone."""
    audit.record(
        session,
        stamp,
        event,
        f"schedule:{public_id}",
        report=wanted.report,
        every=wanted.every.value,
        form=wanted.form.value if wanted.form else "link",
        recipients=len(wanted.recipients),
        first_day=wanted.first_day.isoformat(),
        **of_unit(wanted.unit_id),
        **details,
    )
