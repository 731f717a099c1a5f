"""The messages of the outbox, whom two copies may have reached; and the same as files."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from flask import Response, render_template, request

from compliance.views.lines import csv_response
from foundation import clock
from foundation.db import Session, db
from foundation.pagination import Page
from people import auth
from people import store as people
from people.domain import Account
from reminders import wording
from reminders.domain.outbox import Line
from reminders.store import outbox
from reminders.views.blueprint import blueprint
from reminders.views.lists import (
    NOBODY,
    READERS,
    asked,
    line_of,
    moment_cell,
    names_of,
    possible_cells,
    possible_line,
    shown_address,
)

TWICE_HEADERS = (
    *("name", "address", "kind", "state", "handed_over_at", "handed_over_without_answer"),
    "may_have_arrived",
)
HEADERS = ("written_at", "kind", "to", "address", "subject", "state", "sent_at", "tries", "problem")


@blueprint.get("/reminders/messages")
@auth.only_for(*READERS)
def messages() -> str | tuple[str, int]:
    """A page of the messages, the newest first."""
    session, account, filters = db.session(), auth.reader(), asked()
    found: Sequence[Line] = ()
    page = Page.of(None, 0)
    if not filters.problems:
        found, page = outbox.messages(session, request.args.get("page"), **filters.chosen)
    names = names_of(session, found)
    made = render_template(
        "reminders/messages.html",
        lines=[line_of(account, one, names) for one in found],
        page=page,
        state=filters.state,
        state_options=[("", "Any"), *wording.STATE_WORDS.items()],
        kind=filters.kind,
        kind_options=_kinds(session, filters.kind),
        day=filters.day,
        since=filters.since,
        problems=filters.problems,
        where=filters.where,
        twice=len(outbox.possible_duplicates(session)),
    )
    return (made, 422) if filters.problems else made


@blueprint.get("/reminders/messages.csv")
@auth.only_for(*READERS)
def messages_csv() -> Response:
    """The same messages as a file; one with a date that is no date is empty."""
    filters, session = asked(), db.session()
    found = () if filters.problems else outbox.each(session, **filters.chosen)
    return csv_response(
        _rows(session, auth.reader(), found), HEADERS, f"messages-{clock.today().isoformat()}"
    )


@blueprint.get("/reminders/twice")
@auth.only_for(*READERS)
def twice() -> str:
    """Everybody who may have had two copies, or none: what no computer can know is said plainly."""
    session, account = db.session(), auth.reader()
    found = outbox.possible_duplicates(session)
    page = Page.of(request.args.get("page"), len(found))
    some = found[page.offset : page.offset + page.size]
    names = names_of(session, some)
    return render_template(
        "reminders/twice.html",
        lines=[possible_line(account, one, names) for one in some],
        page=page,
    )


@blueprint.get("/reminders/twice.csv")
@auth.only_for(*READERS)
def twice_csv() -> Response:
    """The same as a file."""
    session, account = db.session(), auth.reader()
    found = outbox.possible_duplicates(session)
    names = names_of(session, found)
    rows = (possible_cells(account, one, names) for one in found)
    return csv_response(rows, TWICE_HEADERS, f"handed-over-without-answer-{clock.today().isoformat()}")


def _kinds(session: Session, chosen: str) -> list[tuple[str, str]]:
    """The kinds to choose from; one in the address of which there is no message stays the choice."""
    found = sorted({*outbox.kinds(session), *([chosen] if chosen else [])})
    return [("", "Any"), *((kind, wording.kind_words(kind)) for kind in found)]


def _rows(session: Session, account: Account, found: Iterable[Line]) -> Iterator[Sequence[str]]:
    lines = iter(found)
    while some := list(islice(lines, people.CHUNK)):
        names = names_of(session, some)
        for one in some:
            yield (
                moment_cell(one.made_at),
                one.kind,
                names.get(one.person_id or 0, NOBODY).name,
                shown_address(account, one.address),
                one.subject,
                one.state,
                moment_cell(one.sent_at),
                str(one.tries),
                one.problem,
            )
