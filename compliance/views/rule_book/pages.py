"""The rule book as at any day, all of it on one page."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from flask import render_template, request, url_for

from compliance.domain.requirement import (
    AcceptedCourse,
    RuleBook,
    Target,
)
from compliance.programme.saying import (
    KIND_WORDS,
    MODE_WORDS,
    course_words,
    in_order,
    months_words,
    requirement_words,
    role_words,
    said,
)
from compliance.programme.words import percent
from compliance.services.rule_drafts.drafting import find_draft
from compliance.store.rules import load_rule_book
from compliance.views.blueprint import blueprint
from compliance.views.rule_book.launching import signs
from compliance.views.rule_book.reading import Reader, holding_on, later_changes
from compliance.views.shown import kept
from foundation import clock
from foundation.db import db
from foundation.formats import count_noun
from people import auth
from people.forms.typed_day import typed_day


@dataclass(frozen=True, slots=True)
class RequirementLine:
    """A requirement in the table of the rule book."""

    code: str
    title: str
    detail: str
    who: list[str]
    courses: list[str]
    targets: list[str]


@dataclass(frozen=True, slots=True)
class CatalogueLine:
    """A course or role in the table of the rule book."""

    code: str
    title: str
    detail: str
    cells: list[str]


@blueprint.get("/rules")
@auth.signed_in
def rule_book() -> str | tuple[str, int]:
    """The rule book as at a day: what is asked of whom, which courses meet it, which roles there are."""
    session, account, today = db.session(), auth.reader(), clock.today()
    book = load_rule_book(session)
    asked = typed_day("as_at", "Date", request.args, today)
    day = asked.value or today
    wanted = request.args.get("q", "").strip()[:200]
    reader = Reader(account, day)
    page = render_template(
        "compliance/rules/rule_book.html",
        book_name=book.name,
        as_at=asked,
        day=day,
        q=wanted,
        requirements=[line for line in _requirements(book, day) if _matches(wanted, line)],
        courses=[line for line in _courses(book, day) if _matches(wanted, line)],
        roles=[line for line in _roles(book, day) if _matches(wanted, line)],
        reminders=[text for text in _reminders(book, day) if wanted.casefold() in text.casefold()],
        later=later_changes(book, day, lambda note: not wanted or wanted.casefold() in note.code.casefold()),
        where=kept(as_at=None if asked.error or day == today else day.isoformat()),
        reader=reader,
        draft=find_draft(session, account.id, signs()) if reader.drafts else None,
        add={
            "requirement": url_for("compliance.rule_edit_requirement"),
            "course": url_for("compliance.rule_edit_course"),
            "role": url_for("compliance.rule_edit_role"),
        }
        if reader.writes_all
        else {},
    )
    return (page, 422) if asked.error else page


def _matches(wanted: str, line: RequirementLine | CatalogueLine) -> bool:
    """A search for a code, a word of a title, or of what stands beside it."""
    more = [*line.who, *line.courses] if isinstance(line, RequirementLine) else line.cells
    return wanted.casefold() in " ".join([line.code, line.title, line.detail, *more]).casefold()


def _requirements(book: RuleBook, day: date) -> Iterable[RequirementLine]:
    for code in book.codes:
        line = book.requirement_on(code, day)
        if line is None:
            continue
        links = [link for link in book.links_of(code) if link.first_day <= day <= link.last_day]
        accepted = [one for one in book.accepted if one.requirement == code]
        targets = [one for one in book.targets if one.requirement == code]
        yield RequirementLine(
            code=code,
            title=line.title or code,
            detail=KIND_WORDS[line.kind].partition(":")[0],  # type: ignore[index]  # a StrEnum's value is its member
            who=[f"{role_words(book, link.role)}, {count_noun(link.days, 'day', 'days')}" for link in links],
            courses=sorted(
                {
                    course_words(book, one.course)
                    for one in holding_on(accepted, day)
                    if isinstance(one, AcceptedCourse)
                }
            ),
            targets=[
                f"{percent(one.percent_hundredths)}%" + (f" in {one.unit}" if one.unit else "")
                for one in holding_on(targets, day)
                if isinstance(one, Target)
            ],
        )


def _courses(book: RuleBook, day: date) -> Iterable[CatalogueLine]:
    for line in sorted(book.courses, key=lambda one: (one.title, one.code)):
        if line.first_day <= day <= line.last_day:
            mode = MODE_WORDS[line.mode]  # type: ignore[index]  # a StrEnum's value is its member
            cells = [line.provider or "Not recorded", mode, months_words(line.validity_months)]
            yield CatalogueLine(line.code, line.title or line.code, line.code, cells)


def _roles(book: RuleBook, day: date) -> Iterable[CatalogueLine]:
    for line in sorted(book.roles, key=lambda one: (one.title, one.code)):
        if line.first_day <= day <= line.last_day:
            rules = holding_on([one for one in book.role_rules if one.role == line.code], day)
            asked = {
                link.requirement
                for link in book.links
                if link.role == line.code and link.first_day <= day <= link.last_day
            }
            cells = [
                line.approved_by or "Not recorded",
                count_noun(len(rules), "rule", "rules"),
                "; ".join(sorted(requirement_words(book, code) for code in asked)) or "Nothing",
            ]
            yield CatalogueLine(line.code, line.title or line.code, line.code, cells)


def _reminders(book: RuleBook, day: date) -> list[str]:
    """The reminder steps that hold on a day, in words."""
    return [
        said(book, step) for step in in_order(book.reminder_steps) if step.first_day <= day <= step.last_day
    ]
