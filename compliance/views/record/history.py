"""The history of one person's record: everything that was recorded and taken out, newest first; a page and a file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Response, render_template, request, url_for

from compliance import wording
from compliance.services.lists import Lists
from compliance.services.record_history import Entry, Words, history_of
from compliance.views.blueprint import blueprint
from compliance.views.lines import csv_response
from compliance.views.record.opened import record_opened
from foundation import clock
from foundation.clock import LONDON
from foundation.db import Session, db
from foundation.errors import NotFound
from foundation.formats import long_date
from foundation.pagination import Page
from people import auth
from people.domain import Permission
from people.forms.details import DETAIL_WORDS
from people.services import record
from people.services.details import Detail
from people.services.scope import View, masked, view_of

READERS = (Permission.LEARNING, Permission.AUDITOR)
HEADERS = ("at", "what_happened", "kind", "what", "by", "file", "why")


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One thing that happened to the record, as a line of the page. `by` and `batch` say whose doing it was."""

    at: str
    happened: str
    kind: str
    what: str
    by: str
    batch: str
    why: str


@blueprint.get("/people/<public_id>/record")
@auth.only_for(*READERS)
def person_record(public_id: str) -> str:
    """All that was ever said of a person, and by whom; managers and the person do not get this."""
    session = db.session()
    view = _view(session, public_id)
    entries = _history(session, view)
    page = Page.of(request.args.get("page"), len(entries))
    made = render_template(
        "compliance/person/history.html",
        name=record.details(session, view.person_id).name or "Name not recorded",
        public_id=public_id,
        rows=[_line(one) for one in entries[page.offset : page.offset + page.size]],
        page=page,
        csv_href=url_for("compliance.person_record_csv", public_id=public_id),
    )
    record_opened(public_id)
    return made


@blueprint.get("/people/<public_id>/record.csv")
@auth.only_for(*READERS)
def person_record_csv(public_id: str) -> Response:
    """The very same as a file; beside that it left, the audit trail says whose record it was."""
    session = db.session()
    entries = _history(session, _view(session, public_id))
    record_opened(public_id)
    return csv_response(_rows(entries), HEADERS, f"record-{clock.today().isoformat()}")


def _view(session: Session, public_id: str) -> View:
    view = view_of(session, auth.reader(), public_id, clock.today())
    if view is None:
        raise NotFound("There is no such person.")
    return view


def _history(session: Session, view: View) -> list[Entry]:
    book = Lists(session).book
    latest = {code: book.latest(code) for code in book.codes}
    return history_of(
        session,
        view.person_id,
        Words(
            requirements={code: one.title if one and one.title else code for code, one in latest.items()},
            courses=book.course_titles,
            roles=book.role_titles,
            evidence=lambda evidence, at: wording.evidence_words(evidence, clock.london_day(at)),
            detail=lambda detail: DETAIL_WORDS[Detail(detail)],
            shown=masked if view.masked else lambda text: text,
            absence_kind=view.absence_kind,
        ),
    )


def _line(one: Entry) -> EntryLine:
    happened = (
        ("Recorded" if one.stands else "Recorded, and taken out since") if one.is_recorded else "Taken out"
    )
    return EntryLine(_moment(one.at), happened, one.kind, one.what, one.by, one.batch, one.why)


def _moment(at: datetime) -> str:
    local = at.astimezone(LONDON)
    return f"{long_date(local.date())}, {local:%H:%M}"


def _rows(entries: Sequence[Entry]) -> Iterator[Sequence[str]]:
    for one in entries:
        at = one.at.astimezone(LONDON).isoformat(timespec="seconds")
        happened = "recorded" if one.is_recorded else "taken_out"
        yield at, happened, one.kind, one.what, one.by, one.batch, one.why
