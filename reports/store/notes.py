"""Commentary in the record: the notes that stand on a report of a day, and those that stood before."""

from datetime import date
from typing import Any

from sqlalchemy import Select, bindparam, insert, select
from sqlalchemy.orm import Session

from compliance.domain.figures import Rag
from foundation.facts import known, recorded, retract
from foundation.stamp import Stamp
from people.models import new_public_id
from reports.domain.commentary import Note, Said
from reports.models import ReportNoteRow

_OF_REPORT: Select[*tuple[Any, ...]] = select(
    ReportNoteRow.public_id,
    ReportNoteRow.about,
    ReportNoteRow.words,
    ReportNoteRow.said_by,
    ReportNoteRow.rag,
    ReportNoteRow.recorded_at,
    ReportNoteRow.recorded_by,
    ReportNoteRow.retracted_at,
).where(ReportNoteRow.report == bindparam("report"), ReportNoteRow.as_at == bindparam("as_at"))
# Asked by every report and by the plan at a glance, so built once (`people.store`).
_STANDING = _OF_REPORT.where(known(ReportNoteRow, None)).order_by(ReportNoteRow.about, ReportNoteRow.id)


def standing_notes(session: Session, report: str, as_at: date) -> dict[str, Note]:
    """What is said about a report of a day, by the part that it is about."""
    found = session.connection().execute(_STANDING, {"report": report, "as_at": as_at})
    return {note.about: note for note in map(_note, found)}


def notes_about(session: Session, report: str, as_at: date, about: str) -> list[Note]:
    """All that was ever said about a part of it, the newest first."""
    query = _OF_REPORT.where(ReportNoteRow.about == about).order_by(ReportNoteRow.id.desc())
    return [_note(row) for row in session.connection().execute(query, {"report": report, "as_at": as_at})]


def add_note(session: Session, stamp: Stamp, report: str, as_at: date, about: str, said: Said) -> str:
    """Record what is said, and give back the note's public id. The one that stood has been taken out before."""
    public_id = new_public_id()
    session.execute(
        insert(ReportNoteRow).values(
            public_id=public_id,
            report=report,
            as_at=as_at,
            about=about,
            rag=said.rag.value if said.rag else "",
            words=said.words,
            said_by=said.said_by,
            **recorded(stamp),
        )
    )
    return public_id


def take_out_note(session: Session, stamp: Stamp, public_id: str, reason: str) -> None:
    """Take a note out of the record from now on."""
    query = select(ReportNoteRow.id).where(ReportNoteRow.public_id == public_id)
    retract(session, ReportNoteRow, session.scalars(query), stamp, reason)


def _note(row: Any) -> Note:
    public_id, about, words, said_by, rag, at, by, gone_at = row
    return Note(public_id, about, Said(words, said_by, Rag(rag) if rag else None), at, by, gone_at)
