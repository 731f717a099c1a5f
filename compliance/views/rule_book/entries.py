"""Each course, role and requirement of the rule book: what holds today, and its history."""

from datetime import date

from flask import render_template

from compliance.domain.requirement import (
    EVERYONE,
    AcceptedCourse,
    Kind,
    Requirement,
    RoleLink,
    RuleBook,
    Target,
)
from compliance.programme.saying import (
    KIND_WORDS,
    MODE_WORDS,
    course_words,
    months_words,
    renewal_words,
    requirement_words,
    scope_words,
)
from compliance.services.rule_drafts.drafting import find_draft
from compliance.store.rule_changes import numbers_by_moment
from compliance.store.rule_drafts import emails_by_actor
from compliance.store.rules import load_rule_book, when_recorded
from compliance.views.blueprint import blueprint
from compliance.views.rule_book.launching import signs
from compliance.views.rule_book.reading import Group, Reader, holding_on, later_changes
from compliance.wording import duration_words
from courses.domain import Course
from foundation import clock
from foundation.db import db
from foundation.errors import NotFound
from foundation.formats import count_noun
from people import auth
from people.domain import RoleLine, RoleRule
from people.services.scope import masked

Rows = list[tuple[str, str]]


def reader_of_today() -> tuple[RuleBook, Reader]:
    """The rule book of today, and who reads it."""
    session, account = db.session(), auth.reader()
    when = when_recorded(session)
    emails = emails_by_actor(session, {actor for _, actor in when.values()}) if account.sees_everybody else {}
    if account.only_reads:
        emails = {actor: masked(email) for actor, email in emails.items()}
    changes = numbers_by_moment(session) if account.sees_everybody else {}
    return load_rule_book(session), Reader(account, clock.today(), when, emails, changes)


def entry_page(
    reader: Reader, title: str, code: str, caption: str, rows: Rows, groups: list[Group], later: object
) -> str:
    """The page of one side of the rule book: what holds today, and every line with its days."""
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
    book, reader = reader_of_today()
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
        ("Counts for whoever leads a workshop of it", "Yes" if line.counts_for_facilitators else "No"),
        ("Web address", line.url or "Not recorded"),
        (
            "Accepted for",
            "; ".join(sorted({requirement_words(book, one.requirement) for one in accepted})) or "Nothing",
        ),
    ]
    groups = [Group("history", "What held when", reader.shown(book, lines), "Nothing.")]
    later = later_changes(book, reader.day, lambda note: note.code == code)
    return entry_page(reader, line.title or code, code, "Course", rows, groups, later)


@blueprint.get("/rules/roles/<path:code>")
@auth.signed_in
def rule_role(code: str) -> str:
    """A role: who decides, which posts hold it by rule, what it must hold."""
    book, reader = reader_of_today()
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
    later = later_changes(book, reader.day, lambda note: note.code == code)
    return entry_page(reader, latest.title or code, code, "Role", rows, groups, later)


@blueprint.get("/rules/requirements/<path:code>")
@auth.signed_in
def rule_requirement(code: str) -> str:
    """A requirement: who must hold it, which courses meet it, its targets, and how that came about."""
    book, reader = reader_of_today()
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
        ("Reminders", _reminded(book, line, reader.day)),
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
    later = later_changes(book, reader.day, lambda note: note.code == code)
    return entry_page(reader, line.title or code, code, "Requirement", rows, groups, later)


def _reminded(book: RuleBook, line: Requirement, day: date) -> str:
    """Whether people are reminded of a requirement, and by steps of its own."""
    if line.kind != Kind.DUTY:
        return "Nobody is reminded of what is only measured"
    own = [step for step in book.reminder_steps if step.requirement == line.code]
    if not holding_on(own, day):
        return "As for every duty"
    return f"As for every duty, with {count_noun(len(holding_on(own, day)), 'step', 'steps')} of its own"


EVERYONE_MAY = f'A role, or everyone ("{EVERYONE}" in a programme file), can be asked to hold it.'
