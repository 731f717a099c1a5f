"""Letters to people without an email address: who waits for one, printing them, earlier printings, taking one back."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import Response, current_app, render_template, request, stream_with_context, url_for

from compliance.domain.requirement import RuleBook
from compliance.store.rules import load_rule_book
from compliance.views.lines import csv_response, day_cell
from foundation import clock
from foundation.db import Session, db
from foundation.errors import DomainError
from foundation.formats import count_noun
from foundation.pagination import Page as ListPage
from foundation.stamp import Stamp
from people import auth
from people.domain import Permission
from people.views.exports import recorded_file
from reminders.forms.deciding import DecideForm
from reminders.models import LetterRunRow
from reminders.services import letter_runs
from reminders.services.letter_runs import WaitingLetter
from reminders.services.writing.frame import Letterhead
from reminders.views.acting import Check, Page, ask_first
from reminders.views.blueprint import blueprint
from reminders.views.lists import NOBODY, READERS, Named, may_act, moment_words, names_by_id
from reminders.views.told_lines import requirement_title, step_words

RUNS = 20
"""How many printings are listed."""
HEADERS = ("name", "waiting_since", "requirement", "requirement_title", "step", "last_day")


@dataclass(frozen=True, slots=True)
class ThingLine:
    """One thing in a letter, in words."""

    requirement: str
    step: str
    deadline: date


@dataclass(frozen=True, slots=True)
class LetterLine:
    """Somebody who waits for a letter."""

    public_id: str
    name: str
    since: date
    things: list[ThingLine]


@dataclass(frozen=True, slots=True)
class RunLine:
    """One printing. One without letters was taken back."""

    public_id: str
    made_at: str
    letters: int


@blueprint.get("/reminders/letters")
@auth.only_for(*READERS)
def letters() -> str:
    """Who waits for a letter, in the order of internal post, and the latest printings."""
    session, account = db.session(), auth.reader()
    found = letter_runs.waiting(session, clock.today())
    page = ListPage.of(request.args.get("page"), len(found))
    some = found[page.offset : page.offset + page.size]
    names = names_by_id(session, {one.person_id for one in some})
    book = load_rule_book(session)
    return render_template(
        "reminders/letters.html",
        lines=[_line(one, names, book) for one in some],
        page=page,
        runs=[_run(one) for one in letter_runs.runs(session)[:RUNS]],
        acts=may_act(account),
    )


@blueprint.get("/reminders/letters.csv")
@auth.only_for(*READERS)
def letters_csv() -> Response:
    """The same people as a file, a line for each thing in their letters."""
    session, today = db.session(), clock.today()
    found = letter_runs.waiting(session, today)
    return csv_response(_rows(session, found), HEADERS, f"letters-{today.isoformat()}")


@blueprint.route("/reminders/letters/print", methods=["GET", "POST"])
@auth.only_for(Permission.LEARNING)
def make_letters() -> Page:
    """Print all letters that wait: a file, which learning and development prints and sends by internal post."""
    today = clock.today()
    number = len(letter_runs.waiting(db.session(), today))

    def act(session: Session, stamp: Stamp) -> str:
        if letter_runs.make(session, stamp, today) is None and number:
            raise DomainError(letter_runs.NO_LETTERS)
        return url_for("reminders.letters")

    check = Check(
        f"Print {count_noun(number, 'letter', 'letters')}" if number else "Print letters",
        "Make the file",
        PRINT_MEANS if number else NOBODY_WAITS,
        "The letters are ready. Download the file below, print it and send the letters by internal post."
        if number
        else letter_runs.NO_LETTERS,
        url_for("reminders.letters"),
        "Back to letters",
        warning=False,
        can_send=number > 0,
    )
    return ask_first(DecideForm(), check, act)


PRINT_MEANS = (
    (
        "You get one file with a page for each person, to print and send by internal post. From then on these people "
        "count as told."
    ),
    "If the letters never leave, take them back: they wait again.",
)
NOBODY_WAITS = ("Nobody waits for a letter, so there is nothing to print.",)


@blueprint.get("/reminders/letters/<public_id>.pdf")
@auth.only_for(Permission.LEARNING)
def letters_pdf(public_id: str) -> Response:
    """The letters of a printing as a file to print."""
    session = db.session()
    run = letter_runs.run_of(session, public_id)
    content = letter_runs.pdf(session, Letterhead.of(current_app.config), public_id)
    pieces = recorded_file(content, f"letter_run:{public_id}", run.letters)
    answer = Response(stream_with_context(pieces), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="letters-{run.day.isoformat()}.pdf"'
    return answer


@blueprint.route("/reminders/letters/<public_id>/take-back", methods=["GET", "POST"])
@auth.only_for(Permission.LEARNING)
def take_letters_back(public_id: str) -> Page:
    """Say that the letters of a printing never left: they wait again."""
    run = letter_runs.run_of(db.session(), public_id)

    def act(session: Session, stamp: Stamp) -> str:
        letter_runs.take_back(session, stamp, public_id)
        return url_for("reminders.letters")

    check = Check(
        "Take these letters back",
        "Take them back",
        ["Do this only when the letters never left. These people wait for a letter again."],
        "The letters are taken back. They wait again.",
        url_for("reminders.letters"),
        "Back to letters",
        rows=[("Printed", moment_words(run.made_at)), ("Letters", f"{run.letters:,}")],
    )
    return ask_first(DecideForm(), check, act)


def _line(one: WaitingLetter, names: Mapping[int, Named], book: RuleBook) -> LetterLine:
    who = names.get(one.person_id, NOBODY)
    things = [
        ThingLine(
            requirement_title(book, entry.requirement),
            step_words(book, entry.requirement, entry.step, entry.on),
            entry.deadline,
        )
        for entry in one.entries
    ]
    return LetterLine(who.public_id, who.name or "Name not recorded", one.since, things)


def _run(run: LetterRunRow) -> RunLine:
    return RunLine(run.public_id, moment_words(run.made_at), run.letters)


def _rows(session: Session, found: Sequence[WaitingLetter]) -> Iterator[Sequence[str]]:
    names = names_by_id(session, {one.person_id for one in found})
    book = load_rule_book(session)
    for one in found:
        for entry in one.entries:
            yield (
                names.get(one.person_id, NOBODY).name,
                one.since.isoformat(),
                entry.requirement,
                requirement_title(book, entry.requirement),
                entry.step,
                day_cell(entry.deadline),
            )
