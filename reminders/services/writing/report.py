"""Messages about reports on schedule: a link for whoever may sign in and read, or a file of what may be published.

Whether somebody may read it is asked when the message leaves, not when the report was kept.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from foundation.errors import DomainError
from foundation.formats import long_date
from foundation.stamp import Stamp
from reminders.domain.letter import Attachment, RefusedError
from reminders.domain.outbox import NoLonger, Words
from reminders.services.writing.frame import Letterhead, lower_first
from reports.domain.description import Format
from reports.domain.schedule import EVERY_WORDS, LARGEST_FILE
from reports.domain.suppression import publishable
from reports.services.building import is_publishable, titles
from reports.services.freezing import opened
from reports.services.issuing import KIND
from reports.services.parts import parts_by_number, title_of
from reports.services.rendering import MEDIA_TYPES, file_name, rendered
from reports.services.scheduling import who_may_read
from reports.store.schedules import Issue, issue_of

FILE_WORDS = {
    Format.PDF: "a PDF file",
    Format.XLSX: "an Excel (XLSX) file",
    Format.ODS: "an OpenDocument (ODS) file",
    Format.CSV: "a CSV file",
}
MAY_NOT_READ = "Nobody with this address may sign in and read this report."
NOTHING_TO_WRITE = "The schedule of this message is not known."
NOT_PUBLISHED = "No version of this report may be published, so no file of it leaves."
TOO_LARGE, MAIL_TAKES_NONE = "large", "mail"


@dataclass(frozen=True, slots=True)
class _File:
    """The file of a kept report, or why there is none; drawn once for all who get it."""

    of: tuple[str, Format]
    attachment: Attachment | None


class ReportWriter:
    """Writes the messages of kind `report`. `with_files`: whether our way to send mail takes files."""

    kinds = frozenset({KIND})

    def __init__(
        self, letterhead: Letterhead, day_of: Callable[[datetime], date], *, with_files: bool
    ) -> None:
        self._letterhead = letterhead
        self._day_of = day_of
        self._with_files = with_files
        self._drawn: _File | None = None

    def address_of(self, session: Session, message_id: int) -> str | None:
        """The address of the schedule. The file is drawn here, where no other writer waits for it."""
        issue = issue_of(session, message_id)
        if issue is None:
            return None
        if issue.form is not None and self._with_files and _is_publishable(issue):
            self._file(session, issue, issue.form)
        return issue.recipient

    def write(self, session: Session, stamp: Stamp, message_id: int, again: bool) -> Words | NoLonger:
        """The words; NoLonger where they are for nobody any more. A copy of a message says the same as the first."""
        issue = issue_of(session, message_id)
        if issue is None:
            return NoLonger(NOTHING_TO_WRITE)
        why = ""
        if issue.form is not None:
            if not _is_publishable(issue):
                return NoLonger(NOT_PUBLISHED)
            file = self._file(session, issue, issue.form) if self._with_files else None
            if file is not None and file.attachment is not None:
                return self._words(session, issue, file.attachment)
            why = TOO_LARGE if self._with_files else MAIL_TAKES_NONE
        if not who_may_read(session, issue.report, [issue.recipient], self._day_of(stamp.at)):
            return NoLonger(MAY_NOT_READ)
        return self._words(session, issue, no_file=why)

    def _words(
        self, session: Session, issue: Issue, attachment: Attachment | None = None, no_file: str = ""
    ) -> Words:
        title = titles().get(issue.report, issue.report)
        if issue.unit_id is not None:
            title = title_of(title, issue.unit_id, parts_by_number(session))
        subject, body = report_words(
            self._letterhead, issue, title, has_file=bool(attachment), no_file=no_file
        )
        return Words(issue.recipient, subject, body, attachment=attachment)

    def _file(self, session: Session, issue: Issue, form: Format) -> _File:
        """The version that may be published, from what was frozen: the same bytes each time."""
        of = (issue.frozen_public_id, form)
        if self._drawn is None or self._drawn.of != of:
            try:
                _, report, _ = opened(session, issue.frozen_public_id)
            except DomainError as error:  # what was kept is not what was written
                raise RefusedError(str(error)) from error
            public = publishable(report)
            try:
                content = rendered(public, form)
            except DomainError:  # it has more rows than the format bears
                content = None
            if content is None or len(content) > LARGEST_FILE:
                self._drawn = _File(of, None)
            else:
                self._drawn = _File(of, Attachment(file_name(public, form), MEDIA_TYPES[form], content))
        return self._drawn


def _is_publishable(issue: Issue) -> bool:
    """Whether a file of it may leave: one of the whole council, of which a version for the public can be made."""
    return issue.unit_id is None and is_publishable(issue.report)


def report_words(
    letterhead: Letterhead, issue: Issue, title: str, *, has_file: bool, no_file: str = ""
) -> tuple[str, str]:
    """Subject and body: which report of which day, and how to read it; no figure and no name."""
    as_at = long_date(issue.last_day)
    file = FILE_WORDS[issue.form] if has_file and issue.form is not None else ""
    return (
        letterhead.subject(KIND, title=title, as_at=as_at),
        letterhead.body(
            KIND,
            title=title,
            as_at=as_at,
            reference=issue.reference,
            often=lower_first(EVERY_WORDS[issue.every]),
            file=file,
            address="" if file else letterhead.address(f"/reports/kept/{issue.frozen_public_id}"),
            no_file=no_file,
        ),
    )
