"""My training, history: every completion, the evidence for it, and until when it counts towards what."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import Response, render_template, url_for

from compliance import wording
from compliance.domain.asked import counted_towards, terms_on
from compliance.domain.requirement import RuleBook
from compliance.services.lists import Lists
from compliance.store.history import CourseDay, Recorded, recorded_of
from compliance.views.blueprint import blueprint
from compliance.views.lines import csv_response, day_cell
from compliance.views.shown import is_measure
from courses.domain import Purpose, course_on
from courses.services.withdrawing import can_be_withdrawn
from courses.store import EvidenceFile, evidence_files
from foundation import clock
from foundation.db import Session, db
from people import auth
from people.views.own import no_record

HEADERS = (
    "completed_on",
    "course",
    "course_title",
    "provider",
    "evidence",
    "recorded_on",
    "requirement",
    "valid_until",
    "revoked_on",
)


@dataclass(frozen=True, slots=True)
class Towards:
    """A requirement towards which a completion counts, and the last day on which it does (FAR_DAY: no end)."""

    title: str
    valid_until: date


@dataclass(frozen=True, slots=True)
class Proof:
    """A file that proves a completion. A register names everybody who signed it, so it has no `href` for them."""

    href: str


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """A completed course. `evidence` is in words; `files` are what proves it."""

    completed_on: date
    code: str
    course: str
    provider: str
    evidence: str
    recorded_on: date
    revoked_on: date | None
    towards: list[Towards]
    files: list[Proof]
    withdraw: str = ""
    """Where its person takes back what they told us; empty where it is not theirs to take back."""


def withdraw_href(one: Recorded) -> str:
    """Where the reader takes back their own completion, while it waits for a check; empty for any other."""
    course, completed_on = one.key
    if not can_be_withdrawn(one.source, one.completion.evidence):
        return ""
    return url_for("courses.withdraw", course=course, completed_on=completed_on.isoformat())


@blueprint.get("/my-training/history")
@auth.signed_in
def my_history() -> str | tuple[str, int]:
    """Every course that the reader completed, newest first."""
    account = auth.reader()
    if account.person_id is None:
        return no_record()
    lines = history_of(db.session(), account.person_id, clock.today())
    return render_template("compliance/my_history.html", lines=lines, can_tell=not account.only_reads)


@blueprint.get("/my-training/history.csv")
@auth.signed_in
def my_history_csv() -> Response | tuple[str, int]:
    """The same completions as a file; one that counts towards several requirements has a line for each."""
    account = auth.reader()
    if account.person_id is None:
        return no_record()
    today = clock.today()
    lines = history_of(db.session(), account.person_id, today)
    return csv_response(_rows(lines), HEADERS, f"my-training-{today.isoformat()}")


def history_of(session: Session, person_id: int, today: date) -> list[HistoryLine]:
    """Every completion of a person, newest first, under the rules of today.

    A measure is left out of what it counts towards: nobody is asked to meet one.
    """
    lists = Lists(session)
    recorded = recorded_of(session, person_id)
    asked = [code for code in lists.of_person(person_id) if not is_measure(lists.book, code, today)]
    towards = _towards(lists.book, asked, recorded, today)
    files: dict[CourseDay, list[EvidenceFile]] = {}
    for key, proving in evidence_files(session, [person_id]).items():
        files[key.course, key.completed_on] = proving
    return [_line(lists.book, one, towards, files) for one in reversed(recorded)]


def _towards(
    book: RuleBook, codes: Sequence[str], recorded: Sequence[Recorded], today: date
) -> dict[CourseDay, list[Towards]]:
    """What each completion counts towards. A requirement that is no longer in force keeps its last rules."""
    found: dict[CourseDay, list[Towards]] = {}
    completions = [one.completion for one in recorded]
    for code in codes:
        terms = terms_on(book, code, today) or next(reversed(book.terms(code)), None)
        if terms is not None:
            for counted in counted_towards(terms, completions):
                line = Towards(terms.requirement.title or code, counted.valid_until)
                found.setdefault((counted.course, counted.completed_on), []).append(line)
    return found


def _line(
    book: RuleBook,
    one: Recorded,
    towards: Mapping[CourseDay, list[Towards]],
    files: Mapping[CourseDay, list[EvidenceFile]],
) -> HistoryLine:
    completion = one.completion
    course = course_on(book.course_lines, completion.course, completion.completed_on)
    recorded_on = clock.london_day(one.recorded_at)
    return HistoryLine(
        completed_on=completion.completed_on,
        code=completion.course,
        course=course.title or course.code,
        provider=one.provider or course.provider,
        evidence=wording.evidence_words(completion.evidence, recorded_on),
        recorded_on=recorded_on,
        revoked_on=completion.revoked_on,
        towards=sorted(towards.get(one.key, []), key=lambda line: line.title),
        files=[_proof(file) for file in files.get(one.key, [])],
        withdraw=withdraw_href(one),
    )


def _proof(file: EvidenceFile) -> Proof:
    is_register = file.purpose == Purpose.REGISTER
    return Proof("" if is_register else url_for("courses.evidence", public_id=file.public_id))


def _rows(lines: Iterable[HistoryLine]) -> Iterator[Sequence[str]]:
    for line in lines:
        counts = [(one.title, day_cell(one.valid_until)) for one in line.towards] or [("", "")]
        for title, valid_until in counts:
            yield (
                line.completed_on.isoformat(),
                line.code,
                line.course,
                line.provider,
                line.evidence,
                line.recorded_on.isoformat(),
                title,
                valid_until,
                day_cell(line.revoked_on),
            )
