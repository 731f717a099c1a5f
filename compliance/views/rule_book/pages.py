"""The rule book as at any day: all of it, and each course, role and requirement with its history."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from flask import render_template, request, url_for

from compliance.domain.requirement import EVERYONE, AcceptedCourse, RoleLink, RuleBook, Target
from compliance.programme.saying import (
    KIND_WORDS,
    MODE_WORDS,
    course_words,
    months_words,
    renewal_words,
    requirement_words,
    role_words,
    scope_words,
)
from compliance.programme.words import percent
from compliance.services.rule_drafts.drafting import find_draft
from compliance.store.rule_drafts import emails_by_actor
from compliance.store.rules import load_rule_book, when_recorded
from compliance.views.blueprint import blueprint
from compliance.views.rule_book.launching import signs
from compliance.views.rule_book.reading import Group, Reader, holding_on, later_changes
from compliance.views.shown import kept
from compliance.wording import duration_words
from courses.domain import Course
from foundation import clock
from foundation.db import db
from foundation.errors import NotFound
from foundation.formats import count_noun
from people import auth
from people.domain import RoleLine, RoleRule
from people.forms.typed_day import typed_day
from people.services.scope import masked

Rows = list[tuple[str, str]]


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
        later=later_changes(book, day, lambda code: not wanted or wanted.casefold() in code.casefold()),
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


def _reader() -> tuple[RuleBook, Reader]:
    """The rule book of today, and who reads it."""
    session, account = db.session(), auth.reader()
    when = when_recorded(session)
    emails = emails_by_actor(session, {actor for _, actor in when.values()}) if account.sees_everybody else {}
    if account.only_reads:
        emails = {actor: masked(email) for actor, email in emails.items()}
    return load_rule_book(session), Reader(account, clock.today(), when, emails)


def _page(
    reader: Reader, title: str, code: str, caption: str, rows: Rows, groups: list[Group], later: object
) -> str:
    return render_template(
        "compliance/rules/entry.html",
        title=title,
        code=code,
        caption=caption,
        rows=rows,
        groups=groups,
        later=later,
        reader=reader,
        draft=find_draft(db.session(), reader.account.id, signs()) if reader.drafts else None,
    )


@blueprint.get("/rules/courses/<path:code>")
@auth.signed_in
def rule_course(code: str) -> str:
    """A course: what holds, where it is accepted, and how that came about."""
    book, reader = _reader()
    lines = book.course_lines.get(code)
    if not lines:
        raise NotFound("There is no such course.")
    line = next(iter(holding_on(lines, reader.day)), lines[-1])
    assert isinstance(line, Course)
    accepted = [one for one in book.accepted if one.course == code]
    needs = "; ".join(course_words(book, one) for one in line.prerequisites)
    rows = [
        ("Code", code),
        ("Who provides it", line.provider or "Not recorded"),
        ("How it is taken", MODE_WORDS[line.mode]),  # type: ignore[index]  # a StrEnum's value is its member
        ("How long it takes", duration_words(line.duration_minutes) or "Not recorded"),
        ("How long it counts", months_words(line.validity_months)),
        ("Any one of these first", needs or "Not needed"),
        ("Web address", line.url or "Not recorded"),
        (
            "Accepted for",
            "; ".join(sorted({requirement_words(book, one.requirement) for one in accepted})) or "Nothing",
        ),
    ]
    groups = [Group("history", "What held when", reader.shown(book, lines), "Nothing.")]
    later = later_changes(book, reader.day, lambda about: about == code)
    return _page(reader, line.title or code, code, "Course", rows, groups, later)


@blueprint.get("/rules/roles/<path:code>")
@auth.signed_in
def rule_role(code: str) -> str:
    """A role: who decides, which posts hold it by rule, what it must hold."""
    book, reader = _reader()
    lines = [line for line in book.roles if line.code == code]
    if not lines:
        raise NotFound("There is no such role.")
    latest = next(iter(holding_on(lines, reader.day)), max(lines, key=lambda one: one.first_day))
    assert isinstance(latest, RoleLine)
    links = holding_on([link for link in book.links if link.role == code], reader.day)
    asked = {link.requirement for link in links if isinstance(link, RoleLink)}
    rows = [
        ("Code", code),
        ("Who decides who is in it", latest.approved_by or "Not recorded"),
        ("Must hold", "; ".join(sorted(requirement_words(book, one) for one in asked)) or "Nothing"),
    ]
    rules = [rule for rule in book.role_rules if rule.role == code]
    groups = [
        Group(
            "rules",
            "Posts that hold it by rule",
            reader.shown(book, rules),
            "No rule gives this role: only posts that name it in the people file hold it.",
            reader.add(RoleRule, of=code),
            "Add a rule",
        ),
        Group("history", "What held when", reader.shown(book, lines), "Nothing."),
    ]
    later = later_changes(book, reader.day, lambda about: about == code)
    return _page(reader, latest.title or code, code, "Role", rows, groups, later)


@blueprint.get("/rules/requirements/<path:code>")
@auth.signed_in
def rule_requirement(code: str) -> str:
    """A requirement: who must hold it, which courses meet it, its targets, and how that came about."""
    book, reader = _reader()
    lines = book.lines_of(code)
    if not lines:
        raise NotFound("There is no such requirement.")
    line = book.requirement_on(code, reader.day) or lines[-1]
    rows = [
        ("Code", code),
        ("Kind", KIND_WORDS[line.kind]),  # type: ignore[index]  # a StrEnum's value is its member
        ("Where it applies", scope_words(line)),
        ("How cover is renewed", renewal_words(line.renewal)),
        ("Expires soon", f"{count_noun(line.expiring_days, 'day', 'days')} before the end"),
        ("Days allowed after an absence", f"{line.return_due_days}"),
        ("Days of a gap that is bridged", f"{line.rejoin_gap_days}"),
        ("Days of the shortest absence that counts", f"{line.shortest_absence_days}"),
    ]
    groups = [
        Group(
            "audiences",
            "Who must hold it",
            reader.shown(book, book.links_of(code)),
            f"Nobody. {EVERYONE_MAY}",
            reader.add(RoleLink, of=code),
            "Add a role",
        ),
        Group(
            "accepted",
            "Accepted courses",
            reader.shown(book, [one for one in book.accepted if one.requirement == code]),
            "No course is accepted, so nobody can meet it.",
            reader.add(AcceptedCourse, of=code),
            "Add an accepted course",
        ),
        Group(
            "targets",
            "Targets",
            reader.shown(book, [one for one in book.targets if one.requirement == code]),
            "There is no target.",
            reader.add(Target, of=code),
            "Add a target",
        ),
        Group("history", "The requirement itself", reader.shown(book, lines), "Nothing."),
    ]
    later = later_changes(book, reader.day, lambda about: about == code)
    return _page(reader, line.title or code, code, "Requirement", rows, groups, later)


EVERYONE_MAY = f'A role, or everyone ("{EVERYONE}" in a programme file), can be asked to hold it.'
